/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/edicts.h"

#include "client/rules.h"
#include "sim/operator.h"
#include "sim/people.h"
#include "statement/policy.h"

#define ONCE_IN    12
#define WAITS_DAYS 30
#define AHEAD_MOST (20 * CLOCK_MINUTE_MS)

/* In force at once, or announced. */
static void sign(struct world *w, const struct person *keeper)
{
    struct network_policy p = {.number = 1,
                               .made_ms = w->now_ms,
                               .from_ms = w->now_ms,
                               .profile = POLICY_HYBRID,
                               .retains = true};

    if (dice_once_in(&w->rule, 3))
        p.from_ms += dice_below(&w->rule, AHEAD_MOST);
    if (dice_once_in(&w->rule, 4))
        p.profile = POLICY_STANDARD;
    p.retention = (struct policy_retention){.aid = engine_own(keeper->engine)->me.who.aid,
                                            .scope = POLICY_ALL,
                                            .strict = dice_once_in(&w->rule, 2),
                                            .days = WAITS_DAYS};
    w->server.policy = BUF(POLICY_MAX_SIZE);
    world_must(
        policy_sign(&p, &engine_own(keeper->engine)->nid, w->server.root_key, &w->server.policy),
        "a policy");
    world_trace(w, "%s is to keep copies%s", keeper->handle,
                p.retention.strict ? ", or nothing is shown" : "");
}

void edicts_step(struct world *w)
{
    struct person *keeper = w->person[0];

    if (!world_rolls(w, &w->rule, KIND_POLICY, ONCE_IN) || w->options.hostile ||
        w->server.policy.n > 0 || keeper->engine == NULL || !keeper->joined || keeper->leaving ||
        keeper->unknown)
        return;
    sign(w, keeper);
    operator_asks(w, OP_POLICY_PUBLISH, keeper);
}

void edicts_free(struct world *w)
{
    buf_free(&w->server.policy);
}

struct person *edicts_keeper(const struct world *w)
{
    return w->server.policy.n > 0 ? w->person[0] : NULL;
}

bool edicts_hold(const struct person *from, const struct person *to)
{
    const struct person *keeper = edicts_keeper(from->world);
    struct network_policy p;
    struct err err;

    if (keeper == NULL || from->first == keeper || to->first == keeper)
        return false;
    err = rules_in_force(from->vault, engine_own(from->engine), people_clock(from), &p);
    if (db_trouble(from->db) == E_IO) /* its disk failed, and nothing can be read any more */
        return true;
    world_must(err, "a policy");
    return p.number > 0 && p.retains;
}
