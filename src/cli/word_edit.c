/* SPDX-License-Identifier: Apache-2.0 */
/* edit: another text for a message of mine. */
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_EDIT};

    return posting_run(o, setting, &p);
}

const struct word word_edit = {
    .name = "edit",
    .run = run,
    .usage = "HANDLE|+ROOM ID [TEXT] [--wait SECONDS] [--json]",
    .what = "Give a message of yours another text.",
    .details =
        "ID is the beginning of the message's id, 4 digits or more, as tacet read --all --ids "
        "shows\n"
        "it.  From now on the message says TEXT, without which all of standard input is taken, on\n"
        "every device of everybody in the conversation; that it was edited shows, and what it "
        "said\n"
        "before is kept there, and shown by tacet read --json.  What is printed is as for send:\n"
        "tacet help send\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
