/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/board_internal.h"
#include "cli/sentences.h"

struct err board_begin(struct board *b, struct tacet_client *client)
{
    *b = (struct board){.client = client,
                        .focus = BOARD_LIST,
                        .writing = BOARD_TEXT,
                        .line = line_new(),
                        .talk = calloc(BOARD_TALKS_MAX, sizeof b->talk[0])};
    if (b->talk == NULL)
        return FAIL(E_NOMEM);
    board_list(b);
    return OK;
}

void board_end(struct board *b)
{
    board_list_close(b);
    if (b->talk != NULL)
        explicit_bzero(b->talk, BOARD_TALKS_MAX * sizeof b->talk[0]);
    free(b->talk);
    explicit_bzero(b, sizeof *b);
}

void board_say(struct board *b, const char *what, const char *why)
{
    struct buf text = BUF(4 * BOARD_NOTICE_MAX);

    text_harmless(&text, bytes_text(what), false);
    if (why != NULL)
        text_harmless(&text, bytes_text(why), false);
    snprintf(b->notice, sizeof b->notice, "%.*s", (int)text.n,
             text.n == 0 ? "" : (const char *)text.at);
    buf_free(&text);
}

/* ---- events */

static void take_state(struct board *b, const struct tacet_message *m)
{
    if (m->state == TACET_STATE_FAILED || m->state == TACET_STATE_EXPIRED)
        board_say(b, "Not sent: ", sentences_find(sentences_sending, m->code));
    else if (!sentences_is_sent(m->state) && sentences_trouble(m) != NULL)
        board_say(b, "Not sent yet: ", sentences_trouble(m));
}

static void take_file(struct board *b, const struct tacet_event *e)
{
    struct buf path = BUF(TACET_TEXT_MAX);

    b->moving = e->ended ? 0 : e->done;
    b->of = e->ended ? 0 : e->of;
    buf_bytes(&path, bytes(e->message.text, e->message.text_n));
    buf_u8(&path, 0);
    if (e->ended && e->code != TACET_OK)
        board_say(b, e->sending ? "The file was not sent: " : "The file did not come: ",
                  tacet_explain(e->code));
    else if (e->ended && e->sending)
        board_say(b, "The file was sent.", NULL);
    else if (e->ended && path.failed == E_OK)
        board_say(b, "Saved: ", (const char *)path.at);
    buf_free(&path);
}

/* What the client says of problems is said by sentences.c, and comes here as a notice. */
void board_take(struct board *b, const struct tacet_event *e)
{
    b->stale |= e->kind != TACET_EVENT_ACTIVITY;
    board_doing_take(b, e);
    if (e->kind == TACET_EVENT_STATE)
        take_state(b, &e->message);
    else if (e->kind == TACET_EVENT_FILE)
        take_file(b, e);
    else if (e->kind == TACET_EVENT_LINK)
        b->connected = e->code == TACET_OK;
    if (e->kind == TACET_EVENT_ENDED && strcmp(e->message.with, b->with) == 0 &&
        e->message.place == b->picked)
        b->picked = 0;
}
