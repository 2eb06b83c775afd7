/* SPDX-License-Identifier: Apache-2.0 */
/* memory_test: the plays, in one process on a virtual clock. */
#include "crypto/p521.h"
#include "scenario/plays.h"
#include "scenario/stage_internal.h"

static void count_and_run(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n)
{
    *(size_t *)ctx += n;
    while (n > 0)
        job(arg, --n);
}

static void agreements_are_made_on_what_the_host_lends(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    size_t made = 0;
    const struct pool pool = {count_and_run, &made};

    (void)state;
    engine_lend(stage_engine(alice), &pool);
    says(alice, bob, "lent");
    sees(bob, alice, "lent");
    assert_int_equal(made, 1); /* Bob has one device */
    engine_lend(stage_engine(alice), NULL);
    says(alice, bob, "given back");
    sees(bob, alice, "given back");
    assert_int_equal(made, 1);
    play_end(p);
}

static void a_page_is_agreed_upon_on_what_the_host_lends(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    size_t made = 0;
    const struct pool pool = {count_and_run, &made};

    (void)state;
    says(alice, bob, "hello");
    sees(bob, alice, "hello");
    leaves(bob);
    says(alice, bob, "one");
    says(alice, bob, "two");
    says(alice, bob, "three");
    bob->pool = &pool;
    returns(bob);
    sees(bob, alice, "one");
    sees(bob, alice, "two");
    sees(bob, alice, "three");
    sees_nothing(bob);
    assert_int_equal(made, 3);
    play_end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreements_are_made_on_what_the_host_lends),
        cmocka_unit_test(a_page_is_agreed_upon_on_what_the_host_lends),
    };
    int failed = _cmocka_run_group_tests("plays in memory", plays, plays_n, NULL, NULL);

    return failed + cmocka_run_group_tests_name("a host that lends", tests, NULL, NULL);
}
