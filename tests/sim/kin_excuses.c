/* SPDX-License-Identifier: Apache-2.0 */
/* kin_excuses: what must come to whom where people have several devices, and what they explain. */
#include "sim/kin.h"
#include "sim/people.h"
#include "sim/world.h"

/* ---- who gets what is said */

uint64_t kin_who_get(const struct world *w, const struct person *account)
{
    uint64_t all = 0;

    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];

        if (who->first == account->first && who->kin.ready && !who->kin.removed)
            all |= UINT64_C(1) << i;
    }
    return all;
}

bool kin_has_several(const struct person *account)
{
    for (size_t i = 0; account != NULL && i < account->world->people; i++)
        if (account->world->person[i]->first == account->first &&
            account->world->person[i] != account)
            return true;
    return false;
}

/* ---- what need not come, or may be told */

bool kin_is_refused(const struct person *from, uint64_t accepted_ms)
{
    return from->kin.leaving &&
           (accepted_ms == 0 || accepted_ms + CLOCK_HOUR_MS >= from->kin.leaving_ms);
}

/* What a capsule that was refused would have opened waits until the prekey that it needs has gone:
 * there is nobody to ask for a reset. */
bool kin_explains(const struct person *who, const struct event *e)
{
    const struct world *w = who->world;

    if (e->problem != PROBLEM_DAMAGED && e->problem != PROBLEM_HISTORY)
        return false;
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->kin.removed)
            return e->code == E_REMOVED || (e->problem == PROBLEM_DAMAGED && e->code == E_EXPIRED &&
                                            w->ledger.of[who->index].refused);
    return false;
}

bool kin_was_forgotten(const struct person *who)
{
    const struct server_node *s = &who->world->server;

    return s->restored && who->kin.removed && who->kin.removed_ms >= s->restored_of_ms;
}
