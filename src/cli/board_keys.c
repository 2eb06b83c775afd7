/* SPDX-License-Identifier: Apache-2.0 */
/* board_keys: what a person does at the keyboard while all conversations are on the screen. */
#include "cli/board_internal.h"

#include <string.h>

#define PAGE_OF_LIST     10
#define PAGE_OF_MESSAGES 10

/* ---- moving */

static size_t moved(size_t at, size_t n, bool back, size_t by)
{
    if (n == 0)
        return 0;
    if (back)
        return at > by ? at - by : 0;
    return at + by < n ? at + by : n - 1;
}

static bool is_back(enum key key)
{
    return key == KEYS_UP || key == KEYS_PAGE_UP;
}

static size_t step_of(enum key key, size_t page)
{
    return key == KEYS_UP || key == KEYS_DOWN ? 1 : page;
}

static bool previous(struct board *b, uint64_t place, struct tacet_message *m)
{
    return tacet_previous_message(b->client, b->with, place, m) == TACET_OK;
}

static bool next(struct board *b, uint64_t place, struct tacet_message *m)
{
    return tacet_next_message(b->client, b->with, place, m) == TACET_OK;
}

/* The last one to be seen is another one; 0: there is none behind it. */
static void scroll(struct board *b, bool back)
{
    struct tacet_message m = {.place = b->last};
    uint64_t at = b->last;

    if (!back && at == 0)
        return;
    for (int i = 0; i < PAGE_OF_MESSAGES; i++) {
        if (back ? !previous(b, at, &m) : !next(b, at, &m)) {
            at = back ? at : 0;
            break;
        }
        at = m.place;
    }
    b->last = at;
}

/* Behind the newest one there is the line. */
static void pick(struct board *b, bool back)
{
    struct tacet_message m;

    if (!back && b->picked == 0)
        return;
    if (back ? previous(b, b->picked, &m) : next(b, b->picked, &m)) {
        b->picked = m.place;
        b->focus = BOARD_PICK;
    } else if (!back) {
        b->picked = b->last = 0;
        b->focus = BOARD_WRITE;
    }
}

static void find(struct board *b)
{
    board_list_close(b);
    b->focus = BOARD_FIND;
}

/* ---- where the keys are for */

static void to_line(struct board *b)
{
    for (size_t i = 0; i < b->keys.n; i++)
        (void)line_type(&b->line, b->keys.byte[i]);
}

static void in_list(struct board *b, enum key key)
{
    uint8_t letter = b->keys.n == 1 ? b->keys.byte[0] : 0;

    if (key == KEYS_END || (key == KEYS_OTHER && letter == 'q'))
        b->leaving = true;
    else if (key == KEYS_ENTER && b->talks > 0)
        board_list_open(b, b->talk[b->chosen].with, 0);
    else if ((key == KEYS_TAB || key == KEYS_ESCAPE) && b->with[0] != '\0')
        b->focus = BOARD_WRITE;
    else if (key == KEYS_OTHER && letter == '/')
        find(b);
    else if (key == KEYS_OTHER && letter == '?')
        b->focus = BOARD_HELP;
    else if (key >= KEYS_UP && key <= KEYS_PAGE_DOWN)
        b->chosen = moved(b->chosen, b->talks, is_back(key), step_of(key, PAGE_OF_LIST));
    else if (key == KEYS_OTHER)
        board_deeds_mark(b, letter);
}

static void in_line(struct board *b, enum key key)
{
    if (key == KEYS_ENTER)
        board_deeds_enter(b);
    else if (key == KEYS_END && line_typed(&b->line).n == 0)
        b->leaving = true;
    else if (key == KEYS_UP || key == KEYS_DOWN)
        pick(b, key == KEYS_UP);
    else if (key == KEYS_PAGE_UP || key == KEYS_PAGE_DOWN)
        scroll(b, key == KEYS_PAGE_UP);
    else if (key == KEYS_ESCAPE && b->writing != BOARD_TEXT)
        board_list_fetch_line(b);
    else if (key == KEYS_ESCAPE || key == KEYS_TAB)
        b->focus = BOARD_LIST;
    else if (key == KEYS_OTHER)
        to_line(b);
}

static void in_messages(struct board *b, enum key key)
{
    if (key == KEYS_UP || key == KEYS_DOWN) {
        pick(b, key == KEYS_UP);
    } else if (key == KEYS_ENTER) {
        board_deeds_do(b, 'r');
    } else if (key == KEYS_OTHER && b->keys.n == 1) {
        board_deeds_do(b, b->keys.byte[0]);
    } else if (key == KEYS_ESCAPE || key == KEYS_TAB) {
        b->picked = b->last = 0;
        b->focus = BOARD_WRITE;
    }
}

static void in_search(struct board *b, enum key key)
{
    if (key == KEYS_ENTER) {
        board_deeds_enter(b);
    } else if (key == KEYS_ESCAPE || key == KEYS_TAB) {
        board_list_close(b);
        b->focus = BOARD_LIST;
    } else if (key == KEYS_OTHER) {
        to_line(b);
    }
}

static void open_found(struct board *b)
{
    struct tacet_message m;
    char with[TACET_HANDLE_SIZE];

    if (b->chosen_found < b->found.conversations) {
        if (tacet_found_conversation(b->client, b->chosen_found, with) == TACET_OK)
            board_list_open(b, with, 0);
        return;
    }
    if (tacet_found_message(b->client, b->chosen_found - b->found.conversations, &m) != TACET_OK)
        return;
    board_list_open(b, m.with, m.place);
    b->picked = m.place;
    b->focus = BOARD_PICK;
}

static void in_found(struct board *b, enum key key)
{
    if (key == KEYS_ENTER)
        open_found(b);
    else if (key == KEYS_ESCAPE || key == KEYS_TAB)
        b->focus = BOARD_LIST;
    else if (key >= KEYS_UP && key <= KEYS_PAGE_DOWN)
        b->chosen_found = moved(b->chosen_found, b->found.conversations + b->found.messages,
                                is_back(key), step_of(key, PAGE_OF_LIST));
}

static void obey(struct board *b, enum key key)
{
    if (key == KEYS_NONE || key == KEYS_AGAIN)
        return;
    if (b->focus == BOARD_HELP) {
        b->focus = b->with[0] == '\0' ? BOARD_LIST : BOARD_WRITE;
        return;
    }
    if (b->focus == BOARD_WHO) {
        b->focus = BOARD_PICK;
        return;
    }
    if (key != KEYS_OTHER)
        b->notice[0] = '\0';
    if (key == KEYS_HELP) {
        b->focus = BOARD_HELP;
        return;
    }
    if (key == KEYS_FIND) {
        find(b);
        return;
    }
    switch (b->focus) {
    case BOARD_LIST:
        in_list(b, key);
        break;
    case BOARD_WRITE:
        in_line(b, key);
        break;
    case BOARD_PICK:
        in_messages(b, key);
        break;
    case BOARD_FIND:
        in_search(b, key);
        break;
    case BOARD_FOUND:
        in_found(b, key);
        break;
    case BOARD_WHO:
    case BOARD_HELP:
        break;
    }
}

void board_keys_type(struct board *b, struct bytes typed)
{
    enum board_focus was = b->focus;
    size_t before = line_typed(&b->line).n;

    for (size_t i = 0; i < typed.n; i++) {
        enum key key = keys_take(&b->keys, typed.at[i]);

        obey(b, key);
        if (key != KEYS_NONE)
            keys_taken(&b->keys);
    }
    obey(b, keys_pause(&b->keys));
    keys_taken(&b->keys);
    board_doing_tell(b, was, before);
}
