/* SPDX-License-Identifier: Apache-2.0 */
/* time_test: the passing of days, on the stage in memory. */
#include "scenario/days.h"

int main(void)
{
    int failed = 0;

    failed += _cmocka_run_group_tests("prekeys", time_prekeys, time_prekeys_n, NULL, NULL);
    failed += _cmocka_run_group_tests("mail", time_mail, time_mail_n, NULL, NULL);
    failed += _cmocka_run_group_tests("clocks", time_clocks, time_clocks_n, NULL, NULL);
    return failed;
}
