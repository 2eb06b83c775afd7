/* SPDX-License-Identifier: Apache-2.0 */
/* block: somebody of whom I do not want to hear. */
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"

static enum words_end run(struct options *o, const void *setting)
{
    bool back = options_flag(o, "--back");
    const char *handle = options_handle(o);
    struct tacet_client *client = NULL;
    enum tacet_code code;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE) {
        code = tacet_block(client, handle, !back);
        if (code != TACET_OK)
            end = sentences_say(sentences_private, code);
    }
    tacet_close(client);
    return end;
}

const struct word word_block = {
    .name = "block",
    .run = run,
    .usage = "HANDLE [--back]",
    .what = "Hear no more of what somebody writes.",
    .details =
        "What they write from now on is kept as read, and told of nowhere; tacet read --all shows\n"
        "it.  How they react and what they edit is not shown.  They do not learn of it, and\n"
        "nothing that was there changes.  Your other devices hear of it, and nobody else.\n"
        "\n"
        "  --back             Hear of them again.\n",
};
