/* SPDX-License-Identifier: Apache-2.0 */
/* reply: an answer to one message. */
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    const struct choice *c = setting;
    struct posting p = {.kind = POSTING_REPLY, .wait = POSTING_WAIT};
    struct buf text = BUF(POSTING_MAX);
    struct tacet_client *client = NULL;
    enum words_end end = WORDS_FAILED;
    const char *to, *id, *given;

    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &p.wait);
    to = options_conversation(o);
    id = options_need(o, "an id");
    given = options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (given == NULL && c->passphrase_fd == STDIN_FILENO)
        return words_say(WORDS_USAGE,
                         "Standard input cannot hold both the text and the passphrase.");
    if (posting_read(given, TACET_REPLY_MAX, &text))
        end = choice_open(c, &client);
    p.text = buf_view(&text);
    if (client != NULL && end == WORDS_FINE)
        end = posting_find(client, &p, to, id) ? posting_send(client, &p) : WORDS_FAILED;
    tacet_close(client);
    buf_free(&text);
    return end;
}

const struct word word_reply = {
    .name = "reply",
    .run = run,
    .usage = "HANDLE|+ROOM ID [TEXT] [--wait SECONDS]",
    .what = "Answer a message.",
    .details =
        "ID is the beginning of a message's id, 4 digits or more, as tacet read --ids shows it.\n"
        "The answer names that message, so that all who have it see which one is meant.  TEXT,\n"
        "and what is printed, are as for send: tacet help send\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n",
};
