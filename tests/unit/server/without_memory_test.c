/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory runs out anywhere between a frame and the effects of its batch: in our code, in SQLite and
 * in OpenSSL.  The first allocation fails, then the second, ..., until a batch needs fewer; and
 * once more with all that follow failing, too; and again on a database that was opened just now.
 * Each time: what was said is what was done, and afterwards the same requests succeed.
 */
#include "fleet.h"
#include "letter.h"
#include "unit/scarce.h"

#define ALLOCATIONS_MOST 20000
#define STEP_SLOW        29 /* allocations at a time, where a round costs two pairs of keys */
#define ROUNDS_A_LOOK    64 /* at the structure of the whole database */

/* One round: of these requests some were never taken, for want of memory for them. */
#define REQUESTS_MOST 4
struct round {
    struct world *w;
    size_t n;
    struct session *session[REQUESTS_MOST];
    struct bytes frame[REQUESTS_MOST];
    struct request *rq[REQUESTS_MOST]; /* NULL: not taken */
    struct arena arena[REQUESTS_MOST];
};

static void ask(struct round *r, struct session *s, uint32_t op, const void *message)
{
    struct buf body = BUF(1 << 20), frame = BUF(1 << 20);
    struct frame f = {.op = op, .id = ++r->w->ids};

    assert_true(r->n < REQUESTS_MOST);
    if (message != NULL)
        frame_pack(message, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    r->session[r->n] = s;
    r->frame[r->n] = world_keep(r->w, &frame);
    buf_free(&body);
    r->n++;
}

/* All of them, while allocation `which` fails. */
static void run(struct round *r, unsigned which, bool for_good)
{
    struct request *taken[REQUESTS_MOST];
    struct world *w = r->w;
    size_t n = 0;

    api_effects_free(&w->effects);
    for (size_t i = 0; i < r->n; i++) {
        r->arena[i] = ARENA(API_ARENA_MAX);
        r->session[i]->now_ms = w->now_ms;
        r->rq[i] = NULL;
    }
    scarce_lack(which, for_good);
    scarce_arm();
    for (size_t i = 0; i < r->n; i++) {
        struct err err = api_frame(r->session[i], &r->arena[i], r->frame[i], &r->rq[i]);

        if (err.code == E_OK)
            taken[n++] = r->rq[i];
        else
            r->rq[i] = NULL;
    }
    if (n > 0)
        api_batch(&w->server, taken, n, w->now_ms, &w->random, &w->effects);
    (void)!scarce_disarm(OK).code;
}

static bool is_for_want_of_memory(enum err_code code)
{
    return code == E_NOMEM || code == E_CRYPTO;
}

/* What request i was told; E_NOMEM too, where its session was or would be closed without a word. */
static enum err_code told(struct round *r, size_t i)
{
    enum err_code code;

    if (r->rq[i] == NULL || r->w->effects.speechless != E_OK) {
        assert_true(r->rq[i] == NULL || r->w->effects.speechless == E_NOMEM);
        assert_true(r->rq[i] == NULL || r->w->effects.n == 0);
        return E_NOMEM;
    }
    code = world_answer(r->w, r->rq[i]).code;
    if (code != E_OK && !is_for_want_of_memory(code))
        fail_msg("request %zu: %s at %s", i, err_name(code), r->rq[i]->outcome.where);
    return code;
}

/* Sessions go on as new ones would. */
static void end_round(struct round *r)
{
    for (size_t i = 0; i < r->n; i++) {
        arena_free(&r->arena[i]);
        r->session[i]->waiting = 0;
        r->session[i]->unanswered = 0;
        r->session[i]->tokens = API_TOKENS_FULL;
        r->session[i]->asked_once = 0;
    }
    assert_int_equal(db_trouble(r->w->db), E_OK);
}

/* ---- who is there */

struct cast {
    struct world *w;
    struct person ann, bob;
    struct person other; /* another device of Ann's, if it has a key */
    uint64_t waits;      /* messages in Bob's mailbox */
    unsigned handles, rounds;
};

static int begin(void **state)
{
    struct cast *c = calloc(1, sizeof *c);
    struct letter first;

    assert_non_null(c);
    world_begin((void **)&c->w);
    person_enter(c->w, &c->ann, "ann");
    person_enter(c->w, &c->bob, "bob");
    letter_make(c->w, &first, &c->ann, &c->bob);
    assert_int_equal(letter_send(c->w, &c->ann, &first).code, E_OK);
    c->waits = 1;
    *state = c;
    return 0;
}

static int end(void **state)
{
    struct cast *c = *state;

    person_free(&c->ann);
    person_free(&c->bob);
    fleet_free(&c->other);
    world_end((void **)&c->w);
    free(c);
    return 0;
}

static uint64_t mail(const struct cast *c)
{
    return (uint64_t)scratch_number(c->w->db, "SELECT count(*) FROM mail");
}

/* The database as the next start of the program finds it: what is on disk is what was said. Nothing
 * here depends on when a disk writes. */
static void open_again(struct cast *c)
{
    world_again(c->w);
    assert_ok(db_script(c->w->db, "PRAGMA synchronous = OFF"));
}

static void check_sound(struct cast *c)
{
    static const char damage[] =
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    static const char strays[] = "SELECT count(*) FROM pragma_foreign_key_check";

    assert_int_equal(mail(c), c->waits);
    assert_int_equal(scratch_number(c->w->db, "SELECT count(*) FROM mail_body"), 0);
    if (++c->rounds % ROUNDS_A_LOOK != 0)
        return;
    assert_int_equal(scratch_number(c->w->db, damage), 0);
    assert_int_equal(scratch_number(c->w->db, strays), 0);
}

/* ---- batches, each with allocation `which` failing; false: none did */

static bool mail_goes(struct cast *c, unsigned which, bool for_good)
{
    struct round r = {.w = c->w};
    Tacet__Wire__AskPerson person = TACET__WIRE__ASK_PERSON__INIT;
    Tacet__Wire__Acknowledge acknowledge = TACET__WIRE__ACKNOWLEDGE__INIT;
    Tacet__Wire__Send send;
    struct letter l;
    bool accepted;

    letter_make(c->w, &l, &c->ann, &c->bob);
    send = letter_message(&l);
    person.handle = frame_data(BYTES_LITERAL("bob"));
    person.from_list = 1;
    acknowledge.number = (uint64_t)scratch_number(c->w->db, "SELECT max(number) FROM mail");
    ask(&r, &c->ann.session, OP_PERSON, &person);
    ask(&r, &c->ann.session, OP_SEND, &send);
    ask(&r, &c->bob.session, OP_ACKNOWLEDGE, &acknowledge);
    run(&r, which, for_good);
    (void)told(&r, 0);
    accepted = told(&r, 1) == E_OK;
    c->waits = (told(&r, 2) == E_OK ? 0 : c->waits) + accepted;
    end_round(&r);
    assert_int_equal(mail(c), c->waits);
    /* Whoever did not hear of it sends the same once more, and it is there once. */
    assert_int_equal(letter_upload(c->w, &c->ann, &l).code, E_OK);
    c->waits += !accepted;
    return scarce_lacked();
}

static bool pages_are_handed_out(struct cast *c, unsigned which, bool for_good)
{
    struct world *w = c->w;
    struct request *rq = NULL;
    struct arena a = ARENA(API_ARENA_MAX);
    struct err err;

    api_effects_free(&w->effects);
    c->bob.session.cursor = 0;
    scarce_lack(which, for_good);
    err = SCARCE(api_deliver(&c->bob.session, &a, &rq));
    assert_true(err.code == E_OK || err.code == E_NOMEM);
    if (err.code == E_OK) {
        scarce_arm();
        api_batch(&w->server, &rq, 1, w->now_ms, &w->random, &w->effects);
        (void)!scarce_disarm(OK).code;
        if (world_effect(w, EFFECT_PAGE) == NULL) /* else the session would wait for ever */
            assert_true(w->effects.speechless == E_NOMEM || world_effect(w, EFFECT_CLOSE) != NULL);
    }
    arena_free(&a);
    assert_int_equal(person_page(w, &c->bob)->n_items, c->waits);
    return scarce_lacked();
}

static bool people_come(struct cast *c, unsigned which, bool for_good)
{
    struct round r = {.w = c->w};
    Tacet__Wire__Join join = TACET__WIRE__JOIN__INIT;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    Tacet__Wire__Invite invite = TACET__WIRE__INVITE__INIT;
    char handle[2][16];
    struct invitation i;
    struct person eve;
    bool joined;

    snprintf(handle[0], sizeof handle[0], "e%u", c->handles++);
    snprintf(handle[1], sizeof handle[1], "e%u", c->handles++);
    assert_int_equal(world_invite(c->w, handle[0], 0, &i).code, E_OK);
    person_make(c->w, &eve);
    person_connect(c->w, &eve);
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    join.versions = &versions;
    join.token = frame_data(BYTES(i.token));
    join.ark = frame_data(BYTES(eve.ark_point.b));
    join.list = frame_data(eve.list_statement);
    join.prekey = frame_data(person_prekey(c->w, &eve, 1));
    join.kem = frame_data(BYTES(c->w->kem));
    invite.handle = frame_data(bytes_text(handle[1]));
    ask(&r, &eve.session, OP_JOIN, &join);
    ask(&r, &c->w->control, OP_INVITE, &invite);
    run(&r, which, for_good);
    joined = told(&r, 0) == E_OK;
    (void)told(&r, 1);
    end_round(&r);
    if (!joined)
        assert_int_equal(world_ask(c->w, &eve.session, OP_JOIN, &join).code, E_OK);
    assert_int_equal(world_invite(c->w, handle[1], 0, NULL).code, E_OK); /* or anew */
    assert_int_equal(person_sign_in(c->w, &eve).code, E_OK);
    person_free(&eve);
    return scarce_lacked();
}

/* One of Ann's devices goes, another one comes, and somebody asks to be the next. */
static bool devices_come_and_go(struct cast *c, unsigned which, bool for_good)
{
    struct round r = {.w = c->w};
    Tacet__Wire__PublishList list = TACET__WIRE__PUBLISH_LIST__INIT;
    Tacet__Wire__OpenLink open = TACET__WIRE__OPEN_LINK__INIT;
    Tacet__Wire__AskLink asks = TACET__WIRE__ASK_LINK__INIT;
    Tacet__Wire__Versions versions = fleet_versions();
    struct person before = c->other, next;

    fleet_make(c->w, &c->ann, &next); /* its connection is the stranger's, too */
    if (before.dsk != NULL)
        fleet_revoke(&c->ann, &before);
    fleet_add(&c->ann, &next);
    person_next_list(c->w, &c->ann);
    list.statement = frame_data(c->ann.list_statement);
    open.slot = frame_data(bytes(next.did.b, sizeof next.did.b));
    asks.versions = &versions;
    asks.slot = open.slot;
    asks.box = list.statement;
    ask(&r, &c->ann.session, OP_LIST, &list);
    ask(&r, &c->ann.session, OP_LINK_OPEN, &open);
    run(&r, which, for_good);
    if (told(&r, 0) == E_OK)
        assert_int_equal(world_effects(c->w, EFFECT_GONE), before.dsk != NULL);
    (void)told(&r, 1);
    end_round(&r);
    assert_int_equal(world_ask(c->w, &c->ann.session, OP_LIST, &list).code, E_OK);
    assert_int_equal(world_ask(c->w, &c->ann.session, OP_LINK_OPEN, &open).code, E_OK);
    assert_int_equal(world_ask(c->w, &next.session, OP_LINK_ASK, &asks).code, E_OK);
    assert_int_equal(person_sign_in(c->w, &next).code, E_OK);
    assert_int_equal(scratch_number(c->w->db, "SELECT count(*) FROM device WHERE state = 1"), 3);
    if (before.dsk != NULL)
        assert_int_equal(fleet_holds(c->w, &before), 0);
    fleet_free(&before);
    c->other = next;
    c->ann.session.tokens = API_TOKENS_FULL;
    return scarce_lacked();
}

typedef bool attempt(struct cast *c, unsigned which, bool for_good);

/* `cold`: statements are prepared and pages read anew each time, which takes memory, too. */
static void try_all(struct cast *c, attempt *once, unsigned step, bool cold, bool for_good)
{
    unsigned which = 1;

    while (once(c, which, for_good)) {
        if (cold)
            open_again(c);
        check_sound(c);
        arena_free(&c->w->arena);
        assert_true((which += step) < ALLOCATIONS_MOST);
    }
    print_message("%s, %s: up to allocation %u\n", cold ? "cold" : "warm",
                  for_good ? "for good" : "one", which);
}

/* With ROUNDS in the environment each allocation is tried, else one of `step` where it is slow. */
static void try_each(struct cast *c, attempt *once, unsigned step)
{
    bool each = getenv("ROUNDS") != NULL;

    for (int i = 0; i < 4; i++) {
        open_again(c);
        if (i < 2) /* warm it up */
            assert_false(once(c, 0, false));
        try_all(c, once, each || (i < 2 && step < STEP_SLOW) ? 1 : step, i >= 2, i % 2 == 1);
    }
}

static void mail_is_accepted_or_refused_and_never_half(void **state)
{
    try_each(*state, mail_goes, 7);
}

static void a_page_comes_or_its_session_is_closed(void **state)
{
    try_each(*state, pages_are_handed_out, 5);
}

static void who_comes_is_in_or_may_try_again(void **state)
{
    try_each(*state, people_come, STEP_SLOW);
}

static void a_list_is_taken_with_all_that_it_changes_or_not_at_all(void **state)
{
    try_each(*state, devices_come_and_go, STEP_SLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mail_is_accepted_or_refused_and_never_half, begin, end),
        cmocka_unit_test_setup_teardown(a_page_comes_or_its_session_is_closed, begin, end),
        cmocka_unit_test_setup_teardown(who_comes_is_in_or_may_try_again, begin, end),
        cmocka_unit_test_setup_teardown(a_list_is_taken_with_all_that_it_changes_or_not_at_all,
                                        begin, end),
    };

    scarce_begin();
    scarce_begin_sqlite();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
