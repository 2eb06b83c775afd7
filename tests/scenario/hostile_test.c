/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_test: a lying server, bad bytes, bad members and crashes, on the stage in memory. */
#include "scenario/hostile.h"

int main(void)
{
    int failed = 0;

    failed +=
        _cmocka_run_group_tests("deliveries", hostile_deliveries, hostile_deliveries_n, NULL, NULL);
    failed +=
        _cmocka_run_group_tests("statements", hostile_statements, hostile_statements_n, NULL, NULL);
    failed += _cmocka_run_group_tests("answers", hostile_answers, hostile_answers_n, NULL, NULL);
    failed += _cmocka_run_group_tests("members", hostile_members, hostile_members_n, NULL, NULL);
    failed += _cmocka_run_group_tests("crashes", hostile_crashes, hostile_crashes_n, NULL, NULL);
    return failed;
}
