/* SPDX-License-Identifier: Apache-2.0 */
/* devices_forgotten_test: a server that was put back to before devices came or went. */
#include "scenario/devices.h"

int main(void)
{
    return _cmocka_run_group_tests("forgotten", devices_forgotten, devices_forgotten_n, NULL, NULL);
}
