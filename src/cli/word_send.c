/* SPDX-License-Identifier: Apache-2.0 */
/* send: one text to one person. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/people.h"
#include "cli/sentences.h"
#include "terminal/show.h"

#define WAIT_SECONDS   10
#define WAIT_MOST      86400
#define OTHERS_SECONDS 2
#define CHUNK          4096

/* ---- the text */

static bool read_all(struct buf *text)
{
    if (isatty(STDIN_FILENO) == 1)
        fputs("Write the message; end it with Ctrl-D on a line of its own.\n", stderr);
    for (;;) {
        uint8_t *at = buf_extend(text, CHUNK);
        ssize_t n;

        if (at == NULL)
            return text->failed == E_LIMIT; /* longer than will be sent: that is said later */
        do
            n = read(STDIN_FILENO, at, CHUNK);
        while (n < 0 && errno == EINTR);
        buf_cut(text, text->n - CHUNK + (n > 0 ? (size_t)n : 0));
        if (n < 0)
            fputs("Standard input cannot be read.\n", stderr);
        if (n <= 0)
            return n == 0;
    }
}

/* Everything that can be known to be wrong before a passphrase is asked for. */
static bool is_sendable(struct buf *text)
{
    bool whole = text->failed == E_OK;

    if (whole && text->n > 0 && text->at[text->n - 1] == '\n')
        buf_cut(text, text->n - 1);
    if (!whole || text->n > TACET_TEXT_MAX)
        fputs("The text is longer than 65,536 bytes.  Nothing was sent.\n", stderr);
    else if (text->n == 0)
        fputs("There is no text.  Nothing was sent.\n", stderr);
    else if (!text_is_utf8(buf_view(text)))
        fputs("The text is not UTF-8.  Nothing was sent.\n", stderr);
    else
        return true;
    return false;
}

/* ---- sending */

static bool is_on_server(enum tacet_state state)
{
    return state == TACET_STATE_ACCEPTED || state == TACET_STATE_DELIVERED ||
           state == TACET_STATE_READ;
}

static bool is_over(enum tacet_state state)
{
    return state == TACET_STATE_FAILED || state == TACET_STATE_EXPIRED;
}

/* Of an earlier run. */
static void note_other(const struct tacet_message *m)
{
    if (!is_on_server(m->state) && !is_over(m->state))
        return;
    fputs("Your earlier message to ", stderr);
    show_text(stderr, bytes_text(m->with));
    if (is_on_server(m->state))
        fputs(" was accepted by the server.\n", stderr);
    else
        fprintf(stderr, " was not sent: %s\n", sentences_find(sentences_sending, m->code));
}

/* Until this message is settled or waits for an operator, which takes longer than anybody waits
 * here; and then a little longer for those of earlier runs, of which some may wait for a person who
 * is away.  *mine: its last state. */
static void await(struct drive *d, const char *id, struct tacet_message *mine)
{
    struct tacet_event e;

    while (drive_next(d, &e)) {
        if (e.kind != TACET_EVENT_STATE)
            continue;
        if (strcmp(e.message.id, id) == 0)
            *mine = e.message;
        else
            note_other(&e.message);
        if (!is_on_server(mine->state) && !is_over(mine->state) && sentences_trouble(mine) == NULL)
            continue;
        if (!drive_has_outgoing(d))
            break;
        drive_shorten(d, OTHERS_SECONDS);
    }
}

static const char *why_queued(const struct drive *d, const struct tacet_message *mine)
{
    const char *trouble = sentences_trouble(mine);

    if (!d->connected)
        return "the server cannot be reached";
    return trouble != NULL ? trouble : "the server has not accepted it yet";
}

static enum words_end conclude(const struct drive *d, const struct tacet_message *mine)
{
    if (d->arrived > 0)
        fprintf(stderr, "%u new message%s: tacet read\n", d->arrived, d->arrived > 1 ? "s" : "");
    if (is_on_server(mine->state))
        return words_say(WORDS_FINE, "accepted by the server");
    if (is_over(mine->state)) {
        fprintf(stderr, "not sent: %s\n", sentences_find(sentences_sending, mine->code));
        return WORDS_FAILED;
    }
    if (drive_is_final(d->why)) {
        fprintf(stderr, "kept on this machine, but not sent: %s\n",
                sentences_find(sentences_refusal, d->why));
        if (sentences_is_machine(d->why))
            fputs("It will be sent when tacet next runs.\n", stderr);
        return WORDS_FAILED;
    }
    fprintf(stderr, "queued: %s; it will be sent when tacet next runs\n", why_queued(d, mine));
    return WORDS_FINE;
}

/* Once: who goes on writing knows it. */
static void warn(struct tacet_client *client, const char *to)
{
    struct tacet_contact c;

    if (tacet_find_contact(client, to, &c) != TACET_OK || !c.recovered)
        return;
    people_show(stderr, client, to);
    fputs(sentences_recovered, stderr);
    tacet_warned(client, to);
}

static void say_unsent(struct tacet_client *client, const char *to, enum tacet_code code)
{
    struct tacet_contact c;

    fprintf(stderr, "not sent: %s\n", sentences_find(sentences_sending, code));
    if (code == TACET_CONFLICT && tacet_find_contact(client, to, &c) == TACET_OK && c.verified)
        fputs(sentences_changed, stderr);
}

static enum words_end send_text(struct tacet_client *client, const char *to, struct bytes text,
                                unsigned wait)
{
    struct tacet_message mine = {.state = TACET_STATE_QUEUED};
    char id[TACET_ID_SIZE];
    enum tacet_code code = tacet_send(client, to, text.at, text.n, id);
    struct drive d;

    if (code != TACET_OK) {
        say_unsent(client, to, code);
        return WORDS_FAILED;
    }
    warn(client, to);
    printf("%s\n", id); /* it is on the disk: from here on it cannot be lost */
    fflush(stdout);
    if (wait == 0)
        return words_say(WORDS_FINE, "queued: it will be sent when tacet next runs");
    drive_begin(&d, client, (int)wait);
    await(&d, id, &mine);
    drive_end(&d);
    return conclude(&d, &mine);
}

static enum words_end run(struct options *o, const void *setting)
{
    const struct choice *c = setting;
    struct buf text = BUF(TACET_TEXT_MAX + 2 * CHUNK);
    struct tacet_client *client = NULL;
    enum words_end end = WORDS_FAILED;
    unsigned wait = WAIT_SECONDS;
    const char *to, *given;

    options_number(o, "--wait", 0, WAIT_MOST, &wait);
    to = options_handle(o);
    given = options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (given == NULL && c->passphrase_fd == STDIN_FILENO)
        return words_say(WORDS_USAGE,
                         "Standard input cannot hold both the text and the passphrase.");
    if (given != NULL)
        buf_text(&text, given);
    if ((given != NULL || read_all(&text)) && is_sendable(&text))
        end = choice_open(c, &client);
    if (client != NULL)
        end = send_text(client, to, buf_view(&text), wait);
    tacet_close(client);
    buf_free(&text);
    return end;
}

const struct word word_send = {
    .name = "send",
    .run = run,
    .usage = "HANDLE [TEXT] [--wait SECONDS]",
    .what = "Write to somebody.",
    .details =
        "Without TEXT the message is all of standard input, up to 65,536 bytes; one line feed at\n"
        "its end is left out.  A TEXT on the command line can be seen by other users of this\n"
        "machine while the word runs.  Standard output gets the message's id as soon as the\n"
        "message is safe on this machine.  Then tacet waits for the server to accept it.  If it\n"
        "cannot be reached the message stays queued, which is no failure: it is sent when tacet\n"
        "next runs, whatever for, within 30 days, and so is everything that was queued before.\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n",
};
