/* SPDX-License-Identifier: Apache-2.0 */
/* devices_lags_test: devices of one person that were away, put back or lied to, on the stage in
 * memory. */
#include "scenario/devices.h"

int main(void)
{
    return _cmocka_run_group_tests("lags", devices_lags, devices_lags_n, NULL, NULL);
}
