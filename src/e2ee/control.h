/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: what a control message says: the content of a message that is carried out and not shown.
 * [PROTOCOL 6.8]
 */
#ifndef TACET_E2EE_CONTROL_H
#define TACET_E2EE_CONTROL_H

#include "e2ee/payload.h"
#include "e2ee/schedule.h"

#define CONTROL_ENTRIES_MAX 32
#define CONTROL_MARK_SIZE   16 /* of a ctx: its first bytes */
#define CONTROL_TTL_S       (7 * 24 * 3600)

/* Places of a stream that belong together: 1 <= first <= last. */
struct control_range {
    uint64_t first, last;
};

/* A sealed message by its ctx, and in an answer by the id that it had. */
struct control_mark {
    uint8_t ctx[CONTROL_MARK_SIZE];
    struct message_id id; /* in `settled` alone; zero: it lives no longer */
};

struct control {
    enum payload_type type;
    size_t n; /* of entries: 1 to CONTROL_ENTRIES_MAX; 0 in `hello` */
    union {
        struct control_mark mark[CONTROL_ENTRIES_MAX];   /* reset, settled: by ctx, rising */
        struct control_range range[CONTROL_ENTRIES_MAX]; /* missing, void: apart, rising */
    };
};

/* Whether a range is one, and lies apart from the one before it (NULL: it is the first).  Ranges
 * that touch would be one. */
bool control_range_follows(const struct control_range *before, const struct control_range *r);

/* Append the content.  The control must be as 6.8 says. */
void control_write(const struct control *c, struct buf *out);

/* E_ABSENT: this version knows no control message of that type, and ignores it.  E_TRUNCATED;
 * E_MALFORMED: also no entries, or some that do not rise; E_LIMIT: too many. */
FALLIBLE control_parse(uint16_t type, struct bytes content, struct control *out);

#endif
