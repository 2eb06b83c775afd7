/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delays: a server that keeps handing out mail, or keeps saying that there is more, keeps this
 * device from deleting its prekeys.  After three days online the person is told.  [PROTOCOL 3.1]
 */
#include "client/engine_internal.h"

#define PATIENCE_MS (72 * CLOCK_HOUR_MS)

/* Online without having been drained, in this connection too. */
static uint64_t waited_ms(const struct engine *e)
{
    const struct delays *d = &e->delays;

    return d->waited_ms + (d->since_ms == 0 ? 0 : clock_since(e->now_ms, d->since_ms));
}

void delays_begin(struct engine *e)
{
    e->delays.since_ms = e->now_ms == 0 ? 1 : e->now_ms;
}

void delays_end(struct engine *e)
{
    e->delays.waited_ms = waited_ms(e);
    e->delays.since_ms = 0;
}

void delays_drained(struct engine *e)
{
    e->delays = (struct delays){0};
}

uint64_t delays_at(const struct engine *e)
{
    const struct delays *d = &e->delays;

    if (d->since_ms == 0 || d->told)
        return 0;
    return clock_add(d->since_ms, clock_since(PATIENCE_MS, d->waited_ms));
}

void delays_wake(struct engine *e)
{
    if (delays_at(e) == 0 || waited_ms(e) < PATIENCE_MS)
        return;
    e->delays.told = true;
    actions_tell(e, &(struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_DELAYED});
}
