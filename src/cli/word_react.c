/* SPDX-License-Identifier: Apache-2.0 */
/* react: to one message. */
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_REACTION, .wait = POSTING_WAIT};
    struct tacet_client *client = NULL;
    enum words_end end;
    const char *to, *id;

    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &p.wait);
    p.back = options_flag(o, "--back");
    to = options_conversation(o);
    id = options_need(o, "an id");
    p.reaction = options_need(o, "a reaction");
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = posting_find(client, &p, to, id) ? posting_send(client, &p) : WORDS_FAILED;
    tacet_close(client);
    return end;
}

const struct word word_react = {
    .name = "react",
    .run = run,
    .usage = "HANDLE|+ROOM ID REACTION [--back] [--wait SECONDS]",
    .what = "React to a message, or take that back.",
    .details =
        "ID is the beginning of a message's id, 4 digits or more, as tacet read --ids shows it.\n"
        "REACTION is 1 to 32 bytes of UTF-8 without blanks, a character or a word.  One of each\n"
        "counts for a person and a message, and the 16 that were said last.  It shows at the\n"
        "message, and is no message to read.\n"
        "\n"
        "  --back             Take back the reaction that I gave.\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n",
};
