/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elders: the lists of my account from before the one that this device came with, as far as states
 * of rooms need them that were signed by devices which went before.  [PROTOCOL 6.9]
 */
#ifndef TACET_CLIENT_ELDERS_H
#define TACET_CLIENT_ELDERS_H

#include "client/engine_internal.h"
#include "wire/tacet.pb-c.h"

/* Ask for those right before the lowest that is known; nothing when that is the first. */
FALLIBLE elders_ask(struct engine *e);
/* Is this what was asked so? */
bool elders_is(const struct waiting *w);
/* Each is kept that the one after it names by its hash. */
FALLIBLE elders_answered(struct engine *e, const Tacet__Wire__Person *p);
/* E_ABSENT. */
FALLIBLE elders_list(struct engine *e, uint32_t version, struct device_list *out);

#endif
