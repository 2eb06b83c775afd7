/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_floods: whoever sends much, or asks for much, costs this device no more than that. */
#include <stdlib.h>

#include "scenario/healing.h"

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
        lie_flip(&m->items[i]->sealed, 71 + 32 + 48 + 20);
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

const struct CMUnitTest hostile_floods[] = {
    cmocka_unit_test(a_request_for_a_hundred_long_messages_is_obeyed),
    cmocka_unit_test(resets_that_name_long_messages_are_obeyed),
    cmocka_unit_test(a_page_of_very_many_items_costs_the_link_alone),
};
const size_t hostile_floods_n = sizeof hostile_floods / sizeof hostile_floods[0];
