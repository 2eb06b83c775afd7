/* SPDX-License-Identifier: Apache-2.0 */
#include "client/dealings.h"

#include "base/clock.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)

static const struct device_id BOB = {{7}};

static void nothing_is_done_twice_within_ten_minutes(void **state)
{
    struct dealings_count c = {0};

    assert_true(dealings_may(&c, NOW_MS));
    assert_false(dealings_may(&c, NOW_MS));
    assert_false(dealings_may(&c, NOW_MS + 10 * CLOCK_MINUTE_MS - 1));
    assert_true(dealings_may(&c, NOW_MS + 10 * CLOCK_MINUTE_MS));
}

static void nor_more_than_24_times_a_day(void **state)
{
    struct dealings_count c = {0};
    unsigned done = 0;

    for (uint64_t t = 0; t < CLOCK_DAY_MS; t += CLOCK_MINUTE_MS)
        done += dealings_may(&c, NOW_MS + t);
    assert_int_equal(done, 24);
    assert_true(dealings_may(&c, NOW_MS + CLOCK_DAY_MS));
}

static void when_it_may_be_done_again_can_be_said(void **state)
{
    struct dealings_count c = {0};

    for (unsigned i = 0; i < 24; i++) {
        assert_true(dealings_may(&c, NOW_MS + i * 10 * CLOCK_MINUTE_MS));
        if (i < 23)
            assert_int_equal(dealings_next_ms(&c, NOW_MS + i * 10 * CLOCK_MINUTE_MS),
                             NOW_MS + (i + 1) * 10 * CLOCK_MINUTE_MS);
    }
    assert_int_equal(dealings_next_ms(&c, NOW_MS + 5 * CLOCK_HOUR_MS), NOW_MS + CLOCK_DAY_MS);
    assert_false(dealings_may(&c, NOW_MS + CLOCK_DAY_MS - 1));
    assert_true(dealings_may(&c, NOW_MS + CLOCK_DAY_MS));
}

/* A clock that was years ahead once must not forbid everything until then. */
static void a_clock_that_was_wrong_is_forgiven(void **state)
{
    struct dealings_count c = {0};

    assert_true(dealings_may(&c, NOW_MS + 1000 * CLOCK_DAY_MS));
    assert_true(dealings_may(&c, NOW_MS));
}

static void heard(struct safe *s, uint64_t dated_ms, uint64_t now_ms)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, dealings_heard(s->vault, &BOB, dated_ms, now_ms)));
}

static bool silent(struct safe *s, uint64_t opened_ms, uint64_t now_ms)
{
    bool is;

    assert_ok(dealings_is_silent(s->vault, &BOB, opened_ms, now_ms, &is));
    return is;
}

static void who_said_nothing_for_7_days_after_the_capsule_is_silent(void **state)
{
    struct safe *s = *state;
    uint64_t week = NOW_MS + 7 * CLOCK_DAY_MS;

    assert_false(silent(s, NOW_MS, week - 1));
    assert_true(silent(s, NOW_MS, week));
    heard(s, NOW_MS, NOW_MS); /* before it, or with it */
    assert_true(silent(s, NOW_MS, week));
    heard(s, NOW_MS + 1, NOW_MS + 1);
    assert_false(silent(s, NOW_MS, week));
    heard(s, NOW_MS - 5, week); /* an older one that came late */
    safe_again(s);
    assert_false(silent(s, NOW_MS, week));
    assert_true(silent(s, NOW_MS + 1, week + 1));
}

static void a_date_that_is_ahead_vouches_for_nothing_to_come(void **state)
{
    struct safe *s = *state;

    heard(s, NOW_MS + CLOCK_DAY_MS, NOW_MS);
    assert_true(silent(s, NOW_MS, NOW_MS + 7 * CLOCK_DAY_MS));
}

static void what_was_counted_is_kept(void **state)
{
    struct safe *s = *state;
    struct dealings d, again;

    assert_ok(dealings_get(s->vault, &BOB, &d));
    assert_int_equal(d.heard_ms + d.asked_ms + d.resets.n + d.requests.n, 0);
    d = (struct dealings){1, 2, {3, 4, 5}, {6, 7, 8}};
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, dealings_put(s->vault, &BOB, &d)));
    safe_again(s);
    assert_ok(dealings_get(s->vault, &BOB, &again));
    assert_int_equal(again.heard_ms, 1);
    assert_int_equal(again.asked_ms, 2);
    assert_int_equal(again.resets.n, 5);
    assert_int_equal(again.requests.last_ms, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_twice_within_ten_minutes),
        cmocka_unit_test(nor_more_than_24_times_a_day),
        cmocka_unit_test(when_it_may_be_done_again_can_be_said),
        cmocka_unit_test(a_clock_that_was_wrong_is_forgiven),
        safe_test(who_said_nothing_for_7_days_after_the_capsule_is_silent),
        safe_test(a_date_that_is_ahead_vouches_for_nothing_to_come),
        safe_test(what_was_counted_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
