/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedules_test [COUNT [FROM]]: run COUNT schedules with the seeds FROM, FROM + 1, ...; a seed
 * that fails is said, and runs alone as `schedules_test 1 SEED`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "property/schedule.h"

static uint64_t seed, from, count;
static struct schedule_counts counts;

static int tell_seed(void **state)
{
    (void)state;
    if (seed < from + count)
        fprintf(stderr, "schedule %" PRIu64 " broke a promise\n", seed);
    return 0;
}

static void after_the_server_behaves_every_promise_holds(void **state)
{
    (void)state;
    for (seed = from; seed < from + count; seed++)
        schedule_run(seed, &counts);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(after_the_server_behaves_every_promise_holds, tell_seed),
    };
    int failed;

    count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
    from = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    schedule_print(&counts);
    return failed;
}
