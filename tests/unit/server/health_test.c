/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/health.h"

#include "assert_err.h"

static void assert_written(const struct health *h, const char *want)
{
    struct buf b = BUF(1024);

    health_write(h, &b);
    assert_bytes(buf_view(&b), bytes_text(want));
    buf_free(&b);
}

static void nothing_wrong_is_ready(void **state)
{
    struct health h = {.stopping = false};

    assert_true(health_serves(&h));
    assert_written(&h, "{\"state\":\"ready\",\"reasons\":[]}\n");
}

static void a_reason_degrades_and_only_some_stop(void **state)
{
    struct health h = {.stopping = false};

    assert_true(health_set(&h, HEALTH_CLOCK_JUMPED, true));
    assert_false(health_set(&h, HEALTH_CLOCK_JUMPED, true)); /* no news */
    assert_true(health_serves(&h));
    assert_written(&h, "{\"state\":\"degraded\",\"reasons\":[\"clock-jumped\"]}\n");
    assert_true(health_set(&h, HEALTH_DISK_FULL, true));
    assert_false(health_serves(&h));
    assert_written(&h, "{\"state\":\"degraded\",\"reasons\":[\"disk-full\",\"clock-jumped\"]}\n");
    assert_true(health_set(&h, HEALTH_DISK_FULL, false));
    assert_true(health_serves(&h));
}

static void who_stops_does_not_serve(void **state)
{
    struct health h = {.stopping = true};

    assert_false(health_serves(&h));
    assert_written(&h, "{\"state\":\"stopping\",\"reasons\":[]}\n");
}

static void every_reason_has_a_name(void **state)
{
    for (enum health_reason i = HEALTH_DISK_FULL; i < HEALTH_REASONS; i++)
        assert_non_null(health_name(i));
    assert_null(health_name(0));
    assert_null(health_name(HEALTH_REASONS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_wrong_is_ready),
        cmocka_unit_test(a_reason_degrades_and_only_some_stop),
        cmocka_unit_test(who_stops_does_not_serve),
        cmocka_unit_test(every_reason_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
