/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/identity.h"

#include "assert_err.h"

#define STORED_SIZE (32 + 2 * SIGN_PRIVATE_SIZE)

static const struct network_id NETWORK = {"a network that exists in tests"};

static void names_follow_from_keys(void **state)
{
    struct identity me;
    struct account_id aid;
    struct device_id did;

    assert_ok(identity_make(&NETWORK, &me));
    assert_ok(names_account(&NETWORK, &me.ark, &aid));
    assert_ok(names_device(&aid, &me.dsk, &did));
    assert_true(ID_SAME(me.who.nid, NETWORK));
    assert_true(ID_SAME(me.who.aid, aid));
    assert_true(ID_SAME(me.who.did, did));
    identity_free(&me);
}

static void no_two_are_alike(void **state)
{
    struct identity a, b;

    assert_ok(identity_make(&NETWORK, &a));
    assert_ok(identity_make(&NETWORK, &b));
    assert_false(ID_SAME(a.ark, b.ark));
    assert_false(ID_SAME(a.dsk, b.dsk));
    assert_false(ID_SAME(a.ark, a.dsk));
    identity_free(&a);
    identity_free(&b);
}

static void what_was_written_is_read_back_whole(void **state)
{
    struct buf first = BUF(STORED_SIZE), again = BUF(STORED_SIZE);
    struct identity me, back;

    assert_ok(identity_make(&NETWORK, &me));
    assert_ok(identity_write(&me, &first));
    assert_int_equal(first.n, STORED_SIZE);
    assert_ok(identity_parse(buf_view(&first), &back));
    assert_memory_equal(&back.who, &me.who, sizeof me.who);
    assert_true(ID_SAME(back.ark, me.ark));
    assert_true(ID_SAME(back.dsk, me.dsk));
    assert_ok(identity_write(&back, &again));
    assert_bytes(buf_view(&again), buf_view(&first));
    identity_free(&me);
    identity_free(&back);
    buf_free(&first);
    buf_free(&again);
}

static void every_other_length_is_refused(void **state)
{
    struct buf b = BUF(STORED_SIZE + 1);
    struct identity me, back = {.ark_secret = NULL};

    assert_ok(identity_make(&NETWORK, &me));
    assert_ok(identity_write(&me, &b));
    for (size_t n = 0; n < STORED_SIZE; n++)
        assert_err(identity_parse(bytes(b.at, n), &back), E_TRUNCATED);
    buf_u8(&b, 0);
    assert_err(identity_parse(buf_view(&b), &back), E_MALFORMED);
    assert_null(back.ark_secret);
    identity_free(&me);
    buf_free(&b);
}

static void a_key_that_is_no_scalar_is_refused(void **state)
{
    struct buf b = BUF(STORED_SIZE);
    struct identity me, back = {.ark_secret = NULL};

    assert_ok(identity_make(&NETWORK, &me));
    assert_ok(identity_write(&me, &b));
    memset(b.at + 32 + SIGN_PRIVATE_SIZE, 0, SIGN_PRIVATE_SIZE);
    assert_err(identity_parse(buf_view(&b), &back), E_MALFORMED);
    memset(b.at + 32, 0xff, SIGN_PRIVATE_SIZE);
    assert_err(identity_parse(buf_view(&b), &back), E_MALFORMED);
    assert_null(back.ark_secret);
    identity_free(&me);
    buf_free(&b);
}

static void without_room_nothing_is_written(void **state)
{
    struct identity me;

    assert_ok(identity_make(&NETWORK, &me));
    for (size_t room = 0; room < STORED_SIZE; room += 33) {
        struct buf b = BUF(room);

        assert_err(identity_write(&me, &b), E_LIMIT);
        assert_int_equal(b.n, 0);
        buf_free(&b);
    }
    identity_free(&me);
}

static void two_keys_make_the_device_that_has_them(void **state)
{
    struct identity me, other, same;
    struct sign_private *ark, *dsk;

    assert_ok(identity_make(&NETWORK, &me));
    assert_ok(identity_make(&NETWORK, &other));
    ark = me.ark_secret;
    dsk = me.dsk_secret;
    assert_ok(identity_of(&NETWORK, &ark, &dsk, &same));
    assert_null(ark);
    assert_null(dsk);
    assert_memory_equal(&same.who, &me.who, sizeof me.who);
    assert_true(ID_SAME(same.dsk, me.dsk));
    me.dsk_secret = other.dsk_secret; /* another device of the account */
    ark = me.ark_secret;
    assert_ok(identity_of(&NETWORK, &ark, &me.dsk_secret, &me));
    assert_true(ID_SAME(me.who.aid, same.who.aid));
    assert_false(ID_SAME(me.who.did, same.who.did));
    same.ark_secret = NULL; /* which is me's */
    other.dsk_secret = NULL;
    identity_free(&me);
    identity_free(&same);
    identity_free(&other);
}

static void freeing_twice_is_harmless(void **state)
{
    struct identity me;

    assert_ok(identity_make(&NETWORK, &me));
    identity_free(&me);
    identity_free(&me);
    assert_null(me.dsk_secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_from_keys),
        cmocka_unit_test(no_two_are_alike),
        cmocka_unit_test(what_was_written_is_read_back_whole),
        cmocka_unit_test(every_other_length_is_refused),
        cmocka_unit_test(a_key_that_is_no_scalar_is_refused),
        cmocka_unit_test(without_room_nothing_is_written),
        cmocka_unit_test(two_keys_make_the_device_that_has_them),
        cmocka_unit_test(freeing_twice_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
