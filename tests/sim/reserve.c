/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/reserve.h"

#include "server/linking/linking.h"
#include "server/queue/queue.h"
#include "sim/backups.h"
#include "storage/driver.h"

#define FILE_NAME "ballast"
#define SIZE      (4u << 20)
#define LOG_PAGES 128 /* 1 MiB */

static bool measure(void *ctx, uint64_t *free_bytes)
{
    *free_bytes = disk_room(ctx);
    return true;
}

static int64_t size(void *ctx)
{
    return disk_file_size(ctx, FILE_NAME);
}

static bool make(void *ctx, uint64_t bytes, uint64_t margin)
{
    bool made = disk_file_resize(ctx, FILE_NAME, bytes + margin);

    (void)disk_file_resize(ctx, FILE_NAME, made ? bytes : 0);
    return made;
}

static void empty(void *ctx)
{
    (void)disk_file_resize(ctx, FILE_NAME, 0);
}

static void erase(void *ctx)
{
    disk_file_delete(ctx, FILE_NAME);
}

/* A backup that is under way ends.  What is left over somebody else has at once, now and then. */
static bool give(void *ctx)
{
    struct world *w = ctx;
    struct server_node *s = &w->server;
    bool was_held = s->ballast.state == BALLAST_HELD, given;

    backups_drop(s);
    given = ballast_give(&s->ballast, w->now_ms);
    world_trace(w, "  server: the disk is full, and %s", given ? "deleting goes on" : "that is it");
    if (was_held && disk_room(s->disk) != UINT64_MAX && dice_once_in(&w->machine, 2))
        disk_limit(s->disk, 0);
    return given;
}

void reserve_open(struct world *w)
{
    struct server_node *s = &w->server;

    s->db->log_pages = LOG_PAGES;
    s->place = (struct ballast_place){s->disk, measure, size, make, empty, erase};
    s->ballast = (struct ballast){.place = &s->place, .db = s->db, .size = SIZE, .margin = SIZE};
    s->relief = (struct relief){w, give};
    s->server.relief = &s->relief;
    ballast_open(&s->ballast, w->now_ms);
    s->room_kept = s->ballast.state == BALLAST_HELD;
}

void reserve_settle(struct world *w, bool minute)
{
    struct server_node *s = &w->server;
    bool refused = s->ballast.refuses;

    ballast_settle(&s->ballast, w->now_ms, minute);
    s->room_kept |= s->ballast.state == BALLAST_HELD;
    s->server.full = s->ballast.refuses;
    if (refused && !s->ballast.refuses)
        world_trace(w, "  server: there is room again");
}

struct err reserve_expire(struct world *w, uint64_t now_ms)
{
    uint64_t deleted;
    struct err err = queue_expire(w->server.db, now_ms, &deleted);

    if (err.code == E_FULL && give(w))
        err = queue_expire(w->server.db, now_ms, &deleted);
    return err.code == E_OK ? linking_expire(w->server.db, now_ms) : err;
}

static void expect_room(struct world *w, const struct request *rq)
{
    if (rq->route != NULL && rq->route->kind == ROUTE_GOES_ON && rq->outcome.code == E_FULL)
        ledger_break(w, WRONG_STUCK, "there is a ballast, and no room for op %u: %s", rq->op,
                     rq->outcome.where);
}

void reserve_judge(struct world *w, bool was_kept, struct request *const *rq, size_t n)
{
    struct server_node *s = &w->server;
    enum err_code trouble = db_trouble(s->db);

    if (trouble == E_IO) /* it failed while it was given: that is no matter of room */
        return;
    for (size_t i = 0; was_kept && i < n; i++)
        expect_room(w, rq[i]);
    if (trouble == E_FULL && s->ballast.state == BALLAST_HELD)
        (void)give(w);
}

void reserve_check(struct world *w)
{
    const struct ballast *b = &w->server.ballast;

    if (b->state != BALLAST_HELD || b->refuses)
        ledger_break(w, WRONG_STUCK, "in the end the server keeps nothing back%s",
                     b->refuses ? ", and refuses what needs room" : "");
}
