/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_floods: whoever sends much, or asks for much, costs this device no more than that. */
#include <stdlib.h>

#include "scenario/healing.h"
#include "scenario/stage_internal.h"
#include "statement/upload.h"

/* Where the entry of a delivery begins, that is for all. */
#define ENTRY (UPLOAD_HEAD_SIZE + UPLOAD_COMMITMENT_SIZE + sizeof(struct roster_id))

/* A text of the greatest length, that begins so. */
static void long_text(char *out, char with)
{
    memset(out, with, LIMIT_TEXT);
    out[LIMIT_TEXT] = '\0';
}

/* tell: no entry opens; their messages are parked. */
static bool spoil_entry(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        lie_flip(&m->items[i]->sealed, ENTRY + 20);
    return true;
}

static void a_request_for_a_hundred_long_messages_is_obeyed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct control missing = {.type = PAYLOAD_MISSING, .n = 1, .range = {{2, 101}}};
    struct lie lie = {DELIVERIES, .to = bob, .tell = lose};
    char *text = malloc(LIMIT_TEXT + 1);

    (void)state;
    assert_non_null(text);
    meet(alice, bob);
    lie_begin(p, &lie);
    for (int i = 0; i < 100; i++) {
        long_text(text, (char)('A' + i % 26));
        says(alice, bob, text);
        is(alice, "accepted");
    }
    lie_end(p);
    forge_control(p, bob, alice, &missing);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(bob, alice, text), 4);
    free(text);
    play_end(p);
}

/* The same of what it was said of that it could not be opened. */
static void resets_that_name_long_messages_are_obeyed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = spoil_entry};
    char *text = malloc(LIMIT_TEXT + 1);

    (void)state;
    assert_non_null(text);
    meet(alice, bob);
    lie_begin(p, &lie);
    for (int i = 0; i < 10; i++) { /* a device has room for so many of one sender */
        long_text(text, 'A');
        says(alice, bob, text);
        is(alice, "accepted");
    }
    lie_end(p);
    assert_int_equal(parked_by(bob), 10);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(bob, alice, text), 10);
    assert_int_equal(parked_by(bob), 0);
    free(text);
    play_end(p);
}

/* ---- a server, and a member that helps it */

/* A page of deliveries. */
struct flood {
    struct buf page, body;
    Tacet__Wire__Item *item, **items;
    size_t n, most;
};

static void flood_begin(struct flood *f, size_t most)
{
    *f = (struct flood){.page = BUF(LIMIT_FRAME), .body = BUF(LIMIT_FRAME), .most = most};
    f->item = calloc(most, sizeof *f->item);
    f->items = calloc(most, sizeof(Tacet__Wire__Item *));
    assert_non_null(f->item);
    assert_non_null(f->items);
}

static void flood_add(struct flood *f, enum frame_item kind, struct bytes sealed)
{
    Tacet__Wire__Item *i = &f->item[f->n];

    assert_true(f->n < f->most);
    tacet__wire__item__init(i);
    i->kind = kind;
    i->sealed = frame_data(sealed);
    f->items[f->n++] = i;
}

static void flood_pour(struct flood *f, struct person *to)
{
    Tacet__Wire__Deliver m = TACET__WIRE__DELIVER__INIT;
    struct frame frame = {.op = OP_DELIVER};

    m.items = f->items;
    m.n_items = f->n;
    frame_pack(&m, &f->body);
    assert_ok(buf_end(&f->body, &frame.body));
    frame_write(&frame, &f->page);
    assert_int_equal(f->page.failed, E_OK);
    stage_inject(to, buf_view(&f->page));
    buf_free(&f->page);
    buf_free(&f->body);
    free(f->item);
    free(f->items);
}

/* More items than a page of an honest server ever has cost the link, and not the program. */
static void a_page_of_very_many_items_costs_the_link_alone(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct flood f;

    (void)state;
    meet(alice, bob);
    flood_begin(&f, 45000);
    for (size_t i = 0; i < f.most; i++)
        flood_add(&f, 0, (struct bytes){NULL, 0});
    flood_pour(&f, bob);
    stage_forward(p, CLOCK_MINUTE_MS);
    says(alice, bob, "As before.");
    sees_behind(bob, alice, "As before.", 0);
    play_end(p);
}

/* Garbage is remembered, so that it is told once: but not more of it than fits a small corner. */
static void garbage_without_end_takes_no_disk_without_end(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf bytes_ = BUF(LIMIT_FRAME);
    struct arena a = ARENA(1024);
    struct db_value kept;

    (void)state;
    meet(alice, bob);
    for (uint32_t page = 0; page < 3; page++) {
        struct flood f;

        flood_begin(&f, 4000);
        buf_cut(&bytes_, 0);
        for (uint32_t i = 0; i < f.most; i++)
            buf_u32(&bytes_, page << 16 | i);
        for (size_t i = 0; i < f.most; i++)
            flood_add(&f, FRAME_MESSAGE, bytes(bytes_.at + 4 * i, 4));
        flood_pour(&f, bob);
    }
    assert_int_equal(stage_told(bob, PROBLEM_DAMAGED, NULL), 12000); /* each once */
    assert_ok(db_one(bob->db, &a, "SELECT count(*) FROM record WHERE kind = $1",
                     DB_VALUES(DB_NUMBER_OF(VAULT_FAILED)), &kept, 1));
    assert_in_range(kept.number, 1, 10000);
    says(alice, bob, "As before.");
    sees_behind(bob, alice, "As before.", 0);
    buf_free(&bytes_);
    arena_free(&a);
    play_end(p);
}

/* tell: the first message is kept at ctx, and lost. */
static bool take_message(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;
    struct buf *out = l->ctx;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i]->kind == FRAME_MESSAGE)
            buf_bytes(out, frame_bytes(m->items[i]->sealed));
    return false;
}

#define FORGED_MOST 150 /* in one page */

/* Copies of a message, each told apart by its last bytes, that claim to be far ahead in the chain:
 * it takes no key to write that. */
static void flood_add_far(struct flood *f, struct bytes message, struct buf *copies)
{
    const size_t n = ENTRY + 2 + 6;

    for (size_t i = 0; i < f->most; i++) {
        uint8_t *copy = buf_extend(copies, message.n);

        assert_non_null(copy);
        memcpy(copy, message.at, message.n);
        copy[n + 2] ^= 0xff;
        copy[message.n - 1] = (uint8_t)i;
    }
    for (size_t i = 0; i < f->most; i++)
        flood_add(f, FRAME_MESSAGE, bytes(copies->at + i * message.n, message.n));
}

/* Each would cost 65,000 steps along the chain, and again whenever something is learned. */
static void what_claims_to_be_far_ahead_costs_little_and_goes_when_its_sender_was_asked(
    void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct buf one = BUF(LIMIT_FRAME), copies = BUF(LIMIT_FRAME);
    struct lie take = {DELIVERIES, .to = bob, .tell = take_message, .ctx = &one};
    struct flood f;

    (void)state;
    meet(alice, bob);
    lie_begin(p, &take);
    says(alice, bob, "flooded");
    lie_end(p);
    flood_begin(&f, FORGED_MOST);
    flood_add_far(&f, buf_view(&one), &copies);
    flood_pour(&f, bob);
    assert_int_equal(parked_by(bob), FORGED_MOST);
    says(carol, bob, "with a capsule");
    sees_behind(bob, carol, "with a capsule", 0);
    assert_int_equal(parked_by(bob), FORGED_MOST);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    sees_behind(bob, alice, "flooded", 0);
    assert_int_equal(parked_by(bob), 0);
    sees_nothing(bob);
    buf_free(&one);
    buf_free(&copies);
    play_end(p);
}

const struct CMUnitTest hostile_floods[] = {
    cmocka_unit_test(a_request_for_a_hundred_long_messages_is_obeyed),
    cmocka_unit_test(resets_that_name_long_messages_are_obeyed),
    cmocka_unit_test(a_page_of_very_many_items_costs_the_link_alone),
    cmocka_unit_test(garbage_without_end_takes_no_disk_without_end),
    cmocka_unit_test(what_claims_to_be_far_ahead_costs_little_and_goes_when_its_sender_was_asked),
};
const size_t hostile_floods_n = sizeof hostile_floods / sizeof hostile_floods[0];
