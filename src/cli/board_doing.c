/* SPDX-License-Identifier: Apache-2.0 */
/* board_doing: what others do at this moment, and what they are told of the person here. */
#include <stdio.h>
#include <string.h>

#include "cli/board_internal.h"
#include "cli/rooms.h"
#include "tacet/activity.h"

#define NUMBER_MAX 40

/* ---- others */

/* Where what somebody does there is noted; else in the place of whoever was heard of longest ago.
 */
static struct board_doing *find(struct board *b, const char *with, const char *who)
{
    struct board_doing *oldest = &b->doing[0];

    for (size_t i = 0; i < BOARD_DOING_MAX; i++) {
        struct board_doing *d = &b->doing[i];

        if (strcmp(d->with, with) == 0 && strcmp(d->who, who) == 0)
            return d;
        if (d->here_s < oldest->here_s)
            oldest = d;
    }
    *oldest = (struct board_doing){.typing_s = 0};
    snprintf(oldest->with, sizeof oldest->with, "%s", with);
    snprintf(oldest->who, sizeof oldest->who, "%s", who);
    return oldest;
}

void board_doing_take(struct board *b, const struct tacet_event *e)
{
    const struct tacet_message *m = &e->message;

    if (e->kind == TACET_EVENT_MESSAGE) /* that is what they were writing */
        find(b, m->with, rooms_is_meant(m->with) ? m->by : m->with)->typing_s = 0;
    if (e->kind != TACET_EVENT_ACTIVITY)
        return;
    find(b, m->with, e->who)->here_s = b->now_s + TACET_HERE_S;
    if (e->activity == TACET_TYPING)
        find(b, m->with, e->who)->typing_s = b->now_s + TACET_TYPING_S;
}

static bool is_there(const struct board *b, const struct board_doing *d, const char *with)
{
    return d->here_s > b->now_s && strcmp(d->with, with) == 0;
}

bool board_doing_is_typed(const struct board *b, const char *with)
{
    for (size_t i = 0; i < BOARD_DOING_MAX; i++)
        if (is_there(b, &b->doing[i], with) && b->doing[i].typing_s > b->now_s)
            return true;
    return false;
}

/* How many are here, and who of them writes: of one person that goes without saying. */
void board_doing_write(struct board *b, struct buf *out)
{
    bool several = rooms_is_meant(b->with);
    const char *between = several ? ", writing: " : ", writing";
    char number[NUMBER_MAX];
    unsigned here = 0;

    for (size_t i = 0; i < BOARD_DOING_MAX; i++)
        here += is_there(b, &b->doing[i], b->with);
    snprintf(number, sizeof number, several ? ", %u here" : ", here", here);
    if (here > 0 && (several || !board_doing_is_typed(b, b->with)))
        buf_text(out, number);
    for (size_t i = 0; i < BOARD_DOING_MAX; i++) {
        if (!is_there(b, &b->doing[i], b->with) || b->doing[i].typing_s <= b->now_s)
            continue;
        buf_text(out, between);
        if (several)
            board_list_write_name(b, b->doing[i].who, out);
        between = ", ";
    }
}

/* ---- the person here */

/* What is a line for Tacet itself is nobody else's. */
static bool is_writing(struct board *b, size_t before)
{
    struct bytes line = line_typed(&b->line);

    return line.n > 0 && line.n != before && line.at[0] != '/' &&
           (b->writing == BOARD_TEXT || b->writing == BOARD_REPLY || b->writing == BOARD_EDIT);
}

void board_doing_tell(struct board *b, enum board_focus was, size_t before)
{
    bool writes = was == BOARD_WRITE && b->focus == BOARD_WRITE && is_writing(b, before);

    if (b->with[0] != '\0' &&
        (b->focus == BOARD_WRITE || b->focus == BOARD_PICK || b->focus == BOARD_WHO))
        (void)tacet_tell_activity(b->client, b->with, writes ? TACET_TYPING : TACET_HERE);
}
