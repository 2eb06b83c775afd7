/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_test: conversations of several people, on the stage in memory. */
#include "scenario/rooms.h"

#define PLAY(what) _cmocka_run_group_tests(#what, rooms_##what, rooms_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(made) + PLAY(changed) + PLAY(lies) + PLAY(devices) + PLAY(forgotten) + PLAY(named);
}
