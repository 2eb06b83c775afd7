/* SPDX-License-Identifier: Apache-2.0 */
#include "letter.h"
#include "storage/driver.h"

struct pair {
    struct world *w;
    struct person ann, bob;
};

static struct pair begin(void **state)
{
    struct pair x = {.w = *state};

    person_enter(x.w, &x.ann, "ann");
    person_enter(x.w, &x.bob, "bob");
    return x;
}

static void end(struct pair *x)
{
    person_free(&x->ann);
    person_free(&x->bob);
}

/* Ann sends, and gets the pace back that it cost. */
static void send_one(struct pair *x, struct letter *l)
{
    letter_make(x->w, l, &x->ann, &x->bob);
    assert_int_equal(letter_send(x->w, &x->ann, l).code, E_OK);
}

static void send_many(struct pair *x, size_t n)
{
    struct letter l;

    for (size_t i = 0; i < n; i++)
        send_one(x, &l);
}

static void each_device_gets_its_own_form_of_a_message(void **state)
{
    struct pair x = begin(state);
    struct upload_capsule_form capsule;
    struct upload_delivery d;
    Tacet__Wire__Deliver *page;
    struct letter l;

    letter_make(x.w, &l, &x.ann, &x.bob);
    letter_add_capsule(x.w, &l, x.bob.prekey);
    x.w->now_ms += 5;
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_MAIL), 1);
    assert_true(ID_SAME(world_effect(x.w, EFFECT_MAIL)->did, x.bob.did));

    page = person_page(x.w, &x.bob);
    assert_int_equal(page->n_items, 2);
    assert_int_equal(page->more, 0);
    assert_int_equal(page->items[0]->kind, FRAME_CAPSULE);
    assert_int_equal(page->items[1]->kind, FRAME_MESSAGE);
    assert_true(page->items[0]->number < page->items[1]->number);
    assert_int_equal(page->items[1]->received_ms, x.w->now_ms);
    assert_ok(upload_parse_capsule(frame_bytes(page->items[0]->sealed), &capsule));
    assert_int_equal(capsule.prekey, x.bob.prekey);
    assert_ok(upload_parse_delivery(frame_bytes(page->items[1]->sealed), &d));
    assert_memory_equal(d.shared.head, l.upload.shared.head, sizeof d.shared.head);
    assert_memory_equal(d.shared.com, l.upload.shared.com, sizeof d.shared.com);
    assert_true(ID_SAME(d.shared.roster, l.upload.shared.roster));
    assert_bytes(d.shared.body, l.upload.shared.body);
    assert_bytes(d.shared.trailer, l.upload.shared.trailer);
    assert_bytes(d.entry, bytes(l.entry, UPLOAD_ENTRY_SIZE));
    assert_int_equal(person_page(x.w, &x.ann)->n_items, 0); /* nothing for the sender */
    end(&x);
}

/* What EFFECT_MAIL offers is what a page would give. */
static void a_message_comes_along_with_the_word_of_it(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *offered, *page;
    struct effect e;
    struct letter l;
    struct frame f;

    send_one(&x, &l);
    e = *world_effect(x.w, EFFECT_MAIL);
    assert_ok(frame_parse(e.frame, &x.w->arena, &f));
    assert_int_equal(f.op, OP_DELIVER);
    assert_ok(frame_unpack(f.body, &tacet__wire__deliver__descriptor, &x.w->arena, &offered));
    assert_int_equal(offered->n_items, 1);
    assert_int_equal(offered->items[0]->number, e.number);
    page = person_page(x.w, &x.bob);
    assert_int_equal(page->n_items, 1);
    assert_int_equal(page->items[0]->number, e.number);
    assert_int_equal(page->items[0]->kind, offered->items[0]->kind);
    assert_int_equal(page->items[0]->received_ms, offered->items[0]->received_ms);
    assert_true(
        bytes_same(frame_bytes(page->items[0]->sealed), frame_bytes(offered->items[0]->sealed)));
    end(&x);
}

static void an_empty_mailbox_says_so(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *page = person_page(x.w, &x.bob);

    assert_int_equal(page->n_items, 0);
    assert_int_equal(page->more, 0);
    assert_int_equal(x.bob.session.cursor, 0);
    end(&x);
}

static void pages_are_in_order_and_complete(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *page;
    uint64_t last = 0;
    size_t seen = 0;

    send_many(&x, 2 * QUEUE_PAGE_ITEMS + 1);
    do {
        page = person_page(x.w, &x.bob);
        assert_true(page->n_items <= QUEUE_PAGE_ITEMS);
        for (size_t i = 0; i < page->n_items; i++, seen++) {
            assert_true(page->items[i]->number > last);
            last = page->items[i]->number;
        }
    } while (page->more);
    assert_int_equal(seen, 2 * QUEUE_PAGE_ITEMS + 1);
    end(&x);
}

static void large_messages_come_few_at_a_time(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *page;
    struct letter l;

    for (int i = 0; i < 3; i++) {
        letter_make(x.w, &l, &x.ann, &x.bob);
        l.upload.shared.body = world_random(x.w, UPLOAD_BODY_MOST);
        letter_write(x.w, &l);
        assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_OK);
    }
    page = person_page(x.w, &x.bob);
    assert_int_equal(page->n_items, 2);
    assert_int_equal(page->more, 1);
    page = person_page(x.w, &x.bob);
    assert_int_equal(page->n_items, 1);
    assert_int_equal(page->more, 0);
    end(&x);
}

static void acknowledging_is_cumulative_and_repeatable(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *page;
    uint64_t third;

    send_many(&x, 5);
    page = person_page(x.w, &x.bob);
    third = page->items[2]->number;
    person_acknowledge(x.w, &x.bob, third);
    assert_int_equal(world_mail(x.w), 2);
    person_acknowledge(x.w, &x.bob, third);
    person_acknowledge(x.w, &x.ann, UINT64_MAX); /* of her own mailbox, not of his */
    assert_int_equal(world_mail(x.w), 2);
    x.bob.session.cursor = 0;
    page = person_page(x.w, &x.bob);
    assert_int_equal(page->n_items, 2);
    assert_true(page->items[0]->number > third);
    person_acknowledge(x.w, &x.bob, page->items[1]->number);
    assert_int_equal(world_mail(x.w), 0);
    assert_int_equal(scratch_number(x.w->db, "SELECT sum(items) + sum(bytes) FROM mailbox"), 0);
    end(&x);
}

static void a_body_stays_until_its_last_row_goes(void **state)
{
    struct pair x = begin(state);
    struct world *w = x.w;
    struct queue_life life = {.message_ms = w->now_ms + 1, .capsule_ms = w->now_ms + 1};
    struct device to[2];
    uint64_t number[2];
    struct letter l;

    letter_make(w, &l, &x.ann, &x.bob);
    l.upload.recipients = 2;
    letter_write(w, &l);
    assert_ok(devices_get(w->db, &x.ann.did, &to[0]));
    assert_ok(devices_get(w->db, &x.bob.did, &to[1]));
    assert_ok(queue_append(w->db, &w->arena, &l.upload, to, w->now_ms, &life, number));
    assert_true(number[0] < number[1]);
    assert_int_equal(world_mail(w), 3);
    assert_ok(queue_acknowledge(w->db, to[0].row, INT64_MAX));
    assert_int_equal(world_mail(w), 2);
    assert_int_equal(person_page(w, &x.bob)->n_items, 1);
    assert_ok(queue_forget(w->db, to[1].row));
    assert_int_equal(world_mail(w), 0);
    end(&x);
}

static void what_is_due_is_neither_handed_out_nor_kept(void **state)
{
    struct pair x = begin(state);
    struct letter l;
    uint64_t deleted;

    letter_make(x.w, &l, &x.ann, &x.bob);
    letter_add_capsule(x.w, &l, x.bob.prekey);
    l.ttl_s = 60;
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_OK);
    send_one(&x, &l);
    assert_ok(queue_expire(x.w->db, x.w->now_ms, &deleted));
    assert_int_equal(deleted, 0);
    x.w->now_ms += 60 * CLOCK_SECOND_MS;
    assert_int_equal(person_page(x.w, &x.bob)->n_items, 2); /* the capsule, the second message */
    assert_ok(queue_expire(x.w->db, x.w->now_ms, &deleted));
    assert_int_equal(deleted, 1);
    assert_int_equal(world_mail(x.w), 2);
    x.w->now_ms += QUEUE_CAPSULE_LIFE_MS;
    assert_ok(queue_expire(x.w->db, x.w->now_ms, &deleted));
    assert_int_equal(deleted, 2);
    assert_int_equal(world_mail(x.w), 0);
    assert_int_equal(scratch_number(x.w->db, "SELECT sum(items) + sum(bytes) FROM mailbox"), 0);
    end(&x);
}

static const struct db_driver *real;

static struct err run_but_not_commit(struct db *db, const char *sql, const struct db_value *v,
                                     size_t n, uint64_t *changed)
{
    if (strcmp(sql, "COMMIT") == 0)
        return FAIL(E_FULL);
    return real->run(db, sql, v, n, changed);
}

static void what_could_not_be_deleted_is_not_said_to_be(void **state)
{
    struct pair x = begin(state);
    struct db_driver failing = *x.w->db->driver;
    struct letter l;
    uint64_t deleted = 9;

    letter_make(x.w, &l, &x.ann, &x.bob);
    l.ttl_s = 60;
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_OK);
    x.w->now_ms += 60 * CLOCK_SECOND_MS;
    real = x.w->db->driver;
    failing.run = run_but_not_commit;
    x.w->db->driver = &failing;
    assert_err(queue_expire(x.w->db, x.w->now_ms, &deleted), E_FULL);
    x.w->db->driver = real;
    assert_int_equal(deleted, 0);
    assert_int_equal(world_mail(x.w), 1);
    assert_ok(queue_expire(x.w->db, x.w->now_ms, &deleted));
    assert_int_equal(deleted, 1);
    end(&x);
}

static void mail_survives_a_restart(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *before, *after;

    send_many(&x, 3);
    before = person_page(x.w, &x.bob);
    world_again(x.w);
    x.bob.session.cursor = 0;
    after = person_page(x.w, &x.bob);
    assert_int_equal(after->n_items, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(after->items[i]->number, before->items[i]->number);
        assert_bytes(frame_bytes(after->items[i]->sealed), frame_bytes(before->items[i]->sealed));
    }
    end(&x);
}

static void a_number_is_never_given_twice(void **state)
{
    struct pair x = begin(state);
    Tacet__Wire__Deliver *page;
    uint64_t last = 0;

    for (int i = 0; i < 3; i++) {
        send_many(&x, 2);
        page = person_page(x.w, &x.bob);
        assert_int_equal(page->n_items, 2);
        assert_true(page->items[0]->number > last);
        last = page->items[1]->number;
        person_acknowledge(x.w, &x.bob, last);
        assert_int_equal(world_mail(x.w), 0); /* drained ... */
        world_again(x.w);                     /* ... and started again */
    }
    end(&x);
}

static void a_full_mailbox_takes_nothing_more(void **state)
{
    struct pair x = begin(state);
    struct letter l;

    send_many(&x, 1);
    assert_ok(db_run(x.w->db, "UPDATE mailbox SET items = $1",
                     DB_VALUES(DB_NUMBER_OF(LIMIT_MAILBOX_ITEMS - 1)), NULL));
    letter_make(x.w, &l, &x.ann, &x.bob);
    letter_add_capsule(x.w, &l, x.bob.prekey); /* two items, room for one */
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_FULL);
    x.ann.uploads--; /* not used up */
    send_one(&x, &l);
    letter_make(x.w, &l, &x.ann, &x.bob);
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_FULL);
    assert_ok(db_run(x.w->db, "UPDATE mailbox SET items = 1, bytes = $1",
                     DB_VALUES(DB_NUMBER_OF(LIMIT_MAILBOX_BYTES - 100)), NULL));
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_FULL);
    assert_int_equal(world_mail(x.w), 2);
    end(&x);
}

static void what_waits_is_counted_for_all_together(void **state)
{
    struct pair x = begin(state);
    uint64_t items = 9, size = 9;

    assert_ok(queue_totals(x.w->db, &items, &size));
    assert_int_equal(items, 0);
    assert_int_equal(size, 0);
    send_many(&x, 3);
    assert_ok(queue_totals(x.w->db, &items, &size));
    assert_int_equal(items, 3);
    assert_true(size > 3 * 256);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(each_device_gets_its_own_form_of_a_message),
        world_test(a_message_comes_along_with_the_word_of_it),
        world_test(an_empty_mailbox_says_so),
        world_test(pages_are_in_order_and_complete),
        world_test(large_messages_come_few_at_a_time),
        world_test(acknowledging_is_cumulative_and_repeatable),
        world_test(a_body_stays_until_its_last_row_goes),
        world_test(what_is_due_is_neither_handed_out_nor_kept),
        world_test(what_could_not_be_deleted_is_not_said_to_be),
        world_test(mail_survives_a_restart),
        world_test(a_number_is_never_given_twice),
        world_test(a_full_mailbox_takes_nothing_more),
        world_test(what_waits_is_counted_for_all_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
