/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches, pages and messages that are handed over at once, in every order that chance finds: on
 * each connection a device gets its items without a gap, and in the end all of them.
 */
#include "letter.h"
#include "storage/driver.h"

#define STEPS     1500
#define AHEAD     3  /* batches that are done and not settled */
#define TOGETHER  12 /* requests of one batch */
#define ITEMS_MAX 2048

/* One of Bob's connections. */
struct line {
    struct session session; /* first: live gives it back to us */
    bool open;
    uint64_t last; /* item that came; 0: none */
};

struct play {
    struct world *w;
    struct person ann, bob;
    struct live *live;
    struct line line[2]; /* the second time that he signs in may come before the first has ended */
    unsigned at;
    struct request *waiting[1024];
    size_t requests;
    struct effects done[AHEAD];
    size_t batches;
    struct bytes item[ITEMS_MAX]; /* as it first came */
    uint64_t newest, chance;
};

static unsigned draw(struct play *p, unsigned below)
{
    p->chance = p->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(p->chance >> 33) % below;
}

static void ask(struct play *p, struct request *rq)
{
    assert_true(p->requests < sizeof p->waiting / sizeof p->waiting[0]);
    p->waiting[p->requests++] = rq;
}

/* ---- what live asks of its host */

/* Numbers are without a gap, because nobody else has mail. */
static void take_item(struct play *p, struct line *to, const Tacet__Wire__Item *item)
{
    struct bytes sealed = frame_bytes(item->sealed);

    assert_in_range(item->number, 1, to->last == 0 ? p->newest + 1 : to->last + 1);
    assert_true(to->last == 0 || item->number == to->last + 1);
    assert_true(item->number < ITEMS_MAX);
    to->last = item->number;
    if (item->number > p->newest)
        p->newest = item->number;
    if (p->item[item->number].n == 0)
        assert_ok(arena_copy(&p->w->arena, sealed, &p->item[item->number]));
    assert_bytes(sealed, p->item[item->number]);
}

static void host_send(void *ctx, struct session *s, struct bytes bytes)
{
    struct play *p = ctx;
    Tacet__Wire__Deliver *in;
    struct frame f;

    assert_ok(frame_parse(bytes, &p->w->arena, &f));
    if (f.op != OP_DELIVER)
        return;
    world_read(p->w, f, deliver, &in);
    for (size_t i = 0; i < in->n_items; i++)
        take_item(p, (struct line *)(void *)s, in->items[i]);
}

static void host_close(void *ctx, struct session *s, enum err_code why)
{
    struct play *p = ctx;

    assert_int_equal(why, E_CONFLICT); /* he has signed in a second time */
    ((struct line *)(void *)s)->open = false;
    live_leave(p->live, s);
}

static void host_page(void *ctx, struct session *s)
{
    struct play *p = ctx;
    struct request *rq;

    assert_ok(api_deliver(s, &p->w->arena, &rq));
    ask(p, rq);
}

/* ---- what people do */

static void send(struct play *p)
{
    struct letter l;

    if (p->ann.session.unanswered == LIMIT_UNANSWERED)
        return;
    letter_make(p->w, &l, &p->ann, &p->bob);
    if (draw(p, 8) == 0)
        letter_add_capsule(p->w, &l, p->bob.prekey);
    ask(p, letter_frame(p->w, &p->ann, &l));
}

static void hang_up(struct play *p)
{
    struct line *line = &p->line[p->at];

    if (line->open)
        live_leave(p->live, &line->session);
    line->open = false;
}

static void sign_in(struct play *p)
{
    struct world *w = p->w;
    struct buf b = BUF(SIGNIN_MAX_SIZE);
    Tacet__Wire__SignIn in = TACET__WIRE__SIGN_IN__INIT;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    struct line *line;
    struct signin s = {.did = p->bob.did, .domain = WORLD_DOMAIN, .generation = 1};

    p->at ^= 1;
    hang_up(p); /* of the time before the last, if nobody did */
    line = &p->line[p->at];
    *line = (struct line){.open = true};
    api_session(&line->session, ++w->ids, SESSION_CLIENT, features_routes(), world_random(w, 32),
                w->now_ms);
    assert_ok(live_enter(p->live, &line->session));
    s.binding = BYTES(line->session.binding);
    assert_ok(signin_sign(&s, &w->nid, p->bob.dsk, &b));
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    in.versions = &versions;
    in.statement = frame_data(world_keep(w, &b));
    ask(p, world_frame(w, &line->session, OP_SIGN_IN, &in));
}

static void acknowledge(struct play *p)
{
    Tacet__Wire__Acknowledge in = TACET__WIRE__ACKNOWLEDGE__INIT;
    struct line *line = &p->line[p->at];
    struct request *rq;

    if (!line->open || line->last == 0)
        return;
    in.number = line->last;
    assert_ok(world_try(p->w, &line->session, OP_ACKNOWLEDGE, 0, &in, &rq));
    ask(p, rq);
}

/* ---- what goes wrong */

static struct err change_and_fail(struct request *rq)
{
    TRY(db_run(rq->db, "UPDATE mailbox SET items = items + 1", DB_NO_VALUES, NULL));
    return FAIL(E_DENIED);
}

/* A request for which all others of its batch are done twice. */
static void spoil(struct play *p)
{
    static const struct route route = {
        .op = OP_LIST, .kind = ROUTE_WRITES, .handler = change_and_fail};
    struct request *rq = ARENA_NEW(&p->w->arena, struct request);

    assert_non_null(rq);
    rq->arena = &p->w->arena;
    rq->op = route.op;
    rq->route = &route;
    ask(p, rq);
    if (draw(p, 2) == 0)
        p->w->server.careful = 0;
}

static const struct db_driver *real;

static struct err run_but_not_commit(struct db *db, const char *sql, const struct db_value *v,
                                     size_t n, uint64_t *changed)
{
    if (strcmp(sql, "COMMIT") == 0)
        return FAIL(E_FULL);
    return real->run(db, sql, v, n, changed);
}

/* ---- the worker and the loop */

static void work(struct play *p, bool fails)
{
    struct db_driver failing = *p->w->db->driver;
    size_t n = 1 + draw(p, TOGETHER);

    if (n > p->requests)
        n = p->requests;
    if (n == 0 || p->batches == AHEAD)
        return;
    real = p->w->db->driver;
    failing.run = run_but_not_commit;
    if (fails)
        p->w->db->driver = &failing;
    api_batch(&p->w->server, p->waiting, n, p->w->now_ms, &p->w->random, &p->done[p->batches++]);
    p->w->db->driver = real;
    p->requests -= n;
    memmove(p->waiting, &p->waiting[n], p->requests * sizeof p->waiting[0]);
}

static void settle(struct play *p)
{
    if (p->batches == 0)
        return;
    live_settle(p->live, &p->done[0]);
    api_effects_free(&p->done[0]);
    p->batches--;
    memmove(p->done, &p->done[1], p->batches * sizeof p->done[0]);
}

static void step(struct play *p)
{
    unsigned what = draw(p, 100);

    p->w->now_ms += 10;
    if (what < 30)
        send(p);
    else if (what < 45)
        acknowledge(p);
    else if (what < 47)
        hang_up(p);
    else if (what < 50)
        sign_in(p);
    else if (what < 53)
        spoil(p);
    else if (what < 76)
        work(p, what == 53);
    else
        settle(p);
}

static void run_out(struct play *p)
{
    sign_in(p);
    for (unsigned i = 0; i < STEPS && (p->requests > 0 || p->batches > 0 || world_mail(p->w) > 0);
         i++) {
        work(p, false);
        settle(p);
        if (p->requests == 0 && world_mail(p->w) > 0)
            acknowledge(p);
        p->w->now_ms += 10;
    }
}

static void play_once(struct world *w, uint64_t seed)
{
    static struct play p;
    struct letter first;
    const struct live_host host = {&p, host_send, host_close, host_page, NULL, NULL};

    p = (struct play){.w = w, .chance = seed};
    person_enter(w, &p.ann, "ann");
    person_enter(w, &p.bob, "bob");
    letter_make(w, &first, &p.ann, &p.bob);
    p.ann.uploads = 0;
    assert_int_equal(letter_register(w, &p.ann, &first).code, E_OK);
    assert_ok(live_new(&p.live, &host));
    assert_ok(live_enter(p.live, &p.ann.session));
    for (unsigned i = 0; i < STEPS; i++)
        step(&p);
    run_out(&p);
    assert_int_equal(p.batches + p.requests + (uint64_t)world_mail(w), 0);
    assert_int_equal(scratch_number(w->db, "SELECT sum(items) + sum(bytes) FROM mailbox"), 0);
    assert_int_equal(scratch_number(w->db, "SELECT seq FROM sqlite_sequence WHERE name = 'mail'"),
                     p.newest);
    assert_true(live_given(p.live).messages > 0 && live_given(p.live).pages > 0);
    print_message("%u items, %u messages handed over, %u pages\n", (unsigned)p.newest,
                  (unsigned)live_given(p.live).messages, (unsigned)live_given(p.live).pages);
    live_free(p.live);
    person_free(&p.ann);
    person_free(&p.bob);
}

static void every_item_comes_in_its_order_whatever_happens_around_it(void **state)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        play_once(*state, seed);
        assert_int_equal(world_end(state), 0);
        assert_int_equal(world_begin(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(every_item_comes_in_its_order_whatever_happens_around_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
