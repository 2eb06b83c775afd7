/* SPDX-License-Identifier: Apache-2.0 */
/* floods_test: much that others send, on the stage in memory. */
#include "scenario/hostile.h"

int main(void)
{
    return _cmocka_run_group_tests("floods", hostile_floods, hostile_floods_n, NULL, NULL);
}
