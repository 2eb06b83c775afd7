/* SPDX-License-Identifier: Apache-2.0 */
#include "client/rules.h"

#include "base/clock.h"
#include "unit/client/safe.h"
#include "unit/statement/people.h"

#define NOW PEOPLE_NOW_MS

/* A root, and somebody who learns what it says. */
struct court {
    struct safe *safe;
    struct own me; /* no more of it than rules_learn() and the like look at */
    struct key root;
    struct network_policy last;
    struct buf statement;
};

static int court_begin(void **state)
{
    struct court *c = calloc(1, sizeof *c);
    void *safe;

    assert_non_null(c);
    safe_begin(&safe);
    c->safe = safe;
    c->root = key_new(1);
    c->me.nid = people_network("x.example");
    c->me.root = c->root.pub;
    c->me.me.who.aid.b[0] = 1;
    c->statement = BUF(4 * POLICY_MAX_SIZE);
    *state = c;
    return 0;
}

static int court_end(void **state)
{
    struct court *c = *state;
    void *safe = c->safe;

    key_free(&c->root);
    buf_free(&c->statement);
    safe_end(&safe);
    free(c);
    return 0;
}

#define court_test(f) cmocka_unit_test_setup_teardown(f, court_begin, court_end)

/* The next word of the root, in force from then on. */
static struct bytes says(struct court *c, uint64_t from_ms)
{
    struct network_policy p = {.number = c->last.number + 1,
                               .made_ms = NOW,
                               .from_ms = from_ms,
                               .profile = POLICY_STANDARD};

    memcpy(p.previous, c->last.hash, sizeof p.previous);
    buf_cut(&c->statement, 0);
    assert_ok(policy_sign(&p, &c->me.nid, c->root.secret, &c->statement));
    c->last = p;
    return buf_view(&c->statement);
}

static enum err_code learns(struct court *c, struct bytes statement)
{
    struct network_policy p;
    bool news;

    assert_ok(vault_begin(c->safe->vault));
    return vault_end(c->safe->vault, rules_learn(c->safe->vault, &c->me, statement, NOW, &p, &news))
        .code;
}

static uint32_t in_force(struct court *c, uint64_t now_ms)
{
    struct network_policy p;

    assert_ok(rules_in_force(c->safe->vault, &c->me, now_ms, &p));
    return p.number;
}

static uint32_t after(struct court *c, uint32_t number)
{
    struct network_policy p;

    assert_ok(rules_after(c->safe->vault, &c->me, number, &p));
    return p.number;
}

static uint32_t missing(struct court *c, uint32_t number)
{
    uint32_t out;

    assert_ok(rules_missing(c->safe->vault, &c->me, number, &out));
    return out;
}

static uint32_t needed(struct court *c, uint64_t now_ms)
{
    uint32_t out;

    assert_ok(rules_needed(c->safe->vault, &c->me, now_ms, &out));
    return out;
}

static void without_a_policy_nothing_is_in_force_or_missing(void **state)
{
    struct court *c = *state;
    struct rules rules;
    bool near;

    assert_int_equal(in_force(c, NOW), 0);
    assert_int_equal(after(c, 0), 0);
    assert_int_equal(missing(c, 0), 0);
    assert_int_equal(missing(c, 3), 3);
    assert_int_equal(needed(c, NOW), 0);
    assert_ok(rules_change_is_near(c->safe->vault, &c->me, NOW, &near));
    assert_false(near);
    assert_ok(rules_of_pair(c->safe->vault, &c->me, NULL, NOW, &rules));
    assert_int_equal(rules.profile, POLICY_HYBRID);
    assert_false(rules.kept || rules.joins);
}

static void the_highest_whose_time_has_come_is_in_force(void **state)
{
    struct court *c = *state;

    assert_int_equal(learns(c, says(c, NOW + 10)), E_OK);
    assert_int_equal(learns(c, says(c, NOW + 30)), E_OK);
    assert_int_equal(learns(c, says(c, NOW + 20)), E_OK);
    assert_int_equal(in_force(c, NOW + 9), 0);
    assert_int_equal(in_force(c, NOW + 10), 1);
    assert_int_equal(in_force(c, NOW + 20), 3);
    assert_int_equal(in_force(c, NOW + 30), 3);
    assert_int_equal(after(c, 0), 1);
    assert_int_equal(after(c, 1), 3); /* which began before the second */
    assert_int_equal(after(c, 3), 0);
    safe_again(c->safe);
    assert_int_equal(in_force(c, NOW + 20), 3);
}

/* Whoever was sent that roster would call another one behind it wrong.  [PROTOCOL 6.6] */
static void what_a_roster_named_stays_in_force_when_the_clock_goes_back(void **state)
{
    struct court *c = *state;

    assert_int_equal(learns(c, says(c, NOW + 10)), E_OK);
    assert_int_equal(learns(c, says(c, NOW + 20)), E_OK);
    assert_int_equal(in_force(c, NOW), 0);
    assert_ok(vault_begin(c->safe->vault));
    assert_ok(rules_used(c->safe->vault, 1));
    assert_ok(rules_used(c->safe->vault, 0));
    assert_ok(vault_commit(c->safe->vault));
    assert_int_equal(in_force(c, NOW), 1);
    assert_int_equal(in_force(c, NOW + 20), 2);
    safe_again(c->safe);
    assert_int_equal(in_force(c, NOW), 1);
}

static void what_is_learned_late_closes_gaps_and_takes_nothing_back(void **state)
{
    struct court *c = *state;
    struct buf second = BUF(POLICY_MAX_SIZE);

    says(c, NOW);
    buf_bytes(&second, says(c, NOW));
    says(c, NOW);
    assert_int_equal(learns(c, says(c, NOW + 5)), E_OK); /* in the middle */
    assert_int_equal(in_force(c, NOW), 0);
    assert_int_equal(needed(c, NOW), 3);
    assert_int_equal(needed(c, NOW + 5), 0);
    assert_int_equal(missing(c, 0), 1);
    assert_int_equal(missing(c, 2), 2);
    assert_int_equal(missing(c, 4), 0);
    assert_int_equal(learns(c, buf_view(&second)), E_OK);
    assert_int_equal(missing(c, 2), 3);
    assert_int_equal(in_force(c, NOW), 2);
    assert_int_equal(in_force(c, NOW + 5), 4);
    buf_free(&second);
}

static void what_contradicts_a_known_one_is_not_kept(void **state)
{
    struct court *c = *state;
    struct network_policy first, second;

    assert_int_equal(learns(c, says(c, NOW)), E_OK);
    first = c->last;
    assert_int_equal(learns(c, says(c, NOW)), E_OK);
    second = c->last;
    c->last = first;
    assert_int_equal(learns(c, says(c, NOW + 1)), E_FORGED); /* another second */
    assert_int_equal(learns(c, says(c, NOW)), E_FORGED);     /* a third on that one */
    c->last = (struct network_policy){.number = 0};
    assert_int_equal(learns(c, says(c, NOW + 1)), E_FORGED); /* another first */
    c->last = second;
    assert_int_equal(learns(c, says(c, NOW)), E_OK);
    assert_int_equal(in_force(c, NOW), 3);
}

static void what_is_not_the_roots_is_not_kept(void **state)
{
    struct court *c = *state;
    struct buf damaged = BUF(POLICY_MAX_SIZE);

    buf_bytes(&damaged, says(c, NOW));
    damaged.at[damaged.n - 1] ^= 1;
    assert_int_equal(learns(c, buf_view(&damaged)), E_FORGED);
    buf_cut(&damaged, damaged.n - 1);
    assert_int_equal(learns(c, buf_view(&damaged)), E_TRUNCATED);
    assert_int_equal(in_force(c, NOW), 0);
    assert_int_equal(learns(c, says(c, NOW)), E_OK); /* the second, of the root alone */
    assert_int_equal(in_force(c, NOW), 2);
    buf_free(&damaged);
}

static void a_change_is_near_for_an_hour_on_both_sides(void **state)
{
    struct court *c = *state;
    const struct {
        uint64_t now_ms;
        bool near;
    } moments[] = {
        {NOW, false},
        {NOW + CLOCK_HOUR_MS + 1, true},
        {NOW + 2 * CLOCK_HOUR_MS, true},
        {NOW + 3 * CLOCK_HOUR_MS - 1, true},
        {NOW + 3 * CLOCK_HOUR_MS, false},
    };

    assert_int_equal(learns(c, says(c, NOW + 2 * CLOCK_HOUR_MS)), E_OK);
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        bool near;

        assert_ok(rules_change_is_near(c->safe->vault, &c->me, moments[i].now_ms, &near));
        assert_int_equal(near, moments[i].near);
    }
}

static void a_pair_is_joined_by_a_third_and_by_nobody_of_its_own(void **state)
{
    struct court *c = *state;
    struct account_id bob = {{2}}, bot = {{3}};
    struct network_policy p = {.number = 1,
                               .made_ms = NOW,
                               .from_ms = NOW,
                               .profile = POLICY_HYBRID,
                               .retains = true,
                               .retention = {.aid = bot, .scope = POLICY_ALL, .days = 1}};
    struct rules rules;

    assert_ok(policy_sign(&p, &c->me.nid, c->root.secret, &c->statement));
    assert_int_equal(learns(c, buf_view(&c->statement)), E_OK);
    assert_ok(rules_of_pair(c->safe->vault, &c->me, &bob, NOW, &rules));
    assert_true(rules.kept && rules.joins && ID_SAME(rules.keeper, bot));
    assert_ok(rules_of_pair(c->safe->vault, &c->me, &bot, NOW, &rules));
    assert_true(rules.kept && !rules.joins);
    c->me.me.who.aid = bot;
    assert_ok(rules_of_pair(c->safe->vault, &c->me, &bob, NOW, &rules));
    assert_true(rules.kept && !rules.joins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        court_test(without_a_policy_nothing_is_in_force_or_missing),
        court_test(the_highest_whose_time_has_come_is_in_force),
        court_test(what_a_roster_named_stays_in_force_when_the_clock_goes_back),
        court_test(what_is_learned_late_closes_gaps_and_takes_nothing_back),
        court_test(what_contradicts_a_known_one_is_not_kept),
        court_test(what_is_not_the_roots_is_not_kept),
        court_test(a_change_is_near_for_an_hour_on_both_sides),
        court_test(a_pair_is_joined_by_a_third_and_by_nobody_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
