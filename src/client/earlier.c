/* SPDX-License-Identifier: Apache-2.0 */
/*
 * earlier: what somebody said later waits for what they said before, as long as something is being
 * asked for that may open it.  Else it would be shown first, where it misses less.
 */
#include "client/engine_internal.h"

void earlier_begin(struct engine *e)
{
    e->earlier.looking = true;
    e->earlier.n = 0;
}

void earlier_end(struct engine *e)
{
    e->earlier.looking = false;
}

static bool is_noted(const struct engine *e, const uint8_t prefix[SCHEDULE_PREFIX_SIZE])
{
    for (size_t i = 0; i < e->earlier.n; i++)
        if (memcmp(e->earlier.prefix[i], prefix, SCHEDULE_PREFIX_SIZE) == 0)
            return true;
    return false;
}

/* Of more senders at once than there is room for, some may be shown out of order. */
void earlier_note(struct engine *e, const struct opening_item *item)
{
    if (!item->claimed || e->earlier.n == ENGINE_EARLIER_MAX || is_noted(e, item->prefix))
        return;
    memcpy(e->earlier.prefix[e->earlier.n++], item->prefix, SCHEDULE_PREFIX_SIZE);
}

struct err earlier_holds(struct engine *e, const uint8_t prefix[SCHEDULE_PREFIX_SIZE], bool *holds)
{
    *holds = lookups_are_asking(e);
    if (!*holds)
        return OK;
    if (e->earlier.looking)
        *holds = is_noted(e, prefix);
    else
        TRY(vault_has(e->vault, VAULT_PARKED_FROM, bytes(prefix, SCHEDULE_PREFIX_SIZE), 0, holds));
    e->earlier.held |= *holds;
    return OK;
}

struct err earlier_settle(struct engine *e)
{
    if (!e->earlier.held || lookups_are_asking(e))
        return OK;
    e->earlier.held = false;
    return incoming_retry(e, false);
}
