/* SPDX-License-Identifier: Apache-2.0 */
#include "server/live/live.h"

#include <stdlib.h>

#include "base/map.h"

struct live {
    struct live_host host;
    struct map by_id, by_device; /* sessions; the second only those signed in */
    struct live_given given;
};

struct err live_new(struct live **out, const struct live_host *host)
{
    struct live *l = calloc(1, sizeof *l);

    if (l == NULL)
        return FAIL(E_NOMEM);
    l->host = *host;
    *out = l;
    return OK;
}

void live_free(struct live *l)
{
    if (l == NULL)
        return;
    map_free(&l->by_id);
    map_free(&l->by_device);
    free(l);
}

static struct bytes id_key(const uint64_t *id)
{
    return bytes(id, sizeof *id);
}

static struct session *with_id(const struct live *l, uint64_t id)
{
    return map_get(&l->by_id, id_key(&id));
}

static struct session *of_device(const struct live *l, const struct device_id *did)
{
    return map_get(&l->by_device, ID_BYTES(*did));
}

struct err live_enter(struct live *l, struct session *s)
{
    return map_put(&l->by_id, id_key(&s->id), s);
}

/* The device may have another session by now. */
static void forget_device(struct live *l, const struct session *s)
{
    if (s->signed_in && of_device(l, &s->did) == s)
        map_erase(&l->by_device, ID_BYTES(s->did));
}

void live_leave(struct live *l, struct session *s)
{
    forget_device(l, s);
    map_erase(&l->by_id, id_key(&s->id));
}

size_t live_count(const struct live *l)
{
    return l->by_id.n;
}

struct live_given live_given(const struct live *l)
{
    return l->given;
}

/* No page is asked for after this, and no effect for the device finds it. */
static void end(struct live *l, struct session *s, enum err_code why)
{
    forget_device(l, s);
    s->signed_in = false;
    l->host.close(l->host.ctx, s, why);
}

void live_end(struct live *l, uint64_t session, enum err_code why)
{
    struct session *s = with_id(l, session);

    if (s != NULL)
        end(l, s, why);
}

static void sign_in(struct live *l, struct session *s, const struct effect *e)
{
    struct session *before = of_device(l, &e->did);

    if (before != NULL)
        end(l, before, E_CONFLICT);
    if (map_put(&l->by_device, ID_BYTES(e->did), s).code != E_OK) {
        end(l, s, E_NOMEM);
        return;
    }
    s->signed_in = true;
    s->did = e->did;
    s->aid = e->aid;
}

static void owe_page(struct session *s, uint64_t end)
{
    invariant(s->pages < API_PAGES_MAX);
    s->page_end[s->pages++] = end;
    s->cursor = end;
}

static void note_page(struct live *l, struct session *s, const struct effect *e)
{
    l->given.pages++;
    s->paging = false;
    s->mail = e->more;
    if (e->number != s->cursor) /* an empty page is owed nothing for */
        owe_page(s, e->number);
}

static void note_acknowledged(struct session *s, uint64_t number)
{
    size_t done = 0;

    while (done < s->pages && s->page_end[done] <= number)
        done++;
    s->pages -= done;
    for (size_t i = 0; i < s->pages; i++)
        s->page_end[i] = s->page_end[i + done];
}

/* When nothing waits or is being read for the device, what has come is next in its order, and is
 * handed out as a page of its own. */
static void note_mail(struct live *l, struct session *s, const struct effect *e)
{
    if (e->frame.n == 0 || s->mail || s->paging || s->pages == API_PAGES_MAX) {
        s->mail = true;
        return;
    }
    if (e->number <= s->cursor)
        return; /* was in a page */
    owe_page(s, e->number);
    l->given.messages++;
    l->host.send(l->host.ctx, s, e->frame);
}

/* In the place of what it may write to already, or of what was granted longest ago. */
static void grant(struct session *s, const struct effect *e)
{
    size_t i = 0;

    invariant(e->frame.n == BLOB_NAME_SIZE);
    while (i < API_GRANTS_MAX && memcmp(s->grants[i].name.b, e->frame.at, BLOB_NAME_SIZE) != 0)
        i++;
    if (i == API_GRANTS_MAX)
        i = s->granted++ % API_GRANTS_MAX;
    memcpy(s->grants[i].name.b, e->frame.at, BLOB_NAME_SIZE);
    s->grants[i].size = e->number;
}

static void carry_out(struct live *l, const struct effect *e)
{
    bool of_a_device = e->kind == EFFECT_MAIL || e->kind == EFFECT_PASS || e->kind == EFFECT_GONE;
    struct session *s = of_a_device ? of_device(l, &e->did) : with_id(l, e->session);

    if (s == NULL && e->kind != EFFECT_KEYS && e->kind != EFFECT_ERASE)
        return; /* it is gone */
    switch (e->kind) {
    case EFFECT_SEND:
    case EFFECT_PASS:
        l->host.send(l->host.ctx, s, e->frame);
        break;
    case EFFECT_SIGNED_IN:
        sign_in(l, s, e);
        break;
    case EFFECT_MAIL:
        note_mail(l, s, e);
        break;
    case EFFECT_PAGE:
        note_page(l, s, e);
        break;
    case EFFECT_ACKED:
        note_acknowledged(s, e->number);
        break;
    case EFFECT_GONE:
        end(l, s, E_REMOVED);
        break;
    case EFFECT_CLOSE:
        end(l, s, e->code);
        break;
    case EFFECT_ANSWERED:
        if (s->unanswered > 0)
            s->unanswered--;
        break;
    case EFFECT_DONE:
        invariant(e->number <= s->waiting);
        s->waiting -= e->number;
        break;
    case EFFECT_GRANT:
        grant(s, e);
        break;
    case EFFECT_ERASE: /* of no session */
        if (l->host.erase != NULL)
            l->host.erase(l->host.ctx, e->frame);
        break;
    case EFFECT_KEYS: /* the same */
        if (l->host.keys != NULL)
            l->host.keys(l->host.ctx, e->frame);
        break;
    }
}

/* One page at a time, and no more pages than it may owe. */
static void page_if_due(struct live *l, struct session *s)
{
    if (s == NULL || !s->signed_in || !s->mail || s->paging || s->pages == API_PAGES_MAX)
        return;
    s->paging = true;
    l->host.page(l->host.ctx, s);
}

void live_settle(struct live *l, const struct effects *e)
{
    for (size_t i = 0; i < e->n; i++)
        carry_out(l, &e->at[i]);
    /* Only these can have made one due. */
    for (size_t i = 0; i < e->n; i++)
        if (e->at[i].kind == EFFECT_MAIL)
            page_if_due(l, of_device(l, &e->at[i].did));
        else if (e->at[i].kind == EFFECT_PAGE || e->at[i].kind == EFFECT_ACKED)
            page_if_due(l, with_id(l, e->at[i].session));
}
