/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_test: what people do with messages that are there, on the stage in memory. */
#include "scenario/deeds.h"

#define PLAY(what) _cmocka_run_group_tests(#what, deeds_##what, deeds_##what##_n, NULL, NULL)

int main(void)
{
    return PLAY(replies) + PLAY(reactions) + PLAY(edits) + PLAY(recalls) + PLAY(deletions) +
           PLAY(marks) + PLAY(unknown) + PLAY(forwards) + PLAY(places) + PLAY(shelf);
}
