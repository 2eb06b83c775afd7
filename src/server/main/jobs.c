/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/jobs.h"

#include <stdlib.h>

#include "base/fault.h"
#include "net/limits.h"
#include "server/files/files.h"
#include "server/linking/linking.h"
#include "server/main/depot.h"
#include "server/main/measure.h"
#include "server/main/peers.h"
#include "server/main/rekeying.h"
#include "server/main/serving_internal.h"
#include "server/queue/queue.h"

struct job *jobs_new(void)
{
    struct job *j = calloc(1, sizeof *j);

    if (j != NULL)
        j->arena = ARENA(API_ARENA_MAX);
    return j;
}

void jobs_free(struct job *j)
{
    if (j == NULL)
        return;
    arena_free(&j->arena);
    free(j->page);
    free(j);
}

/* ---- on the worker's thread */

/* The items become a list; the requests among them, and what the others are about. */
static size_t take_requests(struct serving *s, void **items, size_t n, struct request **rq,
                            bool *keep_house)
{
    size_t requests = 0;

    for (size_t i = 0; i < n; i++) {
        struct job *j = items[i];

        j->next = i + 1 < n ? items[i + 1] : NULL;
        if (j->rq != NULL)
            rq[requests++] = j->rq;
        else if (j->left != 0)
            backup_leave(&s->backup, j->left);
        else if (j->page == NULL)
            *keep_house = true;
    }
    return requests;
}

bool jobs_relieve(void *ctx)
{
    struct serving *s = ctx;

    (void)backup_yield(&s->backup);
    return ballast_give(&s->ballast, measure_steady_ms());
}

/* Their rows; what is to be erased then is on the page. */
static struct err expire_files(struct serving *s, uint64_t now, struct depot_page **out)
{
    struct depot_page *page = calloc(1, sizeof *page);

    _Static_assert(FILES_EXPIRE_MOST <= DEPOT_PAGE, "all that goes at once is on one page");
    if (page == NULL)
        return FAIL(E_NOMEM);
    *out = page;
    return files_expire(s->db, now, page->names, &page->n);
}

static void keep_house_now(struct serving *s, struct batch *b, uint64_t now)
{
    b->expiry = queue_expire(s->db, now, &b->deleted);
    if (b->expiry.code == E_FULL && jobs_relieve(s))
        b->expiry = queue_expire(s->db, now, &b->deleted);
    if (b->expiry.code == E_OK)
        b->expiry = linking_expire(s->db, now);
    if (b->expiry.code == E_OK)
        b->expiry = expire_files(s, now, &b->due);
    (void)!networks_ends(s->db, &b->directory_ends_ms).code;
    b->counting = queue_totals(s->db, &b->queue_items, &b->queue_bytes);
}

/* Behind the requests: what they began has a row by now. */
static void name_unknown(struct serving *s, struct job *first)
{
    for (struct job *j = first; j != NULL; j = j->next)
        if (j->page != NULL)
            first->batch.naming = files_unknown(s->db, j->page->names, &j->page->n);
}

/* Also when a commit passed, and only the log could not be brought into the file. */
static void judge_disk(struct serving *s, struct batch *b)
{
    b->trouble = db_trouble(s->db);
    if (b->trouble == E_FULL && s->ballast.state == BALLAST_HELD)
        (void)jobs_relieve(s);
    b->ballast = s->ballast.state;
    b->refuses = s->ballast.refuses;
}

void *jobs_work(void *ctx, void **items, size_t n)
{
    struct serving *s = ctx;
    struct job *first = items[0];
    struct batch *b = &first->batch;
    struct request *rq[NET_BATCH_MAX];
    uint64_t now = serving_now_ms(), before = db_changes(s->db);

    b->requests = take_requests(s, items, n, rq, &b->kept_house);
    ballast_settle(&s->ballast, measure_steady_ms(), b->kept_house);
    s->server.full = s->ballast.refuses;
    if (b->requests > 0) {
        b->took_us = measure_steady_us();
        api_batch(&s->server, rq, b->requests, now, &s->random, &b->effects);
        b->took_us = measure_steady_us() - b->took_us;
    }
    if (b->kept_house)
        keep_house_now(s, b, now);
    name_unknown(s, first);
    backup_settle(&s->backup, now);
    b->backup = backup_take_news(&s->backup);
    b->changed = db_changes(s->db) != before;
    judge_disk(s, b);
    return first;
}

/* ---- back on the loop's thread */

static void free_all(struct job *first)
{
    struct job *next;

    api_effects_free(&first->batch.effects);
    free(first->batch.due);
    for (struct job *j = first; j != NULL; j = next) {
        next = j->next;
        jobs_free(j);
    }
}

bool jobs_submit(struct serving *s, struct job *j, struct session *session)
{
    struct err e = s->workers == NULL ? FAIL(E_CLOSED) : workers_submit(s->workers, j);

    if (e.code == E_OK)
        return true;
    jobs_free(j);
    if (e.code == E_CLOSED) /* stopping: clients will ask again */
        return false;
    journal_failure(&s->journal, JOURNAL_REQUEST_DROPPED, e);
    if (session != NULL)
        peers_close(s, session, e.code);
    return false;
}

void jobs_expire(struct serving *s)
{
    struct job *j = jobs_new();

    if (j != NULL)
        (void)jobs_submit(s, j, NULL);
}

void jobs_left(struct serving *s, uint64_t session)
{
    struct job *j = jobs_new();

    if (j == NULL) /* what it left is given up when nobody has asked for it for long */
        return;
    j->left = session;
    (void)jobs_submit(s, j, NULL);
}

/* If anybody did: much that writes finds that all is as it should be. */
static bool has_written(const struct request *rq)
{
    return rq->outcome.code == E_OK && rq->route->kind != ROUTE_READS;
}

static void note_housekeeping(struct serving *s, const struct batch *b)
{
    if (b->expiry.code != E_OK)
        journal_failure(&s->journal, JOURNAL_EXPIRY_FAILED, b->expiry);
    if (b->deleted > 0)
        journal_note(&s->journal, JOURNAL_EXPIRED, LOG_FIELDS(log_count(b->deleted)));
    s->metrics.expired += b->deleted;
    if (b->counting.code == E_OK) {
        s->metrics.now.queue_items = b->queue_items;
        s->metrics.now.queue_bytes = b->queue_bytes;
    }
    if (b->directory_ends_ms != 0)
        watch_ends(&s->watch, WATCH_DIRECTORY, b->directory_ends_ms);
    watch_certificates(&s->watch, serving_now_ms());
}

static void note_backup(struct serving *s, const struct backup_news *news)
{
    if (news->begun)
        journal_note(&s->journal, JOURNAL_BACKUP_BEGUN, LOG_FIELDS(log_size_bytes(news->size)));
    if (news->given_up)
        journal_failure(&s->journal, JOURNAL_BACKUP_GIVEN_UP, news->why);
    if (!news->stored)
        return;
    journal_note(&s->journal, JOURNAL_BACKUP_STORED,
                 LOG_FIELDS(log_size_bytes(news->size), log_duration_ms(news->took_ms)));
    s->metrics.now.backup_s = serving_now_ms() / CLOCK_SECOND_MS;
}

static void note(struct serving *s, const struct job *first)
{
    const struct batch *b = &first->batch;
    bool wrote = b->deleted > 0;

    for (const struct job *j = first; j != NULL; j = j->next) {
        const struct request *rq = j->rq;

        if (rq == NULL)
            continue;
        journal_refusal(&s->journal, rq);
        rekeying_note(s, rq);
        metrics_request(&s->metrics, rq->op, rq->outcome.code);
        wrote = wrote || (b->changed && has_written(rq));
    }
    if (b->requests > 0)
        metrics_batch(&s->metrics, b->requests, b->took_us);
    watch_ballast(&s->watch, b->ballast, b->refuses);
    watch_batch(&s->watch, b->trouble, wrote);
    if (b->kept_house)
        note_housekeeping(s, b);
    note_backup(s, &b->backup);
}

/* To the depot goes what was found. */
static void pass_pages(struct serving *s, const struct job *first)
{
    if (first->batch.due != NULL && first->batch.due->n > 0)
        depot_found(s, first->batch.due, OK);
    for (const struct job *j = first; j != NULL; j = j->next)
        if (j->page != NULL)
            depot_found(s, j->page, first->batch.naming);
}

/* Without a word their sessions would wait for ever. */
static void hang_up_all(struct serving *s, const struct job *first, enum err_code why)
{
    for (const struct job *j = first; j != NULL; j = j->next)
        if (j->rq != NULL)
            live_end(s->live, j->rq->session, why);
}

void jobs_done(void *ctx, void *result)
{
    struct serving *s = ctx;
    struct job *first = result;
    const struct batch *b = &first->batch;

    fault_point("server-before-release");
    if (b->effects.speechless != E_OK)
        hang_up_all(s, first, b->effects.speechless);
    live_settle(s->live, &b->effects);
    note(s, first);
    pass_pages(s, first);
    if (b->deleted == QUEUE_EXPIRE_MOST || /* there may be more */
        (b->due != NULL && b->due->n == FILES_EXPIRE_MOST))
        jobs_expire(s);
    free_all(first);
    loop_task_post(s->loop, &s->after_release); /* behind the flushes that settling posted */
}

void jobs_ask_page(void *ctx, struct session *session)
{
    struct serving *s = ctx;
    struct job *j = jobs_new();

    if (j == NULL || api_deliver(session, &j->arena, &j->rq).code != E_OK) {
        jobs_free(j);
        peers_close(ctx, session, E_NOMEM);
        return;
    }
    (void)jobs_submit(s, j, session);
}
