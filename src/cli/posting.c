/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/posting.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/drive.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "tacet/cards.h"
#include "tacet/shelf.h"
#include "tacet/whereabouts.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

#define OTHERS_SECONDS 2
#define CHUNK          4096
#define TYPED_MAX      (TACET_TEXT_MAX + 2 * CHUNK) /* of what is read in */

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
static bool is_sendable(struct buf *text, size_t most)
{
    bool whole = text->failed == E_OK;

    if (whole && text->n > 0 && text->at[text->n - 1] == '\n')
        buf_cut(text, text->n - 1);
    if (!whole || text->n > most)
        fprintf(stderr, "The text is longer than %zu,%03zu bytes.  Nothing was sent.\n",
                most / 1000, most % 1000);
    else if (text->n == 0)
        fputs("There is no text.  Nothing was sent.\n", stderr);
    else if (!text_is_utf8(buf_view(text)))
        fputs("The text is not UTF-8.  Nothing was sent.\n", stderr);
    else
        return true;
    return false;
}

/* What was given on the command line, or else all of standard input.  false: it cannot be sent,
 * which was said. */
static bool read_text(const char *given, size_t most, struct buf *text)
{
    if (given != NULL)
        buf_text(text, given);
    return (given != NULL || read_all(text)) && is_sendable(text, most);
}

/* ---- sending */

static bool is_over(enum tacet_state state)
{
    return state == TACET_STATE_FAILED || state == TACET_STATE_EXPIRED;
}

/* Of an earlier run. */
static void note_other(const struct tacet_message *m)
{
    if (!sentences_is_sent(m->state) && !is_over(m->state))
        return;
    fputs("Your earlier message to ", stderr);
    show_text(stderr, bytes_text(m->with));
    if (sentences_is_sent(m->state))
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
        if (!sentences_is_sent(mine->state) && !is_over(mine->state) &&
            sentences_trouble(mine) == NULL)
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
    if (sentences_is_sent(mine->state))
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

static const struct sentence REACTING[] = {
    {TACET_STALE, "It is so already."},
    {TACET_MALFORMED, "A reaction is 1 to 32 bytes of UTF-8 without blanks."},
    {TACET_LIMIT, "A reaction is 1 to 32 bytes of UTF-8 without blanks."},
    {TACET_AGAIN, "The network was not asked yet who that is.  Connect once; then try again."},
    {TACET_OK, NULL},
};

static const struct sentence EDITING[] = {
    {TACET_DENIED, "Somebody else wrote that message."},
    {TACET_STALE, "It says so already."},
    {TACET_AGAIN, "The network was not asked yet who that is.  Connect once; then try again."},
    {TACET_OK, NULL},
};

static const struct sentence PLACING[] = {
    {TACET_ABSENT, "That message says of nobody where they are."},
    {TACET_DENIED, "Somebody else wrote that message, only moderators write there, or the network"
                   " does not allow it."},
    {TACET_EXPIRED, "Its time is over, or nothing was to follow it: say it anew."},
    {TACET_STALE, "Nothing follows it any more already."},
    {TACET_LIMIT, "At most for 1d, and with a label of 256 bytes."},
    {TACET_AGAIN, "The network was not asked yet who that is.  Connect once; then try again."},
    {TACET_OK, NULL},
};

static const struct sentence INTRODUCING[] = {
    {TACET_ABSENT, "Nobody here is called so: tacet contacts"},
    {TACET_CONFLICT, "Whoever is called so is another account now, which you did not accept; or the"
                     " one to whom you write is."},
    {TACET_AGAIN, "The network was not asked yet who that is.  Connect once; then try again."},
    {TACET_OK, NULL},
};

static const struct sentence FILING[] = {
    {TACET_DENIED, "You may not say that of it: its writer may, both of a pair, members of a group,"
                   " and a room's moderators."},
    {TACET_STALE, "It is so already."},
    {TACET_MALFORMED, "A folder is up to 8 names with a slash between, and no name has a control"
                      " character."},
    {TACET_LIMIT, "A folder, and a title, has at most 255 bytes."},
    {TACET_AGAIN, "The network was not asked yet who that is.  Connect once; then try again."},
    {TACET_OK, NULL},
};

static const struct sentence *reasons(enum posting_kind kind)
{
    switch (kind) {
    case POSTING_REACTION:
        return REACTING;
    case POSTING_EDIT:
    case POSTING_RECALL:
        return EDITING;
    case POSTING_POSITION:
    case POSTING_MOVED:
    case POSTING_STOPPED:
        return PLACING;
    case POSTING_CARD:
        return INTRODUCING;
    case POSTING_SHELF:
        return FILING;
    case POSTING_TEXT:
    case POSTING_REPLY:
    case POSTING_FORWARD:
        break;
    }
    return NULL;
}

static void say_unsent(struct tacet_client *client, const struct posting *p, enum tacet_code code)
{
    const char *why = words_explain(reasons(p->kind), code);
    struct tacet_contact c;

    if (p->expire_s + p->burn_s > 0 && code == TACET_LIMIT && p->text.n <= TACET_TEXT_MAX)
        why = "It would live longer than the room or the network allows.";
    if (p->kind == POSTING_FORWARD && code == TACET_DENIED)
        why = "It burns once it was read, or is a copy: it stays where it is.  Or only moderators"
              " write there.";
    if (p->kind == POSTING_FORWARD && code == TACET_ABSENT)
        why = "It has neither text nor file that could be forwarded.";
    if (rooms_is_meant(p->to) && code == TACET_REMOVED)
        why = "You are not in this room any more.";
    fprintf(stderr, "not sent: %s\n", why != NULL ? why : sentences_find(sentences_sending, code));
    if (code == TACET_CONFLICT && tacet_find_contact(client, p->to, &c) == TACET_OK && c.verified)
        fputs(sentences_changed, stderr);
}

static enum tacet_code queue(struct tacet_client *client, const struct posting *p,
                             char id[TACET_ID_SIZE])
{
    if (p->kind == POSTING_REPLY)
        return tacet_reply(client, p->to, p->place, p->text.at, p->text.n, id);
    if (p->kind == POSTING_FORWARD)
        return tacet_forward(client, p->from, p->place, p->to, id);
    if (p->kind == POSTING_RECALL)
        return tacet_recall(client, p->to, p->place, id);
    if (p->kind == POSTING_EDIT)
        return tacet_edit(client, p->to, p->place, p->text.at, p->text.n, id);
    if (p->kind == POSTING_REACTION)
        return tacet_react(client, p->to, p->place, p->reaction, !p->back, id);
    if (p->kind == POSTING_POSITION)
        return tacet_send_position(client, p->to, &p->at, p->label == NULL ? "" : p->label,
                                   p->live_s, id);
    if (p->kind == POSTING_MOVED)
        return tacet_move_position(client, p->to, p->place, &p->at, id);
    if (p->kind == POSTING_STOPPED)
        return tacet_stop_position(client, p->to, p->place, id);
    if (p->kind == POSTING_CARD)
        return tacet_send_card(client, p->to, p->whose, id);
    if (p->kind == POSTING_SHELF && p->back)
        return tacet_unshelve(client, p->to, p->place, id);
    if (p->kind == POSTING_SHELF)
        return tacet_shelve(client, p->to, p->place, p->folder, p->title, id);
    return tacet_send_for(client, p->to, p->text.at, p->text.n,
                          &(struct tacet_timers){p->expire_s, p->burn_s}, id);
}

static enum words_end wait_for(struct tacet_client *client, const struct posting *p, const char *id,
                               struct tacet_message *mine)
{
    struct drive d;

    if (p->wait == 0)
        return words_say(WORDS_FINE, "queued: it will be sent when tacet next runs");
    drive_begin(&d, client, (int)p->wait);
    await(&d, id, mine);
    drive_end(&d);
    return conclude(&d, mine);
}

enum words_end posting_post(struct tacet_client *client, const struct posting *p)
{
    struct tacet_message mine = {.state = TACET_STATE_QUEUED};
    char id[TACET_ID_SIZE];
    enum tacet_code code = queue(client, p, id);
    enum words_end end;

    if (code != TACET_OK) {
        say_unsent(client, p, code);
        return WORDS_FAILED;
    }
    warn(client, p->to);
    if (!p->json)
        printf("%s\n", id); /* it is on the disk: from here on it cannot be lost */
    fflush(stdout);
    end = wait_for(client, p, id, &mine);
    if (p->json && !jsonl_print(json_pack("{ss ss ss}", "with", p->to, "id", id, "state",
                                          sentences_state(mine.state))))
        end = WORDS_FAILED;
    return end;
}

/* ---- what is meant */

static const struct sentence FINDING[] = {
    {TACET_ABSENT, "No message of this conversation has such an id.  Ids: tacet read --all --ids"},
    {TACET_CONFLICT, "Several messages have ids that begin so.  Give more digits."},
    {TACET_MALFORMED, "An id is 4 to 32 of the digits 0 to 9 and a to f.  Ids: tacet read --all"
                      " --ids"},
    {TACET_OK, NULL},
};

bool posting_find_any(struct tacet_client *client, struct posting *p, const char *meant,
                      const char *id, struct tacet_message *m)
{
    enum tacet_code code;

    p->to = meant;
    if (rooms_is_meant(meant)) {
        if (!rooms_resolve(client, meant, p->room))
            return false;
        p->to = p->room;
    }
    if (id == NULL)
        return true;
    code = tacet_find_message(client, p->to, id, m);
    if (code != TACET_OK) {
        sentences_say(FINDING, code);
        return false;
    }
    p->place = m->place;
    return true;
}

bool posting_find(struct tacet_client *client, struct posting *p, const char *meant, const char *id)
{
    struct tacet_message m = {.notes = 0};

    if (!posting_find_any(client, p, meant, id, &m))
        return false;
    if (id == NULL)
        return true;
    if (m.notes & (TACET_NOTE_RECALLED | TACET_NOTE_UNREADABLE)) {
        sentences_say(FINDING, TACET_ABSENT);
        return false;
    }
    if (m.state == TACET_STATE_FAILED) {
        fputs("That message was never sent: nobody else has it.\n", stderr);
        return false;
    }
    p->file = m.file;
    return true;
}

/* ---- all of a word */

/* 0: it has no text. */
static size_t longest(enum posting_kind kind)
{
    switch (kind) {
    case POSTING_TEXT:
        return TACET_TEXT_MAX;
    case POSTING_REPLY:
        return TACET_REPLY_MAX;
    case POSTING_EDIT:
        return TACET_EDIT_MAX;
    case POSTING_REACTION:
    case POSTING_RECALL:
    case POSTING_FORWARD:
    case POSTING_POSITION:
    case POSTING_MOVED:
    case POSTING_STOPPED:
    case POSTING_CARD:
    case POSTING_SHELF:
        break;
    }
    return 0;
}

enum words_end posting_run(struct options *o, const struct choice *c, struct posting *p)
{
    const size_t most = longest(p->kind);
    struct tacet_client *client = NULL;
    struct buf text = BUF(TYPED_MAX);
    enum words_end end = WORDS_FAILED;
    const char *to, *id, *given;

    p->wait = POSTING_WAIT;
    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &p->wait);
    p->json = options_flag(o, "--json");
    to = options_conversation(o);
    id = p->kind == POSTING_TEXT ? NULL : options_need(o, "an id");
    if (p->kind == POSTING_REACTION)
        p->reaction = options_need(o, "a reaction");
    given = most == 0 ? NULL : options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (most > 0 && given == NULL && c->passphrase_fd == STDIN_FILENO)
        return words_say(WORDS_USAGE,
                         "Standard input cannot hold both the text and the passphrase.");
    if (most == 0 || read_text(given, most, &text))
        end = choice_open(c, &client);
    p->text = buf_view(&text);
    if (client != NULL && end == WORDS_FINE)
        end = posting_find(client, p, to, id) ? posting_post(client, p) : WORDS_FAILED;
    tacet_close(client);
    buf_free(&text);
    return end;
}
