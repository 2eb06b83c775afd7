/* SPDX-License-Identifier: Apache-2.0 */
/* lifetime: how a person writes for how long something lives: 90, 45s, 30m, 12h, 7d, 2w, 1y. */
#ifndef TACET_CLI_LIFETIME_H
#define TACET_CLI_LIFETIME_H

#include "base/buf.h"
#include "terminal/options.h"

/* In seconds, 1 to a year.  false: it is none. */
bool lifetime_parse(const char *text, uint32_t *seconds);

/* "1 day", "2 hours 30 minutes": the two greatest units of which there is one, appended. */
void lifetime_write(uint32_t seconds, struct buf *out);

/* "--name TIME"; `none`, where it is not NULL, says 0.  *given: it was there.  false: it is none,
 * which was said. */
bool lifetime_take(struct options *o, const char *name, const char *none, bool *given,
                   uint32_t *seconds);

#endif
