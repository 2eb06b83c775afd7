/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/server.h"

#include <stdlib.h>
#include <string.h>

#include "server/main/features.h"
#include "server/networks/networks.h"
#include "sim/backups.h"
#include "sim/operator.h"
#include "sim/plants.h"
#include "sim/power.h"
#include "sim/reserve.h"
#include "statement/directory.h"
#include "statement/names.h"
#include "storage/sqlite/sqlite.h"

#define ADDRESS          "127.0.0.1:8443"
#define BATCH_MOST       64
#define SIGN_IN_MS       (30 * CLOCK_SECOND_MS)
#define HOUSE_MS         CLOCK_MINUTE_MS
#define AGAIN_MS         (5 * CLOCK_SECOND_MS)
#define OPERATOR_MOST_MS 20000 /* until somebody looks after a server that stands still */

uint64_t server_clock(const struct world *w)
{
    return (uint64_t)((int64_t)w->now_ms + w->server.skew_ms);
}

/* ---- requests */

static struct arena *new_arena(void)
{
    struct arena *a = calloc(1, sizeof *a);

    invariant(a != NULL);
    *a = ARENA(API_ARENA_MAX);
    return a;
}

static void drop_arena(struct arena *a)
{
    arena_free(a);
    free(a);
}

/* An honest server that lost nothing answers the same bytes under the same number as before, and to
 * others nobody gives a number twice.  [PROTOCOL 10 S2, M1]  The sender would seal again, and
 * nobody would notice. */
static void judge_uploads(struct world *w, struct request *const *rq, size_t n)
{
    if (w->options.hostile || w->server.restored || options_has(&w->options, KIND_SYNC) ||
        options_has(&w->options, KIND_FULL)) /* what a commit refused may be there after a crash */
        return;
    if (options_has(&w->options, KIND_TIMERS)) /* what ended before its answer came gave it up */
        return;
    for (size_t i = 0; i < n; i++)
        if (rq[i]->op == OP_SEND && rq[i]->outcome.code == E_CONFLICT)
            ledger_break(w, WRONG_REFUSED, "an upload is in conflict at %s", rq[i]->outcome.where);
}

static void run_batch(struct world *w, void *subject);

static void kick(struct world *w)
{
    struct server_node *s = &w->server;

    if (s->busy || s->n_pending == 0)
        return;
    s->busy = true;
    world_after(w, 1 + dice_below(&w->machine, 4), run_batch, s, &s->life);
}

static void submit(struct world *w, struct request *rq)
{
    struct server_node *s = &w->server;

    if (s->n_pending == s->room_pending) {
        s->room_pending = s->room_pending == 0 ? 64 : 2 * s->room_pending;
        s->pending = realloc(s->pending, s->room_pending * sizeof(struct request *));
        invariant(s->pending != NULL);
    }
    s->pending[s->n_pending++] = rq;
    kick(w);
}

static void take_frame(struct world *w, struct session *session, struct bytes frame)
{
    struct arena *a = new_arena();
    struct request *rq;
    struct err err;

    session->now_ms = server_clock(w);
    err = api_frame(session, a, frame, &rq);
    if (err.code == E_OK) {
        submit(w, rq);
        return;
    }
    drop_arena(a);
    world_trace(w, "  server: no frame for session %llu: %s at %s", (unsigned long long)session->id,
                err_name(err.code), err.where);
    invariant(session->kind == SESSION_CLIENT);
    live_leave(w->server.live, session);
    network_close((struct line *)(void *)session, WAY_DOWN, false);
}

void server_control(struct world *w, struct bytes frame)
{
    take_frame(w, &w->server.control, frame);
}

/* ---- what live wants done */

static void send_down(void *ctx, struct session *s, struct bytes frame)
{
    struct world *w = ctx;

    if (s == &w->server.control)
        operator_hears(w, frame);
    else /* the session is its line's first member */
        network_send((struct line *)(void *)s, WAY_DOWN, frame);
}

static void close_line(void *ctx, struct session *s, enum err_code why)
{
    struct world *w = ctx;

    (void)why;
    live_leave(w->server.live, s);
    network_close((struct line *)(void *)s, WAY_DOWN, false);
}

static void ask_page(void *ctx, struct session *s)
{
    struct arena *a = new_arena();
    struct request *rq;

    world_must(api_deliver(s, a, &rq), "asking for a page");
    submit(ctx, rq);
}

/* ---- batches */

static void drop_batch(struct server_node *s)
{
    api_effects_free(&s->effects);
    for (size_t i = 0; i < s->n_batch; i++)
        drop_arena(s->batch[i]->arena);
    s->n_batch = 0;
}

static void release(struct world *w, void *subject)
{
    struct server_node *s = subject;

    if (s->crash_before_release) {
        server_crash(w, dice_once_in(&w->machine, 2));
        return;
    }
    live_settle(s->live, &s->effects);
    drop_batch(s);
    s->busy = false;
    kick(w);
}

bool server_looked_after(struct world *w)
{
    struct server_node *s = &w->server;

    if (disk_is_off(s->disk)) {
        server_crash(w, dice_once_in(&w->machine, 2));
        return true;
    }
    if (db_trouble(s->db) == E_IO)
        power_later(w, dice_below(&w->machine, OPERATOR_MOST_MS));
    return false;
}

static void run_batch(struct world *w, void *subject)
{
    struct server_node *s = subject;
    size_t n = s->n_pending < BATCH_MOST ? s->n_pending : BATCH_MOST;
    bool kept;

    invariant(s->n_batch == 0 && n > 0);
    memcpy(s->batch, s->pending, n * sizeof(struct request *));
    memmove(s->pending, s->pending + n, (s->n_pending - n) * sizeof(struct request *));
    s->n_pending -= n;
    s->n_batch = n;
    reserve_settle(w, false);
    kept = s->room_kept;
    api_batch(&s->server, s->batch, n, server_clock(w), &w->random, &s->effects);
    w->outcome->batches++;
    if (w->options.trace)
        for (size_t i = 0; i < n; i++)
            world_trace(w, "  server: op %u of session %llu: %s at %s", s->batch[i]->op,
                        (unsigned long long)s->batch[i]->session,
                        err_name(s->batch[i]->outcome.code),
                        s->batch[i]->outcome.where == NULL ? "-" : s->batch[i]->outcome.where);
    reserve_judge(w, kept, s->batch, n);
    judge_uploads(w, s->batch, n);
    for (size_t i = 0; i < n; i++)
        kin_committed(w, s->batch[i]);
    circles_look(w);
    if (!server_looked_after(w))
        world_after(w, 1 + dice_below(&w->machine, 8), release, s, &s->life);
}

static void keep_house(struct world *w, void *subject)
{
    struct server_node *s = subject;

    if (!s->busy) {
        reserve_settle(w, true);
        (void)!reserve_expire(w, server_clock(w)).code;
        reserve_judge(w, false, NULL, 0);
        if (server_looked_after(w))
            return;
    }
    world_after(w, HOUSE_MS, keep_house, s, &s->life);
}

/* ---- lines */

static void sign_in_is_due(struct world *w, void *subject)
{
    struct line *l = subject;

    if (!w->server.up || l->server_life != w->server.life || !l->open[WAY_DOWN] ||
        l->session.signed_in)
        return;
    live_leave(w->server.live, &l->session);
    network_close(l, WAY_DOWN, false);
}

void server_line_up(struct world *w, struct line *l)
{
    l->began_ms = w->now_ms;
    world_must(random_fill(&w->random, l->binding, sizeof l->binding), "a binding");
    api_session(&l->session, ++w->server.next_session, SESSION_CLIENT, features_routes(),
                BYTES(l->binding), server_clock(w));
    world_must(live_enter(w->server.live, &l->session), "a session");
    world_trace(w, "  session %llu is %s's", (unsigned long long)l->session.id, l->who->name);
    world_after(w, SIGN_IN_MS, sign_in_is_due, l, NULL);
}

void server_frame(struct world *w, struct line *l, struct bytes frame)
{
    take_frame(w, &l->session, frame);
}

void server_line_down(struct world *w, struct line *l)
{
    live_leave(w->server.live, &l->session);
}

/* ---- life */

static struct err found(struct world *w)
{
    struct server_node *s = &w->server;
    struct err err = OK;
    struct network_id nid;
    struct buf certificate = BUF(DIRECTORY_CERTIFICATE_MAX);
    struct directory_certificate c = {.made_ms = w->now_ms,
                                      .expires_ms = w->now_ms + DIRECTORY_LIFE_MS,
                                      .name = BYTES_LITERAL("Ministry of X")};

    TRY_OUT(sign_private_public(s->directory_key, c.key.b));
    TRY_OUT(names_network(&s->root, BYTES_LITERAL(WORLD_DOMAIN), &nid));
    TRY_OUT(directory_certify(&c, &nid, s->root_key, &certificate));
    TRY_OUT(networks_create(s->db, &s->root, BYTES_LITERAL(WORLD_DOMAIN), buf_view(&certificate),
                            w->now_ms));
out:
    buf_free(&certificate);
    return err;
}

static struct err open_all(struct world *w)
{
    struct server_node *s = &w->server;
    const struct live_host host = {w, send_down, close_line, ask_page, NULL, NULL};
    uint8_t scalar[SIGN_PRIVATE_SIZE];
    struct err err;

    TRY(sqlite_open_on(&s->db, disk_vfs(s->disk), SERVER_FILE_NAME, true, true));
    plants_tell_server(s->db);
    TRY(features_open(s->db));
    TRY(sign_private_write(s->directory_key, scalar));
    err = networks_open(s->db, BYTES(scalar), &s->networks);
    if (err.code == E_ABSENT) {
        TRY(found(w));
        err = networks_open(s->db, BYTES(scalar), &s->networks);
    }
    TRY(err);
    s->server = (struct server){.db = s->db,
                                .networks = s->networks,
                                .routes = features_routes(),
                                .address = ADDRESS,
                                .pin = {7}};
    reserve_open(w);
    TRY(live_new(&s->live, &host));
    api_session(&s->control, ++s->next_session, SESSION_CONTROL, features_routes(),
                (struct bytes){0}, server_clock(w));
    return live_enter(s->live, &s->control);
}

static void close_all(struct world *w)
{
    struct server_node *s = &w->server;

    backups_drop(s);
    drop_batch(s);
    for (size_t i = 0; i < s->n_pending; i++)
        drop_arena(s->pending[i]->arena);
    s->n_pending = 0;
    live_free(s->live);
    networks_free(s->networks);
    db_close(s->db);
    s->live = NULL;
    s->networks = NULL;
    s->db = NULL;
    s->up = s->busy = s->crash_before_release = false;
    s->life++;
}

static void end_lines(struct world *w, bool quietly)
{
    for (struct line *l = w->lines; l != NULL; l = l->older)
        if (l->server_life == w->server.life)
            network_close(l, WAY_DOWN, quietly);
}

void server_crash(struct world *w, bool quietly)
{
    struct server_node *s = &w->server;

    if (!s->up)
        return;
    world_trace(w, "  server: crashes%s", quietly ? ", and nobody is told" : "");
    end_lines(w, quietly);
    power_cut(w, s->disk);
    close_all(w);
    power_on_later(w, dice_below(&w->machine, OPERATOR_MOST_MS));
}

void server_lose_disk(struct world *w, const struct disk_image *instead)
{
    struct server_node *s = &w->server;

    end_lines(w, dice_once_in(&w->care, 2));
    close_all(w);
    disk_roll_back(s->disk, instead);
    power_on_later(w, dice_below(&w->care, OPERATOR_MOST_MS));
}

void server_stop(struct world *w)
{
    if (!w->server.up)
        return;
    end_lines(w, false);
    close_all(w);
    world_trace(w, "  server: stops");
    if (disk_is_off(w->server.disk))
        disk_restart(w->server.disk);
}

void server_start(struct world *w)
{
    struct server_node *s = &w->server;
    struct err err;

    if (s->up)
        return;
    if (world_rolls(w, &w->machine, KIND_DISK_CRASH, 6)) /* and again while it recovers */
        disk_crash_at(s->disk, 1 + dice_below(&w->machine, 40));
    err = open_all(w);
    if (err.code == E_OK && !disk_is_off(s->disk)) {
        s->up = true;
        world_trace(w, "  server: runs");
        circles_look(w);
        world_after(w, HOUSE_MS, keep_house, s, &s->life);
        operator_asks_again(w);
        return;
    }
    world_trace(w, "  server: does not start: %s at %s", err_name(err.code), err.where);
    close_all(w);
    if (disk_is_off(s->disk))
        disk_restart(s->disk);
    else if (w->calm || (err.code != E_IO && err.code != E_FULL))
        ledger_break(w, WRONG_STUCK, "the server does not start: %s at %s", err_name(err.code),
                     err.where);
    power_on_later(w, AGAIN_MS);
}

void server_found(struct world *w)
{
    struct server_node *s = &w->server;
    struct point directory;

    s->life = 1; /* a line that has not come here yet has 0 */
    s->disk = disk_new(dice_roll(&w->machine));
    s->batch = calloc(BATCH_MOST, sizeof(struct request *));
    invariant(s->disk != NULL && s->batch != NULL);
    disk_skip_syncs(s->disk, plants_has("server_skips_syncs"));
    world_must(sign_generate(&s->root_key, s->root.b), "a root key");
    world_must(sign_generate(&s->directory_key, directory.b), "a directory key");
    world_must(open_all(w), "founding a network");
    s->up = true;
    world_after(w, HOUSE_MS, keep_house, s, &s->life);
}

void server_free(struct world *w)
{
    struct server_node *s = &w->server;

    close_all(w);
    operator_free(w);
    backups_free(s);
    disk_free(s->disk);
    sign_private_free(s->root_key);
    sign_private_free(s->directory_key);
    free(s->pending);
    free(s->batch);
}
