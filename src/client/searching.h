/* SPDX-License-Identifier: Apache-2.0 */
/*
 * searching: finding conversations by what they are called, and messages by what they say.
 *
 * There is no index: each message is opened and looked at, a hundred thousand of them in about a
 * sixth of a second (`make bench ONLY=search`), and nothing is kept that would have to be
 * destroyed with a message.
 */
#ifndef TACET_CLIENT_SEARCHING_H
#define TACET_CLIENT_SEARCHING_H

#include "client/messages.h"
#include "client/query.h"

struct searching_hit {
    uint64_t conversation, place;
};

/* What was found; freed by its owner, after an error too. */
struct searching {
    struct buf hits; /* of struct searching_hit */
};
#define SEARCHING ((struct searching){BUF(64 << 20)})

size_t searching_count(const struct searching *s);
/* i < searching_count() */
struct searching_hit searching_get(const struct searching *s, size_t i);
void searching_free(struct searching *s);

/* People whom this profile knows, by handle or by the name that they were given, and rooms by what
 * they are called: in the order in which they were met, without a place. */
FALLIBLE searching_conversations(struct vault *v, const struct own *me, struct query *q,
                                 struct searching *out);

/* Texts of one conversation, or with 0 of all, as they are now, and what they are called where it
 * keeps them together: the newest first.  What a
 * conversation's diary says is not looked at, nor what this program cannot show. */
FALLIBLE searching_messages(struct vault *v, const struct own *me, struct query *q,
                            uint64_t conversation, struct searching *out);

#endif
