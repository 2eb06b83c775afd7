/* SPDX-License-Identifier: Apache-2.0 */
/* card: who somebody is, said to others. */
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_CARD, .wait = POSTING_WAIT};
    struct tacet_client *client = NULL;
    const char *with;
    enum words_end end;

    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &p.wait);
    p.json = options_flag(o, "--json");
    with = options_conversation(o);
    p.whose = options_handle(o);
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = posting_find(client, &p, with, NULL) ? posting_post(client, &p) : WORDS_FAILED;
    tacet_close(client);
    return end;
}

const struct word word_card = {
    .name = "card",
    .run = run,
    .usage = "HANDLE|+ROOM HANDLE [--wait SECONDS] [--json]",
    .what = "Say to others who somebody is.",
    .details =
        "A contact card of the second HANDLE, who is known here, or you: it names their account,\n"
        "and so their key.  Who gets it sees whether whoever is called so there is the same.\n"
        "Nobody is verified by a card: tacet help verify.  What is printed is as for send.\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
