/* SPDX-License-Identifier: Apache-2.0 */
#include "assembly.h"

static struct person alice;

static void enter_alice(struct world *w)
{
    person_enter(w, &alice, "alice");
}

static struct bytes ask(struct world *w, uint32_t number, enum err_code want)
{
    Tacet__Wire__AskPolicy in = TACET__WIRE__ASK_POLICY__INIT;
    Tacet__Wire__PolicyAnswer *out;
    struct answer a;

    in.number = number;
    a = world_ask(w, &alice.session, OP_POLICY, &in);
    assert_int_equal(a.code, want);
    if (want != E_OK)
        return bytes(NULL, 0);
    world_read(w, a, policy_answer, &out);
    return frame_bytes(out->statement);
}

static Tacet__Wire__Policies *show(struct world *w)
{
    Tacet__Wire__AskPolicies in = TACET__WIRE__ASK_POLICIES__INIT;
    Tacet__Wire__Policies *out = NULL;
    struct answer a = world_ask(w, &w->control, OP_POLICY_SHOW, &in);

    assert_int_equal(a.code, E_OK);
    world_read(w, a, policies, &out);
    return out;
}

static uint32_t in_force(struct world *w)
{
    const struct network_policy *p;

    assert_ok(policies_in_force(w->db, w->networks, &w->arena, w->now_ms, &p));
    return p == NULL ? 0 : p->number;
}

static void a_network_begins_without_policy(void **state)
{
    struct world *w = *state;

    enter_alice(w);
    assert_int_equal(ask(w, 0, E_OK).n, 0);
    ask(w, 1, E_ABSENT);
    assert_int_equal(show(w)->n_statements, 0);
    assert_int_equal(in_force(w), 0);
    person_free(&alice);
}

static void a_policy_is_in_force_when_its_moment_comes(void **state)
{
    struct world *w = *state;
    struct network_policy first = policy_next(w, NULL), second;
    struct bytes statement[2];

    enter_alice(w);
    statement[0] = policy_statement(w, &first);
    assert_int_equal(policy_publish(w, statement[0]), E_OK);
    second = policy_next(w, &first);
    second.from_ms += CLOCK_DAY_MS;
    statement[1] = policy_statement(w, &second);
    assert_int_equal(policy_publish(w, statement[1]), E_OK);
    assert_int_equal(in_force(w), 1);
    assert_int_equal(show(w)->in_force, 1);
    assert_int_equal(show(w)->n_statements, 2);
    assert_bytes(ask(w, 0, E_OK), statement[1]); /* who hears of it early is ready in time */
    assert_bytes(ask(w, 1, E_OK), statement[0]);
    ask(w, 3, E_ABSENT);
    w->now_ms += CLOCK_DAY_MS - 1;
    assert_int_equal(in_force(w), 1);
    w->now_ms += 1;
    assert_int_equal(in_force(w), 2);
    assert_int_equal(show(w)->n_statements, 1);
    assert_bytes(frame_bytes(show(w)->statements[0]), statement[1]);
    person_free(&alice);
}

/* Number 3 may come into force before number 2 would have. */
static void a_later_policy_overtakes_an_earlier_one(void **state)
{
    struct world *w = *state;
    struct network_policy first = policy_next(w, NULL), second;

    first.from_ms += CLOCK_DAY_MS;
    assert_int_equal(policy_publish(w, policy_statement(w, &first)), E_OK);
    assert_int_equal(in_force(w), 0);
    second = policy_next(w, &first);
    assert_int_equal(policy_publish(w, policy_statement(w, &second)), E_OK);
    assert_int_equal(in_force(w), 2);
    w->now_ms += 2 * CLOCK_DAY_MS;
    assert_int_equal(in_force(w), 2);
}

static void a_publication_whose_answer_was_lost_is_repeated(void **state)
{
    struct world *w = *state;
    struct network_policy first = policy_next(w, NULL);
    struct bytes statement = policy_statement(w, &first);

    assert_int_equal(policy_publish(w, statement), E_OK);
    assert_int_equal(policy_publish(w, statement), E_OK);
    assert_int_equal(show(w)->n_statements, 1);
    world_again(w);
    assert_int_equal(in_force(w), 1);
}

static void numbers_follow_each_other(void **state)
{
    struct world *w = *state;
    struct network_policy first = policy_next(w, NULL), other = policy_next(w, NULL), third;

    third = first;
    third.number = 3;
    memset(third.previous, 1, sizeof third.previous);
    other.profile = POLICY_STANDARD;
    assert_int_equal(policy_publish(w, policy_statement(w, &third)), E_CONFLICT);
    assert_int_equal(policy_publish(w, policy_statement(w, &first)), E_OK);
    assert_int_equal(policy_publish(w, policy_statement(w, &other)), E_CONFLICT);
    assert_int_equal(policy_publish(w, policy_statement(w, &third)), E_CONFLICT);
    third.number = 2; /* but it names another one before it */
    assert_int_equal(policy_publish(w, policy_statement(w, &third)), E_FORGED);
    third = policy_next(w, &first);
    third.made_ms--;
    assert_int_equal(policy_publish(w, policy_statement(w, &third)), E_FORGED);
    assert_int_equal(in_force(w), 1);
}

static void only_the_root_makes_policies(void **state)
{
    struct world *w = *state;
    struct network_policy p = policy_next(w, NULL);
    struct buf b = BUF(POLICY_MAX_SIZE);
    struct bytes statement;

    assert_ok(policy_sign(&p, &w->nid, w->directory, &b));
    assert_int_equal(policy_publish(w, world_keep(w, &b)), E_FORGED);
    assert_int_equal(policy_publish(w, BYTES_LITERAL("no policy")), E_MALFORMED);
    p.made_ms = p.from_ms = w->now_ms + 2 * CLOCK_HOUR_MS;
    assert_int_equal(policy_publish(w, policy_statement(w, &p)), E_CLOCK);
    p = policy_next(w, NULL);
    statement = policy_statement(w, &p);
    assert_int_equal(policy_publish(w, bytes(statement.at, statement.n - 1)), E_TRUNCATED);
    assert_int_equal(show(w)->n_statements, 0);
}

static void who_retains_has_an_account_here(void **state)
{
    struct world *w = *state;
    struct network_policy p = policy_next(w, NULL);
    struct person nobody;

    enter_alice(w);
    person_make(w, &nobody);
    policy_retain(&p, &nobody, POLICY_ALL, 30);
    assert_int_equal(policy_publish(w, policy_statement(w, &p)), E_ABSENT);
    policy_retain(&p, &alice, POLICY_ALL, 30);
    assert_int_equal(policy_publish(w, policy_statement(w, &p)), E_OK);
    p = policy_next(w, &p);
    policy_retain(&p, &alice, POLICY_ROOMS, 30);
    assert_int_equal(world_remove(w, "alice"), E_OK);
    assert_int_equal(policy_publish(w, policy_statement(w, &p)), E_REMOVED);
    person_free(&alice);
    person_free(&nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_network_begins_without_policy),
        world_test(a_policy_is_in_force_when_its_moment_comes),
        world_test(a_later_policy_overtakes_an_earlier_one),
        world_test(a_publication_whose_answer_was_lost_is_repeated),
        world_test(numbers_follow_each_other),
        world_test(only_the_root_makes_policies),
        world_test(who_retains_has_an_account_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
