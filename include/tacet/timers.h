/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/timers.h: for how long messages live.
 *
 * When its time is over a message is destroyed on every device that has it, and the server drops
 * it.  With one person and in a group everybody says it of what they write themselves; in a room
 * its moderators say it for all.  Where nothing is said, it is 30 days from when it was written,
 * read or not.  What burns is not searched before it was read, and not exported.
 */
#ifndef TACET_TIMERS_H
#define TACET_TIMERS_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_EXPIRE_MOST    (365 * 24 * 3600) /* seconds */
#define TACET_EXPIRE_DEFAULT (30 * 24 * 3600)

/* In seconds; 0: nothing is said. */
struct tacet_timers {
    uint32_t expire_s; /* from when it was written */
    uint32_t burn_s; /* and from when it was read (tacet_mark_read()), on each device; for who wrote
                        it, from when the server has it */
};

struct tacet_timers_of {
    struct tacet_timers said;  /* by me, of what I write there */
    struct tacet_timers room;  /* by the moderators of a room, for all */
    struct tacet_timers lives; /* what comes of it: its expire_s is never 0 */
};

/* Of a conversation.  TACET_ABSENT: there is no such one. */
TACET_API enum tacet_code tacet_get_timers(struct tacet_client *c, const char *with,
                                           struct tacet_timers_of *out);

/* Of what I write there from now on, on all my devices; in a room, as a moderator, of what all
 * write there: then TACET_EVENT_ROOM_CHANGE follows, with `wished` TACET_WISH_TIMERS, and codes
 * as of tacet_change_room().  TACET_LIMIT: more than TACET_EXPIRE_MOST, either.  TACET_ABSENT: no
 * such conversation, or it is not known yet who they are. */
TACET_API enum tacet_code tacet_set_timers(struct tacet_client *c, const char *with,
                                           const struct tacet_timers *timers);

/* As tacet_send(), when this is said of that message alone.  TACET_LIMIT: or that is more than the
 * room allows. */
TACET_API enum tacet_code tacet_send_for(struct tacet_client *c, const char *to,
                                         const uint8_t *text, size_t n,
                                         const struct tacet_timers *timers, char id[TACET_ID_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
