/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/depot.h"

#include <stdlib.h>

#include "server/main/house.h"
#include "server/main/jobs.h"
#include "server/main/serving_internal.h"

/* ---- on the depot's thread */

static struct err erase_all(const struct depot *d, const struct depot_page *page)
{
    struct err err = OK;

    for (size_t i = 0; i < page->n; i++) {
        struct err e = d->store.erase(d->store.ctx, &page->names[i]);

        if (e.code != E_OK)
            err = e;
    }
    return err;
}

static struct err list_more(const struct depot *d, struct depot_page *page)
{
    const struct blob_name after = page->last;
    bool first = bytes_all_zero(BYTES(after.b));

    TRY(d->store.list(d->store.ctx, first ? NULL : &after, page->names, DEPOT_PAGE, &page->n));
    if (page->n > 0)
        page->last = page->names[page->n - 1];
    return OK;
}

static void *work(void *ctx, void **items, size_t n)
{
    struct serving *s = ctx;

    for (size_t i = 0; i < n; i++) {
        struct job *j = items[i];

        j->next = i + 1 < n ? items[i + 1] : NULL;
        if (j->rq != NULL)
            api_apart(&s->server, &j->rq, 1, &j->batch.effects);
        else if (j->page->listed)
            j->batch.expiry = list_more(&s->depot, j->page);
        else
            j->batch.expiry = erase_all(&s->depot, j->page);
    }
    return items[0];
}

/* ---- back on the loop's thread */

static void answer(struct serving *s, struct job *j)
{
    const struct effects *effects = &j->batch.effects;

    if (effects->speechless != E_OK)
        live_end(s->live, j->rq->session, effects->speechless);
    live_settle(s->live, effects);
    journal_refusal(&s->journal, j->rq);
    metrics_request(&s->metrics, j->rq->op, j->rq->outcome.code);
}

/* A page of names goes to the database, and comes back by depot_found(). */
static void ask_database(struct serving *s, struct job *j)
{
    struct job *asks = jobs_new();

    if (asks == NULL || j->page->n == 0) { /* that was all, or the next round will see to it */
        jobs_free(asks);
        s->depot.round = false;
        return;
    }
    asks->page = j->page;
    j->page = NULL;
    if (!jobs_submit(s, asks, NULL))
        s->depot.round = false;
}

static void done(void *ctx, void *result)
{
    struct serving *s = ctx;
    struct job *next;

    for (struct job *j = result; j != NULL; j = next) {
        next = j->next;
        if (j->rq != NULL)
            answer(s, j);
        else if (j->batch.expiry.code != E_OK)
            journal_failure(&s->journal, JOURNAL_EXPIRY_FAILED, j->batch.expiry);
        if (j->rq == NULL && j->page->listed) {
            if (j->batch.expiry.code != E_OK)
                j->page->n = 0;
            ask_database(s, j);
        }
        api_effects_free(&j->batch.effects);
        jobs_free(j);
    }
}

/* ---- */

struct err depot_open(struct serving *s, const char *folder)
{
    static const struct workers_plan plan = {work, done};
    struct depot *d = &s->depot;

    TRY(directory_open(folder, DEPOT_MARGIN, &d->directory));
    d->store = directory_store(d->directory);
    s->server.blobs = &d->store;
    return workers_new(s->loop, &plan, s, &d->workers);
}

void depot_stop(struct serving *s)
{
    if (s->depot.workers != NULL)
        workers_drain_and_stop(s->depot.workers);
    s->depot.workers = NULL;
}

void depot_close(struct serving *s)
{
    directory_close(s->depot.directory);
    s->depot.directory = NULL;
}

/* The job is gone when it cannot be. */
static struct err submit(struct serving *s, struct job *j)
{
    struct err e = s->depot.workers == NULL ? FAIL(E_CLOSED) : workers_submit(s->depot.workers, j);

    if (e.code != E_OK)
        jobs_free(j);
    return e;
}

void depot_submit(struct serving *s, struct job *j, struct session *session)
{
    struct err e = submit(s, j);

    if (e.code == E_OK || e.code == E_CLOSED) /* stopping: clients will ask again */
        return;
    journal_failure(&s->journal, JOURNAL_REQUEST_DROPPED, e);
    live_end(s->live, session->id, e.code);
}

/* Without memory for it the next round sees to it. */
static bool submit_page(struct serving *s, const struct depot_page *page)
{
    struct job *j = jobs_new();

    if (j != NULL)
        j->page = malloc(sizeof *page);
    if (j == NULL || j->page == NULL) {
        jobs_free(j);
        return false;
    }
    *j->page = *page;
    return submit(s, j).code == E_OK;
}

void depot_erase(void *ctx, struct bytes name)
{
    struct depot_page page = {.n = 1};

    invariant(name.n == BLOB_NAME_SIZE);
    memcpy(page.names[0].b, name.at, BLOB_NAME_SIZE);
    (void)submit_page(ctx, &page);
}

void depot_look(struct serving *s)
{
    const struct depot_page first = {.listed = true};
    uint64_t now_ms = loop_now_ms(s->loop);

    if (s->depot.round ||
        (s->depot.rounded_ms != 0 && now_ms < s->depot.rounded_ms + DEPOT_ROUND_MS))
        return;
    s->depot.rounded_ms = now_ms == 0 ? 1 : now_ms;
    s->depot.round = submit_page(s, &first);
}

void depot_found(struct serving *s, const struct depot_page *page, struct err how)
{
    struct depot_page erased = *page, more = {.listed = true, .last = page->last};

    if (how.code != E_OK) { /* nobody knows: none of them goes */
        journal_failure(&s->journal, JOURNAL_EXPIRY_FAILED, how);
        erased.n = 0;
    }
    erased.listed = false;
    if (erased.n > 0)
        (void)submit_page(s, &erased);
    if (page->listed)
        s->depot.round = submit_page(s, &more);
}
