/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trailer: the signed part of a message, which travels sealed at its end.  [PROTOCOL 6.2]
 *
 * Core says what was said, by whom and in which order; it is fixed when a message is first sealed.
 * Wrap says to whom this sealing went.
 */
#ifndef TACET_E2EE_TRAILER_H
#define TACET_E2EE_TRAILER_H

#include "base/buf.h"
#include "e2ee/identity.h"

#define TRAILER_CORE_SIZE 220
#define TRAILER_WRAP_SIZE (48 + 4 + NAMES_H16_SIZE)
#define TRAILER_SIGNED_SIZE \
    (TRAILER_CORE_SIZE + TRAILER_WRAP_SIZE + SIGN_SIZE) /* with what signs */
#define TRAILER_TTL_MOST_S (365 * 24 * 3600)

struct core {
    struct party sender;
    struct room_id room;
    bool restart; /* the stream goes on elsewhere; prev is zero  [PROTOCOL 6.7] */
    struct message_id id;
    uint64_t seq; /* from 1; 0 for control messages */
    uint8_t prev[NAMES_H32_SIZE];
    uint64_t sent_ms;
    uint32_t ttl_s;
    uint32_t burn_s; /* from when it was read; 0: it does not burn, as no control message does */
    uint16_t type;   /* enum payload_type; others may come */
    uint8_t digest[NAMES_H32_SIZE];
};

struct wrap {
    struct roster_id roster;
    uint32_t list_version; /* of the sender's own list */
    uint8_t list_hash[NAMES_H16_SIZE];
};

void trailer_write_core(const struct core *core, struct buf *out);

/* E_TRUNCATED, E_MALFORMED: also a reserved field that is not zero, a seq, restart or prev that the
 * type or one another do not allow, or a ttl or burn-on-read out of range. */
FALLIBLE trailer_parse_core(struct bytes in, struct core *out);

/* Content digest of a message id and its content. */
FALLIBLE trailer_digest(const struct message_id *id, struct bytes content,
                        uint8_t out[NAMES_H32_SIZE]);

/* What the next message of the stream names as `prev`. */
FALLIBLE trailer_link(const struct core *core, uint8_t out[NAMES_H32_SIZE]);

/* Sign core and wrap under ctx and append core | wrap | sig | zeros: 496 bytes, or nothing. */
FALLIBLE trailer_sign(const struct core *core, const struct wrap *wrap, struct bytes ctx,
                      const struct identity *me, struct buf *out);

/* Form only: who is the sender, and so whose key it must be?  `sig` is borrowed. */
FALLIBLE trailer_parse(struct bytes plain, struct core *core, struct wrap *wrap, struct bytes *sig);

/* E_FORGED: not this device's signature over what stands in `plain`. */
FALLIBLE trailer_verify(struct bytes plain, struct bytes ctx, const struct network_id *nid,
                        const struct sign_public *dsk);

#endif
