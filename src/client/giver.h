/* SPDX-License-Identifier: Apache-2.0 */
/* giver: history for other devices of mine: what giving.h keeps, and what they say.
 * [PROTOCOL 15.5] */
#ifndef TACET_CLIENT_GIVER_H
#define TACET_CLIENT_GIVER_H

#include "client/engine.h"
#include "e2ee/history.h"

/* In a transaction of its own: E_ABSENT: no device of mine; E_DENIED: this one, or no policy allows
 * it.  EVENT_HISTORY tells how it goes; asked again it is offered again. */
FALLIBLE giver_ask(struct engine *e, const struct device_id *to);
FALLIBLE giver_pump(struct engine *e);
uint64_t giver_at(const struct engine *e); /* when to look again; 0: no need */
FALLIBLE giver_wake(struct engine *e);
/* In the caller's transaction: a device of mine said this; after it giver_pump(), if giving_due. */
FALLIBLE giver_control(struct engine *e, const struct device_id *from, const struct history *h,
                       struct event *event);
/* In the caller's transaction: a control message for another device of mine.  E_ABSENT: my own
 * account was not learned of yet. */
FALLIBLE giver_say(struct engine *e, const struct device_id *to, struct bytes content);
FALLIBLE giver_tell(struct engine *e, const struct device_id *to, const struct history *h);

#endif
