/* SPDX-License-Identifier: Apache-2.0 */
/* pin: a conversation comes first, for me alone. */
#include "cli/aside.h"
#include "cli/cli.h"
#include "cli/sentences.h"

static enum tacet_code pin(struct tacet_client *client, const struct posting *p,
                           const struct aside *a)
{
    return tacet_pin(client, p->to, !a->back);
}

static enum words_end run(struct options *o, const void *setting)
{
    struct aside a = {.act = pin, .why = sentences_private, .what = "pinned"};

    a.back = options_flag(o, "--back");
    a.json = options_flag(o, "--json");
    a.meant = options_conversation(o);
    if (!options_end(o))
        return WORDS_USAGE;
    a.now = json_boolean(!a.back);
    return aside_run(setting, &a);
}

const struct word word_pin = {
    .name = "pin",
    .run = run,
    .usage = "HANDLE|+ROOM [--back] [--json]",
    .what = "Have a conversation come first where they are listed.",
    .details =
        "Your other devices hear of it, and nobody else.  tacet contacts and tacet room list\n"
        "show what is pinned first.\n"
        "\n"
        "  --back             No longer.\n"
        "  --json             One JSON object: with, pinned.\n",
};
