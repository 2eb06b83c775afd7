/* SPDX-License-Identifier: Apache-2.0 */
/* block: somebody of whom I do not want to hear. */
#include "cli/aside.h"
#include "cli/cli.h"
#include "cli/sentences.h"

static enum tacet_code block(struct tacet_client *client, const struct posting *p,
                             const struct aside *a)
{
    return tacet_block(client, p->to, !a->back);
}

static enum words_end run(struct options *o, const void *setting)
{
    struct aside a = {.act = block, .why = sentences_private, .what = "blocked"};

    a.back = options_flag(o, "--back");
    a.json = options_flag(o, "--json");
    a.meant = options_handle(o);
    if (!options_end(o))
        return WORDS_USAGE;
    a.now = json_boolean(!a.back);
    return aside_run(setting, &a);
}

const struct word word_block = {
    .name = "block",
    .run = run,
    .usage = "HANDLE [--back] [--json]",
    .what = "Hear no more of what somebody writes.",
    .details =
        "What they write from now on is kept as read, and told of nowhere; tacet read --all shows\n"
        "it.  How they react and what they edit is not shown.  They do not learn of it, and\n"
        "nothing that was there changes.  Your other devices hear of it, and nobody else.\n"
        "\n"
        "  --back             Hear of them again.\n"
        "  --json             One JSON object: with, blocked.\n",
};
