/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/watch.h"

#include "assert_err.h"

/* A watch, and what it wrote last. */
struct post {
    struct watch watch;
    struct health health;
    struct journal journal;
    char line[LOG_LINE_MAX + 1];
    size_t lines;
};

static void keep(void *ctx, struct bytes line)
{
    struct post *p = ctx;

    memcpy(p->line, line.at, line.n);
    p->line[line.n] = '\0';
    p->lines++;
}

static uint64_t a_moment(void)
{
    return 1000;
}

static void begin(struct post *p)
{
    *p = (struct post){.lines = 0};
    journal_open(&p->journal, LOG_INFO, a_moment);
    p->journal.log.write = keep;
    p->journal.log.ctx = p;
    p->watch = (struct watch){.health = &p->health, .journal = &p->journal};
}

static void a_clock_that_jumps_is_told_once_and_shown_for_an_hour(void **state)
{
    const uint64_t wall = 1000 * CLOCK_DAY_MS;
    struct post p;

    begin(&p);
    watch_clocks(&p.watch, wall, 5000);
    watch_clocks(&p.watch, wall + 60000 + 900, 65000); /* slewing */
    assert_false(p.health.is[HEALTH_CLOCK_JUMPED]);
    watch_clocks(&p.watch, wall + 70000 - 3000, 75000);
    assert_true(p.health.is[HEALTH_CLOCK_JUMPED]);
    assert_non_null(strstr(p.line, "\"event\":\"clock-jumped\",\"offset_ms\":-3900}"));
    watch_clocks(&p.watch, wall + 70000 - 3000 + CLOCK_HOUR_MS - 1, 75000 + CLOCK_HOUR_MS - 1);
    assert_true(p.health.is[HEALTH_CLOCK_JUMPED]);
    watch_clocks(&p.watch, wall + 70000 - 3000 + CLOCK_HOUR_MS, 75000 + CLOCK_HOUR_MS);
    assert_false(p.health.is[HEALTH_CLOCK_JUMPED]);
    assert_int_equal(p.lines, 1);
    assert_int_equal(p.watch.jumps, 1);
}

static void a_certificate_is_told_of_once_a_day_from_two_weeks_before_its_end(void **state)
{
    const uint64_t end = 100 * CLOCK_DAY_MS;
    struct post p;

    begin(&p);
    watch_certificates(&p.watch, end); /* none is known */
    watch_ends(&p.watch, WATCH_DIRECTORY, end);
    watch_certificates(&p.watch, end - WATCH_SOON_MS - 1);
    assert_false(p.health.is[HEALTH_DIRECTORY_CERTIFICATE_SOON]);
    assert_int_equal(p.lines, 0);
    watch_certificates(&p.watch, end - WATCH_SOON_MS);
    watch_certificates(&p.watch, end - WATCH_SOON_MS + CLOCK_DAY_MS - 1);
    assert_true(p.health.is[HEALTH_DIRECTORY_CERTIFICATE_SOON]);
    assert_int_equal(p.lines, 1);
    assert_non_null(strstr(p.line, "\"event\":\"directory-certificate-ends\","
                                   "\"ends\":\"1970-04-11T00:00:00.000Z\"}"));
    watch_certificates(&p.watch, end);
    assert_false(p.health.is[HEALTH_DIRECTORY_CERTIFICATE_SOON]);
    assert_true(p.health.is[HEALTH_DIRECTORY_CERTIFICATE_OVER]);
    assert_int_equal(p.lines, 2);
    watch_ends(&p.watch, WATCH_DIRECTORY, 2 * end);
    watch_certificates(&p.watch, end);
    assert_true(health_serves(&p.health));
    watch_ends(&p.watch, WATCH_TLS, end);
    watch_certificates(&p.watch, end);
    assert_true(p.health.is[HEALTH_TLS_CERTIFICATE_OVER]);
    assert_int_equal(p.lines, 3);
}

static void a_full_disk_is_over_when_something_was_written_or_there_is_room(void **state)
{
    struct post p;

    begin(&p);
    watch_batch(&p.watch, E_FULL, false);
    watch_batch(&p.watch, E_FULL, true);
    assert_true(p.health.is[HEALTH_DISK_FULL]);
    assert_int_equal(p.lines, 1);
    watch_batch(&p.watch, E_OK, false); /* only read */
    watch_disk(&p.watch, WATCH_DISK_LOW - 1);
    assert_true(p.health.is[HEALTH_DISK_FULL]);
    assert_true(p.health.is[HEALTH_DISK_LOW]);
    watch_batch(&p.watch, E_OK, true);
    assert_false(p.health.is[HEALTH_DISK_FULL]);
    assert_non_null(strstr(p.line, "\"event\":\"disk-freed\""));
    watch_batch(&p.watch, E_FULL, false);
    watch_disk(&p.watch, WATCH_DISK_LOW);
    assert_false(p.health.is[HEALTH_DISK_FULL]);
    assert_false(p.health.is[HEALTH_DISK_LOW]);
    watch_batch(&p.watch, E_FULL, false);
    watch_disk(&p.watch, WATCH_DISK_LOW); /* a quota: there was room all the time */
    assert_true(p.health.is[HEALTH_DISK_FULL]);
    assert_int_equal(p.lines, 6);
}

static void while_what_needs_room_is_refused_the_disk_is_full(void **state)
{
    struct post p;

    begin(&p);
    watch_ballast(&p.watch, BALLAST_HELD, false);
    assert_int_equal(p.lines, 0);
    watch_ballast(&p.watch, BALLAST_GIVEN, true);
    assert_true(p.health.is[HEALTH_BALLAST_MISSING]);
    assert_true(p.health.is[HEALTH_DISK_FULL]);
    assert_int_equal(p.lines, 2); /* the ballast, the disk */
    watch_batch(&p.watch, E_FULL, false);
    watch_batch(&p.watch, E_OK, true); /* a deletion */
    watch_disk(&p.watch, 0);
    watch_disk(&p.watch, WATCH_DISK_LOW);
    assert_true(p.health.is[HEALTH_DISK_FULL]);
    assert_false(health_serves(&p.health));
    watch_ballast(&p.watch, BALLAST_GIVEN, false); /* enough was deleted */
    assert_false(p.health.is[HEALTH_DISK_FULL]);
    assert_true(p.health.is[HEALTH_BALLAST_MISSING]);
    assert_true(health_serves(&p.health));
    watch_ballast(&p.watch, BALLAST_HELD, false);
    assert_false(p.health.is[HEALTH_BALLAST_MISSING]);
    assert_non_null(strstr(p.line, "\"event\":\"ballast-made\""));
}

static void a_failed_commit_is_for_good(void **state)
{
    struct post p;

    begin(&p);
    watch_batch(&p.watch, E_IO, false);
    watch_batch(&p.watch, E_IO, true);
    watch_disk(&p.watch, UINT64_MAX);
    assert_true(p.health.is[HEALTH_DISK_ERROR]);
    assert_false(health_serves(&p.health));
    assert_int_equal(p.lines, 1);
}

static void a_full_house_is_told_and_serves(void **state)
{
    struct post p;

    begin(&p);
    watch_clients(&p.watch, 9, 10);
    assert_false(p.health.is[HEALTH_CLIENTS_FULL]);
    watch_clients(&p.watch, 10, 10);
    watch_clients(&p.watch, 10, 10);
    assert_int_equal(p.lines, 1);
    assert_true(p.health.is[HEALTH_CLIENTS_FULL]);
    assert_true(health_serves(&p.health));
    watch_clients(&p.watch, 9, 10);
    assert_false(p.health.is[HEALTH_CLIENTS_FULL]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_jumps_is_told_once_and_shown_for_an_hour),
        cmocka_unit_test(a_certificate_is_told_of_once_a_day_from_two_weeks_before_its_end),
        cmocka_unit_test(a_full_disk_is_over_when_something_was_written_or_there_is_room),
        cmocka_unit_test(while_what_needs_room_is_refused_the_disk_is_full),
        cmocka_unit_test(a_failed_commit_is_for_good),
        cmocka_unit_test(a_full_house_is_told_and_serves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
