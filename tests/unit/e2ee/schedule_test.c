/* SPDX-License-Identifier: Apache-2.0 */
/* What the keys are, tests/vectors say; here: what they depend on, and that none is another. */
#include "e2ee/schedule.h"

#include "assert_err.h"

static const uint8_t MK[AEAD_KEY_SIZE] = "a message key";
static const uint8_t STEP[CHANNEL_KEY_SIZE] = "a key of a chain";
static const uint8_t Z[AGREE_SHARED_SIZE] = "a shared secret";
static const uint8_t CTX[SCHEDULE_CTX_SIZE] = "a context";
static const struct device_id FROM = {"device a"};
static const struct party TO = {{"network"}, {"account"}, {"device b"}};
static const uint8_t EPOCH[CHANNEL_EPOCH_ID_SIZE] = "epoch";

static void keys_of_one_message_key_all_differ(void **state)
{
    uint8_t k[4][AEAD_KEY_SIZE];

    assert_ok(schedule_body_key(BYTES(MK), k[0]));
    assert_ok(schedule_commitment(BYTES(MK), k[1]));
    assert_ok(schedule_trailer_key(BYTES(MK), BYTES(CTX), k[2]));
    memcpy(k[3], MK, sizeof MK);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(k[i], k[j], AEAD_KEY_SIZE);
}

static void a_trailer_key_is_of_one_context(void **state)
{
    uint8_t other[sizeof CTX], one[AEAD_KEY_SIZE], two[AEAD_KEY_SIZE];

    memcpy(other, CTX, sizeof other);
    other[63] ^= 1;
    assert_ok(schedule_trailer_key(BYTES(MK), BYTES(CTX), one));
    assert_ok(schedule_trailer_key(BYTES(MK), BYTES(other), two));
    assert_memory_not_equal(one, two, sizeof one);
}

static void a_context_is_of_one_head_scope_commitment_and_body(void **state)
{
    const struct bytes part[] = {BYTES_LITERAL("head"), BYTES_LITERAL("scope"),
                                 BYTES_LITERAL("commitment"), BYTES_LITERAL("body")};
    uint8_t want[SCHEDULE_CTX_SIZE], got[SCHEDULE_CTX_SIZE];

    assert_ok(schedule_ctx(part[0], part[1], part[2], part[3], want));
    for (size_t i = 0; i < 4; i++) {
        struct bytes x[4];

        memcpy(x, part, sizeof x);
        x[i] = BYTES_LITERAL("other");
        assert_ok(schedule_ctx(x[0], x[1], x[2], x[3], got));
        assert_memory_not_equal(got, want, sizeof want);
    }
}

static void an_entry_key_is_bound_to_all_that_names_the_entry(void **state)
{
    struct schedule_entry base = {BYTES(CTX), &FROM, &TO, 7, EPOCH, 3}, e[9];
    uint8_t want[AEAD_KEY_SIZE], got[AEAD_KEY_SIZE], ctx[sizeof CTX] = {1},
                                                                epoch[sizeof EPOCH] = {1};
    struct device_id from = {"device c"};
    struct party nid = TO, aid = TO, did = TO;

    for (size_t i = 0; i < 9; i++)
        e[i] = base;
    nid.nid.b[0] ^= 1;
    aid.aid.b[0] ^= 1;
    did.did.b[0] ^= 1;
    e[0].ctx = BYTES(ctx);
    e[1].from = &from;
    e[2].to = &nid;
    e[3].to = &aid;
    e[4].to = &did;
    e[5].prekey = 7 + 65536;
    e[6].epoch = epoch;
    e[7].n = 4;
    assert_ok(schedule_entry_key(&base, BYTES(STEP), BYTES(Z), want));
    for (size_t i = 0; i < 8; i++) {
        assert_ok(schedule_entry_key(&e[i], BYTES(STEP), BYTES(Z), got));
        assert_memory_not_equal(got, want, sizeof want);
    }
    assert_ok(schedule_entry_key(&e[8], BYTES(STEP), BYTES(Z), got));
    assert_memory_equal(got, want, sizeof want);
}

/* Who has the prekey alone, or the chain alone, has nothing. */
static void an_entry_key_needs_both_the_chain_and_the_shared_secret(void **state)
{
    struct schedule_entry base = {BYTES(CTX), &FROM, &TO, 7, EPOCH, 3};
    uint8_t want[AEAD_KEY_SIZE], got[AEAD_KEY_SIZE];
    static const uint8_t no_step[CHANNEL_KEY_SIZE], no_z[AGREE_SHARED_SIZE];

    assert_ok(schedule_entry_key(&base, BYTES(STEP), BYTES(Z), want));
    assert_ok(schedule_entry_key(&base, BYTES(no_step), BYTES(Z), got));
    assert_memory_not_equal(got, want, sizeof want);
    assert_ok(schedule_entry_key(&base, BYTES(STEP), BYTES(no_z), got));
    assert_memory_not_equal(got, want, sizeof want);
}

static void a_hint_mask_is_of_one_message_and_one_device(void **state)
{
    uint8_t want[SCHEDULE_HINT_SIZE], got[SCHEDULE_HINT_SIZE], ctx[sizeof CTX] = {1};
    uint8_t z[sizeof Z] = {1};

    assert_ok(schedule_hint_mask(BYTES(CTX), &TO.did, BYTES(Z), want));
    assert_ok(schedule_hint_mask(BYTES(ctx), &TO.did, BYTES(Z), got));
    assert_memory_not_equal(got, want, sizeof want);
    assert_ok(schedule_hint_mask(BYTES(CTX), &FROM, BYTES(Z), got));
    assert_memory_not_equal(got, want, sizeof want);
    assert_ok(schedule_hint_mask(BYTES(CTX), &TO.did, BYTES(z), got));
    assert_memory_not_equal(got, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_one_message_key_all_differ),
        cmocka_unit_test(a_trailer_key_is_of_one_context),
        cmocka_unit_test(a_context_is_of_one_head_scope_commitment_and_body),
        cmocka_unit_test(an_entry_key_is_bound_to_all_that_names_the_entry),
        cmocka_unit_test(an_entry_key_needs_both_the_chain_and_the_shared_secret),
        cmocka_unit_test(a_hint_mask_is_of_one_message_and_one_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
