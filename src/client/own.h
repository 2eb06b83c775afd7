/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own: who I am: my network, my account and device, my prekeys.  [PROTOCOL 3]
 *
 * Loaded once, kept in memory while the engine lives; every change is committed before it counts.
 */
#ifndef TACET_CLIENT_OWN_H
#define TACET_CLIENT_OWN_H

#include "base/text.h"
#include "client/vault.h"
#include "crypto/agree.h"
#include "crypto/mlkem/mlkem.h"
#include "e2ee/identity.h"
#include "statement/device_list.h"
#include "statement/directory.h"
#include "statement/invitation.h"
#include "statement/prekey.h"
#include "statement/server_keys.h"

#define OWN_DOMAIN_MAX  253
#define OWN_PREKEYS_MAX 64 /* private halves alive at once: 31 days and some */

/* One prekey, with its private halves. */
struct own_prekey {
    struct prekey statement;
    struct agree_private *secret;
    struct mlkem_private *kem;
    uint64_t acknowledged_ms; /* when the server confirmed it; 0: not yet */
};

struct own {
    /* the network */
    struct network_id nid;
    struct point root;
    char domain[OWN_DOMAIN_MAX + 1];
    char address[INVITATION_ADDRESS_MAX + 1];
    uint8_t pin[INVITATION_PIN_SIZE];     /* the invitation's: until there is a statement */
    struct server_keys server;            /* the newest statement; number 0: none yet */
    uint8_t token[INVITATION_TOKEN_SIZE]; /* until joined */
    bool joined;
    char handle[TEXT_HANDLE_MAX + 1];
    char network_name[DIRECTORY_NAME_MAX + 1];

    /* me */
    struct identity me;
    struct device_list list;                   /* my account's newest that is known here */
    bool added;                                /* this device was, to an account that was there */
    struct own_prekey prekey[OWN_PREKEYS_MAX]; /* newest first */
    size_t prekeys;
};

/* A new profile for this invitation: keys, device list and first prekey are made and committed. */
FALLIBLE own_create(struct vault *v, const struct invitation *link, uint64_t now_ms,
                    struct own *out);

/* E_ABSENT: the vault has no profile. */
FALLIBLE own_load(struct vault *v, struct own *out);

void own_free(struct own *o); /* wipes; harmless on a zeroed one */

/* What the server answered to JOIN: checked, then committed; `joined` is true afterwards.
 * E_FORGED: not the network of the invitation. */
struct own_joined {
    struct bytes root, domain, certificate, me;
};
FALLIBLE own_join(struct own *o, struct vault *v, const struct own_joined *answer, uint64_t now_ms);

/* A profile for a device that stands in a list of an account already, as the answer to its link
 * says, and everything checked: keys (which move), list statement and what stands in an invitation.
 * Its first prekey is the pair that it asked with (which moves, too), or a new one where there is
 * none.  In a transaction of its own; `joined` is true then, and the prekey is to be published. */
struct own_adopted {
    struct identity *me;
    struct agree_private **point; /* NULL, as kem: none */
    struct mlkem_private **kem;
    struct bytes root, domain, handle, address, pin, list;
};
FALLIBLE own_adopt(struct vault *v, const struct own_adopted *in, uint64_t now_ms, struct own *out);

/* What the directory's certificate calls the network, where that is not known yet. */
FALLIBLE own_learn_network(struct own *o, struct vault *v, struct bytes name);

/* My account's list, after one was learned and committed.  *news: it is another one. */
FALLIBLE own_refresh_list(struct own *o, struct vault *v, bool *news);
/* Does this device stand in it?  Else another one has removed it. */
bool own_is_listed(const struct own *o);
/* Is there another device in it? */
bool own_has_siblings(const struct own *o);

/* The pins of the keys by which the server is accepted, one behind the other: borrowed. */
struct bytes own_pins(const struct own *o);

/* What the server says of its keys: checked, then committed if it is news.  An empty statement says
 * that there never was one.  E_STALE: older than what is known here; E_CONFLICT: it contradicts it;
 * E_FORGED, E_CLOCK, E_EXPIRED, E_MALFORMED, E_TRUNCATED: statement or certificate.  Nothing is
 * changed then. */
FALLIBLE own_learn_server(struct own *o, struct vault *v, struct bytes statement,
                          struct bytes certificate, uint64_t now_ms);

/* My device list as a statement, in the arena. */
FALLIBLE own_list_statement(const struct own *o, struct vault *v, struct arena *a,
                            struct bytes *out);

/* The server refused to let this profile in because of its clock: date list and first prekey anew,
 * in the caller's transaction. */
FALLIBLE own_date_again(struct own *o, struct vault *v, uint64_t now_ms);

#endif
