/* SPDX-License-Identifier: Apache-2.0 */
/* reply: an answer to one message. */
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_REPLY};

    return posting_run(o, setting, &p);
}

const struct word word_reply = {
    .name = "reply",
    .run = run,
    .usage = "HANDLE|+ROOM ID [TEXT] [--wait SECONDS] [--json]",
    .what = "Answer a message.",
    .details =
        "ID is the beginning of a message's id, 4 digits or more, as tacet read --ids shows it.\n"
        "The answer names that message, so that all who have it see which one is meant.  TEXT,\n"
        "and what is printed, are as for send: tacet help send\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
