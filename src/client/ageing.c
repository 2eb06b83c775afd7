/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ageing.h"

#include "base/clock.h"

#define KEEP_EACH_MS (10 * CLOCK_MINUTE_MS)
#define JUMP_MS      CLOCK_MINUTE_MS /* the clock and the steady one may differ by as much */

struct err ageing_begin(struct vault *v, uint64_t now_ms, struct ageing *out)
{
    struct ageing a = {.clock_ms = now_ms};
    uint64_t clock_ms;

    TRY(vault_counter_get(v, VAULT_TIME, &a.kept_ms));
    TRY(vault_counter_get(v, VAULT_TIME_CLOCK, &clock_ms));
    a.jumped = now_ms < clock_ms;
    a.time_ms = a.kept_ms == 0 ? now_ms : clock_add(a.kept_ms, clock_since(now_ms, clock_ms));
    *out = a;
    return OK;
}

void ageing_go(struct ageing *a, uint64_t now_ms, uint64_t steady_ms)
{
    uint64_t passed = clock_since(now_ms, a->clock_ms);

    if (steady_ms != 0 && a->steady_ms != 0) {
        uint64_t steady = clock_since(steady_ms, a->steady_ms);

        a->jumped |= now_ms < a->clock_ms || clock_since(passed, steady) > JUMP_MS ||
                     clock_since(steady, passed) > JUMP_MS;
        passed = steady;
    } else {
        a->jumped |= now_ms < a->clock_ms;
    }
    a->time_ms = clock_add(a->time_ms, passed);
    a->clock_ms = now_ms;
    a->steady_ms = steady_ms;
}

bool ageing_is_news(const struct ageing *a)
{
    return a->jumped || a->kept_ms == 0 || clock_since(a->time_ms, a->kept_ms) >= KEEP_EACH_MS;
}

struct err ageing_keep(struct vault *v, struct ageing *a)
{
    TRY(vault_counter_set(v, VAULT_TIME, a->time_ms));
    TRY(vault_counter_set(v, VAULT_TIME_CLOCK, a->clock_ms));
    a->kept_ms = a->time_ms;
    a->jumped = false;
    return OK;
}

uint64_t ageing_due(const struct ageing *a, uint64_t sent_ms, uint32_t ttl_s)
{
    uint64_t lives_ms = ttl_s * CLOCK_SECOND_MS;

    return clock_add(a->time_ms, clock_since(lives_ms, clock_since(a->clock_ms, sent_ms)));
}

uint64_t ageing_clock(const struct ageing *a, uint64_t time_ms)
{
    return clock_add(a->clock_ms, clock_since(time_ms, a->time_ms));
}
