/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/backup.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/version.h"
#include "server/main/features.h"
#include "server/main/house.h"
#include "server/main/measure.h"

/* ---- its end */

static void end(struct backup *b)
{
    db_copy_end(b->db);
    hash_run_free(b->digest);
    b->digest = NULL;
    buf_free(&b->front); /* which wipes the keys */
    buf_free(&b->part);
    b->state = BACKUP_NONE;
    b->session = 0;
}

static void give_up(struct backup *b, struct err why)
{
    b->ended = b->session;
    b->failed = why;
    b->news.given_up = true;
    b->news.why = why;
    end(b);
}

/* ---- its beginning */

static struct err take_file(struct backup *b, enum backup_part which, struct backup_head *head)
{
    char path[HOUSE_PATH_SIZE];
    size_t before = b->front.n;
    struct err err;

    TRY(house_path(b->data, backup_file_name(which), path));
    err = house_read(path, &b->front);
    if (err.code == E_ABSENT && which != BACKUP_DIRECTORY_KEY)
        return OK; /* the operator's, outside; or nothing is announced */
    head->size[which] = b->front.n - before;
    return err;
}

/* The head stands before the files, and says how long they are. */
static struct err take_front(struct backup *b, struct backup_head *head)
{
    struct err err = OK;
    struct buf files = BUF(0);

    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_DATABASE; i++)
        TRY(take_file(b, i, head));
    files = b->front;
    b->front = BUF(files.max);
    backup_file_write(head, &b->front);
    buf_bytes(&b->front, buf_view(&files));
    if (b->front.failed != E_OK)
        err = FAIL(b->front.failed);
    buf_free(&files);
    return err;
}

static struct err begin(struct backup *b, uint64_t now_ms)
{
    struct backup_head head = {
        .nid = *networks_id(b->networks), .made_ms = now_ms, .schema = features_steps()};
    uint64_t room;

    snprintf(head.program, sizeof head.program, "%s", version_text());
    b->front = BUF(BACKUP_FILE_HEAD_MAX + BACKUP_PARTS * (HOUSE_FILE_MAX + 4096));
    b->part = BUF(BACKUP_PART_MAX);
    if (!measure_disk_free(b->data, &room))
        return FAIL(E_IO);
    b->room_least = room / 2 < BACKUP_ROOM ? room / 2 : BACKUP_ROOM;
    TRY(hash_run_new(&b->digest));
    TRY(db_copy_begin(b->db, &head.size[BACKUP_DATABASE]));
    TRY(take_front(b, &head));
    b->size = backup_file_size(&head);
    b->database_at = b->front.n;
    b->part_at = b->next = 0;
    b->began_ms = b->asked_ms = now_ms;
    b->state = BACKUP_UNDER_WAY;
    b->news.begun = true;
    b->news.size = b->size;
    return OK;
}

void backup_settle(struct backup *b, uint64_t now_ms)
{
    struct err err;

    /* When all was taken it may well take a minute to bring it onto a disk. */
    if (b->state == BACKUP_UNDER_WAY && b->next < b->size &&
        clock_since(now_ms, b->asked_ms) >= BACKUP_IDLE_MS)
        give_up(b, FAIL(E_AGAIN));
    if (b->state != BACKUP_ORDERED)
        return;
    err = begin(b, now_ms);
    if (err.code != E_OK)
        give_up(b, err);
}

/* ---- its parts */

static uint64_t database_end(const struct backup *b)
{
    return b->size - BACKUP_FILE_DIGEST_SIZE;
}

/* What is changed meanwhile may not fill the disk. */
static struct err check_room(const struct backup *b)
{
    uint64_t now;

    if (!measure_disk_free(b->data, &now))
        return FAIL(E_IO);
    return now >= b->room_least ? OK : FAIL(E_FULL);
}

static struct err take_database(struct backup *b)
{
    uint64_t left = database_end(b) - b->next;
    size_t n = left < BACKUP_PART_MAX ? (size_t)left : BACKUP_PART_MAX;
    uint8_t *at = buf_extend(&b->part, n);

    if (at == NULL)
        return FAIL(b->part.failed);
    TRY(check_room(b));
    TRY(db_copy_read(b->db, b->next - b->database_at, at, n));
    if (n == left)
        db_copy_end(b->db);
    return OK;
}

static struct err take_digest(struct backup *b)
{
    uint8_t digest[BACKUP_FILE_DIGEST_SIZE];

    TRY(hash_run_end(b->digest, digest));
    buf_bytes(&b->part, BYTES(digest));
    return b->part.failed == E_OK ? OK : FAIL(b->part.failed);
}

static struct err take_next(struct backup *b)
{
    size_t most = BACKUP_PART_MAX;

    buf_free(&b->part);
    b->part_at = b->next;
    if (b->next < b->database_at) {
        if (most > b->database_at - b->next)
            most = (size_t)(b->database_at - b->next);
        buf_bytes(&b->part, bytes(&b->front.at[b->next], most));
        if (b->part.failed != E_OK)
            return FAIL(b->part.failed);
    } else if (b->next < database_end(b)) {
        TRY(take_database(b));
    } else if (b->next < b->size) {
        TRY(take_digest(b));
    }
    if (b->next < database_end(b))
        hash_run_add(b->digest, buf_view(&b->part));
    b->next += b->part.n;
    return OK;
}

static void note_stored(struct backup *b, uint64_t now_ms)
{
    b->news.stored = true;
    b->news.size = b->size;
    b->news.took_ms = clock_since(now_ms, b->began_ms);
    b->ended = b->session;
    b->failed = OK;
    end(b);
}

/* The same part again, too: a batch may be run twice. */
static struct err give_part(struct backup *b, uint64_t at, uint64_t now_ms, struct bytes *part,
                            bool *is_end)
{
    struct err err;

    b->asked_ms = now_ms;
    if (at != b->part_at && at != b->next)
        return FAIL(E_MALFORMED);
    *is_end = b->next == b->size;
    if (at == b->next && *is_end) {
        note_stored(b, now_ms);
        return OK;
    }
    if (at == b->next) {
        err = take_next(b);
        if (err.code != E_OK) {
            give_up(b, err);
            return err;
        }
    }
    *part = buf_view(&b->part);
    *is_end = b->next == b->size;
    return OK;
}

/* There is none of this session's: it was given up, or all of it was taken. */
static struct err ask_again(const struct backup *b, uint64_t session, uint64_t at, bool *is_end)
{
    *is_end = b->ended == session && b->failed.code == E_OK && at == b->size;
    if (*is_end)
        return OK;
    return b->ended == session && b->failed.code != E_OK ? b->failed : FAIL(E_STALE);
}

static struct err ask(void *ctx, uint64_t session, uint64_t at, uint64_t now_ms, struct bytes *part,
                      bool *is_end)
{
    struct backup *b = ctx;

    *part = (struct bytes){NULL, 0};
    *is_end = false;
    if (b->state != BACKUP_NONE && b->session != session)
        return FAIL(E_CONFLICT);
    if (b->state == BACKUP_UNDER_WAY)
        return give_part(b, at, now_ms, part, is_end);
    if (at != 0 || b->ended == session)
        return ask_again(b, session, at, is_end);
    b->session = session;
    b->state = BACKUP_ORDERED;
    return OK;
}

void backup_leave(struct backup *b, uint64_t session)
{
    if (b->state != BACKUP_NONE && b->session == session)
        give_up(b, FAIL(E_CLOSED));
}

bool backup_yield(struct backup *b)
{
    bool yields = b->state == BACKUP_UNDER_WAY && b->next < database_end(b);

    if (yields)
        give_up(b, FAIL(E_FULL));
    return yields;
}

struct backup_news backup_take_news(struct backup *b)
{
    struct backup_news news = b->news;

    b->news = (struct backup_news){.begun = false};
    return news;
}

/* ---- opening and closing */

void backup_open(struct backup *b, const char *data, struct db *db, const struct networks *networks)
{
    *b = (struct backup){.backups = {b, ask}, .data = data, .db = db, .networks = networks};
}

void backup_close(struct backup *b)
{
    if (b->state != BACKUP_NONE)
        end(b);
}
