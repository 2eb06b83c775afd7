/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board_draw: what is to be seen of all conversations.
 *
 *     a title
 *     the list | who this is with
 *     the list | messages, the newest at the bottom
 *     the list | what is being written
 *     what there is to say, or which keys there are
 *
 * Where there is no room for two, the list or the conversation has all of it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/board_internal.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "tacet/receipts.h"
#include "terminal/show.h"

#define ROWS_LEAST    5
#define COLUMNS_LEAST 20
#define WIDE          60 /* columns from which there is room for two */
#define LIST_COLUMNS  24
#define NUMBER_MAX    40
#define DATE          11 /* of "2026-11-21 21:38": where the time begins, */
#define YEAR          5  /* and the day */

/* A part of the page. */
struct pane {
    struct page *page;
    size_t row, column, rows, columns;
};

static void put(const struct pane *p, size_t row, unsigned look, const struct buf *text)
{
    if ((look & PAGE_REVERSE) != 0)
        page_fill(p->page, p->row + row, p->column, p->columns, look);
    page_put(p->page, p->row + row, p->column, p->columns, look, buf_view(text));
}

static void put_text(const struct pane *p, size_t row, unsigned look, const char *text)
{
    struct buf b = BUF(BOARD_NOTICE_MAX);

    buf_text(&b, text);
    put(p, row, look, &b);
    buf_free(&b);
}

/* ---- the list */

static void write_marks(const struct board *b, const struct board_talk *t, struct buf *out)
{
    char number[NUMBER_MAX];

    buf_text(out, board_doing_is_typed(b, t->with) ? " ..." : "");
    if (t->pinned || t->muted)
        buf_text(out, " ");
    buf_text(out, t->pinned ? "^" : "");
    buf_text(out, t->muted ? "~" : "");
    if (t->unread == 0)
        return;
    snprintf(number, sizeof number, t->unread < BOARD_UNREAD_MAX ? " (%u)" : " (%u or more)",
             t->unread);
    buf_text(out, number);
}

/* Marks and number are seen whatever the name is. */
static void draw_talk(struct board *b, const struct pane *p, size_t row, size_t which)
{
    const struct board_talk *t = &b->talk[which];
    struct buf name = BUF(BOARD_NAME_MAX), marks = BUF(2 * NUMBER_MAX);
    bool chosen = which == b->chosen && b->focus == BOARD_LIST;
    unsigned look = chosen ? PAGE_REVERSE : strcmp(t->with, b->with) == 0 ? PAGE_BOLD : PAGE_PLAIN;
    struct pane left = *p;
    size_t taken;

    buf_text(&name, chosen ? ">" : " ");
    board_list_write_name(b, t->with, &name);
    write_marks(b, t, &marks);
    taken = page_columns(buf_view(&marks));
    left.columns = p->columns > taken ? p->columns - taken : 0;
    if (chosen)
        page_fill(p->page, p->row + row, p->column, p->columns, look);
    put(&left, row, look | (t->unread > 0 && !t->muted ? PAGE_BOLD : 0u), &name);
    taken = page_columns(buf_view(&name));
    if (taken < left.columns)
        left.columns = taken;
    page_put(p->page, p->row + row, p->column + left.columns, p->columns - left.columns, look,
             buf_view(&marks));
    buf_free(&name);
    buf_free(&marks);
}

static void draw_list(struct board *b, const struct pane *p)
{
    size_t first = b->chosen < p->rows ? 0 : b->chosen + 1 - p->rows;

    if (b->talks == 0)
        put_text(p, 0, PAGE_PLAIN, "Nobody yet: tacet send");
    for (size_t row = 0; row < p->rows && first + row < b->talks; row++)
        draw_talk(b, p, row, first + row);
}

/* ---- messages */

/* "21:38" of today, else "11-21 21:38", with the year when that is another one. */
static void write_when(uint64_t sent_ms, struct buf *out)
{
    struct buf then = BUF(NUMBER_MAX), now = BUF(NUMBER_MAX);
    size_t from = 0;

    show_write_time(&then, sent_ms);
    show_write_time(&now, (uint64_t)time(NULL) * 1000);
    if (then.n > DATE && now.n > DATE && memcmp(then.at, now.at, DATE) == 0)
        from = DATE;
    else if (then.n > YEAR && now.n > YEAR && memcmp(then.at, now.at, YEAR) == 0)
        from = YEAR;
    buf_bytes(out, bytes(then.at + from, then.n - from));
    buf_free(&then);
    buf_free(&now);
}

static void write_message(struct board *b, const struct tacet_message *m, struct buf *out)
{
    write_when(m->sent_ms, out);
    buf_text(out, " ");
    if (sheet_is_change(m)) {
        buf_text(out, "(");
        sheet_words(b->client, m, out);
        buf_text(out, ")\n");
        return;
    }
    if (m->mine)
        buf_text(out, "me");
    else
        board_list_write_name(b, rooms_is_meant(m->with) ? m->by : m->with, out);
    sheet_state(m, out);
    buf_text(out, ": ");
    sheet_words(b->client, m, out);
    buf_text(out, "\n");
    sheet_below(b->client, m, (uint64_t)time(NULL) * 1000, out);
}

/* Rows of a text: the last ones that there is room for are what is seen of it. */
static size_t put_rows(const struct pane *p, size_t bottom, unsigned look, struct bytes text)
{
    struct bytes row[PAGE_ROWS_MAX];
    size_t n = 0, shown;

    while (text.n > 0) {
        size_t fits = page_fit(text, p->columns);

        row[n++ % PAGE_ROWS_MAX] = bytes(text.at, fits);
        fits += fits < text.n && text.at[fits] == '\n';
        text = bytes(text.at + fits, text.n - fits);
    }
    shown = n < bottom ? n : bottom;
    for (size_t i = 0; i < shown; i++) {
        size_t at = p->row + bottom - 1 - i;

        if ((look & PAGE_REVERSE) != 0)
            page_fill(p->page, at, p->column, p->columns, look);
        page_put(p->page, at, p->column, p->columns, look, row[(n - 1 - i) % PAGE_ROWS_MAX]);
    }
    return shown;
}

/* What burns does so from now on: not while the person is elsewhere. */
static void was_seen(struct board *b, const struct tacet_message *m)
{
    if (m->mine || m->read || b->focus == BOARD_LIST)
        return;
    (void)tacet_mark_read(b->client, m);
    b->stale = true;
}

/* The messages up to the last one to be seen, from the bottom up. */
static void draw_messages(struct board *b, const struct pane *p)
{
    struct tacet_message m = {.place = b->last == 0 ? 0 : b->last + 1};
    size_t bottom = p->rows;

    if (b->picked != 0 && (b->picked < b->top || (b->last != 0 && b->picked > b->last)))
        m.place = b->picked + 1;
    if (b->picked != 0)
        b->last = m.place == 0 ? 0 : m.place - 1;
    while (bottom > 0 && tacet_previous_message(b->client, b->with, m.place, &m) == TACET_OK) {
        struct buf text = BUF(SHEET_MAX);

        write_message(b, &m, &text);
        bottom -=
            put_rows(p, bottom, m.place == b->picked ? PAGE_REVERSE : PAGE_PLAIN, buf_view(&text));
        buf_free(&text);
        b->top = m.place;
        was_seen(b, &m);
    }
}

static void draw_head(struct board *b, const struct pane *p)
{
    struct buf text = BUF(BOARD_NAME_MAX);
    struct tacet_contact c;
    struct tacet_room r;
    char members[NUMBER_MAX];

    board_list_write_name(b, b->with, &text);
    if (tacet_find_room(b->client, b->with, &r) == TACET_OK) {
        snprintf(members, sizeof members, r.in ? ", %u people" : ", which you have left",
                 r.members);
        buf_text(&text, members);
    } else if (tacet_find_contact(b->client, b->with, &c) == TACET_OK) {
        buf_text(&text, c.verified ? ", verified" : ", unverified");
    }
    board_doing_write(b, &text);
    put(p, 0, PAGE_BOLD, &text);
    buf_free(&text);
}

static const char *prompt_of(const struct board *b)
{
    if (b->focus == BOARD_FIND)
        return "search> ";
    switch (b->writing) {
    case BOARD_TEXT:
        return "> ";
    case BOARD_REPLY:
        return "answer> ";
    case BOARD_EDIT:
        return "instead> ";
    case BOARD_REACTION:
        return "reaction> ";
    case BOARD_RECALL:
        return "take it back? yes> ";
    case BOARD_DELETION:
        break;
    }
    return "delete it here? yes> ";
}

static void draw_line(struct board *b, const struct pane *p)
{
    const char *prompt = prompt_of(b);
    size_t taken = strlen(prompt);

    if (taken + 4 > p->columns)
        taken = 0;
    else
        put_text(p, p->rows - 1, PAGE_PLAIN, prompt);
    line_show(&b->line, p->page, p->row + p->rows - 1, p->column + taken, p->columns - taken);
    p->page->cursor = b->focus == BOARD_WRITE || b->focus == BOARD_FIND;
}

static void draw_talking(struct board *b, const struct pane *p)
{
    struct pane middle = *p;

    if (b->with[0] == '\0') {
        put_text(p, 0, PAGE_PLAIN,
                 b->focus == BOARD_FIND ? "Search in all conversations"
                                        : "No conversation is open.");
    } else {
        draw_head(b, p);
        middle.row++;
        middle.rows -= 2;
        draw_messages(b, &middle);
    }
    if (b->with[0] != '\0' || b->focus == BOARD_FIND)
        draw_line(b, p);
}

/* ---- what was found */

static bool write_found(struct board *b, size_t which, struct buf *out)
{
    struct tacet_message m;
    char with[TACET_HANDLE_SIZE];

    if (which < b->found.conversations) {
        if (tacet_found_conversation(b->client, which, with) != TACET_OK)
            return false;
        board_list_write_name(b, with, out);
        return true;
    }
    if (tacet_found_message(b->client, which - b->found.conversations, &m) != TACET_OK)
        return false;
    board_list_write_name(b, m.with, out);
    buf_text(out, ", ");
    write_message(b, &m, out);
    return true;
}

/* One row each. */
static void draw_found(struct board *b, const struct pane *p)
{
    size_t n = b->found.conversations + b->found.messages;
    size_t first = b->chosen_found < p->rows ? 0 : b->chosen_found + 1 - p->rows;

    for (size_t row = 0; row < p->rows && first + row < n; row++) {
        struct buf text = BUF(SHEET_MAX);
        bool chosen = first + row == b->chosen_found;

        if (!write_found(b, first + row, &text))
            buf_text(&text, "(it is over)");
        buf_cut(&text, page_fit(buf_view(&text), text.n));
        put(p, row, chosen ? PAGE_REVERSE : PAGE_PLAIN, &text);
        buf_free(&text);
    }
}

/* ---- all of it */

static const char *const HELP[] = {
    "In the list: Up, Down, Enter open a conversation.  / searches, q ends,",
    "  p has it come first (^), m gives no notice of it (~); again: no longer.",
    "In a line: Enter sends; Up picks a message; Tab or Esc goes to the list.",
    "PageUp and PageDown scroll.",
    "With a message: r or Enter answers, + reacts (again: takes it back),",
    "  e edits, x takes it back from everybody, d deletes it here, s marks it,",
    "  g gets its file, w shows to whom it came, Esc leaves it.",
    "Lines for Tacet itself:",
    "  /expire TIME   for how long what you write there lives: 12h, 7d, or default",
    "  /burn TIME     and for how long once it was read: 30s, or off",
    "  /file PATH     send a file",
    "  /find WORDS    search, as Ctrl-F",
    "  /lock          close the profile until the passphrase is given again",
    "  /passphrase    lock, and change the passphrase",
    "  /quit          leave, as Ctrl-D in an empty line",
    "  //text         send a line that begins with one slash",
    "What was not sent when you leave is there the next time.",
    "Any key goes on.",
};

static void draw_help(const struct pane *p)
{
    for (size_t i = 0; i < sizeof HELP / sizeof HELP[0] && i < p->rows; i++)
        put_text(p, i, PAGE_PLAIN, HELP[i]);
}

/* The names of those who read it, or of those who only have it. */
static void write_who(struct board *b, bool read, const char *what, struct buf *out)
{
    struct tacet_receipt r = {.after = 0};
    const char *between = what;

    while (tacet_next_receipt(b->client, b->with, b->picked, r.after, &r) == TACET_OK) {
        if (r.read != read)
            continue;
        buf_text(out, between);
        board_list_write_name(b, r.handle, out);
        between = ", ";
    }
    buf_text(out, between == what ? "" : ".\n");
}

/* As their devices tell, if they do. */
static void draw_who(struct board *b, const struct pane *p)
{
    struct buf text = BUF(SHEET_MAX);

    write_who(b, true, "Read by ", &text);
    write_who(b, false, "On devices of ", &text);
    buf_text(&text, text.n == 0 ? "Nobody told that it came.\n" : "");
    buf_text(&text, "Any key goes on.\n");
    put_rows(p, p->rows, PAGE_PLAIN, buf_view(&text));
    buf_free(&text);
}

static void draw_title(struct board *b, struct page *page)
{
    struct pane p = {page, 0, 0, 1, page->columns};
    struct tacet_status s;
    struct buf text = BUF(BOARD_NAME_MAX);

    buf_text(&text, " tacet  ");
    if (tacet_get_status(b->client, &s) == TACET_OK) {
        text_harmless(&text, bytes_text(s.handle), false);
        buf_text(&text, "@");
        text_harmless(&text, bytes_text(s.domain), false);
    }
    buf_text(&text, b->connected ? "" : "  (not connected)");
    put(&p, 0, PAGE_REVERSE, &text);
    buf_free(&text);
}

static void draw_foot(const struct board *b, struct page *page)
{
    struct pane p = {page, page->rows - 1, 0, 1, page->columns};
    char moving[NUMBER_MAX];

    if (b->notice[0] != '\0') {
        put_text(&p, 0, PAGE_BOLD, b->notice);
    } else if (b->of > 0) {
        snprintf(moving, sizeof moving, "file: %u %%", (unsigned)(b->moving * 100 / b->of));
        put_text(&p, 0, PAGE_PLAIN, moving);
    } else if (b->focus == BOARD_PICK) {
        put_text(&p, 0, PAGE_PLAIN,
                 "r answer + react e edit x take back d delete s star g file w who Esc");
    } else if (b->focus == BOARD_LIST) {
        put_text(&p, 0, PAGE_PLAIN, "Enter open  / search  p pin  m mute  ? help  q leave");
    } else {
        put_text(&p, 0, PAGE_PLAIN, "Enter send  Up pick  Tab list  Ctrl-F search  F1 help");
    }
}

/* The list, the conversation, or both; what needs more room than a part has is over both. */
static void draw_middle(struct board *b, const struct pane *all)
{
    bool wide = all->columns >= WIDE, over = b->focus == BOARD_HELP || b->focus == BOARD_WHO;
    struct pane list = *all, rest = *all;

    if (wide) {
        list.columns = LIST_COLUMNS;
        rest.column = LIST_COLUMNS + 1;
        rest.columns = all->columns - rest.column;
    }
    if (b->focus == BOARD_HELP)
        draw_help(all);
    else if (b->focus == BOARD_WHO)
        draw_who(b, all);
    else if (b->focus == BOARD_FOUND)
        draw_found(b, &rest);
    else if (wide || b->focus != BOARD_LIST)
        draw_talking(b, &rest);
    if (b->stale)
        board_list(b);
    if (!over && (wide || b->focus == BOARD_LIST))
        draw_list(b, &list);
}

void board_draw(struct board *b, struct page *page)
{
    const struct pane middle = {page, 1, 0, page->rows - 2, page->columns};

    if (page->rows < ROWS_LEAST || page->columns < COLUMNS_LEAST) {
        page_put(page, 0, 0, page->columns, PAGE_PLAIN, BYTES_LITERAL("too small"));
        return;
    }
    draw_middle(b, &middle);
    draw_title(b, page);
    draw_foot(b, page);
}
