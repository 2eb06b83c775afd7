/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/desk.h"

#include "scenario/stage_internal.h"
#include "server/networks/networks.h"

struct network_policy desk_next(struct play *p, const struct network_policy *last, uint64_t in_ms)
{
    struct network_policy next = {.number = last->number + 1,
                                  .made_ms = p->now_ms,
                                  .from_ms = p->now_ms + in_ms,
                                  .profile = POLICY_HYBRID};

    memcpy(next.previous, last->hash, sizeof next.previous);
    return next;
}

void desk_keep(struct network_policy *policy, struct person *keeper, bool strict)
{
    policy->retains = true;
    policy->retention = (struct policy_retention){.aid = engine_own(keeper->engine)->me.who.aid,
                                                  .scope = POLICY_ALL,
                                                  .strict = strict,
                                                  .days = 30};
}

void desk_sign(struct play *p, struct network_policy *policy, struct buf *out)
{
    assert_ok(policy_sign(policy, networks_id(p->networks), p->root_key, out));
}

void desk_publish(struct play *p, struct network_policy *policy)
{
    Tacet__Wire__PublishPolicy m = TACET__WIRE__PUBLISH_POLICY__INIT;
    struct buf statement = BUF(POLICY_MAX_SIZE);

    desk_sign(p, policy, &statement);
    m.statement = frame_data(buf_view(&statement));
    assert_int_equal(stage_operate(p, OP_POLICY_PUBLISH, &m, NULL), E_OK);
    buf_free(&statement);
}
