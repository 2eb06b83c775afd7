/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: what is held stands in the statics here, which are not looked through. */
#include "assert_err.h"
#include "crypto/kdf.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/parsed.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

#define TEXT "Meet at nine, where we met last?"

static struct actor alice, bob;
static struct line l;
static struct letter m;
static struct buf upload, delivery, content;
static struct opened o;
static uint8_t mk[AEAD_KEY_SIZE], e_scalar[AGREE_PRIVATE_SIZE], prekey_scalar[AGREE_PRIVATE_SIZE];

static struct open_candidate candidate(void)
{
    return (struct open_candidate){.from = &alice.me.who.did,
                                   .me = &bob.me.who,
                                   .prekey = bob.prekey.number,
                                   .profile = l.receiving.profile,
                                   .epoch = l.receiving.id,
                                   .mk = m.to[0].mk};
}

static void seal_one(void)
{
    struct random random = random_system();
    struct seal_request rq = cast_request(&m);

    rigged_next(BYTES(mk));
    rigged_next_scalar(BYTES(e_scalar));
    assert_ok(seal(&rq, &random, &upload));
}

static void begin(void)
{
    assert_ok(open_begin(buf_view(&delivery), &o));
    assert_ok(open_hint(&o, bob.secret, &bob.me.who.did));
}

static void open_key(void)
{
    struct open_candidate c = candidate();

    assert_ok(open_entry(&o, &c));
}

static void open_text(void)
{
    assert_ok(open_content(&o, parsed(&alice.me.dsk), &content));
}

static void open_nothing(void)
{
    struct open_candidate c = candidate();

    assert_err(open_entry(&o, &c), E_FORGED);
}

static void put_away(void)
{
    open_wipe(&o);
    buf_free(&content);
}

/* The same secrets as the code under test makes, before it is asked to. */
static void seek_keys(void)
{
    struct schedule_entry bound = {BYTES(o.ctx), &alice.me.who.did, &bob.me.who, 2,
                                   l.sending.id, m.to[0].n};
    uint8_t key[KDF_PRK_SIZE];

    assert_ok(schedule_entry_key(&bound, BYTES(m.to[0].mk), BYTES(o.z), key));
    remains_seek("EK", bytes(key, AEAD_KEY_SIZE));
    assert_ok(kdf_extract(BYTES(m.to[0].mk), BYTES(o.z), key));
    remains_seek("prk of the entry", BYTES(key));
    assert_ok(kdf_extract((struct bytes){0}, BYTES(o.z), key));
    remains_seek("prk of the hint", BYTES(key));
    assert_ok(kdf_extract((struct bytes){0}, BYTES(mk), key));
    remains_seek("prk of the message", BYTES(key));
    assert_ok(schedule_body_key(BYTES(mk), key));
    remains_seek("body key", bytes(key, AEAD_KEY_SIZE));
    assert_ok(schedule_trailer_key(BYTES(mk), BYTES(o.ctx), key));
    remains_seek("trailer key", bytes(key, AEAD_KEY_SIZE));
    remains_seek("MK", BYTES(mk));
    remains_seek("mk", BYTES(m.to[0].mk));
    remains_seek("Z", BYTES(o.z));
    remains_seek("e", BYTES(e_scalar));
    remains_seek("SPK", BYTES(prekey_scalar));
    remains_seek("text", BYTES_LITERAL(TEXT));
}

static int enter(void **state)
{
    upload = delivery = content = BUF(64 * 1024);
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_connect(&l, &alice, &bob);
    assert_ok(agree_private_write(bob.secret, prekey_scalar));
    rigged_bytes(mk, sizeof mk);
    rigged_scalar(e_scalar);
    cast_write(&m, &alice, 1, BYTES_LITERAL(TEXT));
    cast_address(&m, &l);
    seal_one();
    cast_deliver(buf_view(&upload), 0, &delivery);
    begin();
    seek_keys();
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    put_away();
    buf_free(&upload);
    buf_free(&delivery);
    cast_leave(&alice);
    cast_leave(&bob);
    return 0;
}

static void sealing_leaves_nothing_but_the_upload(void **state)
{
    buf_cut(&upload, 0);
    assert_int_equal(remains_after(seal_one), 0);
}

static void opening_leaves_nothing_but_the_message(void **state)
{
    assert_int_equal(remains_after(begin), 0);
    assert_int_equal(remains_after(open_key), 0);
    assert_int_equal(remains_after(open_text), 0);
    assert_memory_equal(content.at, TEXT, sizeof TEXT - 1);
    assert_int_equal(remains_after(put_away), 0);
}

static void refusing_leaves_nothing(void **state)
{
    delivery.at[delivery.n - 1] ^= 1;
    m.to[0].mk[0] ^= 1;
    assert_int_equal(remains_after(open_nothing), 0);
    assert_true(bytes_all_zero(BYTES(o.mk)));
    assert_true(bytes_all_zero(BYTES(o.trailer)));
}

#define MESSAGE_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MESSAGE_TEST(sealing_leaves_nothing_but_the_upload),
        MESSAGE_TEST(opening_leaves_nothing_but_the_message),
        MESSAGE_TEST(refusing_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, rigged_begin, NULL);
}
