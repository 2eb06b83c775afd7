/* SPDX-License-Identifier: Apache-2.0 */
/* recall: take a message of mine back. */
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_RECALL};

    return posting_run(o, setting, &p);
}

const struct word word_recall = {
    .name = "recall",
    .run = run,
    .usage = "HANDLE|+ROOM ID [--wait SECONDS] [--json]",
    .what = "Take a message of yours back, from everybody.",
    .details =
        "ID is the beginning of the message's id, 4 digits or more, as tacet read --all --ids "
        "shows\n"
        "it.  What the message says is gone here at once, and on the devices of everybody in the\n"
        "conversation when they get this; that there was a message stays.  Who read it has read "
        "it,\n"
        "a program that is not this one need not obey, and who keeps copies by the network's "
        "policy\n"
        "keeps this one.  If the server cannot be reached it waits, as for send: tacet help send\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
