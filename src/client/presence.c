/* SPDX-License-Identifier: Apache-2.0 */
/*
 * presence: when this device was here last, as it knows itself: one that was away for long has
 * missed something, and the person is told.  [PROTOCOL 15.8]
 */
#include "client/engine_internal.h"

#define EXACTLY_MS    (6 * CLOCK_HOUR_MS)
#define MAIL_LIVES_MS (30 * CLOCK_DAY_MS) /* at the server */

/* That this device is here.  *away_ms: for so long it was not known. */
static struct err note(struct engine *e, uint64_t *away_ms)
{
    uint64_t was_ms;

    TRY(vault_counter_get(e->vault, VAULT_PRESENT, &was_ms));
    *away_ms = was_ms == 0 ? 0 : clock_since(e->now_ms, was_ms);
    e->present_ms = clock_add(e->now_ms, EXACTLY_MS);
    if (was_ms != 0 && was_ms <= e->now_ms && *away_ms < EXACTLY_MS)
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, vault_counter_set(e->vault, VAULT_PRESENT, e->now_ms));
}

/* What the server kept no longer, nobody can see the want of here. */
static void tell_away(struct engine *e, uint64_t away_ms)
{
    struct event event = {.kind = EVENT_PROBLEM, .problem = PROBLEM_AWAY};

    event.message.missing = away_ms / CLOCK_DAY_MS;
    actions_tell(e, &event);
}

struct err presence_drained(struct engine *e)
{
    uint64_t away_ms;

    TRY(note(e, &away_ms));
    if (away_ms > MAIL_LIVES_MS)
        tell_away(e, away_ms);
    if (away_ms < CLOCK_DAY_MS || !own_has_siblings(&e->own))
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, lacking_at_all(e));
}

uint64_t presence_at(const struct engine *e)
{
    return e->drained ? e->present_ms : 0;
}

struct err presence_wake(struct engine *e)
{
    uint64_t away_ms;

    return presence_at(e) == 0 || e->now_ms < e->present_ms ? OK : note(e, &away_ms);
}
