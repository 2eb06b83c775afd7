/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include "assert_err.h"

/* What is written: the last line, and how many there were. */
struct paper {
    struct journal journal;
    char line[LOG_LINE_MAX + 1];
    size_t lines;
};

static void keep(void *ctx, struct bytes line)
{
    struct paper *p = ctx;

    memcpy(p->line, line.at, line.n);
    p->line[line.n] = '\0';
    p->lines++;
}

static uint64_t a_moment(void)
{
    return 1000;
}

static void begin(struct paper *p)
{
    *p = (struct paper){.lines = 0};
    journal_open(&p->journal, LOG_INFO, a_moment);
    p->journal.log.write = keep;
    p->journal.log.ctx = p;
}

static void a_refusal_says_which_why_and_where(void **state)
{
    struct request rq = {.op = 7, .session = 3, .id = 9, .outcome = {E_STALE, "here.c:1"}};
    struct paper p;

    begin(&p);
    journal_refusal(&p.journal, &rq);
    assert_string_equal(p.line, "{\"time\":\"1970-01-01T00:00:01.000Z\",\"sequence\":1,"
                                "\"level\":\"info\",\"event\":\"request-refused\","
                                "\"error\":\"stale\",\"place\":\"here.c:1\",\"operation\":7,"
                                "\"session\":3,\"request\":9}\n");
    rq.outcome = OK;
    journal_refusal(&p.journal, &rq);
    rq.outcome = FAIL(E_AGAIN);
    journal_refusal(&p.journal, &rq);
    assert_int_equal(p.lines, 1);
}

static void who_must_act_decides_how_loud_a_refusal_is(void **state)
{
    struct request rq = {.op = 7, .outcome = {E_MALFORMED, "here.c:1"}};
    struct paper p;

    begin(&p);
    journal_refusal(&p.journal, &rq);
    assert_non_null(strstr(p.line, "\"level\":\"warning\",\"event\":\"request-malformed\""));
    rq.outcome = FAIL(E_IO);
    journal_refusal(&p.journal, &rq);
    assert_non_null(strstr(p.line, "\"level\":\"error\",\"event\":\"request-failed\""));
    p.journal.log.most = LOG_ERROR;
    rq.outcome = FAIL(E_DENIED);
    journal_refusal(&p.journal, &rq);
    assert_int_equal(p.lines, 2);
}

static void others_do_not_say_how_long_the_log_gets(void **state)
{
    struct request rq = {.op = 7, .session = 3, .id = 9, .outcome = {E_DENIED, "here.c:1"}};
    struct paper p;

    begin(&p);
    for (unsigned i = 0; i < JOURNAL_REFUSALS_MAX; i++) {
        journal_refusal(&p.journal, &rq);
        journal_closed(&p.journal, 3, FAIL(E_MALFORMED));
    }
    assert_int_equal(p.lines, JOURNAL_REFUSALS_MAX);
    journal_failure(&p.journal, JOURNAL_EXPIRY_FAILED, FAIL(E_IO)); /* our own is always said */
    assert_int_equal(p.lines, JOURNAL_REFUSALS_MAX + 1);
    journal_minute(&p.journal);
    assert_int_equal(p.lines, JOURNAL_REFUSALS_MAX + 2);
    assert_non_null(strstr(p.line, "\"event\":\"lines-suppressed\",\"count\":600}"));
    journal_minute(&p.journal);
    assert_int_equal(p.lines, JOURNAL_REFUSALS_MAX + 2);
    journal_refusal(&p.journal, &rq);
    assert_int_equal(p.lines, JOURNAL_REFUSALS_MAX + 3);
    assert_int_equal(p.journal.suppressed, JOURNAL_REFUSALS_MAX);
}

static size_t lines_in(int fd)
{
    static char text[1 << 17];
    size_t lines = 0;
    ssize_t n = read(fd, text, sizeof text);

    for (ssize_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

/* With the log in a pipe that is full, each line would wait for its reader. */
static void a_log_that_nobody_reads_loses_lines_and_stops_nobody(void **state)
{
    int ends[2], before = dup(STDERR_FILENO);
    const uint64_t many = 3000;
    struct journal j;
    size_t first, then;

    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    journal_open(&j, LOG_INFO, a_moment);
    for (uint64_t i = 0; i < many; i++)
        journal_note(&j, JOURNAL_STARTED, LOG_NO_FIELDS);
    first = lines_in(ends[0]);
    journal_note(&j, JOURNAL_STARTED, LOG_NO_FIELDS);
    then = lines_in(ends[0]);
    assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
    close(before);
    close(ends[0]);
    close(ends[1]);
    assert_in_range(first, 1, many - 1);
    assert_int_equal(then, 1); /* and it goes on when somebody reads */
    assert_int_equal(j.log.sequence, many + 1);
}

static void every_event_has_a_name_of_its_own_and_a_level(void **state)
{
    for (enum journal_event e = JOURNAL_STARTED; e < JOURNAL_EVENTS; e++) {
        assert_non_null(journal_event(e)->name);
        assert_in_range(journal_event(e)->level, LOG_ERROR, LOG_INFO);
        for (enum journal_event other = JOURNAL_STARTED; other < e; other++)
            assert_string_not_equal(journal_event(e)->name, journal_event(other)->name);
    }
    assert_null(journal_event(0));
    assert_null(journal_event(JOURNAL_EVENTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_says_which_why_and_where),
        cmocka_unit_test(who_must_act_decides_how_loud_a_refusal_is),
        cmocka_unit_test(others_do_not_say_how_long_the_log_gets),
        cmocka_unit_test(a_log_that_nobody_reads_loses_lines_and_stops_nobody),
        cmocka_unit_test(every_event_has_a_name_of_its_own_and_a_level),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
