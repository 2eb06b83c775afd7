/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "assert_err.h"

static void a_sum_stops_at_the_largest_time(void **state)
{
    assert_int_equal(clock_add(1, 2), 3);
    assert_true(clock_add(UINT64_MAX, 0) == UINT64_MAX);
    assert_true(clock_add(UINT64_MAX - 1, 1) == UINT64_MAX);
    assert_true(clock_add(UINT64_MAX, 1) == UINT64_MAX);
    assert_true(clock_add(2, UINT64_MAX) == UINT64_MAX);
}

static void time_since_something_later_is_zero(void **state)
{
    assert_int_equal(clock_since(5, 3), 2);
    assert_int_equal(clock_since(3, 3), 0);
    assert_int_equal(clock_since(3, 5), 0);
    assert_int_equal(clock_since(0, UINT64_MAX), 0);
}

static void an_hour_ahead_is_tolerated_and_a_millisecond_more_is_not(void **state)
{
    assert_false(clock_is_ahead(1000, 1000));
    assert_false(clock_is_ahead(0, UINT64_MAX));
    assert_false(clock_is_ahead(1000 + CLOCK_HOUR_MS, 1000));
    assert_true(clock_is_ahead(1001 + CLOCK_HOUR_MS, 1000));
    assert_true(clock_is_ahead(UINT64_MAX, 0));
    assert_false(clock_is_ahead(UINT64_MAX, UINT64_MAX));
}

static void units_are_milliseconds(void **state)
{
    assert_int_equal(CLOCK_DAY_MS, 86400000);
    assert_int_equal(CLOCK_HOUR_MS, 3600000);
    assert_int_equal(CLOCK_MINUTE_MS, 60000);
}

static void assert_text(uint64_t t_ms, const char *want)
{
    char text[CLOCK_TEXT_SIZE];

    clock_text(t_ms, text);
    assert_string_equal(text, want);
}

static void known_moments_are_written_as_rfc_3339(void **state)
{
    assert_text(0, "1970-01-01T00:00:00.000Z");
    assert_text(UINT64_C(999999999999), "2001-09-09T01:46:39.999Z");
    assert_text(UINT64_C(1795297080000), "2026-11-21T21:38:00.000Z");
}

static void leap_years_follow_the_gregorian_rule(void **state)
{
    assert_text(UINT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    assert_text(UINT64_C(1709251199999), "2024-02-29T23:59:59.999Z");
    assert_text(UINT64_C(1709251200000), "2024-03-01T00:00:00.000Z");
    assert_text(UINT64_C(1677628800000), "2023-03-01T00:00:00.000Z");
    assert_text(UINT64_C(4107542399999), "2100-02-28T23:59:59.999Z");
    assert_text(UINT64_C(4107542400000), "2100-03-01T00:00:00.000Z");
    assert_text(UINT64_C(1735603200000), "2024-12-31T00:00:00.000Z");
}

static void time_after_the_year_9999_is_shown_as_its_end(void **state)
{
    assert_text(UINT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
    assert_text(UINT64_C(253402300800000), "9999-12-31T23:59:59.999Z");
    assert_text(UINT64_MAX, "9999-12-31T23:59:59.999Z");
}

static void the_system_calendar_agrees(void **state)
{
    for (uint64_t t_ms = 0; t_ms < UINT64_C(253402300800000); t_ms += UINT64_C(123456789012)) {
        time_t seconds = (time_t)(t_ms / 1000);
        char date[32], want[64];
        struct tm tm;

        assert_non_null(gmtime_r(&seconds, &tm));
        assert_int_not_equal(strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm), 0);
        snprintf(want, sizeof want, "%s.%03uZ", date, (unsigned)(t_ms % 1000));
        assert_text(t_ms, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_stops_at_the_largest_time),
        cmocka_unit_test(time_since_something_later_is_zero),
        cmocka_unit_test(an_hour_ahead_is_tolerated_and_a_millisecond_more_is_not),
        cmocka_unit_test(units_are_milliseconds),
        cmocka_unit_test(known_moments_are_written_as_rfc_3339),
        cmocka_unit_test(leap_years_follow_the_gregorian_rule),
        cmocka_unit_test(time_after_the_year_9999_is_shown_as_its_end),
        cmocka_unit_test(the_system_calendar_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
