/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/ballast.h"

/* Of the ballast, for the log: 20 of 32 MiB, which is what it may hold before it goes into the file
 * and one large deletion after it. */
static uint64_t for_log(const struct ballast *b)
{
    return b->size / 8 * 5;
}

static enum ballast_state found(const struct ballast *b)
{
    int64_t size = b->place->size(b->place->ctx);

    if (size < 0)
        return BALLAST_NONE;
    return (uint64_t)size >= b->size ? BALLAST_HELD : BALLAST_GIVEN;
}

static bool is_room(const struct ballast *b)
{
    uint64_t free_bytes;

    return b->place->measure(b->place->ctx, &free_bytes) && free_bytes >= b->size + b->margin;
}

static bool is_over(uint64_t since_ms, uint64_t now_ms)
{
    return since_ms == 0 || clock_since(now_ms, since_ms) >= BALLAST_PAUSE_MS;
}

static void try_to_make(struct ballast *b, uint64_t now_ms)
{
    if (!is_over(b->tried_ms, now_ms) || !is_room(b))
        return;
    if (b->place->make(b->place->ctx, b->size, b->margin)) {
        b->state = BALLAST_HELD;
        return;
    }
    b->tried_ms = now_ms;
    if (b->state == BALLAST_NONE) /* a file that could not be made tells nothing */
        b->place->erase(b->place->ctx);
}

/* Not enough was deleted, or too much of that was filled again. */
static bool is_short(const struct ballast *b)
{
    uint64_t spare;

    if (db_spare(b->db, &spare).code != E_OK)
        return true;
    return spare < (b->refuses ? b->margin : b->margin / 2);
}

void ballast_settle(struct ballast *b, uint64_t now_ms, bool minute)
{
    if (b->state == BALLAST_GIVEN || (b->state == BALLAST_NONE && minute))
        try_to_make(b, now_ms);
    b->refuses = b->state == BALLAST_GIVEN && (!is_over(b->full_ms, now_ms) || is_short(b));
}

bool ballast_give(struct ballast *b, uint64_t now_ms)
{
    if (b->state == BALLAST_NONE)
        return false;
    if (b->state == BALLAST_GIVEN)
        b->full_ms = now_ms;
    if (b->state == BALLAST_HELD)
        b->place->empty(b->place->ctx);
    b->state = BALLAST_GIVEN;
    b->refuses = true;
    return db_hold_log(b->db, for_log(b)).code == E_OK;
}

void ballast_open(struct ballast *b, uint64_t now_ms)
{
    b->state = found(b);
    b->refuses = b->state == BALLAST_GIVEN;
    ballast_settle(b, now_ms, true);
    if (b->state == BALLAST_GIVEN) /* what the last log held of it the end of that run gave back */
        (void)!db_hold_log(b->db, for_log(b)).code;
}
