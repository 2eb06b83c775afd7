/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfers: files on their way, as the vault keeps them: what they are, and the digests of the
 * chunks that are done, a batch in a record.  [PROTOCOL 13.4, 13.5]
 *
 * Everything that writes does so in the caller's transaction.
 */
#ifndef TACET_CLIENT_TRANSFERS_H
#define TACET_CLIENT_TRANSFERS_H

#include "client/vault.h"
#include "e2ee/attachment.h"

#define TRANSFERS_MAX   1000
#define TRANSFERS_BATCH 48 /* chunks whose digests are kept together */

enum transfers_kind {
    TRANSFERS_SENDING = 1,
    TRANSFERS_FETCHING,
    TRANSFERS_SHOWING, /* is never kept: client/showing.h */
    TRANSFERS_PASSING, /* sent without being moved: it is at the server, under an id */
};

struct transfer {
    uint64_t number;
    enum transfers_kind kind;
    uint64_t conversation;
    uint64_t place;          /* of the message that it is fetched for */
    struct bytes attachment; /* as in a message; the root of one that is sent is not known yet */
    struct bytes path;       /* of what is sent; of the folder for what is fetched; that id */
};

/* Does it bring something to others? */
bool transfers_leaves(const struct transfer *t);

/* A new one; sets t->number.  E_LIMIT: there are TRANSFERS_MAX. */
FALLIBLE transfers_add(struct vault *v, struct transfer *t);

/* The one with the lowest number from `from` on; its bytes are in the arena.  E_ABSENT. */
FALLIBLE transfers_next(struct vault *v, uint64_t from, struct arena *a, struct transfer *out);

/* Also the digests.  Harmless when there is none. */
FALLIBLE transfers_drop(struct vault *v, uint64_t number);

/* The digests of chunks from `first` on, a multiple of TRANSFERS_BATCH; at most that many. */
FALLIBLE transfers_put_digests(struct vault *v, uint64_t number, uint32_t first,
                               struct bytes digests);
/* E_ABSENT: there are none. */
FALLIBLE transfers_digests(struct vault *v, uint64_t number, uint32_t first, struct arena *a,
                           struct bytes *out);

#endif
