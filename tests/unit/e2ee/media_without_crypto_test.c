/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each call of files and frames to cryptography fails in turn.  That is said, nothing is left in an
 * output, nothing moves, and going on afterwards gives what there would have been.
 */
#include "assert_err.h"
#include "crypto/kdf.h"
#include "e2ee/call_key.h"
#include "e2ee/file_key.h"

/* The one call that fails, counted down to; 0: none will. */
static unsigned failing;

static bool fails(void)
{
    return failing > 0 && --failing == 0;
}

/* The linker sends calls of name() to __wrap_name() (--wrap). */
#define STAND_IN(name, parameters, arguments)                      \
    struct err __real_##name parameters;                           \
    struct err __wrap_##name parameters;                           \
    struct err __wrap_##name parameters {                          \
        return fails() ? FAIL(E_CRYPTO) : __real_##name arguments; \
    }

STAND_IN(kdf_hkdf, (struct bytes salt, struct bytes ikm, struct bytes info, uint8_t *at, size_t n),
         (salt, ikm, info, at, n))
STAND_IN(kdf_extract, (struct bytes salt, struct bytes ikm, uint8_t prk[KDF_PRK_SIZE]),
         (salt, ikm, prk))
STAND_IN(kdf_expand, (const uint8_t prk[KDF_PRK_SIZE], struct bytes info, uint8_t *at, size_t n),
         (prk, info, at, n))
STAND_IN(aead_seal,
         (const uint8_t *key, const uint8_t *nonce, struct bytes aad, struct bytes in, uint8_t *at),
         (key, nonce, aad, in, at))
STAND_IN(aead_open,
         (const uint8_t *key, const uint8_t *nonce, struct bytes aad, struct bytes in, uint8_t *at),
         (key, nonce, aad, in, at))
STAND_IN(hash_sha384, (const struct bytes *parts, size_t n, uint8_t *at), (parts, n, at))

#define SEALED_SIZE (FILE_KEY_PADDED_LEAST + AEAD_TAG_SIZE)

static const struct bytes HELLO = {(const uint8_t *)"hello", 5};
static const struct file_descriptor d = {.size = 5};
static const uint8_t secret[CALL_KEY_SECRET_SIZE] = {1};
static const struct device_id did = {{2}};

/* Runs `attempt` with the first call failing, then the second, ... until it makes fewer. */
static void assert_says_so(struct err (*attempt)(void), unsigned calls)
{
    for (unsigned which = 1; which <= calls + 1; which++) {
        struct err err;

        failing = which;
        err = attempt();
        assert_int_equal(failing, which <= calls ? 0 : 1);
        failing = 0;
        assert_err(err, which <= calls ? E_CRYPTO : E_OK);
    }
}

static struct err begin(void)
{
    struct file_key f;
    struct err err = file_key_begin(&d, &f);

    if (err.code == E_OK)
        file_key_free(&f);
    return err;
}

static void a_file_is_begun_whole_or_not(void **state)
{
    assert_says_so(begin, 1);
}

static struct err seal_one(void)
{
    unsigned still = failing;
    uint8_t out[SEALED_SIZE], digest[FILE_KEY_DIGEST_SIZE] = {7};
    struct file_key f;
    struct err err;

    failing = 0;
    assert_ok(file_key_begin(&d, &f));
    failing = still;
    err = file_key_seal(&f, HELLO, out, digest);
    if (err.code != E_OK) {
        assert_true(bytes_all_zero(BYTES(out)));
        assert_int_equal(digest[0], 7);
        assert_int_equal(f.next, 0);
        assert_ok(file_key_seal(&f, HELLO, out, digest)); /* none fails any more */
    }
    still = failing;
    failing = 0;
    assert_ok(file_key_end(&f, digest));
    failing = still;
    file_key_free(&f);
    return err;
}

static void a_chunk_is_sealed_whole_or_not(void **state)
{
    assert_says_so(seal_one, 2);
}

static uint8_t sealed[SEALED_SIZE], digest[FILE_KEY_DIGEST_SIZE];
static struct file_key f;

static int seal_for_opening(void **state)
{
    assert_ok(file_key_begin(&d, &f));
    assert_ok(file_key_seal(&f, HELLO, sealed, digest));
    file_key_free(&f);
    return 0;
}

static struct err seal_again(void)
{
    uint8_t out[SEALED_SIZE];
    struct err err;
    unsigned still = failing;

    failing = 0;
    assert_ok(file_key_begin(&d, &f));
    failing = still;
    err = file_key_seal_again(&f, 0, digest, HELLO, out);
    assert_bytes(BYTES(out), err.code == E_OK ? BYTES(sealed) : BYTES(((uint8_t[SEALED_SIZE]){0})));
    file_key_free(&f);
    return err;
}

static void a_chunk_is_made_again_or_not(void **state)
{
    assert_says_so(seal_again, 2);
}

static struct err open_one(void)
{
    uint8_t out[SEALED_SIZE] = {7}, made[FILE_KEY_DIGEST_SIZE] = {7};
    struct bytes part = {NULL, 7};
    struct err err;
    unsigned still = failing;

    failing = 0;
    assert_ok(file_key_begin(&d, &f));
    failing = still;
    err = file_key_open(&f, BYTES(sealed), out, &part, made);
    assert_int_equal(f.next, err.code == E_OK ? 1 : 0);
    assert_int_equal(part.n, err.code == E_OK ? 5 : 7);
    assert_true(err.code == E_OK || made[0] == 7);
    file_key_free(&f);
    return err;
}

static struct err open_one_alone(void)
{
    uint8_t out[SEALED_SIZE];
    struct bytes part = {NULL, 7};
    struct err err;
    unsigned still = failing;

    failing = 0;
    assert_ok(file_key_begin(&d, &f));
    failing = still;
    err = file_key_open_alone(&f, 0, digest, BYTES(sealed), out, &part);
    assert_int_equal(part.n, err.code == E_OK ? 5 : 7);
    file_key_free(&f);
    return err;
}

static void a_chunk_is_opened_whole_or_not(void **state)
{
    assert_says_so(open_one, 2);
    assert_says_so(open_one_alone, 2);
}

static struct err begin_epoch(void)
{
    struct call_sender s = {.next = 7};
    struct call_receiver r = {.end = 7};
    struct err err = call_key_sender(secret, &did, 0, 0, &s);

    if (err.code != E_OK) {
        assert_int_equal(s.next, 7);
        return err;
    }
    err = call_key_receiver(secret, &did, 0, 0, &r);
    assert_int_equal(r.end, err.code == E_OK ? 0 : 7);
    return err;
}

static void an_epoch_is_begun_whole_or_not(void **state)
{
    assert_says_so(begin_epoch, 8);
}

static struct err carry_one(void)
{
    struct call_sender s = {.next = 0};
    struct call_receiver r = {.end = 0};
    struct buf frame = BUF(64), media = BUF(64);
    struct err err = call_key_seal(&s, HELLO, HELLO, &frame);

    assert_int_equal(s.next, 1); /* a counter that was begun with does not come back */
    if (err.code == E_OK)
        err = call_key_open(&r, HELLO, buf_view(&frame), &media);
    else
        assert_int_equal(frame.n, 0);
    assert_int_equal(media.n, err.code == E_OK ? 5 : 0);
    assert_int_equal(r.end, err.code == E_OK ? 1 : 0);
    buf_free(&frame);
    buf_free(&media);
    return err;
}

static void a_frame_is_carried_whole_or_not(void **state)
{
    assert_says_so(carry_one, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_begun_whole_or_not),
        cmocka_unit_test(a_chunk_is_sealed_whole_or_not),
        cmocka_unit_test_setup(a_chunk_is_made_again_or_not, seal_for_opening),
        cmocka_unit_test_setup(a_chunk_is_opened_whole_or_not, seal_for_opening),
        cmocka_unit_test(an_epoch_is_begun_whole_or_not),
        cmocka_unit_test(a_frame_is_carried_whole_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
