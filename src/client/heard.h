/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heard: what others told of what this account wrote: whom it came to, and who read it.  [PROTOCOL
 * 6.13]
 *
 * It is their devices' word about themselves, and shown; nothing else follows from it.
 */
#ifndef TACET_CLIENT_HEARD_H
#define TACET_CLIENT_HEARD_H

#include "client/engine_internal.h"

/* In the caller's transaction: a receipt.  *news: something is told that was not before, in this
 * conversation by `by`.  One that is none, or not to be believed, says nothing. */
struct heard_news {
    uint64_t conversation;
    struct contact by;
};
FALLIBLE heard_take(struct engine *e, const struct core *core, struct bytes content,
                    struct arena *a, struct heard_news *news);

/* To how many people a message of mine came, and how many of them read it. */
FALLIBLE heard_count(struct vault *v, const struct own *me, const struct message *m,
                     struct engine_heard *out);

/* Of those the next, whose number as a contact is above `after`; *read: they read it.  E_ABSENT. */
FALLIBLE heard_next(struct vault *v, const struct own *me, const struct message *m, uint64_t after,
                    struct contact *who, bool *read);

#endif
