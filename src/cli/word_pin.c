/* SPDX-License-Identifier: Apache-2.0 */
/* pin: a conversation comes first, for me alone. */
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/sentences.h"

static enum words_end pin(struct tacet_client *client, const char *meant, bool back)
{
    struct posting p = {.wait = 0};
    enum tacet_code code;

    if (!posting_find(client, &p, meant, NULL))
        return WORDS_FAILED;
    code = tacet_pin(client, p.to, !back);
    return code == TACET_OK ? WORDS_FINE : sentences_say(sentences_private, code);
}

static enum words_end run(struct options *o, const void *setting)
{
    bool back = options_flag(o, "--back");
    const char *meant = options_conversation(o);
    struct tacet_client *client = NULL;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = pin(client, meant, back);
    tacet_close(client);
    return end;
}

const struct word word_pin = {
    .name = "pin",
    .run = run,
    .usage = "HANDLE|+ROOM [--back]",
    .what = "Have a conversation come first where they are listed.",
    .details =
        "Your other devices hear of it, and nobody else.  tacet contacts and tacet room list\n"
        "show what is pinned first.\n"
        "\n"
        "  --back             No longer.\n",
};
