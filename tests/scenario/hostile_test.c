/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_test: a lying server, bad bytes, bad members and crashes, on the stage in memory. */
#include "scenario/hostile.h"

#define PLAY(what) _cmocka_run_group_tests(#what, hostile_##what, hostile_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(deliveries) + PLAY(statements) + PLAY(lists) + PLAY(answers) + PLAY(refusals) +
           PLAY(members) + PLAY(crashes) + PLAY(keys) + PLAY(kem) + PLAY(revoked);
}
