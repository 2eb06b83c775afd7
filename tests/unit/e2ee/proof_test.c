/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/proof.h"

#include "assert_err.h"
#include "unit/e2ee/cast.h"

static struct actor alice, bob;
static struct line to_bob;
static const struct bytes TEXT = {(const uint8_t *)"hello", 5};

static int enter(void **state)
{
    cast_enter(&alice, 1);
    cast_enter(&bob, 3);
    cast_connect(&to_bob, &alice, &bob);
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    return 0;
}

/* A message of alice's, with the proof that she keeps and the one that bob does. */
static void seal_one(uint8_t hers[PROOF_SIZE], uint8_t his[PROOF_SIZE])
{
    struct random random = random_system();
    struct buf upload = BUF(1 << 20), delivery = BUF(1 << 20);
    struct letter m;
    struct seal_request rq;
    struct reading r;

    cast_write(&m, &alice, 1, TEXT);
    cast_address(&m, &to_bob);
    rq = cast_request(&m);
    rq.proof = hers;
    assert_ok(seal(&rq, &random, &upload));
    cast_deliver(buf_view(&upload), 0, &delivery);
    assert_ok(cast_read(&to_bob, buf_view(&delivery), &r));
    proof_write(r.o.ctx, BYTES(r.o.trailer), his);
    cast_close(&r);
    buf_free(&upload);
    buf_free(&delivery);
}

static struct sign_public *key_of(const struct actor *a)
{
    struct sign_public *key;

    assert_ok(sign_public_parse(&key, BYTES(a->me.dsk.b)));
    return key;
}

static void both_ends_keep_the_same_and_it_shows_who_wrote_what(void **state)
{
    uint8_t hers[PROOF_SIZE], his[PROOF_SIZE];
    struct sign_public *key = key_of(&alice), *other = key_of(&bob);
    struct core core;
    struct wrap wrap;

    seal_one(hers, his);
    assert_memory_equal(hers, his, sizeof hers);
    assert_ok(proof_parse(BYTES(his), &core, &wrap));
    assert_true(ID_SAME(core.sender.did, alice.me.who.did));
    assert_ok(proof_check(BYTES(his), TEXT, key));
    assert_err(proof_check(BYTES(his), TEXT, other), E_FORGED);
    assert_err(proof_check(BYTES(his), bytes_text("hellO"), key), E_FORGED);
    sign_public_free(key);
    sign_public_free(other);
}

static void nothing_of_it_can_be_changed(void **state)
{
    uint8_t hers[PROOF_SIZE], his[PROOF_SIZE];
    struct sign_public *key = key_of(&alice);

    seal_one(hers, his);
    for (size_t i = 0; i < sizeof his; i += 7) {
        his[i] ^= 1;
        assert_int_not_equal(proof_check(BYTES(his), TEXT, key).code, E_OK);
        his[i] ^= 1;
    }
    assert_ok(proof_check(BYTES(his), TEXT, key));
    sign_public_free(key);
}

static void it_has_one_length(void **state)
{
    uint8_t hers[PROOF_SIZE + 1] = {0};
    struct core core;
    struct wrap wrap;

    assert_err(proof_parse(bytes(hers, PROOF_SIZE - 1), &core, &wrap), E_TRUNCATED);
    assert_err(proof_parse(bytes(hers, PROOF_SIZE + 1), &core, &wrap), E_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_keep_the_same_and_it_shows_who_wrote_what),
        cmocka_unit_test(nothing_of_it_can_be_changed),
        cmocka_unit_test(it_has_one_length),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
