/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/main/house.h"

/* Of the ballast, for the log: 20 of 32 MiB, which is what it may hold before it goes into the file
 * and one large deletion after it. */
static uint64_t for_log(const struct ballast *b)
{
    return b->size / 8 * 5;
}

static int open_file(const struct ballast *b, int flags)
{
    char path[HOUSE_PATH_SIZE];

    if (house_path(b->data, HOUSE_BALLAST, path).code != E_OK)
        return -1;
    return open(path, flags | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static enum ballast_state found(const struct ballast *b)
{
    int fd = open_file(b, 0);
    struct stat st = {0};

    if (fd < 0)
        return BALLAST_NONE;
    (void)!fstat(fd, &st);
    close(fd);
    return st.st_size >= (off_t)b->size ? BALLAST_HELD : BALLAST_GIVEN;
}

/* Nothing is synced here: after a power cut the file is as it was, or shorter, and either is a
 * state from which this goes on. */
static bool make(const struct ballast *b)
{
    int fd = open_file(b, O_CREAT);
    bool made;

    if (fd < 0)
        return false;
    /* The margin, too, has to be there: of a quota only writing tells. */
    made = posix_fallocate(fd, 0, (off_t)(b->size + b->margin)) == 0;
    (void)!ftruncate(fd, made ? (off_t)b->size : 0);
    close(fd);
    return made;
}

/* One that somebody deleted is an empty one from here on. */
static void empty(const struct ballast *b)
{
    int fd = open_file(b, O_CREAT | O_TRUNC);

    if (fd >= 0)
        close(fd);
}

/* A file that could not be made tells nothing. */
static void unmake(const struct ballast *b)
{
    char path[HOUSE_PATH_SIZE];

    if (house_path(b->data, HOUSE_BALLAST, path).code == E_OK)
        (void)unlink(path);
}

static bool is_room(const struct ballast *b)
{
    uint64_t free_bytes;

    return b->measure(b->data, &free_bytes) && free_bytes >= b->size + b->margin;
}

static bool is_over(uint64_t since_ms, uint64_t now_ms)
{
    return since_ms == 0 || clock_since(now_ms, since_ms) >= BALLAST_PAUSE_MS;
}

static void try_to_make(struct ballast *b, uint64_t now_ms)
{
    if (!is_over(b->tried_ms, now_ms) || !is_room(b))
        return;
    if (make(b)) {
        b->state = BALLAST_HELD;
        return;
    }
    b->tried_ms = now_ms;
    if (b->state == BALLAST_NONE)
        unmake(b);
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
        empty(b);
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
