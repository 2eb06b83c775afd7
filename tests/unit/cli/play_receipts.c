/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

enum tacet_code tacet_get_receipts(struct tacet_client *c, enum tacet_receipts *out)
{
    *out = play.receipts;
    return TACET_OK;
}

/* To carol, who read it, and dave. */
enum tacet_code tacet_next_receipt(struct tacet_client *c, const char *with, uint64_t place,
                                   uint64_t after, struct tacet_receipt *out)
{
    static const char *const who[] = {"carol", "dave"};

    if (after == 2)
        return TACET_ABSENT;
    *out = (struct tacet_receipt){.read = after == 0, .after = after + 1};
    snprintf(out->handle, sizeof out->handle, "%s", who[after]);
    return TACET_OK;
}

enum tacet_code tacet_set_receipts(struct tacet_client *c, enum tacet_receipts what)
{
    if (play.telling == TACET_OK)
        play.receipts = what;
    return play.telling;
}

enum tacet_code tacet_get_activity(struct tacet_client *c, bool *told)
{
    *told = play.activity;
    return TACET_OK;
}

enum tacet_code tacet_set_activity(struct tacet_client *c, bool told)
{
    if (play.telling == TACET_OK)
        play.activity = told;
    return play.telling;
}

enum tacet_code tacet_tell_activity(struct tacet_client *c, const char *with,
                                    enum tacet_activity what)
{
    play.typing += what == TACET_TYPING;
    play.here += what == TACET_HERE;
    return TACET_OK;
}
