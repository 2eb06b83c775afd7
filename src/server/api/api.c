/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"

#include "base/clock.h"

const struct route *api_route(const struct routes *routes, uint32_t op)
{
    for (size_t i = 0; i < routes->n; i++)
        for (const struct route *row = routes->table[i]; row->op != 0; row++)
            if (row->op == op)
                return row;
    return NULL;
}

void api_session(struct session *s, uint64_t id, enum session_kind kind,
                 const struct routes *routes, struct bytes binding, uint64_t now_ms)
{
    invariant(binding.n == API_BINDING_SIZE || binding.n == 0);
    *s = (struct session){.id = id,
                          .kind = kind,
                          .routes = routes,
                          .now_ms = now_ms,
                          .tokens = API_TOKENS_FULL,
                          .refilled_ms = now_ms};
    if (binding.n > 0)
        memcpy(s->binding, binding.at, binding.n);
}

static bool may(const struct session *s, enum route_who who)
{
    switch (who) {
    case ROUTE_ANYONE:
        return s->kind == SESSION_CLIENT && !s->signed_in;
    case ROUTE_DEVICE:
        return s->kind == SESSION_CLIENT && s->signed_in;
    case ROUTE_OPERATOR:
        return s->kind == SESSION_CONTROL;
    case ROUTE_SERVER:
        return false;
    }
    return false;
}

static void refill(struct session *s)
{
    uint64_t passed_ms = clock_since(s->now_ms, s->refilled_ms);
    uint64_t full_ms = API_TOKENS_FULL * CLOCK_SECOND_MS / API_TOKENS_PER_SECOND;
    uint64_t back = API_TOKENS_FULL;

    if (passed_ms < full_ms)
        back = s->tokens + passed_ms * API_TOKENS_PER_SECOND / CLOCK_SECOND_MS;
    s->tokens = (uint32_t)(back < API_TOKENS_FULL ? back : API_TOKENS_FULL);
    s->refilled_ms = s->now_ms;
}

static uint32_t cost(enum route_rate rate)
{
    switch (rate) {
    case ROUTE_ONCE:
    case ROUTE_SLOW:
        return API_COST_SLOW;
    case ROUTE_NORMAL:
        return API_COST_NORMAL;
    case ROUTE_BULK:
        return API_COST_BULK;
    }
    return API_COST_SLOW;
}

static enum err_code pace(struct session *s, const struct route *route)
{
    uint32_t price = cost(route->rate);

    if (route->rate == ROUTE_ONCE) {
        uint64_t bit = UINT64_C(1) << route->op % 64;

        if ((s->asked_once & bit) != 0)
            return E_LIMIT;
        s->asked_once |= bit;
    }
    refill(s);
    if (s->tokens < price)
        return E_AGAIN;
    s->tokens -= price;
    return E_OK;
}

/* Why this may not be asked, or E_OK. */
static enum err_code judge(struct session *s, const struct request *rq)
{
    if (rq->route == NULL)
        return E_ABSENT;
    if (!may(s, rq->route->who))
        return E_DENIED;
    if (rq->body.n > rq->route->body_limit)
        return E_LIMIT;
    if (rq->route->op == OP_SEND && s->unanswered >= LIMIT_UNANSWERED)
        return E_LIMIT;
    return pace(s, rq->route);
}

static struct err new_request(const struct session *s, struct arena *a, uint32_t op,
                              struct request **out)
{
    struct request *rq = ARENA_NEW(a, struct request);

    if (rq == NULL)
        return FAIL(E_NOMEM);
    rq->arena = a;
    rq->op = op;
    rq->route = api_route(s->routes, op);
    rq->session = s->id;
    memcpy(rq->binding.b, s->binding, sizeof rq->binding.b);
    memcpy(rq->from, s->from, sizeof rq->from);
    rq->did = s->did;
    rq->aid = s->aid;
    *out = rq;
    return OK;
}

/* What it may write to, as of now. */
static struct err bring_grants(const struct session *s, struct request *rq)
{
    struct grant *all;

    if (rq->route == NULL || rq->route->kind != ROUTE_APART)
        return OK;
    all = ARENA_ARRAY(rq->arena, API_GRANTS_MAX, struct grant);
    if (all == NULL)
        return FAIL(E_NOMEM);
    memcpy(all, s->grants, sizeof s->grants);
    rq->grants = all;
    return OK;
}

/* Nobody we know: whoever does anything but sign in or join is not worth an answer. */
static bool is_stranger(const struct session *s)
{
    return s->kind == SESSION_CLIENT && !s->signed_in;
}

struct err api_frame(struct session *s, struct arena *a, struct bytes frame, struct request **out)
{
    size_t weight = API_REQUEST_WEIGHT + frame.n;
    struct request *rq;
    struct frame f;

    if (s->waiting + weight > API_WAITING_MAX)
        return FAIL(E_LIMIT);
    TRY(frame_parse(frame, a, &f));
    if (f.code != 0)
        return FAIL(E_MALFORMED);
    TRY(new_request(s, a, f.op, &rq));
    TRY(bring_grants(s, rq));
    rq->id = f.id;
    rq->body = f.body;
    rq->refused = judge(s, rq);
    if (rq->refused != E_OK && (rq->id == 0 || is_stranger(s)))
        return FAIL(rq->refused);
    rq->weight = weight;
    s->waiting += weight; /* counted down by its EFFECT_DONE */
    if (rq->op == OP_SEND)
        s->unanswered++; /* counted down by its EFFECT_ANSWERED, also when it is refused */
    *out = rq;
    return OK;
}

struct err api_deliver(const struct session *s, struct arena *a, struct request **out)
{
    struct request *rq;

    TRY(new_request(s, a, OP_DELIVER, &rq));
    invariant(rq->route != NULL && s->signed_in);
    rq->cursor = s->cursor;
    *out = rq;
    return OK;
}

struct err api_order(const struct routes *routes, struct arena *a, enum op op, struct request **out)
{
    const struct session nobody = {.kind = SESSION_CONTROL, .routes = routes};
    struct request *rq;

    TRY(new_request(&nobody, a, op, &rq));
    invariant(rq->route != NULL && rq->route->who == ROUTE_OPERATOR);
    *out = rq;
    return OK;
}
