/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/receipts.h: what is told of what came, and was read.
 *
 * A device tells whoever wrote to it what came to it, and, where the person wants that, what they
 * read: some seconds later, many messages at once, and not in rooms of more than 64 people.  It is
 * those devices' word about themselves; nothing follows from it but what is shown.
 */
#ifndef TACET_RECEIPTS_H
#define TACET_RECEIPTS_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tacet_receipts {
    TACET_RECEIPTS_NOTHING = 0,
    TACET_RECEIPTS_CAME, /* until something else is said */
    TACET_RECEIPTS_READ, /* that, and what I read */
};

/* What my devices tell. */
TACET_API enum tacet_code tacet_get_receipts(struct tacet_client *c, enum tacet_receipts *out);

/* From now on, on all of them.  What was not told yet is not told either after NOTHING.
 * TACET_MALFORMED: none of these.  TACET_DENIED: the network says it for everybody. */
TACET_API enum tacet_code tacet_set_receipts(struct tacet_client *c, enum tacet_receipts what);

/* One person to whom a message of mine came. */
struct tacet_receipt {
    char handle[TACET_HANDLE_SIZE];
    bool read;      /* and they read it, as they say */
    uint64_t after; /* for the next call */
};

/* Of a conversation, to whom the message at `place` came: with `after` 0 the first, then what the
 * call before has put there.  TACET_ABSENT: there is no such message of mine, or nobody else. */
TACET_API enum tacet_code tacet_next_receipt(struct tacet_client *c, const char *with,
                                             uint64_t place, uint64_t after,
                                             struct tacet_receipt *out);

#ifdef __cplusplus
}
#endif

#endif
