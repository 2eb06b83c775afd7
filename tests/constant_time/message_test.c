/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: the key of one, the keys under which it travels, and the private keys that seal, sign
 * and open it.  What is said is public once it is opened: parsing it may branch on it. */
#include "assert_err.h"
#include "constant_time/taint.h"
#include "unit/e2ee/cast.h"

#define TEXT "Meet at nine?"

static struct actor alice, bob, carol;
static struct line to_bob, to_carol;
static struct letter m;
static struct buf upload, delivery;

static void seal_to_both(void)
{
    cast_write(&m, &alice, 1, BYTES_LITERAL(TEXT));
    taint_end(&m.core, sizeof m.core);
    cast_address(&m, &to_bob);
    cast_address(&m, &to_carol);
    cast_enclose(&m, &to_carol);
    assert_true(taint_holds(m.to[0].mk, sizeof m.to[0].mk));
    cast_seal(&m, &upload);
}

static int enter(void **state)
{
    upload = BUF(64 * 1024);
    delivery = BUF(64 * 1024);
    taint_setup(state);
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_enter(&carol, 3);
    cast_connect(&to_bob, &alice, &bob);
    cast_connect(&to_carol, &alice, &carol);
    seal_to_both();
    assert_true(taint_holds(upload.at, upload.n));
    taint_end(upload.at, upload.n); /* to the server */
    cast_deliver(buf_view(&upload), 0, &delivery);
    return 0;
}

static int leave(void **state)
{
    buf_free(&upload);
    buf_free(&delivery);
    cast_leave(&alice);
    cast_leave(&bob);
    cast_leave(&carol);
    return taint_teardown(state);
}

static void sealing_and_opening_say_nothing_of_the_keys(void **state)
{
    struct reading r;

    assert_ok(cast_read(&to_bob, buf_view(&delivery), &r));
    assert_true(taint_holds(r.o.mk, sizeof r.o.mk));
    assert_true(taint_holds(r.o.z, sizeof r.o.z));
    assert_true(taint_holds(r.after.ck, sizeof r.after.ck));
    assert_int_equal(r.content.n, sizeof TEXT - 1);
    assert_memory_equal(r.content.at, TEXT, sizeof TEXT - 1);
    cast_close(&r);
}

static void refused_where(size_t at, enum cast_step step, enum err_code code)
{
    struct reading r;

    delivery.at[at] ^= 1;
    assert_err(cast_read(&to_bob, buf_view(&delivery), &r), code);
    assert_int_equal(r.step, step);
    cast_close(&r);
    delivery.at[at] ^= 1;
}

/* The place of some bytes of the delivery in it. */
static size_t place(struct bytes part)
{
    return (size_t)(part.at - delivery.at);
}

static void refusing_what_was_altered_says_nothing_of_the_keys(void **state)
{
    struct opened o;

    assert_ok(open_begin(buf_view(&delivery), &o));
    refused_where(place(o.in.entry) + o.in.entry.n - 1, CAST_ENTRY, E_FORGED);
    refused_where(place(o.in.entry) + 2, CAST_CHANNEL, E_ABSENT);
    refused_where(place(o.in.shared.trailer), CAST_ENTRY, E_FORGED);
    refused_where(place(o.in.shared.body), CAST_CHANNEL, E_ABSENT);
}

static void a_key_that_is_not_this_messages_says_nothing(void **state)
{
    struct reading r;
    uint8_t mk[CHANNEL_KEY_SIZE];

    assert_ok(channel_step(&to_bob.sending, mk));
    assert_err(cast_read_under(&to_bob, buf_view(&delivery), 0, mk, &r), E_FORGED);
    assert_int_equal(r.step, CAST_ENTRY);
    cast_close(&r);
}

/* Everything fits but the commitment: Bob's entry has another key than Carol's. */
static void a_broken_commitment_says_nothing_but_that(void **state)
{
    struct reading r;
    struct schedule_entry bound;
    uint8_t ek[AEAD_KEY_SIZE], other[AEAD_KEY_SIZE] = {7};

    taint(other, sizeof other);
    assert_ok(cast_read(&to_bob, buf_view(&delivery), &r));
    bound = (struct schedule_entry){
        BYTES(r.o.ctx), &alice.me.who.did, &bob.me.who, 2, to_bob.sending.id, 0};
    assert_ok(schedule_entry_key(&bound, BYTES(m.to[0].mk), BYTES(r.o.z), ek));
    assert_ok(aead_seal(ek, AEAD_NONCE_ZERO, bound.ctx, BYTES(other),
                        delivery.at + place(r.o.in.entry) + 2 + SCHEDULE_HINT_SIZE));
    taint_end(delivery.at, delivery.n);
    cast_close(&r);
    assert_err(cast_read(&to_bob, buf_view(&delivery), &r), E_FORGED);
    assert_int_equal(r.step, CAST_ENTRY);
    assert_true(bytes_all_zero(BYTES(r.o.mk)));
    cast_close(&r);
}

#define MESSAGE_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MESSAGE_TEST(sealing_and_opening_say_nothing_of_the_keys),
        MESSAGE_TEST(refusing_what_was_altered_says_nothing_of_the_keys),
        MESSAGE_TEST(a_key_that_is_not_this_messages_says_nothing),
        MESSAGE_TEST(a_broken_commitment_says_nothing_but_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
