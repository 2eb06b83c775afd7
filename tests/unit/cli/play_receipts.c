/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

enum tacet_code tacet_get_receipts(struct tacet_client *c, enum tacet_receipts *out)
{
    *out = play.receipts;
    return TACET_OK;
}

enum tacet_code tacet_set_receipts(struct tacet_client *c, enum tacet_receipts what)
{
    if (play.telling == TACET_OK)
        play.receipts = what;
    return play.telling;
}
