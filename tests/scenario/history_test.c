/* SPDX-License-Identifier: Apache-2.0 */
/* history_test: history that one device gives another, on the stage in memory. */
#include "scenario/histories.h"

#define PLAY(what) _cmocka_run_group_tests(#what, history_##what, history_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(given) + PLAY(faults) + PLAY(refused);
}
