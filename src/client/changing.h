/* SPDX-License-Identifier: Apache-2.0 */
/* changing: what listing.h keeps, and the server. */
#ifndef TACET_CLIENT_CHANGING_H
#define TACET_CLIENT_CHANGING_H

#include "client/listing.h"

struct engine;
struct frame;

/* In a transaction of its own: errors of listing_put().  EVENT_LISTED comes when it is in force. */
FALLIBLE changing_ask(struct engine *e, const struct listing_change *c);
/* Sign and send what waits, one after the other. */
FALLIBLE changing_pump(struct engine *e);
FALLIBLE changing_answered(struct engine *e, const struct frame *f);
uint64_t changing_at(const struct engine *e); /* when to look again; 0: no need */
FALLIBLE changing_wake(struct engine *e);

#endif
