/* SPDX-License-Identifier: Apache-2.0 */
/* taker: history that another device of mine gives to this one: what taking.h keeps, and what is
 * said of it.  [PROTOCOL 15.5] */
#ifndef TACET_CLIENT_TAKER_H
#define TACET_CLIENT_TAKER_H

#include "client/engine.h"
#include "e2ee/identity.h"

/* The person agrees to what that device of mine gives, or will within a day.  As giver_ask(). */
FALLIBLE taker_agree(struct engine *e, const struct device_id *from);
/* In the caller's transaction: the control message `history`; *event says what to tell, if
 * anything.  `left`: the device was removed since. */
FALLIBLE taker_control(struct engine *e, const struct party *from, bool left, struct bytes content,
                       struct event *event);
/* After a sign-in, and when my account's list is another one: a device that was removed gives no
 * more. */
FALLIBLE taker_listed(struct engine *e);

#endif
