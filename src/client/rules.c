/* SPDX-License-Identifier: Apache-2.0 */
#include "client/rules.h"

#include "base/clock.h"
#include "e2ee/trailer.h"
#include "statement/room_state.h"

#define ARENA_MAX (4 * POLICY_MAX_SIZE)

static const struct bytes NO_KEY = {NULL, 0};
static const struct network_policy NONE = {.number = 0};

const struct network_policy *rules_or_null(const struct network_policy *p)
{
    return p->number == 0 ? NULL : p;
}

static struct err none_is_fine(struct err err)
{
    return err.code == E_ABSENT ? OK : err;
}

/* ---- one of them */

struct err rules_get(struct vault *v, const struct own *me, uint32_t number,
                     struct network_policy *out)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct bytes value;

    TRY_OUT(vault_get(v, VAULT_POLICY, NO_KEY, number, &a, &value));
    TRY_OUT(policy_parse(value, &me->nid, out));
out:
    arena_free(&a);
    return err;
}

/* The first from `number` on.  E_ABSENT. */
static struct err next_from(struct vault *v, const struct own *me, uint64_t number,
                            struct network_policy *out)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct bytes value;

    TRY_OUT(vault_next(v, VAULT_POLICY, NO_KEY, number, &a, &number, &value));
    TRY_OUT(policy_parse(value, &me->nid, out));
out:
    arena_free(&a);
    return err;
}

/* The last with a number of at most `most`.  E_ABSENT. */
static struct err last_to(struct vault *v, const struct own *me, uint64_t most,
                          struct network_policy *out)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct bytes value;
    uint64_t number;

    TRY_OUT(vault_last(v, VAULT_POLICY, NO_KEY, most, &a, &number, &value));
    TRY_OUT(policy_parse(value, &me->nid, out));
out:
    arena_free(&a);
    return err;
}

struct err rules_newest(struct vault *v, const struct own *me, struct network_policy *out)
{
    *out = NONE;
    return none_is_fine(last_to(v, me, UINT32_MAX, out));
}

/* ---- learning */

static struct err check_neighbours(struct vault *v, const struct own *me, struct bytes statement,
                                   uint64_t now_ms, struct network_policy *out)
{
    struct network_policy p, before = NONE, behind;
    struct err err;

    TRY(policy_parse(statement, &me->nid, &p));
    TRY(none_is_fine(rules_get(v, me, p.number - 1, &before)));
    TRY(policy_check(statement, &me->nid, &me->root, rules_or_null(&before), now_ms, out));
    err = p.number == UINT32_MAX ? FAIL(E_ABSENT) : rules_get(v, me, p.number + 1, &behind);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    return bytes_same(BYTES(behind.previous), BYTES(p.hash)) && behind.made_ms >= p.made_ms
               ? OK
               : FAIL(E_FORGED);
}

struct err rules_learn(struct vault *v, const struct own *me, struct bytes statement,
                       uint64_t now_ms, struct network_policy *out, bool *news)
{
    struct network_policy p, known;
    struct err err;

    TRY(check_neighbours(v, me, statement, now_ms, &p));
    err = rules_get(v, me, p.number, &known);
    if (err.code == E_OK && !bytes_same(BYTES(known.hash), BYTES(p.hash)))
        return FAIL(E_FORGED);
    if (err.code == E_ABSENT)
        TRY(vault_put(v, VAULT_POLICY, NO_KEY, p.number, statement));
    else
        TRY(err);
    *news = err.code == E_ABSENT;
    *out = p;
    return OK;
}

/* ---- several of them */

/* Has its time come, or had it by a clock that was put back since? */
static bool has_begun(const struct network_policy *p, uint64_t used, uint64_t now_ms)
{
    return p->from_ms <= now_ms || p->number <= used;
}

struct err rules_in_force(struct vault *v, const struct own *me, uint64_t now_ms,
                          struct network_policy *out)
{
    uint64_t most = UINT32_MAX, used;
    struct err err;

    TRY(vault_counter_get(v, VAULT_POLICY_USED, &used));
    do {
        err = last_to(v, me, most, out);
        most = out->number - UINT64_C(1);
    } while (err.code == E_OK && !has_begun(out, used, now_ms) && out->number > 1);
    if (err.code != E_OK || !has_begun(out, used, now_ms))
        *out = NONE;
    return none_is_fine(err);
}

struct err rules_used(struct vault *v, uint32_t number)
{
    uint64_t used;

    TRY(vault_counter_get(v, VAULT_POLICY_USED, &used));
    return number <= used ? OK : vault_counter_set(v, VAULT_POLICY_USED, number);
}

struct err rules_after(struct vault *v, const struct own *me, uint32_t number,
                       struct network_policy *out)
{
    struct network_policy first = NONE, next;
    struct err err = next_from(v, me, number + UINT64_C(1), &first);

    for (next = first; err.code == E_OK;) {
        const struct network_policy *both[] = {&first, &next};
        const struct network_policy *sooner = policy_after(both, 2, number);

        if (sooner == &next)
            first = next;
        err = next_from(v, me, next.number + UINT64_C(1), &next);
    }
    TRY(none_is_fine(err));
    *out = first;
    return OK;
}

struct err rules_missing(struct vault *v, const struct own *me, uint32_t number, uint32_t *out)
{
    struct network_policy newest, p;

    *out = 0;
    TRY(rules_newest(v, me, &newest));
    if (number > newest.number)
        *out = number;
    for (uint64_t want = number; *out == 0 && want < newest.number; want++) {
        TRY(next_from(v, me, want, &p));
        if (want != 0 && p.number != want) /* there is none with number 0 */
            *out = (uint32_t)want;
    }
    return OK;
}

struct err rules_needed(struct vault *v, const struct own *me, uint64_t now_ms, uint32_t *out)
{
    struct network_policy p;
    struct err err;

    *out = 0;
    TRY(rules_newest(v, me, &p));
    while (p.number > 1 && p.from_ms > now_ms) {
        uint32_t below = p.number - 1;

        err = rules_get(v, me, below, &p);
        if (err.code == E_ABSENT) {
            *out = below;
            return OK;
        }
        TRY(err);
    }
    return OK;
}

static bool is_near(const struct network_policy *p, uint64_t now_ms)
{
    return p->number != 0 && clock_since(now_ms, p->from_ms) < CLOCK_HOUR_MS &&
           clock_since(p->from_ms, now_ms) < CLOCK_HOUR_MS;
}

struct err rules_change_is_near(struct vault *v, const struct own *me, uint64_t now_ms, bool *near)
{
    struct network_policy now, next;

    TRY(rules_in_force(v, me, now_ms, &now));
    TRY(rules_after(v, me, now.number, &next));
    *near = is_near(&now, now_ms) || is_near(&next, now_ms);
    return OK;
}

/* ---- what it means */

struct err rules_of_pair(struct vault *v, const struct own *me, const struct account_id *with,
                         uint64_t now_ms, struct rules *out)
{
    const struct account_id *keeper;

    *out = (struct rules){.profile = 0};
    TRY(rules_in_force(v, me, now_ms, &out->policy));
    out->profile = (uint8_t)policy_profile(rules_or_null(&out->policy));
    keeper = policy_requires(rules_or_null(&out->policy), false, NULL);
    if (keeper == NULL)
        return OK;
    out->kept = true;
    out->keeper = *keeper;
    out->joins = !ID_SAME(*keeper, me->me.who.aid) && (with == NULL || !ID_SAME(*keeper, *with));
    return OK;
}

struct err rules_of_room(struct vault *v, const struct own *me, const struct room_state *s,
                         uint64_t now_ms, struct rules *out)
{
    const struct account_id *keeper;

    *out = (struct rules){.profile = 0};
    TRY(rules_in_force(v, me, now_ms, &out->policy));
    out->profile = (uint8_t)policy_profile(rules_or_null(&out->policy));
    keeper = policy_requires(rules_or_null(&out->policy), true, &s->room);
    if (keeper == NULL)
        return OK;
    out->kept = true;
    out->keeper = *keeper;
    out->joins = room_state_find(s, &me->nid, keeper) == NULL;
    return OK;
}

uint32_t rules_ttl_most(void)
{
    return TRAILER_TTL_MOST_S;
}

uint32_t rules_burn_most(void)
{
    return 0;
}

bool rules_says_receipts(uint8_t *level)
{
    *level = 0;
    return false;
}

bool rules_allows_export(void)
{
    return true;
}

bool rules_allows_forwarding(void)
{
    return true;
}

bool rules_allows_position(void)
{
    return true;
}

bool rules_allows_activity(void)
{
    return true;
}

bool rules_allows_fetching(void)
{
    return true;
}

bool rules_allows_history(void)
{
    return true;
}
