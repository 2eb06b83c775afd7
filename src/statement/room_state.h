/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room_state: who is in a room, and what holds there, in the word of one of its devices.  Whether a
 * state may follow another is room_chain's.  [PROTOCOL 4.9]
 */
#ifndef TACET_STATEMENT_ROOM_STATE_H
#define TACET_STATEMENT_ROOM_STATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "statement/names.h"

#define ROOM_STATE_NETWORKS_MAX 8
#define ROOM_STATE_MEMBERS_MAX  1016 /* accounts: a roster of 1,024, less one for each network */
#define ROOM_STATE_BOUND_MAX_S  31536000
#define ROOM_STATE_NAME_MAX     255
#define ROOM_STATE_MAX_SIZE     39424 /* bytes of a statement at its largest */

enum room_role {
    ROOM_MEMBER = 1,
    ROOM_MODERATOR = 2,
    ROOM_RETENTION = 3,
    ROOM_BOT = 4,
    ROOM_GUEST = 5
};
enum room_posting { ROOM_POSTING_ALL = 1, ROOM_POSTING_MODERATORS = 2 };

struct room_member {
    uint8_t network; /* its place among the networks */
    struct account_id aid;
    enum room_role role;
    uint32_t since; /* the state with which it came in */
};

/* Of all zeros in a successor, which the directory signs. */
struct room_signer {
    struct network_id nid;
    struct account_id aid;
    struct device_id did;
};

struct room_state {
    struct room_id room; /* filled in by sign and parse for genesis, whose id follows from it */
    uint8_t seed[32];    /* of genesis alone: what stands where the room id does later */
    uint32_t version;
    uint8_t previous[NAMES_H32_SIZE];
    uint64_t made_ms;
    struct room_signer signer;
    size_t networks;
    struct network_id network[ROOM_STATE_NETWORKS_MAX]; /* sorted */
    uint8_t home;                                       /* place of the home network */
    size_t members;
    const struct room_member *member; /* sorted by (network, aid) */
    uint32_t ttl_s, burn_s;           /* the most that the room allows; 0: no bound */
    enum room_posting posting;
    struct bytes name_box;        /* opaque */
    uint8_t hash[NAMES_H32_SIZE]; /* of the signed body: filled in by sign and parse */
};

/* Sign with the DSK of the signer that the state names, append the statement, and fill in the hash
 * and for genesis the room id.  E_MALFORMED: the state breaks a rule of form, or has no signer. */
FALLIBLE room_state_sign(struct room_state *s, const struct sign_private *dsk, struct buf *out);

/* The same for a successor, whose signer is zero, with the directory key of the home network. */
FALLIBLE room_state_sign_successor(struct room_state *s, const struct sign_private *directory,
                                   struct buf *out);

/* Form only: no signature and no chain is verified.  Members and name box live in the arena.
 * E_TRUNCATED, E_MALFORMED, E_NOMEM, E_CRYPTO. */
FALLIBLE room_state_parse(struct bytes in, struct arena *a, struct room_state *out);

/* The signature alone, of the bytes that `s` was parsed from: by the device key of the signer, or
 * for a successor by the directory key of the home network.  E_FORGED, E_MALFORMED, E_CRYPTO. */
FALLIBLE room_state_verify(struct bytes in, const struct room_state *s, const struct point *key);

const struct network_id *room_state_home(const struct room_state *s);

bool room_state_is_successor(const struct room_state *s);

/* The member, or NULL. */
const struct room_member *room_state_find(const struct room_state *s, const struct network_id *nid,
                                          const struct account_id *aid);

/* May this member of the state post? */
bool room_state_may_post(const struct room_state *s, const struct room_member *m);

#endif
