/* SPDX-License-Identifier: Apache-2.0 */
/* board_deeds: what is sent, and done with messages, while all conversations are on the screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/board_internal.h"
#include "cli/lifetime.h"
#include "cli/sentences.h"
#include "cli/slash.h"
#include "cli/timing.h"
#include "tacet/deeds.h"
#include "tacet/files.h"

/* ---- lines that begin with one slash */

static const char *text_of(struct buf *b, struct bytes text)
{
    buf_bytes(b, text);
    buf_u8(b, 0);
    return b->failed == E_OK ? (const char *)b->at : "";
}

static void search(struct board *b, struct bytes words)
{
    struct buf text = BUF(LINE_MOST + 1);
    enum tacet_code code = tacet_search(b->client, text_of(&text, words), NULL, &b->found);

    buf_free(&text);
    if (code != TACET_OK) {
        board_say(b, code == TACET_LIMIT ? "That is too much to search for." : "That is no word.",
                  NULL);
        return;
    }
    board_list_close(b);
    b->chosen_found = 0;
    b->focus = BOARD_FOUND;
    if (b->found.conversations + b->found.messages == 0) {
        b->focus = BOARD_LIST;
        board_say(b, "Nothing was found.", NULL);
    }
}

static void send_file(struct board *b, struct bytes name)
{
    struct buf text = BUF(LINE_MOST + 1);
    char *path = realpath(text_of(&text, name), NULL);
    const struct tacet_file file = {.path = path};
    uint64_t number;
    enum tacet_code code =
        path == NULL ? TACET_ABSENT : tacet_send_file(b->client, b->with, &file, &number);

    if (code != TACET_OK)
        board_say(b, "The file was not sent: ",
                  code == TACET_ABSENT ? "there is no such file." : tacet_explain(code));
    free(path);
    buf_free(&text);
}

static void say_timers(struct board *b, const struct timing *t)
{
    struct tacet_timers_of of;
    struct buf text = BUF(BOARD_NOTICE_MAX);
    bool for_all = false;
    enum tacet_code code = timing_say(b->client, b->with, t, &for_all);

    if (code == TACET_OK)
        code = tacet_get_timers(b->client, b->with, &of);
    if (code != TACET_OK) {
        board_say(b, "That was not kept: ", sentences_find(timing_sentences, code));
    } else if (for_all) {
        board_say(b, "The server is asked to put it before everybody in there.", NULL);
    } else {
        timing_write(&of, &text);
        board_say(b, text_of(&text, (struct bytes){NULL, 0}), NULL);
    }
    buf_free(&text);
}

/* A time, or the word that takes back what was said. */
static bool take_time(struct board *b, struct bytes word, const char *none, uint32_t *seconds)
{
    struct buf text = BUF(LINE_MOST + 1);
    bool good;

    *seconds = 0;
    good = bytes_same(word, bytes_text(none)) || lifetime_parse(text_of(&text, word), seconds);
    if (!good)
        board_say(b, "That is no time: 45s, 30m, 12h, 7d, 2w, 1y, or ", none);
    buf_free(&text);
    return good;
}

static void expire(struct board *b, struct bytes time)
{
    struct timing t = {.expire = true};

    if (take_time(b, time, "default", &t.expire_s))
        say_timers(b, &t);
}

static void burn(struct board *b, struct bytes time)
{
    struct timing t = {.burn = true};

    if (take_time(b, time, "off", &t.burn_s))
        say_timers(b, &t);
}

static void help(struct board *b, struct bytes rest)
{
    (void)rest;
    b->focus = BOARD_HELP;
}

static void quit(struct board *b, struct bytes rest)
{
    (void)rest;
    b->leaving = true;
}

static void lock(struct board *b, struct bytes rest)
{
    (void)rest;
    b->leaving = b->locking = true;
}

static void passphrase(struct board *b, struct bytes rest)
{
    (void)rest;
    b->leaving = b->locking = b->changing = true;
}

static const struct {
    const char *name;
    void (*run)(struct board *b, struct bytes rest);
    bool takes; /* something behind it */
} WORDS[] = {
    {"/burn", burn, true},
    {"/expire", expire, true},
    {"/file", send_file, true},
    {"/find", search, true},
    {"/help", help, false},
    {"/lock", lock, false},
    {"/passphrase", passphrase, false},
    {"/quit", quit, false},
};

static void obey(struct board *b, struct bytes line)
{
    struct bytes rest, word = slash_word(line, &rest);

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (bytes_same(bytes_text(WORDS[i].name), word) && WORDS[i].takes == (rest.n > 0)) {
            WORDS[i].run(b, rest);
            return;
        }
    board_say(b, "There is no such word (F1); to send a line that begins with a slash, type two.",
              NULL);
}

/* ---- sending */

static enum tacet_code react(struct board *b, struct bytes kind, char id[TACET_ID_SIZE])
{
    struct buf text = BUF(LINE_MOST + 1);
    const char *name = text_of(&text, kind);
    enum tacet_code code = tacet_react(b->client, b->with, b->about, name, true, id);

    if (code == TACET_STALE) /* it stands: it is taken back */
        code = tacet_react(b->client, b->with, b->about, name, false, id);
    buf_free(&text);
    return code;
}

static enum tacet_code send_it(struct board *b, struct bytes text)
{
    char id[TACET_ID_SIZE];

    switch (b->writing) {
    case BOARD_TEXT:
        return tacet_send(b->client, b->with, text.at, text.n, id);
    case BOARD_REPLY:
        return tacet_reply(b->client, b->with, b->about, text.at, text.n, id);
    case BOARD_EDIT:
        return tacet_edit(b->client, b->with, b->about, text.at, text.n, id);
    case BOARD_REACTION:
        return react(b, text, id);
    case BOARD_RECALL:
    case BOARD_DELETION:
        break;
    }
    if (!bytes_same(text, BYTES_LITERAL("yes")))
        return TACET_OK;
    return b->writing == BOARD_RECALL ? tacet_recall(b->client, b->with, b->about, id)
                                      : tacet_delete(b->client, b->with, b->about);
}

static void send_line(struct board *b, struct bytes text)
{
    enum tacet_code code = send_it(b, text);

    if (code != TACET_OK && b->writing == BOARD_DELETION) {
        board_say(b, "Not deleted: ",
                  code == TACET_DENIED ? "the network demands that you keep a copy."
                                       : sentences_find(sentences_private, code));
        return;
    }
    if (code != TACET_OK) {
        board_say(b, "Not sent: ",
                  code == TACET_MALFORMED ? "it is not UTF-8, or no reaction."
                                          : sentences_find(sentences_sending, code));
        return;
    }
    if (b->writing == BOARD_TEXT && b->drafted)
        (void)tacet_set_draft(b->client, b->with, NULL, 0);
    b->last = b->picked = 0;
    board_list_fetch_line(b);
}

void board_deeds_enter(struct board *b)
{
    struct buf copy = BUF(LINE_MOST);
    struct bytes text;

    buf_bytes(&copy, line_typed(&b->line));
    text = buf_view(&copy);
    b->stale = true;
    if (b->line.over) {
        board_say(b, "A line is longer than 65,536 bytes.  It was not sent.", NULL);
    } else if (b->focus == BOARD_FIND) {
        search(b, text);
    } else if (text.n > 0 && (text.at[0] != '/' || b->writing != BOARD_TEXT)) {
        send_line(b, text);
    } else if (text.n > 1 && text.at[1] == '/') {
        send_line(b, bytes(text.at + 1, text.n - 1));
    } else if (text.n > 0) {
        line_free(&b->line);
        obey(b, text);
    }
    buf_free(&copy);
}

/* ---- a message that was picked */

static void write_about(struct board *b, enum board_writing what, struct bytes text)
{
    struct buf copy = BUF(TACET_TEXT_MAX);

    buf_bytes(&copy, text);
    board_list_keep_line(b);
    line_free(&b->line);
    line_put(&b->line, buf_view(&copy));
    buf_free(&copy);
    b->writing = what;
    b->about = b->picked;
    b->focus = BOARD_WRITE;
}

static void get_file(struct board *b, const struct tacet_message *m)
{
    char *here = realpath(".", NULL);
    uint64_t number;
    enum tacet_code code =
        here == NULL ? TACET_ABSENT : tacet_fetch_file(b->client, m, here, &number);

    if (code == TACET_OK)
        board_say(b, "It comes into ", here);
    else if (code == TACET_MALFORMED)
        board_say(b, "It brings no file.", NULL);
    else
        board_say(b, "The file does not come: ", tacet_explain(code));
    free(here);
}

static void star(struct board *b, const struct tacet_message *m)
{
    enum tacet_code code = tacet_star(b->client, b->with, m->place, !m->starred);

    if (code != TACET_OK)
        board_say(b, "Not marked: ", sentences_find(sentences_private, code));
}

void board_deeds_do(struct board *b, uint8_t letter)
{
    const struct bytes nothing = {NULL, 0};
    struct tacet_message m;

    if (b->picked == 0 || tacet_next_message(b->client, b->with, b->picked - 1, &m) != TACET_OK ||
        m.place != b->picked)
        return;
    switch (letter) {
    case 'r':
        write_about(b, BOARD_REPLY, nothing);
        break;
    case '+':
        write_about(b, BOARD_REACTION, nothing);
        break;
    case 'e':
        if (m.mine && !m.file)
            write_about(b, BOARD_EDIT, bytes(m.text, m.text_n));
        else
            board_say(b, "Only what you wrote yourself can be edited.", NULL);
        break;
    case 'x':
        if (m.mine)
            write_about(b, BOARD_RECALL, nothing);
        else
            board_say(b, "Only what you wrote yourself can be taken back.", NULL);
        break;
    case 'd':
        write_about(b, BOARD_DELETION, nothing);
        break;
    case 's':
        star(b, &m);
        break;
    case 'g':
        get_file(b, &m);
        break;
    case 'w':
        if (m.mine)
            b->focus = BOARD_WHO;
        else
            board_say(b, "Only of what you wrote yourself is told to whom it came.", NULL);
        break;
    default:
        break;
    }
}

/* ---- a conversation that was chosen */

void board_deeds_mark(struct board *b, uint8_t letter)
{
    const struct board_talk *t = &b->talk[b->chosen];
    const char *done = NULL;
    enum tacet_code code = TACET_OK;

    if (b->talks == 0)
        return;
    if (letter == 'p') {
        code = tacet_pin(b->client, t->with, !t->pinned);
        done = t->pinned ? "It comes first no longer." : "It comes first (^); p: no longer.";
    } else if (letter == 'm') {
        code = tacet_mute(b->client, t->with, t->muted ? 0 : TACET_MUTED_EVER);
        done = t->muted ? "You get notice again." : "No notice of what comes there (~); m: again.";
    }
    if (done == NULL)
        return;
    if (code == TACET_OK)
        board_say(b, done, NULL);
    else
        board_say(b, "That was not kept: ", sentences_find(sentences_private, code));
    b->stale = true;
}
