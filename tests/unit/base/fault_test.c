/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assert_err.h"

/* How many passings of the point "here" a child of ours survives, at most 5. */
static int survived(const char *kill_at)
{
    int count[2], n = 0, status;
    char byte;
    pid_t child;

    assert_int_equal(pipe(count), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("TACET_KILL_AT", kill_at, 1);
        for (int i = 0; i < 5; i++) {
            fault_point("elsewhere");
            fault_point("here");
            if (write(count[1], "x", 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    close(count[1]);
    while (read(count[0], &byte, 1) == 1)
        n++;
    close(count[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (n < 5)
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return n;
}

static void a_program_dies_at_the_point_that_is_named(void **state)
{
#ifdef TACET_FAULT_POINTS
    assert_int_equal(survived("here"), 0);
    assert_int_equal(survived("here:1"), 0);
    assert_int_equal(survived("here:3"), 2);
#endif
    assert_int_equal(survived("here:6"), 5);
    assert_int_equal(survived("her"), 5);
    assert_int_equal(survived("heres"), 5);
    assert_int_equal(survived(""), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_dies_at_the_point_that_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
