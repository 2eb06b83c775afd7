/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile_flips: of everything that is signed or sealed a bit is flipped, in one byte after the
 * other, and each time it is refused; then the true one is taken as if nothing had been.
 */
#include "scenario/hostile.h"

#include <stdlib.h>

#define MANY 2 /* beyond the fields of a fixed place, one byte of so many */

static void flip(ProtobufCBinaryData *data, size_t at)
{
    assert_true(at < data->len);
    data->data[at] ^= (uint8_t)(1u << at % 8);
}

/* ---- what is sealed */

struct page {
    struct buf frame; /* as the server sent it */
    size_t capsule, message;
};

static bool hold_page(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    struct page *page = l->ctx;
    Tacet__Wire__Deliver *m = body;

    (void)a;
    if (m->n_items == 0)
        return true;
    for (size_t i = 0; i < m->n_items; i++)
        *(m->items[i]->kind == FRAME_CAPSULE ? &page->capsule : &page->message) =
            m->items[i]->sealed.len;
    buf_cut(&page->frame, 0);
    frame_write(f, &page->frame);
    return false;
}

/* One text that does not arrive; its page. */
static void withhold(struct play *p, struct person *from, struct person *to, const char *text,
                     struct page *page)
{
    struct lie lie = {.op = OP_DELIVER,
                      .form = &tacet__wire__deliver__descriptor,
                      .to = to,
                      .tell = hold_page,
                      .ctx = page};

    *page = (struct page){.frame = BUF(LIMIT_FRAME)};
    lie_begin(p, &lie);
    says(from, to, text);
    lie_end(p);
    assert_true(page->message > 0);
}

/* The page with nothing in it but the item of this kind, in which a bit is flipped. */
static void inject_flipped(struct person *to, const struct page *page, enum frame_item kind,
                           size_t at)
{
    struct arena a = ARENA(64 * LIMIT_FRAME);
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    struct frame f;
    Tacet__Wire__Deliver *m;

    assert_ok(frame_parse(buf_view(&page->frame), &a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__deliver__descriptor, &a, &m));
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i]->kind == kind)
            m->items[0] = m->items[i];
    m->n_items = 1;
    flip(&m->items[0]->sealed, at);
    frame_pack(m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    stage_inject(to, buf_view(&frame));
    buf_free(&body);
    buf_free(&frame);
    arena_free(&a);
}

static void flip_all(struct person *to, const struct page *page, enum frame_item kind, size_t n)
{
    static const size_t fields = 220; /* of a message; a capsule is not much longer */

    for (size_t at = 0; at < n; at += at < fields ? 1 : MANY) {
        inject_flipped(to, page, kind, at);
        if (stage_next_shown(to) != NULL)
            fail_msg("item of kind %d with a bit flipped in byte %zu is shown", (int)kind, at);
        assert_true(engine_is_ready(stage_engine(to)));
    }
}

static void no_flipped_bit_of_a_message_is_shown(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct page page;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    withhold(p, alice, bob, "true", &page);
    assert_int_equal(page.capsule, 0);
    flip_all(bob, &page, FRAME_MESSAGE, page.message);
    stage_inject(bob, buf_view(&page.frame));
    sees_behind(bob, alice, "true", 0);
    says(alice, bob, "after");
    sees_behind(bob, alice, "after", 0);
    sees_nothing(bob);
    buf_free(&page.frame);
    play_end(p);
}

static void no_flipped_bit_of_a_capsule_opens_a_channel(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct page page;

    (void)state;
    withhold(p, alice, bob, "true", &page);
    assert_true(page.capsule > 0);
    flip_all(bob, &page, FRAME_CAPSULE, page.capsule);
    flip_all(bob, &page, FRAME_MESSAGE, 8); /* and before there is a channel */
    stage_inject(bob, buf_view(&page.frame));
    sees_behind(bob, alice, "true", 0);
    sees_nothing(bob);
    buf_free(&page.frame);
    play_end(p);
}

/* ---- what the server hands on about people */

typedef ProtobufCBinaryData *statement_of(Tacet__Wire__PersonAnswer *m);

static ProtobufCBinaryData *directory_statement(Tacet__Wire__PersonAnswer *m)
{
    return &m->person->statement;
}

static ProtobufCBinaryData *certificate(Tacet__Wire__PersonAnswer *m)
{
    return &m->certificate;
}

static ProtobufCBinaryData *device_list(Tacet__Wire__PersonAnswer *m)
{
    return &m->person->lists[0];
}

static ProtobufCBinaryData *prekey(Tacet__Wire__PersonAnswer *m)
{
    return &m->person->prekeys[0];
}

struct flipped {
    statement_of *which;
    size_t n; /* of its bytes, once it was seen */
};

static bool flip_statement(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    struct flipped *flipped = l->ctx;
    ProtobufCBinaryData *data = flipped->which(body);

    (void)f, (void)a;
    flipped->n = data->len;
    flip(data, l->at);
    return true;
}

static bool knows(struct person *who, const char *handle)
{
    struct contact c;
    struct err err = people_by_handle(engine_vault(stage_engine(who)), bytes_text(handle), &c);

    return err.code == E_OK && c.known;
}

static void no_flipped_bit_of_a_statement_is_believed(void **state)
{
    static statement_of *const all[] = {directory_statement, certificate, device_list, prekey};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct flipped flipped = {all[i], 1};
        struct lie lie = {.op = OP_PERSON,
                          .form = &tacet__wire__person_answer__descriptor,
                          .to = alice,
                          .tell = flip_statement,
                          .ctx = &flipped};

        lie_begin(p, &lie);
        for (lie.at = 0; lie.at < flipped.n; lie.at++) {
            looks_up(p, alice, "bob");
            assert_true(stage_heard(alice, PROBLEM_STATEMENT));
            if (knows(alice, "bob"))
                fail_msg("statement %zu with a bit flipped in byte %zu is believed", i, lie.at);
            if (lie.at % 64 == 0)
                stage_forward(p, CLOCK_SECOND_MS); /* who asks too fast must wait */
        }
        assert_true(flipped.n > 100);
        assert_int_equal(lie.told, flipped.n);
        lie_end(p);
        says(alice, bob, "Now I know.");
        sees_behind(bob, alice, "Now I know.", 0);
        play_end(p);
    }
}

static bool flip_roster(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    ProtobufCBinaryData *roster = &((Tacet__Wire__RosterAnswer *)body)->roster;

    (void)f, (void)a;
    *(size_t *)l->ctx = roster->len;
    flip(roster, l->at);
    return true;
}

static void no_flipped_bit_of_a_roster_is_believed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    size_t n = 1;
    struct lie lie = {.op = OP_ROSTER,
                      .form = &tacet__wire__roster_answer__descriptor,
                      .to = bob,
                      .tell = flip_roster,
                      .ctx = &n};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "To whom?");
    for (lie.at = 0; lie.at < n; lie.at += MANY) {
        leaves(bob);
        returns(bob);
        if (stage_next_shown(bob) != NULL)
            fail_msg("a roster with a bit flipped in byte %zu is believed", lie.at);
    }
    assert_true(n > 100);
    lie_end(p);
    leaves(bob);
    returns(bob);
    sees_behind(bob, alice, "To whom?", 0);
    play_end(p);
}

/* ---- what a device says about itself, on its way to the server */

struct altered {
    enum op op;
    unsigned part; /* of its body; see part_of() */
    size_t at, n;
};

static ProtobufCBinaryData *part_of(const struct altered *w, void *body)
{
    Tacet__Wire__Join *join = body;

    if (w->op == OP_SIGN_IN)
        return &((Tacet__Wire__SignIn *)body)->statement;
    return w->part == 0 ? &join->list : w->part == 1 ? &join->prekey : &join->ark;
}

static bool flip_upward(void *ctx, struct person *who, struct buf *frame)
{
    struct altered *w = ctx;
    struct arena a = ARENA(64 * LIMIT_FRAME);
    struct buf body = BUF(LIMIT_FRAME);
    struct frame f;
    void *m;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == (uint32_t)w->op) {
        assert_ok(frame_unpack(f.body,
                               w->op == OP_JOIN ? &tacet__wire__join__descriptor
                                                : &tacet__wire__sign_in__descriptor,
                               &a, &m));
        w->n = part_of(w, m)->len;
        flip(part_of(w, m), w->at);
        frame_pack(m, &body);
        f.body = buf_view(&body);
        buf_cut(frame, 0);
        frame_write(&f, frame);
    }
    buf_free(&body);
    arena_free(&a);
    return true;
}

static void no_flipped_bit_of_a_sign_in_lets_anybody_in(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    struct altered w = {.op = OP_SIGN_IN, .n = 1};

    (void)state;
    stage_tamper_up(p, flip_upward, &w);
    for (w.at = 0; w.at < w.n; w.at++) {
        leaves(alice);
        returns(alice);
        if (engine_is_ready(stage_engine(alice)))
            fail_msg("a sign-in with a bit flipped in byte %zu is welcome", w.at);
    }
    assert_true(w.n > 100);
    stage_tamper_up(p, NULL, NULL);
    leaves(alice);
    returns(alice);
    assert_true(engine_is_ready(stage_engine(alice)));
    play_end(p);
}

static void no_flipped_bit_of_what_joins_becomes_an_account(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob;
    char *link = invited(p, "bob");
    struct altered w = {.op = OP_JOIN, .n = 1};

    (void)state;
    stage_tamper_up(p, flip_upward, &w);
    assert_int_not_equal(joins_by(p, "bob", link, &bob), E_OK);
    for (w.part = 0; w.part < 3; w.part++) {
        for (w.at = 0; w.at < w.n; w.at += MANY) {
            leaves(bob);
            returns(bob);
            if (engine_own(stage_engine(bob))->joined)
                fail_msg("part %u with a bit flipped in byte %zu joins", w.part, w.at);
        }
        assert_true(w.n > 60);
    }
    stage_tamper_up(p, NULL, NULL);
    leaves(bob);
    returns(bob);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_true(engine_own(stage_engine(bob))->joined);
    says(alice, bob, "Welcome.");
    sees_behind(bob, alice, "Welcome.", 0);
    free(link);
    play_end(p);
}

const struct CMUnitTest hostile_flips[] = {
    cmocka_unit_test(no_flipped_bit_of_a_message_is_shown),
    cmocka_unit_test(no_flipped_bit_of_a_capsule_opens_a_channel),
    cmocka_unit_test(no_flipped_bit_of_a_statement_is_believed),
    cmocka_unit_test(no_flipped_bit_of_a_roster_is_believed),
    cmocka_unit_test(no_flipped_bit_of_a_sign_in_lets_anybody_in),
    cmocka_unit_test(no_flipped_bit_of_what_joins_becomes_an_account),
};
const size_t hostile_flips_n = sizeof hostile_flips / sizeof hostile_flips[0];
