/* SPDX-License-Identifier: Apache-2.0 */
/*
 * activity: what people do at this moment, told to who is there and kept nowhere.  [PROTOCOL 6.16]
 */
#ifndef TACET_CLIENT_ACTIVITY_H
#define TACET_CLIENT_ACTIVITY_H

#include "client/judging.h"

#define ACTIVITY_MEMBERS_MAX 16                    /* of a room in which something is told */
#define ACTIVITY_HEARD_MS    (5 * CLOCK_MINUTE_MS) /* who was heard so lately is told */

/* Does the person want it told? */
FALLIBLE activity_is_told(struct engine *e, bool *told);
/* E_MALFORMED: neither 0 nor 1.  E_DENIED: the network does not allow that it is told. */
FALLIBLE activity_command(struct engine *e, const struct command *c);
/* To whoever is there, if to anybody; nothing comes of it otherwise.  E_MALFORMED: it is no
 * activity; E_ABSENT: there is no such conversation. */
FALLIBLE activity_tell(struct engine *e, const struct command *c);

/* What the server hands on, outside of any transaction. */
FALLIBLE activity_came(struct engine *e, struct bytes body, struct arena *a);
/* In its savepoint: it was opened, and all about it is right. */
FALLIBLE activity_take(struct opening *op, const struct opened *o, const struct verdict *verdict,
                       struct bytes content);

#endif
