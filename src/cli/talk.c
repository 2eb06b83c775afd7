/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/talk_internal.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/sheet.h"

#define HISTORY   10 /* messages shown at the beginning to a person */
#define PARTING_S 2  /* for what was written last, when a person leaves */

/* ---- saying */

void talk_say(struct talk *t, const char *text)
{
    console_say(&t->console, bytes_text(text));
}

void talk_say_because(struct talk *t, const char *before, const char *why)
{
    struct buf b = BUF(NOTICE_MAX);

    buf_text(&b, before);
    buf_text(&b, why);
    buf_text(&b, "\n");
    console_say(&t->console, buf_view(&b));
    buf_free(&b);
}

void talk_say_who(struct talk *t, const char *before, const char *who, const char *behind)
{
    struct buf b = BUF(NOTICE_MAX);

    buf_text(&b, before);
    if (rooms_is_meant(who))
        rooms_write(t->client, who, &b);
    else
        people_write(t->client, who, &b);
    buf_text(&b, behind);
    console_say(&t->console, buf_view(&b));
    buf_free(&b);
}

/* There is no going on: no more lines, and no waiting. */
static void stop(struct talk *t)
{
    t->end = WORDS_FAILED;
    t->ended = true;
    tacet_watch(t->client, -1);
    drive_allow(&t->drive, 0);
}

static void show_prompt(struct talk *t)
{
    char prompt[CONSOLE_PROMPT_MAX];

    if (t->pending > 0)
        snprintf(prompt, sizeof prompt, "%s (%u on the way)> ", t->with, t->pending);
    else
        snprintf(prompt, sizeof prompt, "%s> ", t->with);
    console_prompt(&t->console, prompt);
}

/* ---- messages */

/* Printed, and only then marked: what could not be written is unread. */
static bool show_message(struct talk *t, const struct tacet_message *m)
{
    struct buf b = BUF(SHEET_MAX);
    enum tacet_code code = TACET_OK;
    bool printed;

    sheet_message(t->client, m, false, &b);
    printed = b.failed == E_OK && console_print(&t->console, buf_view(&b)).code == E_OK;
    buf_free(&b);
    if (!printed) {
        talk_say(t, "This could not be written; it stays unread.\n");
        stop(t);
        return false;
    }
    t->announced[0] = '\0';
    if (!m->mine && !m->read)
        code = tacet_mark_read(t->client, m);
    if (code != TACET_OK) {
        talk_say_because(t, "", sentences_find(NULL, code));
        stop(t);
    }
    return code == TACET_OK;
}

/* Where the last few messages begin: the place of the first of them; UINT64_MAX: there are none. */
static uint64_t last_few(struct talk *t)
{
    struct tacet_message m = {.place = 0};
    uint64_t from = UINT64_MAX;

    for (int i = 0; i < HISTORY; i++) {
        if (tacet_previous_message(t->client, t->with, m.place, &m) != TACET_OK)
            break;
        from = m.place;
    }
    return from;
}

static uint64_t first_unread(struct talk *t)
{
    struct tacet_message m = {.place = 0};

    while (tacet_next_message(t->client, NULL, m.place, &m) == TACET_OK)
        if (strcmp(m.with, t->with) == 0)
            return m.place;
    return UINT64_MAX;
}

/* What is unread, and for a person the last few. */
static void show_kept(struct talk *t)
{
    uint64_t few = t->console.terminal ? last_few(t) : UINT64_MAX, unread = first_unread(t);
    struct tacet_message m = {.place = few < unread ? few : unread};

    if (m.place == UINT64_MAX)
        return;
    m.place--;
    while (tacet_next_message(t->client, t->with, m.place, &m) == TACET_OK)
        if ((m.place >= few || (!m.mine && !m.read)) && !show_message(t, &m))
            return;
}

static bool is_muted(struct talk *t, const struct tacet_event *e)
{
    struct tacet_contact c;
    struct tacet_room r;

    if (rooms_is_meant(e->who))
        return tacet_find_room(t->client, e->who, &r) == TACET_OK &&
               r.muted_ms > e->message.received_ms;
    return tacet_find_contact(t->client, e->who, &c) == TACET_OK &&
           c.muted_ms > e->message.received_ms;
}

static void take_message(struct talk *t, const struct tacet_event *e)
{
    const char *with = e->message.with, *behind;

    if (strcmp(with, t->with) == 0) {
        show_message(t, &e->message);
    } else if (!e->message.mine && !is_muted(t, e) && strcmp(with, t->announced) != 0) {
        memcpy(t->announced, with, sizeof t->announced);
        behind = rooms_is_meant(with) ? ": somebody wrote; to see it: tacet read)\n"
                                      : " wrote; to see it: tacet read)\n";
        talk_say_who(t, "(", with, behind);
    }
}

static bool is_of_this_run(const struct talk *t, const struct tacet_message *m)
{
    return strcmp(m->with, t->with) == 0 && t->first != 0 && m->place >= t->first;
}

static void say_accepted(struct talk *t)
{
    char text[64];

    snprintf(text, sizeof text, t->accepted == 1 ? "    (accepted)\n" : "    (%u accepted)\n",
             t->accepted);
    talk_say(t, text);
    t->accepted = 0;
}

/* Once, and not each time that the server is asked again. */
static void say_trouble(struct talk *t, const char *trouble)
{
    if (trouble == t->trouble)
        return;
    t->trouble = trouble;
    talk_say_because(t, "    not sent yet: ", trouble);
}

static void take_state(struct talk *t, const struct tacet_message *m)
{
    bool mine = is_of_this_run(t, m);

    if (sentences_is_sent(m->state) && mine) {
        t->pending -= t->pending > 0;
        t->accepted++;
        t->trouble = NULL;
        if (t->pending == 0)
            say_accepted(t);
    } else if (m->state == TACET_STATE_FAILED || m->state == TACET_STATE_EXPIRED) {
        talk_say_who(t, "    (your message to ", m->with, " was not sent)\n");
        talk_say_because(t, "    ", sentences_find(sentences_sending, m->code));
        t->pending -= mine && t->pending > 0;
        if (mine)
            t->end = WORDS_FAILED;
    } else if (strcmp(m->with, t->with) == 0 && sentences_trouble(m) != NULL) {
        say_trouble(t, sentences_trouble(m));
    }
    show_prompt(t);
}

/* ---- lines */

/* Before their account key changed. */
static bool was_verified(const struct talk *t)
{
    struct tacet_contact c;

    return tacet_find_contact(t->client, t->with, &c) == TACET_OK && c.verified;
}

/* Once: who goes on writing knows it. */
static void warn(struct talk *t)
{
    struct tacet_contact c;

    if (tacet_find_contact(t->client, t->with, &c) != TACET_OK || !c.recovered)
        return;
    talk_say_who(t, "", t->with, sentences_recovered);
    tacet_warned(t->client, t->with);
}

/* It was said as it came. */
static void take_devices(struct talk *t, const struct tacet_event *e)
{
    struct tacet_message m;

    if (strcmp(e->who, t->with) == 0 &&
        tacet_previous_message(t->client, t->with, 0, &m) == TACET_OK &&
        (m.notes & TACET_NOTE_DEVICES) != 0 && !m.read)
        tacet_mark_read(t->client, &m);
}

static void send_line(struct talk *t, struct bytes text)
{
    struct tacet_message m;
    char id[TACET_ID_SIZE];
    enum tacet_code code = tacet_send(t->client, t->with, text.at, text.n, id);

    if (code == TACET_OK)
        code = tacet_previous_message(t->client, t->with, 0, &m);
    if (code != TACET_OK) {
        talk_say_because(t, "    not sent: ",
                         code == TACET_MALFORMED ? "The text is not UTF-8."
                                                 : sentences_find(sentences_sending, code));
        if (code == TACET_CONFLICT && was_verified(t))
            talk_say(t, sentences_changed);
        t->end = WORDS_FAILED;
        return;
    }
    warn(t);
    t->pending++;
    talk_draft_sent(t);
    if (t->first == 0)
        t->first = m.place;
    m.state = 0;
    if (t->console.terminal)
        show_message(t, &m);
    show_prompt(t);
}

static void take_line(struct talk *t, struct bytes line)
{
    if (line.n == 0)
        console_show(&t->console);
    else if (line.at[0] != '/')
        send_line(t, line);
    else if (line.n > 1 && line.at[1] == '/')
        send_line(t, bytes(line.at + 1, line.n - 1));
    else
        talk_words_obey(t, line);
}

/* No more lines: the server gets a while for what is on its way. */
static void part(struct talk *t)
{
    t->ended = true;
    tacet_watch(t->client, -1);
    drive_allow(&t->drive, t->console.terminal ? PARTING_S : t->wait_s);
}

static void take_input(struct talk *t)
{
    struct bytes line;
    enum console_got got = console_take(&t->console, &line);
    struct buf copy = BUF(LINE_MOST);

    drive_allow(&t->drive, t->idle_s); /* somebody is there */
    switch (got) {
    case CONSOLE_NOTHING:
        return;
    case CONSOLE_LINE: /* off the screen's own row before anything is said about it */
        buf_bytes(&copy, line);
        console_done(&t->console);
        take_line(t, buf_view(&copy));
        buf_free(&copy);
        break;
    case CONSOLE_LONG:
        talk_say(t, "    A line is longer than 65,536 bytes.  It was not sent.\n");
        t->end = WORDS_FAILED;
        break;
    case CONSOLE_ENDED:
        t->ended = true;
        break;
    }
    if (t->ended)
        part(t);
}

/* ---- the run */

static void take_event(struct talk *t, const struct tacet_event *e)
{
    bool speaks = e->kind == TACET_EVENT_PROBLEM || e->kind == TACET_EVENT_DEVICES ||
                  e->kind == TACET_EVENT_HISTORY || t->drive.news != NULL;

    if (speaks)
        console_hide(&t->console);
    drive_say(&t->drive, e);
    if (speaks)
        console_show(&t->console);
    switch (e->kind) {
    case TACET_EVENT_DEED:
        if (strcmp(e->message.with, t->with) == 0)
            show_message(t, &e->message);
        break;
    case TACET_EVENT_MESSAGE:
        take_message(t, e);
        break;
    case TACET_EVENT_STATE:
        take_state(t, &e->message);
        break;
    case TACET_EVENT_INPUT:
        take_input(t);
        break;
    case TACET_EVENT_DEVICES:
        take_devices(t, e);
        break;
    case TACET_EVENT_DRAINED: /* behind the messages that it speaks of */
        t->drained = true;
        break;
    case TACET_EVENT_SHARED:
        if ((e->shared & TACET_SHARED_DRAFTS) != 0)
            talk_draft_take(t);
        break;
    case TACET_EVENT_ENDED:
    case TACET_EVENT_ROOM:
    case TACET_EVENT_ROOM_CHANGE:
    case TACET_EVENT_RECEIPT:  /* it stands with the message, where that is read again */
    case TACET_EVENT_ACTIVITY: /* lines come whole, and stay */
    case TACET_EVENT_FILE:
    case TACET_EVENT_JOINED:
    case TACET_EVENT_LINK:
    case TACET_EVENT_CONTACT:
    case TACET_EVENT_PROBLEM:
    case TACET_EVENT_REMOVED: /* which drive_take() has said */
    case TACET_EVENT_LISTED:
    case TACET_EVENT_HISTORY:
    case TACET_EVENT_ADDING:
    case TACET_EVENT_RECOVERY:
    case TACET_EVENT_LOCK: /* with which it has ended */
        break;
    }
}

static bool is_finished(const struct talk *t)
{
    return t->ended && t->pending == 0 && (t->console.terminal || t->drained);
}

static void greet(struct talk *t)
{
    struct tacet_contact c;

    if (!t->console.terminal)
        return;
    if (rooms_is_meant(t->with))
        talk_say_who(t, "In ", t->with, ".  /help says more.\n");
    else if (tacet_find_contact(t->client, t->with, &c) != TACET_OK || !c.known)
        talk_say_who(t, "With ", t->with, ", who was not looked up yet.  /help says more.\n");
    else
        talk_say_who(t, "With ", t->with,
                     c.verified ? ", verified.  /help says more.\n"
                                : ", unverified: see /verify.  /help says more.\n");
    show_prompt(t);
}

/* Idle for too long, or asked by another program. */
static bool is_to_be_locked(const struct talk *t)
{
    return !t->ended && (t->drive.why == TACET_AGAIN || t->drive.asked);
}

/* Said when the terminal is as it was. */
static void conclude(struct talk *t)
{
    if (is_to_be_locked(t))
        t->locking = true;
    else if (drive_refused(&t->drive))
        t->end = WORDS_FAILED;
    else if (t->pending > 0 && !t->locking)
        fprintf(stderr, "queued: %u; to be sent when tacet next runs\n", t->pending);
}

bool talk_run(struct talk *t)
{
    struct tacet_event e;

    t->first = t->pending = t->accepted = 0;
    t->trouble = NULL;
    t->announced[0] = '\0';
    t->ended = t->drained = t->locking = t->changing = t->drafted = false;
    drive_begin(&t->drive, t->client, t->idle_s); /* no signal ends us before the console does */
    console_open(&t->console, STDIN_FILENO, STDOUT_FILENO);
    t->person = t->console.terminal;
    tacet_watch(t->client, STDIN_FILENO);
    greet(t);
    show_kept(t);
    talk_draft_take(t);
    while (!t->locking && !is_finished(t) && drive_take(&t->drive, &e))
        take_event(t, &e);
    tacet_watch(t->client, -1);
    talk_draft_keep(t);
    if (t->locking || is_to_be_locked(t))
        console_clear(&t->console);
    console_close(&t->console);
    drive_end(&t->drive);
    conclude(t);
    return t->locking;
}
