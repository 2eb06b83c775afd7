/* SPDX-License-Identifier: Apache-2.0 */
/* react: to one message. */
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_REACTION};

    p.back = options_flag(o, "--back");
    return posting_run(o, setting, &p);
}

const struct word word_react = {
    .name = "react",
    .run = run,
    .usage = "HANDLE|+ROOM ID REACTION [--back] [--wait SECONDS] [--json]",
    .what = "React to a message, or take that back.",
    .details =
        "ID is the beginning of a message's id, 4 digits or more, as tacet read --ids shows it.\n"
        "REACTION is 1 to 32 bytes of UTF-8 without blanks, a character or a word.  One of each\n"
        "counts for a person and a message, and the 16 that were said last.  It shows at the\n"
        "message, and is no message to read.\n"
        "\n"
        "  --back             Take back the reaction that I gave.\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
