/* SPDX-License-Identifier: Apache-2.0 */
/* healing_test: what was lost and comes back by itself, on the stage in memory. */
#include "scenario/healing.h"

#define PLAY(what) _cmocka_run_group_tests(#what, healing_##what, healing_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(resets) + PLAY(gaps) + PLAY(vaults) + PLAY(server) + PLAY(mailboxes);
}
