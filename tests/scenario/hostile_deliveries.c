/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_deliveries: what comes out of the mailbox is altered, repeated, reordered or missing. */
#include "scenario/hostile.h"

static Tacet__Wire__Item *item_of(Tacet__Wire__Deliver *m, enum frame_item kind)
{
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i]->kind == kind)
            return m->items[i];
    return NULL;
}

static bool alter_message(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Item *item = item_of(body, FRAME_MESSAGE);

    (void)f, (void)a;
    assert_non_null(item);
    lie_flip(&item->sealed, l->at);
    return true;
}

static bool alter_capsule(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Item *item = item_of(body, FRAME_CAPSULE);

    (void)f, (void)a;
    assert_non_null(item);
    lie_flip(&item->sealed, l->at);
    return true;
}

static bool cut_message(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Item *item = item_of(body, FRAME_MESSAGE);

    (void)f, (void)a;
    item->sealed.len -= l->at;
    return true;
}

static bool unknown_kind(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    item_of(body, FRAME_MESSAGE)->kind = 7;
    return true;
}

static bool no_items(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f, (void)a;
    m->n_items = 0;
    return true;
}

static bool hold_back(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)lie_record(l, f, body, a);
    return false;
}

static bool every_item_twice(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;
    Tacet__Wire__Item **twice = ARENA_ARRAY(a, 2 * m->n_items, Tacet__Wire__Item *);

    (void)l, (void)f;
    for (size_t i = 0; i < 2 * m->n_items; i++)
        twice[i] = m->items[i / 2];
    m->items = twice;
    m->n_items *= 2;
    return true;
}

static bool back_to_front(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f, (void)a;
    for (size_t i = 0; i < m->n_items / 2; i++) {
        Tacet__Wire__Item *other = m->items[m->n_items - 1 - i];

        m->items[m->n_items - 1 - i] = m->items[i];
        m->items[i] = other;
    }
    return true;
}

#define DELIVERIES .op = OP_DELIVER, .form = &tacet__wire__deliver__descriptor

/* head 71 | com 32 | roster digest 48 | entry 60 | body | trailer 512 */
static const struct {
    const char *what;
    size_t at;
    enum problem problem;
} altered[] = {
    {"version", 0, PROBLEM_DAMAGED},
    {"suite", 1, PROBLEM_DAMAGED},
    {"flags", 3, PROBLEM_DAMAGED},
    {"which of two points E is", 4, PROBLEM_PARKED},
    {"commitment", 71, PROBLEM_PARKED},
    {"roster digest", 103, PROBLEM_DAMAGED},
    {"prekey number", 151, PROBLEM_DAMAGED},
    {"sender in the hint", 153, PROBLEM_PARKED},
    {"place in the hint", 162, PROBLEM_PARKED},
    {"sealed key", 163, PROBLEM_PARKED},
    {"body", 211, PROBLEM_PARKED},
    {"trailer's beginning", SIZE_MAX - 511, PROBLEM_PARKED},
    {"trailer's end", SIZE_MAX, PROBLEM_PARKED},
};

static void an_altered_message_is_not_shown_and_the_next_one_is(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t parked = 0;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    for (size_t i = 0; i < sizeof altered / sizeof altered[0]; i++) {
        struct lie lie = {DELIVERIES, .to = bob, .tell = alter_message, .at = altered[i].at};

        print_message("altered: %s\n", altered[i].what);
        lie_begin(p, &lie);
        says(alice, bob, "altered");
        lie_end(p);
        assert_int_equal(lie.told, 1);
        sees_nothing(bob);
        assert_true(stage_heard(bob, altered[i].problem));
        parked += altered[i].problem == PROBLEM_PARKED;
        assert_int_equal(parked_by(bob), parked);
        says(alice, bob, "honest");
        sees_behind(bob, alice, "honest", 1);
    }
    play_end(p);
}

static void a_message_cut_to_a_smaller_step_is_not_shown(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie step = {DELIVERIES, .to = bob, .tell = cut_message, .at = 128};
    struct lie uneven = {DELIVERIES, .to = bob, .tell = cut_message, .at = 1};
    char longer[300];

    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    says(alice, bob, "before");
    sees(bob, alice, "before");
    lie_begin(p, &step);
    says(alice, bob, longer);
    assert_true(stage_heard(bob, PROBLEM_PARKED));
    lie_begin(p, &uneven);
    says(alice, bob, longer);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    lie_end(p);
    says(alice, bob, "honest");
    sees_behind(bob, alice, "honest", 2);
    play_end(p);
}

static void an_item_of_an_unknown_kind_is_told_and_passed_over(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = unknown_kind};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "of kind seven");
    lie_end(p);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    says(alice, bob, "honest");
    sees(bob, alice, "honest");
    play_end(p);
}

/* Without its capsule a channel is silent until the sender opens another epoch. */
static void an_altered_capsule_opens_nothing_until_the_next_epoch(void **state)
{
    static const size_t at[] = {0, 4, 71, 100, SIZE_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct lie lie = {DELIVERIES, .to = bob, .tell = alter_capsule, .at = at[i], .most = 1};

        lie_begin(p, &lie);
        says(alice, bob, "in a dead epoch");
        lie_end(p);
        assert_int_equal(lie.told, 1);
        assert_true(stage_heard(bob, PROBLEM_DAMAGED));
        says(alice, bob, "in it too");
        sees_nothing(bob);
        assert_int_equal(parked_by(bob), 2);
        stage_forward(p, 30 * CLOCK_DAY_MS);
        says(alice, bob, "in a new one");
        sees_behind(bob, alice, "in a new one", 0); /* the first that he sees */
        play_end(p);
    }
}

static void what_comes_twice_is_shown_once(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = every_item_twice};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "once");
    says(alice, bob, "and only once");
    sees(bob, alice, "once");
    sees_behind(bob, alice, "and only once", 0);
    sees_nothing(bob);
    assert_false(stage_heard(bob, PROBLEM_PARKED));
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    play_end(p);
}

static void a_replayed_page_shows_nothing_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf page = BUF(LIMIT_FRAME);
    struct lie lie = {.op = OP_DELIVER, .to = bob, .tell = lie_record, .ctx = &page, .most = 1};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "once");
    lie_end(p);
    sees(bob, alice, "once");
    stage_inject(bob, buf_view(&page));
    sees_nothing(bob);
    stage_forward(p, 3 * CLOCK_DAY_MS); /* the prekey is gone, too */
    stage_inject(bob, buf_view(&page));
    leaves(bob);
    returns(bob);
    stage_inject(bob, buf_view(&page));
    sees_nothing(bob);
    assert_false(stage_heard(bob, PROBLEM_PARKED));
    says(alice, bob, "twice");
    sees_behind(bob, alice, "twice", 0);
    buf_free(&page);
    play_end(p);
}

static void what_failed_is_told_once_however_often_it_comes(void **state)
{
    struct play *p = play_begin();
    struct person *bob = joins(p, "bob");
    Tacet__Wire__Item item = TACET__WIRE__ITEM__INIT, *items[] = {&item};
    Tacet__Wire__Deliver m = TACET__WIRE__DELIVER__INIT;
    struct buf body = BUF(LIMIT_FRAME), page = BUF(LIMIT_FRAME);
    struct frame f = {.op = OP_DELIVER};

    (void)state;
    item.number = 1;
    item.kind = FRAME_MESSAGE;
    item.sealed = frame_data(BYTES_LITERAL("no message at all"));
    m.items = items;
    m.n_items = 1;
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &page);
    stage_inject(bob, buf_view(&page));
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    stage_inject(bob, buf_view(&page));
    leaves(bob);
    returns(bob);
    stage_inject(bob, buf_view(&page));
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    buf_free(&body);
    buf_free(&page);
    play_end(p);
}

static void a_dropped_message_leaves_a_gap_of_the_right_size(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = no_items};

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    for (uint64_t dropped = 1; dropped <= 3; dropped++) {
        lie_begin(p, &lie);
        for (uint64_t i = 0; i < dropped; i++)
            says(alice, bob, "dropped");
        lie_end(p);
        says(alice, bob, "after");
        sees_behind(bob, alice, "after", dropped);
        says(alice, bob, "and after that");
        sees_behind(bob, alice, "and after that", 0);
    }
    play_end(p);
}

static void pages_in_the_wrong_order_lose_nothing(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf page = BUF(LIMIT_FRAME);
    struct lie hold = {.op = OP_DELIVER, .to = bob, .tell = hold_back, .ctx = &page, .most = 1};

    (void)state;
    says(alice, bob, "one");
    sees(bob, alice, "one");
    lie_begin(p, &hold);
    says(alice, bob, "two");
    sees_nothing(bob);
    says(alice, bob, "three");
    lie_end(p);
    sees_behind(bob, alice, "three", 1);
    stage_inject(bob, buf_view(&page));
    sees_behind(bob, alice, "two", 0);
    buf_free(&page);
    play_end(p);
}

static void a_page_back_to_front_loses_nothing(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = back_to_front};

    (void)state;
    leaves(bob);
    says(alice, bob, "one");
    says(alice, bob, "two");
    says(alice, bob, "three");
    lie_begin(p, &lie);
    returns(bob);
    lie_end(p);
    assert_int_equal(stage_copies(bob, alice, "one"), 1);
    assert_int_equal(stage_copies(bob, alice, "two"), 1);
    assert_int_equal(stage_copies(bob, alice, "three"), 1);
    assert_int_equal(parked_by(bob), 0);
    play_end(p);
}

const struct CMUnitTest hostile_deliveries[] = {
    cmocka_unit_test(an_altered_message_is_not_shown_and_the_next_one_is),
    cmocka_unit_test(a_message_cut_to_a_smaller_step_is_not_shown),
    cmocka_unit_test(an_item_of_an_unknown_kind_is_told_and_passed_over),
    cmocka_unit_test(an_altered_capsule_opens_nothing_until_the_next_epoch),
    cmocka_unit_test(what_comes_twice_is_shown_once),
    cmocka_unit_test(a_replayed_page_shows_nothing_again),
    cmocka_unit_test(what_failed_is_told_once_however_often_it_comes),
    cmocka_unit_test(a_dropped_message_leaves_a_gap_of_the_right_size),
    cmocka_unit_test(pages_in_the_wrong_order_lose_nothing),
    cmocka_unit_test(a_page_back_to_front_loses_nothing),
};
const size_t hostile_deliveries_n = sizeof hostile_deliveries / sizeof hostile_deliveries[0];
