/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker's side.  Effects are written before the commit, so that what was committed is never
 * lost for want of memory to tell it; a commit that fails throws them away.  What only reads is
 * then done again: a full disk keeps nobody from their mail.  Nor from acknowledging it: what
 * deletes may have the room that the host kept back.
 *
 * Of a request that fails, nothing may stay in the database.  Most that fail have changed nothing;
 * so a batch first runs without savepoints, which cost more than many a request.  When one fails
 * that did change something, all is rolled back and the batch runs once more, with a savepoint for
 * each; and so do the next ones, lest somebody make us do everything twice.
 */
#include "base/fault.h"
#include "server/api/api.h"

static const size_t EFFECTS_LEAST = 64;
static const unsigned CAREFUL_BATCHES = 64;

static struct err append(struct effects *out, struct effect e)
{
    if (out->n == out->room) {
        size_t room = out->room == 0 ? EFFECTS_LEAST : out->room * 2;
        struct effect *more = ARENA_ARRAY(&out->arena, room, struct effect);

        if (more == NULL)
            return FAIL(E_NOMEM);
        if (out->n > 0)
            memcpy(more, out->at, out->n * sizeof *more);
        out->at = more;
        out->room = room;
    }
    out->at[out->n++] = e;
    return OK;
}

static struct err append_answer(struct effects *out, const struct request *rq)
{
    struct effect e = {.kind = EFFECT_SEND, .session = rq->session};
    struct frame f = {rq->op, rq->id, (uint32_t)rq->outcome.code, rq->answer};

    if (rq->outcome.code != E_OK)
        f.body = rq->explanation;
    TRY(frame_write_into(&f, &out->arena, &e.frame));
    return append(out, e);
}

/* An acknowledgement that this machine could not keep: what it was for is handed out again at the
 * next sign-in, and until then the pages behind it may follow. */
static bool is_only_not_kept(const struct request *rq)
{
    return rq->op == OP_ACKNOWLEDGE && err_who(rq->outcome.code) == WHO_OPERATOR && rq->effects > 0;
}

static bool outlives_failure(const struct request *rq, const struct effect *e)
{
    return e->kind == EFFECT_CLOSE || (e->kind == EFFECT_ACKED && is_only_not_kept(rq));
}

/* All that one request leaves behind. */
static struct err report(struct effects *out, const struct request *rq)
{
    bool failed = rq->outcome.code != E_OK;

    if (rq->id != 0)
        TRY(append_answer(out, rq));
    for (size_t i = 0; i < rq->effects; i++)
        if (!failed || outlives_failure(rq, &rq->effect[i]))
            TRY(append(out, rq->effect[i]));
    if (failed && rq->id == 0 && !is_only_not_kept(rq))
        TRY(append(out, (struct effect){.kind = EFFECT_CLOSE,
                                        .session = rq->session,
                                        .code = rq->outcome.code}));
    if (rq->weight > 0)
        TRY(append(out, (struct effect){
                            .kind = EFFECT_DONE, .session = rq->session, .number = rq->weight}));
    if (rq->op == OP_SEND)
        TRY(append(out, (struct effect){.kind = EFFECT_ANSWERED, .session = rq->session}));
    return OK;
}

static struct err report_all(struct effects *out, struct request *const *rq, size_t n)
{
    arena_free(&out->arena);
    *out = (struct effects){.arena = ARENA(SIZE_MAX / 2)};
    for (size_t i = 0; i < n; i++)
        TRY(report(out, rq[i]));
    return OK;
}

/* As if it had never been run. */
static void reset(struct request *rq)
{
    rq->outcome = rq->refused == E_OK ? OK : FAIL(rq->refused);
    rq->answer = rq->explanation = (struct bytes){NULL, 0};
    rq->effects = 0;
}

/* *spoilt: it failed, and left something behind. */
static struct err run_bare(struct request *rq, bool *spoilt)
{
    uint64_t before = db_changes(rq->db);
    struct err err = rq->route->handler(rq);

    *spoilt = err.code != E_OK && db_changes(rq->db) != before;
    return err;
}

static struct err run_saved(struct request *rq)
{
    struct err err;

    TRY(db_begin(rq->db));
    err = rq->route->handler(rq);
    if (err.code != E_OK) {
        db_rollback(rq->db);
        return err;
    }
    return db_commit(rq->db);
}

static struct err commit(struct db *db, bool wrote)
{
    if (wrote)
        fault_point("server-before-commit");
    TRY(db_commit(db));
    if (wrote)
        fault_point("server-after-commit");
    return OK;
}

static bool may_run(struct request *rq)
{
    if (rq->refused == E_OK && rq->server->full && rq->route->kind == ROUTE_WRITES)
        rq->outcome = FAIL(E_FULL);
    return rq->outcome.code == E_OK;
}

/* Ends early when a request has spoilt it. */
/* To the database. */
static bool writes(const struct request *rq)
{
    return rq->route->kind == ROUTE_WRITES || rq->route->kind == ROUTE_GOES_ON;
}

static struct err run_all(struct request *const *rq, size_t n, bool careful, bool *spoilt,
                          struct effects *out)
{
    bool wrote = false;

    for (size_t i = 0; i < n && !*spoilt; i++) {
        reset(rq[i]);
        if (!may_run(rq[i]))
            continue;
        if (careful && writes(rq[i]))
            rq[i]->outcome = run_saved(rq[i]);
        else
            rq[i]->outcome = run_bare(rq[i], spoilt);
        wrote |= writes(rq[i]) && rq[i]->outcome.code == E_OK;
    }
    if (*spoilt)
        return FAIL(E_AGAIN);
    TRY(report_all(out, rq, n));
    return commit(rq[0]->db, wrote);
}

/* In one transaction, all of them or none. */
static struct err transact(struct db *db, struct request *const *rq, size_t n, bool careful,
                           bool *spoilt, struct effects *out)
{
    struct err err;

    *spoilt = false;
    TRY(db_begin(db));
    err = run_all(rq, n, careful, spoilt, out);
    if (err.code != E_OK)
        db_rollback(db); /* does nothing when the commit did it */
    return err;
}

static struct err transact_somehow(struct server *sv, struct request *const *rq, size_t n,
                                   struct effects *out)
{
    struct err err;
    bool spoilt;

    if (sv->careful == 0) {
        err = transact(sv->db, rq, n, false, &spoilt, out);
        if (!spoilt)
            return err;
        sv->careful = CAREFUL_BATCHES;
    } else {
        sv->careful--;
    }
    return transact(sv->db, rq, n, true, &spoilt, out);
}

static struct err transact_with_relief(struct server *sv, struct request *const *rq, size_t n,
                                       struct effects *out)
{
    struct err err = transact_somehow(sv, rq, n, out);

    if (err.code != E_FULL || sv->relief == NULL || !sv->relief->give(sv->relief->ctx))
        return err;
    sv->full = true;
    return transact_somehow(sv, rq, n, out);
}

/* Nothing happened: whoever was not refused before is now, and says nothing about the others. */
static void take_back(struct request *const *rq, size_t n, struct err why)
{
    for (size_t i = 0; i < n; i++) {
        if (rq[i]->refused == E_OK)
            rq[i]->outcome = why;
        rq[i]->answer = rq[i]->explanation = (struct bytes){NULL, 0};
        if (!is_only_not_kept(rq[i]))
            rq[i]->effects = 0;
    }
}

static void read_again(struct db *db, struct request *const *rq, size_t n)
{
    struct err err = db_begin(db);

    if (err.code != E_OK)
        return;
    for (size_t i = 0; i < n; i++)
        if (rq[i]->refused == E_OK && rq[i]->route->kind == ROUTE_READS)
            rq[i]->outcome = rq[i]->route->handler(rq[i]);
    db_rollback(db); /* there is nothing to commit */
}

/* Without memory to tell it, it is told so; without memory for that, nobody is told. */
static void report_somehow(struct request *const *rq, size_t n, struct effects *out)
{
    struct err err = report_all(out, rq, n);

    if (err.code != E_OK) {
        take_back(rq, n, err);
        err = report_all(out, rq, n);
    }
    if (err.code != E_OK) {
        api_effects_free(out);
        out->speechless = err.code;
    }
}

void api_batch(struct server *sv, struct request **rq, size_t n, uint64_t now_ms,
               struct random *rnd, struct effects *out)
{
    struct err err = OK;

    *out = (struct effects){.arena = ARENA(0)};
    for (size_t i = 0; i < n; i++) {
        rq[i]->server = sv;
        rq[i]->db = sv->db;
        rq[i]->now_ms = now_ms;
        rq[i]->random = rnd;
        reset(rq[i]);
    }
    if (n > 0)
        err = transact_with_relief(sv, rq, n, out);
    if (err.code == E_OK)
        return;
    take_back(rq, n, err);
    read_again(sv->db, rq, n);
    report_somehow(rq, n, out);
}

void api_apart(struct server *sv, struct request **rq, size_t n, struct effects *out)
{
    *out = (struct effects){.arena = ARENA(0)};
    for (size_t i = 0; i < n; i++) {
        rq[i]->server = sv;
        reset(rq[i]);
        if (rq[i]->refused != E_OK)
            continue;
        invariant(rq[i]->route->kind == ROUTE_APART);
        rq[i]->outcome = rq[i]->route->handler(rq[i]);
    }
    if (n > 0)
        report_somehow(rq, n, out);
}

void api_effects_free(struct effects *e)
{
    arena_free(&e->arena);
    *e = (struct effects){.arena = ARENA(0)};
}
