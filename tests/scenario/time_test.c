/* SPDX-License-Identifier: Apache-2.0 */
/* time_test: the passing of days, on the stage in memory. */
#include "scenario/days.h"

#define PLAY(what) _cmocka_run_group_tests(#what, time_##what, time_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(prekeys) + PLAY(mail) + PLAY(clocks);
}
