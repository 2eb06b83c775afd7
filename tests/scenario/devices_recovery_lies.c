/* SPDX-License-Identifier: Apache-2.0 */
/* devices_recovery_lies: a server that lies to whoever comes back with a recovery key, or makes
 * one. [PROTOCOL 15.6] */
#include "scenario/devices.h"
#include "scenario/stage_recovery.h"

/* Alice has lost her one device; her paper is what is left. */
struct lost {
    struct play *p;
    struct person *alice, *bob, *back;
    char letters[RECOVERY_LETTERS_SIZE];
};

static struct lost lost_begin(void)
{
    struct lost c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    stage_make_letters(c.alice, c.letters);
    leaves(c.alice);
    c.back = stage_paper(c.p, "alice", "back", false);
    return c;
}

/* Without the lie all goes well, whatever it was before. */
static void lost_end(struct lost *c)
{
    lie_end(c->p);
    assert_true(stage_type_letters(c->back, c->letters));
    says(c->back, c->bob, "I am back");
    sees(c->bob, c->back, "I am back");
    sees_nothing(c->bob);
    play_end(c->p);
}

/* ---- what it shows */

static bool flip_blob(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)f, (void)a;
    lie_flip(&m->blob, l->at);
    return true;
}

static bool flip_root(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)f, (void)a;
    lie_flip(&m->root, l->at);
    return true;
}

static bool flip_certificate(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)f, (void)a;
    lie_flip(&m->certificate, l->at);
    return true;
}

static bool flip_word(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)f, (void)a;
    lie_flip(&m->person->statement, l->at);
    return true;
}

static bool flip_list(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)f, (void)a;
    lie_flip(&m->person->lists[m->person->n_lists - 1], l->at);
    return true;
}

static bool hide_lists(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)l, (void)f, (void)a;
    m->person->n_lists = 0;
    return true;
}

static bool hide_person(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;

    (void)l, (void)f, (void)a;
    m->person = NULL;
    return true;
}

static bool swap_lists(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Recovered *m = body;
    ProtobufCBinaryData first = m->person->lists[0];

    (void)l, (void)f, (void)a;
    assert_int_equal(m->person->n_lists, 2);
    m->person->lists[0] = m->person->lists[1];
    m->person->lists[1] = first;
    return true;
}

static void what_the_server_shows_is_believed_only_when_it_checks(void **state)
{
    static const struct {
        bool (*tell)(struct lie *l, struct frame *f, void *body, struct arena *a);
        size_t at;
    } lies[] = {
        {flip_blob, 0},        {flip_blob, 100},       {flip_blob, SIZE_MAX},
        {flip_root, SIZE_MAX}, {flip_certificate, 60}, {flip_certificate, SIZE_MAX},
        {flip_word, 70},       {flip_word, SIZE_MAX},  {flip_list, 40},
        {flip_list, SIZE_MAX}, {hide_lists, 0},        {hide_person, 0},
        {swap_lists, 0},
    };
    struct lost c = lost_begin();

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct lie lie = {.op = OP_RECOVER,
                          .form = &tacet__wire__recovered__descriptor,
                          .to = c.back,
                          .tell = lies[i].tell,
                          .at = lies[i].at};

        lie_begin(c.p, &lie);
        assert_false(stage_type_letters(c.back, c.letters));
        assert_int_equal(lie.told, 1);
        assert_true(engine_is_returning(stage_engine(c.back)));
        assert_true(stage_link_ended(c.back, E_FORGED) || stage_link_ended(c.back, E_MALFORMED));
        lie_end(c.p);
    }
    lost_end(&c);
}

/* ---- of before */

/* A whole answer, to be shown again. */
struct tape {
    struct buf frame;
    struct lie lie;
};

/* Another machine comes back with these letters while the tape runs, and is lost in its turn. */
static void record(struct play *p, const char *letters, const char *name, struct tape *t)
{
    t->frame = BUF(LIMIT_FRAME);
    t->lie = (struct lie){.op = OP_RECOVER, .tell = lie_record, .ctx = &t->frame};
    lie_begin(p, &t->lie);
    leaves(stage_come_back(p, "alice", name, letters));
    lie_end(p);
    assert_int_equal(t->lie.told, 1);
}

static Tacet__Wire__Recovered *recorded(const struct tape *t, struct arena *a)
{
    struct frame f;
    Tacet__Wire__Recovered *m;

    assert_ok(frame_parse(buf_view(&t->frame), a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__recovered__descriptor, a, &m));
    return m;
}

/* Where nothing is kept any more, what was kept before; with the lists of `newer`, if there are. */
struct revival {
    const struct tape *old, *newer;
    struct buf body;
};

static bool revive(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    struct revival *r = l->ctx;
    Tacet__Wire__Recovered *m = recorded(r->old, a);

    (void)body;
    if (r->newer != NULL)
        m->person = recorded(r->newer, a)->person;
    buf_cut(&r->body, 0);
    frame_pack(m, &r->body);
    f->code = 0;
    f->body = buf_view(&r->body);
    return true;
}

static void revived_letters_fail(struct lost *c, const char *letters, struct revival *r,
                                 enum err_code code)
{
    struct lie lie = {.op = OP_RECOVER, .code = E_ABSENT, .to = c->back, .tell = revive, .ctx = r};

    r->body = BUF(LIMIT_FRAME);
    lie_begin(c->p, &lie);
    assert_false(stage_type_letters(c->back, letters));
    assert_int_equal(lie.told, 1);
    assert_true(stage_link_ended(c->back, code));
    lie_end(c->p);
    buf_free(&r->body);
}

/* Letters that were replaced do nothing, though the server keeps what they open: with the lists of
 * today they are seen to be replaced, and those of before are followed by nobody. */
static void what_was_kept_for_a_key_that_was_replaced_is_of_no_use(void **state)
{
    struct lost c = lost_begin();
    struct tape old, newer;
    char letters[RECOVERY_LETTERS_SIZE];

    (void)state;
    record(c.p, c.letters, "once", &old);
    memcpy(letters, c.letters, sizeof letters);
    struct person *again = stage_come_back(c.p, "alice", "again", c.letters);
    stage_make_letters(again, c.letters);
    leaves(again);
    record(c.p, c.letters, "twice", &newer);
    revived_letters_fail(&c, letters, &(struct revival){.old = &old, .newer = &newer}, E_STALE);
    revived_letters_fail(&c, letters, &(struct revival){.old = &old}, E_DENIED);
    lost_end(&c);
    buf_free(&old.frame);
    buf_free(&newer.frame);
}

/* The same letters, and the lists of before: what is signed on top of them is refused as a
 * conflict, and with the lists of today it goes on. */
static void lists_of_before_only_cost_time(void **state)
{
    struct lost c = lost_begin();
    struct tape old;
    struct lie lie = {.op = OP_RECOVER, .to = c.back, .tell = revive, .most = 3};
    struct revival r = {.old = &old, .body = BUF(LIMIT_FRAME)};

    (void)state;
    record(c.p, c.letters, "once", &old);
    lie.ctx = &r;
    lie_begin(c.p, &lie);
    assert_false(stage_type_letters(c.back, c.letters));
    stage_forward(c.p, 10 * CLOCK_MINUTE_MS);
    assert_int_equal(lie.told, 3);
    assert_true(engine_is_ready(stage_engine(c.back)));
    lie_end(c.p);
    buf_free(&r.body);
    says(c.back, c.bob, "I am back");
    sees(c.bob, c.back, "I am back");
    play_end(c.p);
    buf_free(&old.frame);
}

/* ---- what it says to the list */

static void a_list_that_was_taken_and_refused_is_found_again(void **state)
{
    static const enum err_code codes[] = {E_DENIED, E_REMOVED, E_LIMIT, E_FORGED, E_MALFORMED};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct lost c = lost_begin();
        struct lie lie = {.op = OP_RECOVER_LIST, .tell = lie_refuse, .at = codes[i], .most = 1};

        lie_begin(c.p, &lie);
        assert_false(stage_type_letters(c.back, c.letters));
        assert_int_equal(lie.told, 1);
        assert_true(stage_link_ended(c.back, codes[i]));
        lie_end(c.p);
        assert_true(stage_type_letters(c.back, c.letters));
        assert_int_equal(engine_own(stage_engine(c.back))->list.version, 3); /* and no fourth */
        play_end(c.p);
    }
}

/* The same list each time: the server gets no two of one number. */
struct seen {
    struct buf list;
    unsigned times;
};

static bool watch(void *ctx, struct person *who, struct buf *frame)
{
    struct seen *s = ctx;
    struct arena a = ARENA(4 * LIMIT_FRAME);
    Tacet__Wire__RecoverList *m;
    struct frame f;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_RECOVER_LIST) {
        assert_ok(frame_unpack(f.body, &tacet__wire__recover_list__descriptor, &a, &m));
        if (s->times++ > 0)
            assert_bytes(frame_bytes(m->statement), buf_view(&s->list));
        buf_cut(&s->list, 0);
        buf_bytes(&s->list, frame_bytes(m->statement));
    }
    arena_free(&a);
    return f.op != OP_RECOVER_LIST || s->times > 3;
}

static void no_two_lists_of_one_number_leave(void **state)
{
    struct lost c = lost_begin();
    struct seen seen = {.list = BUF(DEVICE_LIST_MAX_SIZE)};

    (void)state;
    stage_tamper_up(c.p, watch, &seen);
    for (int i = 0; i < 3; i++) {
        assert_false(stage_type_letters(c.back, c.letters));
        stage_forward(c.p, CLOCK_SECOND_MS);
        leaves(c.back);
        returns(c.back);
    }
    assert_int_equal(seen.times, 3);
    lost_end(&c);
    assert_int_equal(seen.times, 4);
    buf_free(&seen.list);
}

static void a_conflict_that_is_a_lie_only_costs_time(void **state)
{
    struct lost c = lost_begin();
    struct lie lie = {
        .op = OP_RECOVER_LIST, .to = c.back, .tell = lie_refuse, .at = E_CONFLICT, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    assert_false(stage_type_letters(c.back, c.letters));
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_true(engine_is_ready(stage_engine(c.back)));
    assert_int_equal(engine_own(stage_engine(c.back))->list.version, 3);
    lie_end(c.p);
    play_end(c.p);
}

/* It says that it has the list, and throws it away: there is a profile, and no device. */
static bool swallow(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct buf answer = BUF(64);
    struct frame f;

    (void)ctx;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_RECOVER_LIST) {
        frame_write(&(struct frame){.op = f.op, .id = f.id}, &answer);
        engine_frame(stage_engine(who), buf_view(&answer));
    }
    buf_free(&answer);
    arena_free(&a);
    return f.op != OP_RECOVER_LIST;
}

static void a_list_that_was_thrown_away_makes_no_device(void **state)
{
    struct lost c = lost_begin();
    struct person *other;

    (void)state;
    stage_tamper_up(c.p, swallow, NULL);
    assert_false(stage_type_letters(c.back, c.letters));
    stage_tamper_up(c.p, NULL, NULL);
    assert_false(engine_is_ready(stage_engine(c.back)));
    other = stage_come_back(c.p, "alice", "other", c.letters);
    says(other, c.bob, "by another profile");
    sees(c.bob, other, "by another profile");
    play_end(c.p);
}

/* ---- whoever makes a key */

/* What was not kept, or so the server says, brings nobody back: there are no letters to show. */
static void there_are_no_letters_while_the_server_refuses_what_they_open(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    struct lie lie = {.op = OP_RECOVERY_KEEP, .to = alice, .tell = lie_refuse, .at = E_DENIED};
    char letters[RECOVERY_LETTERS_SIZE];

    (void)state;
    lie_begin(p, &lie);
    assert_int_equal(stage_ask_for_letters(alice), E_OK);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_see_letters(alice, letters), E_DENIED);
    assert_int_equal(stage_recovery_state(alice), RECOVERING_UNSEEN);
    lie.at = E_AGAIN;
    assert_int_equal(stage_ask_for_letters(alice), E_OK);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_see_letters(alice, letters), E_AGAIN);
    lie_end(p);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_see_letters(alice, letters), E_OK);
    leaves(alice);
    stage_come_back(p, "alice", "back", letters);
    play_end(p);
}

static void a_list_that_is_refused_leaves_the_letters_from_before_good(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    struct lie lie = {.op = OP_LIST, .to = alice, .tell = lie_refuse, .at = E_DENIED};
    char letters[RECOVERY_LETTERS_SIZE], newer[RECOVERY_LETTERS_SIZE];

    (void)state;
    stage_make_letters(alice, letters);
    stage_forward(p, CLOCK_HOUR_MS);
    stage_cut_off(alice, true);
    assert_int_equal(stage_ask_for_letters(alice), E_OK);
    leaves(alice); /* before the server heard of it */
    stage_cut_off(alice, false);
    returns(alice);
    assert_int_equal(stage_recovery_state(alice), RECOVERING_UNCONFIRMED);
    assert_int_equal(stage_confirm_letters(alice, letters), E_OK);
    lie_begin(p, &lie);
    assert_int_equal(stage_ask_for_letters(alice), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_see_letters(alice, newer), E_DENIED);
    lie_end(p);
    play_end(p);
}

const struct CMUnitTest devices_recovery_lies[] = {
    cmocka_unit_test(what_the_server_shows_is_believed_only_when_it_checks),
    cmocka_unit_test(what_was_kept_for_a_key_that_was_replaced_is_of_no_use),
    cmocka_unit_test(lists_of_before_only_cost_time),
    cmocka_unit_test(a_list_that_was_taken_and_refused_is_found_again),
    cmocka_unit_test(no_two_lists_of_one_number_leave),
    cmocka_unit_test(a_conflict_that_is_a_lie_only_costs_time),
    cmocka_unit_test(a_list_that_was_thrown_away_makes_no_device),
    cmocka_unit_test(there_are_no_letters_while_the_server_refuses_what_they_open),
    cmocka_unit_test(a_list_that_is_refused_leaves_the_letters_from_before_good),
};
const size_t devices_recovery_lies_n =
    sizeof devices_recovery_lies / sizeof devices_recovery_lies[0];
