/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taking: what other devices of my account give to this one of their history: a record for each of
 * them, and what becomes of the entries.  [PROTOCOL 15.5]
 *
 * Everything here happens in the caller's transaction.
 */
#ifndef TACET_CLIENT_TAKING_H
#define TACET_CLIENT_TAKING_H

#include "client/ageing.h"
#include "client/messages.h"
#include "e2ee/history.h"

struct parsed; /* client/parsed.h */

enum taking_phase {
    TAKING_AGREED = 1, /* the person did, before there was an offer */
    TAKING_OFFERED,    /* the person has to */
    TAKING_GOING,
    TAKING_OVER,
};

struct taking {
    struct device_id from;
    enum taking_phase phase;
    uint8_t transfer[HISTORY_TRANSFER_SIZE];
    uint64_t agreed_ms;
    uint32_t number;   /* pieces that were taken */
    uint64_t done, of; /* messages, as the last of them says */
};

/* E_ABSENT. */
FALLIBLE taking_get(struct vault *v, const struct device_id *from, struct taking *out);
FALLIBLE taking_put(struct vault *v, const struct taking *t);
/* Another transfer from the same device: from its beginning. */
FALLIBLE taking_begin(struct vault *v, struct taking *t,
                      const uint8_t transfer[HISTORY_TRANSFER_SIZE]);

/* Whose history it becomes. */
struct taking_place {
    struct vault *vault;
    const struct own *me;
    struct parsed *parsed;
    uint64_t now_ms;
    const struct ageing *ageing;
};

/* The next piece: what is whole of its entries is kept, and the record.  E_FORGED, E_MALFORMED,
 * E_TRUNCATED, E_LIMIT, E_CLOCK: something in it is not what its writer signed, or no entry; then
 * nothing of it may be kept. */
FALLIBLE taking_piece(const struct taking_place *p, struct taking *t, const struct history *h);

#endif
