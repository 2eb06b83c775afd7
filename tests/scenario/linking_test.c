/* SPDX-License-Identifier: Apache-2.0 */
/* linking_test: a person adds a device by a link, on the stage in memory. */
#include "scenario/linking.h"

#define PLAY(what) _cmocka_run_group_tests(#what, linking_##what, linking_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(adds) + PLAY(lies) + PLAY(thieves);
}
