/* SPDX-License-Identifier: Apache-2.0 */
/* memory_test: the plays, in one process on a virtual clock. */
#include "scenario/plays.h"

int main(void)
{
    return _cmocka_run_group_tests("plays in memory", plays, plays_n, NULL, NULL);
}
