/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assert_err.h"

static const enum err_code codes[] = {
    E_TRUNCATED, E_MALFORMED, E_FORGED,  E_LIMIT, E_DENIED,  E_ABSENT,
    E_CONFLICT,  E_STALE,     E_EXPIRED, E_CLOCK, E_VERSION, E_REMOVED,
    E_AGAIN,     E_CLOSED,    E_NOMEM,   E_IO,    E_CRYPTO,  E_FULL,
};
#define CODES (sizeof codes / sizeof codes[0])

static void every_code_has_a_name_of_its_own(void **state)
{
    for (size_t i = 0; i < CODES; i++) {
        assert_string_not_equal(err_name(codes[i]), "unknown");
        assert_string_not_equal(err_name(codes[i]), "ok");
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(err_name(codes[i]), err_name(codes[k]));
    }
    assert_string_equal(err_name(E_MALFORMED), "malformed");
    assert_string_equal(err_name(E_OK), "ok");
}

static void every_code_comes_back_from_its_number(void **state)
{
    for (size_t i = 0; i < CODES; i++)
        assert_int_equal(err_from_number((uint32_t)codes[i]), codes[i]);
}

static void a_number_without_a_code_is_malformed(void **state)
{
    assert_int_equal(err_from_number(1), E_MALFORMED);
    assert_int_equal(err_from_number(14), E_MALFORMED);
    assert_int_equal(err_from_number(UINT32_MAX), E_MALFORMED);
}

static void a_refusal_never_says_that_all_is_well(void **state)
{
    assert_int_equal(err_from_number(0), E_MALFORMED);
}

static void the_tens_say_who_must_act(void **state)
{
    assert_int_equal(err_who(E_TRUNCATED), WHO_PEER);
    assert_int_equal(err_who(E_LIMIT), WHO_PEER);
    assert_int_equal(err_who(E_DENIED), WHO_CALLER);
    assert_int_equal(err_who(E_REMOVED), WHO_CALLER);
    assert_int_equal(err_who(E_AGAIN), WHO_NOBODY);
    assert_int_equal(err_who(E_CLOSED), WHO_NOBODY);
    assert_int_equal(err_who(E_NOMEM), WHO_OPERATOR);
    assert_int_equal(err_who(E_FULL), WHO_OPERATOR);
}

static struct err fails(void)
{
    return FAIL(E_FORGED);
}

static struct err tries(bool *went_on)
{
    TRY(OK);
    TRY(fails());
    *went_on = true;
    return OK;
}

static struct err tries_and_tidies(bool *went_on, bool *tidied)
{
    struct err err = OK;

    TRY_OUT(fails());
    *went_on = true;
out:
    *tidied = true;
    return err;
}

static void an_error_knows_where_it_was_born(void **state)
{
    assert_err(fails(), E_FORGED);
    assert_non_null(strstr(fails().where, "err_test.c:"));
    assert_null(OK.where);
}

static void an_error_ends_what_tried_and_runs_its_tidying(void **state)
{
    bool went_on = false, tidied = false;

    assert_err(tries(&went_on), E_FORGED);
    assert_err(tries_and_tidies(&went_on, &tidied), E_FORGED);
    assert_false(went_on);
    assert_true(tidied);
}

static void an_impossible_state_stops_the_process(void **state)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        close(STDERR_FILENO);
        invariant(1 + 1 == 2);
        invariant(1 + 1 == 3);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_of_its_own),
        cmocka_unit_test(every_code_comes_back_from_its_number),
        cmocka_unit_test(a_number_without_a_code_is_malformed),
        cmocka_unit_test(a_refusal_never_says_that_all_is_well),
        cmocka_unit_test(the_tens_say_who_must_act),
        cmocka_unit_test(an_error_knows_where_it_was_born),
        cmocka_unit_test(an_error_ends_what_tried_and_runs_its_tidying),
        cmocka_unit_test(an_impossible_state_stops_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
