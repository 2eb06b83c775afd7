/* SPDX-License-Identifier: Apache-2.0 */
/* flips_test: a program of its own, because it takes its time and may run beside the others. */
#include "scenario/hostile.h"

int main(void)
{
    return _cmocka_run_group_tests("flips", hostile_flips, hostile_flips_n, NULL, NULL);
}
