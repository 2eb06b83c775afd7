/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ageing.h"

#include "base/clock.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)
#define DAY    CLOCK_DAY_MS
#define MINUTE CLOCK_MINUTE_MS

static void keep(struct safe *s, struct ageing *a)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, ageing_keep(s->vault, a)));
}

static struct ageing begin(struct safe *s, uint64_t now_ms)
{
    struct ageing a;

    assert_ok(ageing_begin(s->vault, now_ms, &a));
    return a;
}

static void it_goes_on_with_the_steady_clock_whatever_the_other_one_says(void **state)
{
    struct ageing a = begin(*state, NOW_MS);

    ageing_go(&a, NOW_MS, 1000);
    ageing_go(&a, NOW_MS + MINUTE, 1000 + MINUTE);
    assert_int_equal(a.time_ms, NOW_MS + MINUTE);
    ageing_go(&a, NOW_MS + 10 * DAY, 1000 + 2 * MINUTE);
    assert_int_equal(a.time_ms, NOW_MS + 2 * MINUTE);
    ageing_go(&a, NOW_MS - 10 * DAY, 1000 + 3 * MINUTE);
    assert_int_equal(a.time_ms, NOW_MS + 3 * MINUTE);
    ageing_go(&a, NOW_MS - 10 * DAY, 500); /* which never happens, and counts for nothing */
    assert_int_equal(a.time_ms, NOW_MS + 3 * MINUTE);
}

static void without_a_steady_clock_it_goes_forward_alone(void **state)
{
    struct ageing a = begin(*state, NOW_MS);

    ageing_go(&a, NOW_MS + DAY, 0);
    assert_int_equal(a.time_ms, NOW_MS + DAY);
    ageing_go(&a, NOW_MS, 0);
    assert_int_equal(a.time_ms, NOW_MS + DAY);
    ageing_go(&a, NOW_MS + MINUTE, 0);
    assert_int_equal(a.time_ms, NOW_MS + DAY + MINUTE);
}

static void from_program_to_program_it_goes_on_with_the_clock_and_never_back(void **state)
{
    struct safe *s = *state;
    struct ageing a = begin(s, NOW_MS);

    assert_true(ageing_is_news(&a));
    keep(s, &a);
    assert_false(ageing_is_news(&a));
    a = begin(s, NOW_MS + DAY);
    assert_int_equal(a.time_ms, NOW_MS + DAY);
    keep(s, &a);
    a = begin(s, NOW_MS - 10 * DAY);
    assert_int_equal(a.time_ms, NOW_MS + DAY);
    assert_true(ageing_is_news(&a)); /* else what passes from here on would not count */
    keep(s, &a);
    a = begin(s, NOW_MS - 9 * DAY);
    assert_int_equal(a.time_ms, NOW_MS + 2 * DAY);
}

static void the_vault_is_told_after_a_jump_and_now_and_then(void **state)
{
    struct safe *s = *state;
    struct ageing a = begin(s, NOW_MS);

    ageing_go(&a, NOW_MS, 1000);
    keep(s, &a);
    ageing_go(&a, NOW_MS + 9 * MINUTE, 1000 + 9 * MINUTE);
    assert_false(ageing_is_news(&a));
    ageing_go(&a, NOW_MS + 10 * MINUTE, 1000 + 10 * MINUTE);
    assert_true(ageing_is_news(&a));
    keep(s, &a);
    ageing_go(&a, NOW_MS + DAY, 1001 + 10 * MINUTE);
    assert_true(ageing_is_news(&a));
    keep(s, &a);
    a = begin(s, NOW_MS + DAY + MINUTE); /* of the jump nothing counts in the next program, too */
    assert_int_equal(a.time_ms, NOW_MS + 11 * MINUTE + 1);
    ageing_go(&a, NOW_MS + DAY + MINUTE, 7);
    keep(s, &a);
    ageing_go(&a, NOW_MS + DAY + 2 * MINUTE, 7 + 4 * MINUTE); /* or behind the steady one */
    assert_true(ageing_is_news(&a));
}

static void a_message_is_due_its_time_after_it_was_sent_or_came(void **state)
{
    struct ageing a = begin(*state, NOW_MS);

    a.time_ms += 3 * DAY;
    assert_int_equal(ageing_due(&a, NOW_MS, 60), a.time_ms + MINUTE);
    assert_int_equal(ageing_due(&a, NOW_MS - 20000, 60), a.time_ms + 40000);
    assert_int_equal(ageing_due(&a, NOW_MS - 2 * MINUTE, 60), a.time_ms);
    assert_int_equal(ageing_due(&a, NOW_MS + DAY, 60), a.time_ms + MINUTE);
    assert_int_equal(ageing_clock(&a, a.time_ms + MINUTE), NOW_MS + MINUTE);
    assert_int_equal(ageing_clock(&a, 5), NOW_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(it_goes_on_with_the_steady_clock_whatever_the_other_one_says),
        safe_test(without_a_steady_clock_it_goes_forward_alone),
        safe_test(from_program_to_program_it_goes_on_with_the_clock_and_never_back),
        safe_test(the_vault_is_told_after_a_jump_and_now_and_then),
        safe_test(a_message_is_due_its_time_after_it_was_sent_or_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
