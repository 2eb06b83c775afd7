/* SPDX-License-Identifier: Apache-2.0 */
/* What a sender whose roster is out of date has to know. */
#include "server/rooms/rooms.h"
#include "server/rooms/telling.h"

#define POLICIES_MOST 16 /* of one answer */

/* The version after the one that the roster names, if that is one of ours; else all of them. */
static struct err lists_wanted(struct request *rq, const struct account *who,
                               const struct roster_account *named, uint32_t *from)
{
    struct device_list l;
    struct bytes *at;
    size_t n;

    *from = 1;
    TRY(devices_lists(rq->db, rq->arena, who->row, named->list_version, 1, &at, &n));
    if (n == 0)
        return OK;
    TRY(device_list_parse(at[0], networks_id(rq->server->networks), &l));
    if (roster_names(named, &l))
        *from = l.version + 1;
    return OK;
}

static struct err tell_persons(struct telling *t, const struct rooms_roster *r)
{
    for (size_t i = 0; i < r->roster.accounts && t->out.more == 0; i++) {
        uint32_t from;

        if (!r->changed[i])
            continue;
        TRY(lists_wanted(t->rq, &r->account[i], &r->roster.account[i], &from));
        TRY(telling_person(t, &r->account[i], from));
    }
    return OK;
}

/* Up to the newest, which may not be in force yet.  That the root signed them is enough for who has
 * another one. */
static struct err tell_policies(struct telling *t, const struct rooms_roster *r)
{
    const struct roster_network *named = &r->roster.network[0];
    struct bytes *statement;
    uint32_t from;
    size_t n;

    if (r->policy == NULL || !r->old_policy)
        return OK;
    from =
        named->policy_version < r->policy->number ? named->policy_version + 1 : r->policy->number;
    TRY(policies_from(t->rq->db, t->rq->arena, from, POLICIES_MOST, &statement, &n));
    for (size_t i = 0; i < n; i++)
        TRY(telling_policy(t, statement[i]));
    if (n == POLICIES_MOST)
        t->out.more = 1;
    return OK;
}

static struct err states_wanted(struct request *rq, const struct roster *r, uint32_t *from)
{
    struct rooms_state named;
    struct err err = rooms_at(rq->db, rq->arena, &r->room, r->state_version, &named);

    *from = 1;
    if (err.code == E_OK && bytes_same(BYTES(named.state.hash), BYTES(r->state_hash)))
        *from = named.state.version + 1;
    return err.code == E_ABSENT ? OK : err;
}

static struct err tell_states(struct telling *t, const struct rooms_roster *r)
{
    struct rooms_page *page;
    uint32_t from;

    if (!r->old_state)
        return OK;
    TRY(states_wanted(t->rq, &r->roster, &from));
    TRY(rooms_page(t->rq->db, t->rq->arena, &r->roster.room, from, &page));
    for (size_t i = 0; i < page->n; i++)
        TRY(telling_state(t, page->statement[i], page->commitment[i]));
    if (page->more)
        t->out.more = 1;
    return OK;
}

/* What says who is to be in the roster comes before those who are in it. */
struct err rooms_explain(struct request *rq, struct err why, const struct rooms_roster *r)
{
    struct telling t;

    TRY(telling_begin(&t, rq, r->roster.accounts, POLICIES_MOST, ROOMS_STATES_MAX));
    TRY(tell_policies(&t, r));
    TRY(tell_states(&t, r));
    TRY(tell_persons(&t, r));
    return telling_end(&t, why);
}
