/* SPDX-License-Identifier: Apache-2.0 */
#include "property/edicts.h"

#include "statement/policy.h"

static const struct network_policy NONE = {.number = 0};

const struct network_policy *edicts_newest(const struct edicts *e)
{
    return e->n == 0 ? &NONE : &e->policy[e->n - 1];
}

static enum err_code publish(struct play *p, const struct buf *statement)
{
    Tacet__Wire__PublishPolicy m = TACET__WIRE__PUBLISH_POLICY__INIT;

    m.statement = frame_data(buf_view(statement));
    return stage_operate(p, OP_POLICY_PUBLISH, &m, NULL);
}

void edicts_publish(struct edicts *e, struct play *p, struct dice *d)
{
    struct network_policy next;

    if (e->keeper == NULL || !stage_is_running(e->keeper) || e->n == EDICTS_MOST)
        return;
    next = desk_next(p, edicts_newest(e), 0);
    desk_keep(&next, e->keeper, dice_once_in(d, 2));
    if (dice_once_in(d, 4))
        next.profile = POLICY_STANDARD;
    e->statement[e->n] = BUF(POLICY_MAX_SIZE);
    desk_sign(p, &next, &e->statement[e->n]);
    assert_int_equal(publish(p, &e->statement[e->n]), E_OK);
    e->policy[e->n++] = next;
}

void edicts_again(struct edicts *e, struct play *p)
{
    for (size_t i = 0; i < e->n; i++)
        (void)publish(p, &e->statement[i]); /* a conflict where it is still there */
}

void edicts_free(struct edicts *e)
{
    for (size_t i = 0; i < e->n; i++)
        buf_free(&e->statement[i]);
    e->n = 0;
}
