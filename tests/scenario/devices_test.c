/* SPDX-License-Identifier: Apache-2.0 */
/* devices_test: several devices of one person, on the stage in memory. */
#include "scenario/devices.h"

#define PLAY(what) _cmocka_run_group_tests(#what, devices_##what, devices_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(sending) + PLAY(healing) + PLAY(removed) + PLAY(agree) + PLAY(changing) +
           PLAY(state) + PLAY(recovery) + PLAY(recovery_lies);
}
