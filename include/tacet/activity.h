/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/activity.h: what people do at this moment.
 *
 * That somebody is writing, or has a conversation before them, is told to those devices of the
 * others that are there now, and is kept nowhere.  The server sees which device tells which,
 * and when, and not what: so nothing is told until the person says so.  It goes to nobody of whom
 * nothing came in the last five minutes, and not in rooms of more than 16 people.
 */
#ifndef TACET_ACTIVITY_H
#define TACET_ACTIVITY_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tacet_activity {
    TACET_TYPING = 1, /* somebody is writing there: for TACET_TYPING_S */
    TACET_HERE,       /* somebody has it before them: for TACET_HERE_S */
};

/* For so long it is shown, in seconds; typing no longer when something of theirs has come. */
#define TACET_TYPING_S 10
#define TACET_HERE_S   60

/* Do my devices tell what I do?  And from now on, on all of them.  TACET_DENIED: the network does
 * not allow it. */
TACET_API enum tacet_code tacet_get_activity(struct tacet_client *c, bool *told);
TACET_API enum tacet_code tacet_set_activity(struct tacet_client *c, bool told);

/* I do so in this conversation.  May be called at each key: it goes out as often as is of use, and
 * if it is to be told at all.  TACET_ABSENT: no such conversation.  TACET_MALFORMED: no such
 * activity. */
TACET_API enum tacet_code tacet_tell_activity(struct tacet_client *c, const char *with,
                                              enum tacet_activity what);

#ifdef __cplusplus
}
#endif

#endif
