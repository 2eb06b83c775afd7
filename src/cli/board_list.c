/* SPDX-License-Identifier: Apache-2.0 */
/* board_list: the conversations that there are, and the one that is open. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/board_internal.h"
#include "cli/people.h"
#include "cli/rooms.h"

/* ---- the list */

static void add(struct board *b, const char *with, uint64_t muted_ms, bool pinned)
{
    struct tacet_message m;
    struct board_talk *t;

    if (b->talks == BOARD_TALKS_MAX)
        return;
    t = &b->talk[b->talks++];
    *t = (struct board_talk){.muted = muted_ms > (uint64_t)time(NULL) * 1000, .pinned = pinned};
    memcpy(t->with, with, sizeof t->with);
    if (tacet_previous_message(b->client, with, 0, &m) == TACET_OK)
        t->last_ms = m.sent_ms;
}

static struct board_talk *find(const struct board *b, const char *with)
{
    for (size_t i = 0; i < b->talks; i++)
        if (strcmp(b->talk[i].with, with) == 0)
            return &b->talk[i];
    return NULL;
}

static void count_unread(const struct board *b)
{
    struct tacet_message m = {.place = 0};

    for (size_t i = 0; i < BOARD_UNREAD_MAX; i++) {
        struct board_talk *t;

        if (tacet_next_message(b->client, NULL, m.place, &m) != TACET_OK)
            return;
        t = find(b, m.with);
        if (t != NULL)
            t->unread++;
    }
}

/* And before that what is pinned. */
static int newest_first(const void *a, const void *b)
{
    const struct board_talk *x = a, *y = b;

    if (x->pinned != y->pinned)
        return x->pinned ? -1 : 1;
    if (x->last_ms != y->last_ms)
        return x->last_ms > y->last_ms ? -1 : 1;
    return strcmp(x->with, y->with);
}

void board_list(struct board *b)
{
    struct tacet_contact c = {.number = 0};
    struct tacet_room r = {.number = 0};
    char chosen[TACET_HANDLE_SIZE] = "";
    const struct board_talk *still;

    if (b->talks > 0)
        memcpy(chosen, b->talk[b->chosen].with, sizeof chosen);
    b->talks = b->chosen = 0;
    while (tacet_next_contact(b->client, c.number, &c) == TACET_OK)
        add(b, c.handle, c.muted_ms, c.pinned);
    while (tacet_next_room(b->client, r.number, &r) == TACET_OK)
        if (!r.deleted)
            add(b, r.address, r.muted_ms, r.pinned);
    count_unread(b);
    if (b->talks > 0)
        qsort(b->talk, b->talks, sizeof b->talk[0], newest_first);
    still = find(b, chosen);
    b->chosen = still == NULL ? 0 : (size_t)(still - b->talk);
    b->stale = false;
}

/* "bob (Robert)", "+Harbour". */
void board_list_write_name(struct board *b, const char *with, struct buf *out)
{
    struct tacet_room r;

    if (!rooms_is_meant(with)) {
        people_write(b->client, with, out);
        return;
    }
    if (tacet_find_room(b->client, with, &r) != TACET_OK || r.name == NULL) {
        buf_text(out, with);
        return;
    }
    buf_text(out, "+");
    text_harmless(out, bytes_text(r.name), false);
}

/* ---- the conversation that is open */

void board_list_fetch_line(struct board *b)
{
    const uint8_t *text;
    size_t n;

    line_free(&b->line);
    b->writing = BOARD_TEXT;
    b->about = 0;
    b->drafted = tacet_draft(b->client, b->with, &text, &n) == TACET_OK;
    if (b->drafted)
        line_put(&b->line, bytes(text, n));
}

void board_list_keep_line(struct board *b)
{
    struct bytes typed = line_typed(&b->line);

    if (b->with[0] != '\0' && b->writing == BOARD_TEXT && (typed.n > 0 || b->drafted))
        (void)tacet_set_draft(b->client, b->with, typed.at, typed.n);
}

void board_list_close(struct board *b)
{
    board_list_keep_line(b);
    line_free(&b->line);
    b->with[0] = '\0';
    b->last = b->picked = b->about = 0;
    b->writing = BOARD_TEXT;
    b->drafted = false;
}

void board_list_open(struct board *b, const char *with, uint64_t last)
{
    char name[TACET_HANDLE_SIZE];
    const struct board_talk *t;

    memcpy(name, with, sizeof name); /* `with` may lie in the list, or be what is open */
    board_list_close(b);
    memcpy(b->with, name, sizeof b->with);
    b->last = last;
    b->focus = BOARD_WRITE;
    b->notice[0] = '\0';
    t = find(b, name);
    if (t != NULL)
        b->chosen = (size_t)(t - b->talk);
    board_list_fetch_line(b);
}
