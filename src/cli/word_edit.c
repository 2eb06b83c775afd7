/* SPDX-License-Identifier: Apache-2.0 */
/* edit: another text for a message of mine. */
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    const struct choice *c = setting;
    struct posting p = {.kind = POSTING_EDIT, .wait = POSTING_WAIT};
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
    if (posting_read(given, TACET_EDIT_MAX, &text))
        end = choice_open(c, &client);
    p.text = buf_view(&text);
    if (client != NULL && end == WORDS_FINE)
        end = posting_find(client, &p, to, id) ? posting_send(client, &p) : WORDS_FAILED;
    tacet_close(client);
    buf_free(&text);
    return end;
}

const struct word word_edit = {
    .name = "edit",
    .run = run,
    .usage = "HANDLE|+ROOM ID [TEXT] [--wait SECONDS]",
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
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n",
};
