/* SPDX-License-Identifier: Apache-2.0 */
/* policies_test: what a network's root says holds, on the stage in memory. */
#include "scenario/policies.h"

#define PLAY(what) _cmocka_run_group_tests(#what, policies_##what, policies_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(followed) + PLAY(judged) + PLAY(lies) + PLAY(repairs);
}
