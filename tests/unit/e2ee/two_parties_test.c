/* SPDX-License-Identifier: Apache-2.0 */
/* Alice and bob, from the first capsule on, through a network that keeps no order. */
#include <stdio.h>

#include "assert_err.h"
#include "crypto/secret.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/parsed.h"

#define DELIVERY_ROOM (UPLOAD_BODY_MOST + 1024)
#define KEPT_MAX      1200

/* A receiver's memory of one line: its epoch, and the keys that were passed over. */
struct ear {
    struct line *line;
    struct skipped kept[KEPT_MAX];
    size_t n;
};

static struct actor alice, bob;
static struct line to_bob, to_alice;
static struct ear bobs, alices;

static int meet(void **state)
{
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_connect(&to_bob, &alice, &bob);
    cast_connect(&to_alice, &bob, &alice);
    bobs = (struct ear){.line = &to_bob};
    alices = (struct ear){.line = &to_alice};
    return 0;
}

static int part(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    return 0;
}

/* Message number `seq` of a line, sealed, as the server hands it to the other side. */
static void say(struct line *l, uint64_t seq, struct buf *delivery)
{
    struct buf upload = BUF(LIMIT_FRAME);
    struct letter m;
    char text[32];

    snprintf(text, sizeof text, "message %u", (unsigned)seq);
    cast_write(&m, l->from, seq, bytes_text(text));
    cast_address(&m, l);
    if (seq == 1)
        cast_enclose(&m, l);
    cast_seal(&m, &upload);
    cast_deliver(buf_view(&upload), 0, delivery);
    buf_free(&upload);
}

static void keep(struct ear *ear, const struct skipped *passed, size_t n)
{
    assert_true(ear->n + n <= KEPT_MAX);
    memcpy(ear->kept + ear->n, passed, n * sizeof *passed);
    ear->n += n;
}

static struct err hear_late(struct ear *ear, struct bytes delivery, struct reading *r)
{
    for (size_t i = 0; i < ear->n; i++) {
        struct skipped *key = &ear->kept[i];

        if (key->n != r->o.n)
            continue;
        cast_close(r);
        TRY(cast_read_under(ear->line, delivery, key->n, key->mk, r));
        TRY(open_content(&r->o, parsed(&ear->line->from->me.dsk), &r->content));
        *key = ear->kept[--ear->n]; /* each key opens one message, once */
        return OK;
    }
    return FAIL(E_ABSENT);
}

/* Read it with what we have, and learn from it if all is well. */
static struct err hear(struct ear *ear, const struct buf *delivery, uint64_t *seq)
{
    struct reading r;
    struct err err = cast_read(ear->line, buf_view(delivery), &r);

    if (err.code == E_OK) {
        keep(ear, r.passed, r.n_passed);
        ear->line->receiving = r.after;
    } else if (err.code == E_ABSENT && r.step == CAST_REACH) {
        err = hear_late(ear, buf_view(delivery), &r);
    }
    if (err.code == E_OK) {
        char text[32];

        *seq = r.o.core.seq;
        snprintf(text, sizeof text, "message %u", (unsigned)*seq);
        assert_bytes(buf_view(&r.content), bytes_text(text));
    }
    cast_close(&r);
    return err;
}

static void assert_heard(struct ear *ear, const struct buf *delivery, uint64_t want)
{
    uint64_t seq = 0;

    assert_ok(hear(ear, delivery, &seq));
    assert_int_equal(seq, want);
}

static void fifty_messages_in_order_are_read_both_ways(void **state)
{
    for (uint64_t seq = 1; seq <= 50; seq++) {
        struct buf one = BUF(DELIVERY_ROOM), two = BUF(DELIVERY_ROOM);

        say(&to_bob, seq, &one);
        say(&to_alice, seq, &two);
        assert_heard(&bobs, &one, seq);
        assert_heard(&alices, &two, seq);
        buf_free(&one);
        buf_free(&two);
    }
    assert_int_equal(bobs.n, 0);
    assert_int_equal(to_bob.receiving.n, 50);
    assert_memory_equal(to_bob.receiving.ck, to_bob.sending.ck, CHANNEL_KEY_SIZE);
}

static void messages_out_of_order_are_read_once_each(void **state)
{
    enum { N = 22 };
    struct buf sent[N + 1];
    uint64_t seq;

    for (size_t i = 1; i <= N; i++) {
        sent[i] = BUF(DELIVERY_ROOM);
        say(&to_bob, i, &sent[i]);
    }
    for (size_t i = 1; i <= N; i++) { /* 7, 14, 21, 5, ...: 23 is a prime */
        size_t which = i * 7 % (N + 1);

        assert_heard(&bobs, &sent[which], which);
    }
    assert_int_equal(bobs.n, 0);
    for (size_t i = 1; i <= N; i++) {
        assert_err(hear(&bobs, &sent[i], &seq), E_ABSENT);
        buf_free(&sent[i]);
    }
}

static void a_duplicate_is_read_only_once(void **state)
{
    struct buf one = BUF(DELIVERY_ROOM);
    uint64_t seq;

    say(&to_bob, 1, &one);
    assert_heard(&bobs, &one, 1);
    assert_err(hear(&bobs, &one, &seq), E_ABSENT);
    assert_int_equal(to_bob.receiving.n, 1);
    buf_free(&one);
}

/* Of 1,101 keys passed over, the oldest 101 are gone, and with them what they would open. */
static void after_a_jump_the_newest_thousand_can_still_be_read(void **state)
{
    struct buf first = BUF(DELIVERY_ROOM), gone = BUF(DELIVERY_ROOM), oldest = BUF(DELIVERY_ROOM),
               last = BUF(DELIVERY_ROOM);
    uint8_t mk[CHANNEL_KEY_SIZE];
    uint64_t seq;

    say(&to_bob, 1, &first);
    while (to_bob.sending.n < 100)
        assert_ok(channel_step(&to_bob.sending, mk));
    say(&to_bob, 101, &gone);
    say(&to_bob, 102, &oldest);
    while (to_bob.sending.n < 101 + CHANNEL_SKIPPED_MAX)
        assert_ok(channel_step(&to_bob.sending, mk));
    say(&to_bob, 1102, &last);
    assert_heard(&bobs, &last, 1102);
    assert_int_equal(bobs.n, CHANNEL_SKIPPED_MAX);
    assert_heard(&bobs, &oldest, 102);
    assert_err(hear(&bobs, &gone, &seq), E_ABSENT);
    assert_err(hear(&bobs, &first, &seq), E_ABSENT);
    buf_free(&first);
    buf_free(&gone);
    buf_free(&oldest);
    buf_free(&last);
}

static void a_message_65537_ahead_is_refused_and_changes_nothing(void **state)
{
    struct buf far = BUF(DELIVERY_ROOM), next = BUF(DELIVERY_ROOM);
    struct epoch before = to_bob.receiving;
    uint8_t mk[CHANNEL_KEY_SIZE];
    uint64_t seq;

    say(&to_bob, 1, &next);
    while (to_bob.sending.n < CHANNEL_STEPS_MAX + 1)
        assert_ok(channel_step(&to_bob.sending, mk));
    say(&to_bob, 2, &far);
    assert_err(hear(&bobs, &far, &seq), E_LIMIT);
    assert_memory_equal(&to_bob.receiving, &before, sizeof before);
    assert_heard(&bobs, &next, 1);
    assert_heard(&bobs, &far, 2); /* 65,536 ahead of what was received since */
    buf_free(&far);
    buf_free(&next);
}

/* Bob has a new prekey and alice uses it; what was sealed to the old one needs the old one. */
static void a_new_prekey_needs_no_new_epoch(void **state)
{
    struct buf one = BUF(DELIVERY_ROOM), two = BUF(DELIVERY_ROOM);
    uint64_t seq;

    say(&to_bob, 1, &one);
    cast_renew_prekey(&bob, 3);
    say(&to_bob, 2, &two);
    assert_heard(&bobs, &two, 2);
    assert_err(hear(&bobs, &one, &seq), E_ABSENT);
    buf_free(&one);
    buf_free(&two);
}

/* What lies on the receiver's disk afterwards does not open what was received before. */
static void a_chain_does_not_run_backwards(void **state)
{
    struct buf one = BUF(DELIVERY_ROOM), two = BUF(DELIVERY_ROOM);
    struct reading r;

    say(&to_bob, 1, &one);
    say(&to_bob, 2, &two);
    assert_heard(&bobs, &one, 1);
    assert_heard(&bobs, &two, 2);
    assert_err(cast_read_under(&to_bob, buf_view(&one), 0, to_bob.receiving.ck, &r), E_FORGED);
    cast_close(&r);
    buf_free(&one);
    buf_free(&two);
}

static void a_message_to_the_other_direction_is_nobodys(void **state)
{
    struct buf one = BUF(DELIVERY_ROOM);
    struct line mirror = {.from = &bob, .to = &alice, .receiving = to_bob.receiving};
    struct reading r;

    say(&to_bob, 1, &one);
    assert_err(cast_read(&mirror, buf_view(&one), &r), E_ABSENT);
    cast_close(&r);
    buf_free(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fifty_messages_in_order_are_read_both_ways, meet, part),
        cmocka_unit_test_setup_teardown(messages_out_of_order_are_read_once_each, meet, part),
        cmocka_unit_test_setup_teardown(a_duplicate_is_read_only_once, meet, part),
        cmocka_unit_test_setup_teardown(after_a_jump_the_newest_thousand_can_still_be_read, meet,
                                        part),
        cmocka_unit_test_setup_teardown(a_message_65537_ahead_is_refused_and_changes_nothing, meet,
                                        part),
        cmocka_unit_test_setup_teardown(a_new_prekey_needs_no_new_epoch, meet, part),
        cmocka_unit_test_setup_teardown(a_chain_does_not_run_backwards, meet, part),
        cmocka_unit_test_setup_teardown(a_message_to_the_other_direction_is_nobodys, meet, part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
