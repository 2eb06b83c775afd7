/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/journal.h"

#include <stdlib.h>

#include "assert_err.h"
#include "base/clock.h"

/* What is written, as text. */
struct paper {
    struct journal journal;
    char *text;
    size_t n;
};

static void begin(struct paper *p)
{
    *p = (struct paper){.text = NULL};
    p->journal.to = open_memstream(&p->text, &p->n);
    assert_non_null(p->journal.to);
}

static size_t lines(struct paper *p)
{
    size_t n = 0;

    fflush(p->journal.to);
    for (size_t i = 0; i < p->n; i++)
        n += p->text[i] == '\n';
    return n;
}

static void end(struct paper *p)
{
    fclose(p->journal.to);
    free(p->text);
}

static void a_refusal_says_which_why_and_where(void **state)
{
    struct request rq = {.op = 7, .session = 3, .id = 9, .outcome = {E_STALE, "here.c:1"}};
    struct paper p;

    begin(&p);
    journal_refusal(&p.journal, &rq);
    assert_int_equal(lines(&p), 1);
    assert_string_equal(p.text, "tacetd: refused: operation 7, session 3, request 9: stale at"
                                " here.c:1\n");
    rq.outcome = OK;
    journal_refusal(&p.journal, &rq);
    rq.outcome = FAIL(E_AGAIN);
    journal_refusal(&p.journal, &rq);
    assert_int_equal(lines(&p), 1);
    end(&p);
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
    assert_int_equal(lines(&p), JOURNAL_REFUSALS_MAX);
    journal_failure(&p.journal, "expiry", FAIL(E_IO)); /* our own is always said */
    assert_int_equal(lines(&p), JOURNAL_REFUSALS_MAX + 1);
    journal_minute(&p.journal);
    assert_int_equal(lines(&p), JOURNAL_REFUSALS_MAX + 2);
    assert_non_null(strstr(p.text, "tacetd: 600 more were refused or closed"));
    journal_minute(&p.journal);
    assert_int_equal(lines(&p), JOURNAL_REFUSALS_MAX + 2);
    journal_refusal(&p.journal, &rq);
    assert_int_equal(lines(&p), JOURNAL_REFUSALS_MAX + 3);
    end(&p);
}

static void the_operator_is_told_of_the_certificate_once_a_day(void **state)
{
    struct paper p;

    begin(&p);
    journal_renewal(&p.journal, 1000);
    journal_renewal(&p.journal, 1000 + CLOCK_DAY_MS - 1);
    assert_int_equal(lines(&p), 2);
    journal_renewal(&p.journal, 1000 + CLOCK_DAY_MS);
    assert_int_equal(lines(&p), 4);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_says_which_why_and_where),
        cmocka_unit_test(the_operator_is_told_of_the_certificate_once_a_day),
        cmocka_unit_test(others_do_not_say_how_long_the_log_gets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
