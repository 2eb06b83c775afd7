/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the client: what should have ended goes on. */
#include "base/clock.h"
#include "client/ageing.h"
#include "client/engine_internal.h"
#include "sim/plants.h"

uint64_t __real_ageing_due(const struct ageing *a, uint64_t sent_ms, uint32_t ttl_s);
uint64_t __wrap_ageing_due(const struct ageing *a, uint64_t sent_ms, uint32_t ttl_s);
struct err __real_ending_read(struct engine *e, const struct message *m, uint64_t read_ms);
struct err __wrap_ending_read(struct engine *e, const struct message *m, uint64_t read_ms);

uint64_t __wrap_ageing_due(const struct ageing *a, uint64_t sent_ms, uint32_t ttl_s)
{
    uint64_t due = __real_ageing_due(a, sent_ms, ttl_s);

    return plants_has("what_is_over_lives_on") ? clock_add(due, CLOCK_DAY_MS) : due;
}

struct err __wrap_ending_read(struct engine *e, const struct message *m, uint64_t read_ms)
{
    return plants_has("what_was_read_does_not_burn") ? OK : __real_ending_read(e, m, read_ms);
}
