/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/file_key.h"

#include "assert_err.h"
#include "wire/limits.h"

#define CHUNK  FILE_KEY_CHUNK_SIZE
#define SEALED FILE_KEY_SEALED_MOST
#define SIZE   (2 * CHUNK + 5) /* three chunks, the last with padding */

static uint8_t content[SIZE + 1], sealed[4 * SEALED];
static uint8_t digest[4][FILE_KEY_DIGEST_SIZE], out[SEALED];
static struct file_descriptor d;
static struct file_key f;

static struct bytes own(const struct file_key *k, uint32_t i)
{
    struct file_chunk c = file_key_chunk(&k->shape, i);

    return bytes(content + c.at, c.own);
}

static struct bytes sealed_of(const struct file_key *k, uint32_t i)
{
    struct file_chunk c = file_key_chunk(&k->shape, i);

    return bytes(sealed + c.sealed_at, c.padded + AEAD_TAG_SIZE);
}

/* The first `size` bytes of the content, sealed under a new key. */
static void seal_all(uint64_t size)
{
    struct random random = random_system();

    assert_ok(file_key_make(&random, size, &d));
    assert_ok(file_key_begin(&d, &f));
    for (uint32_t i = 0; i < f.shape.chunks; i++)
        assert_ok(file_key_seal(&f, own(&f, i), sealed + file_key_chunk(&f.shape, i).sealed_at,
                                digest[i]));
    assert_ok(file_key_end(&f, d.root));
    file_key_free(&f);
}

static int enter(void **state)
{
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(1 + i % 255); /* no zero, so that padding is seen to begin */
    return 0;
}

static int seal_three(void **state)
{
    seal_all(SIZE);
    assert_ok(file_key_begin(&d, &f));
    return 0;
}

static int put_down(void **state)
{
    file_key_free(&f);
    return 0;
}

static struct err open_next(struct bytes in)
{
    uint8_t made[FILE_KEY_DIGEST_SIZE];
    struct bytes part;
    uint32_t i = f.next;
    struct err err = file_key_open(&f, in, out, &part, made);

    if (err.code == E_OK) {
        assert_bytes(part, own(&f, i));
        assert_bytes(BYTES(made), BYTES(digest[i]));
    } else {
        assert_int_equal(f.next, i);
    }
    return err;
}

static void sizes_are_padded_as_specified(void **state)
{
    static const struct {
        uint64_t size, padded;
        uint32_t chunks;
    } steps[] = {
        {0, 1024, 1},
        {1, 1024, 1},
        {1024, 1024, 1},
        {1025, 1088, 1},
        {1089, 1152, 1},
        {65535, 65536, 1},
        {65536, 65536, 1},
        {65537, 67584, 2},
        {LIMIT_FILE - 1, LIMIT_FILE, 81920},
        {LIMIT_FILE, LIMIT_FILE, 81920},
    };
    struct file_shape s = {.chunks = 7};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_ok(file_key_shape(steps[i].size, &s));
        assert_int_equal(s.size, steps[i].size);
        assert_int_equal(s.padded, steps[i].padded);
        assert_int_equal(s.chunks, steps[i].chunks);
        assert_int_equal(s.sealed, s.padded + 16 * s.chunks);
    }
    s.chunks = 7;
    assert_err(file_key_shape(LIMIT_FILE + 1, &s), E_LIMIT);
    assert_err(file_key_shape(UINT64_MAX, &s), E_LIMIT);
    assert_int_equal(s.chunks, 7);
}

static void padding_costs_little_and_never_shrinks(void **state)
{
    uint64_t before = 0;

    for (uint64_t size = 1024; size <= LIMIT_FILE; size += 1 + size / 97) {
        struct file_shape s;

        assert_ok(file_key_shape(size, &s));
        assert_true(s.padded >= size && s.padded >= before);
        assert_true(1000 * (s.padded - size) <= 63 * size);
        before = s.padded;
    }
}

/* The chunks of a file are all of its bytes, and those of its padding, each once. */
static void chunks_lie_back_to_back(void **state)
{
    static const uint64_t sizes[] = {0, 5, CHUNK, SIZE, (1ULL << 32) + 1, LIMIT_FILE};

    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct file_shape s;
        uint64_t size = 0, padded = 0, at = 0;

        assert_ok(file_key_shape(sizes[k], &s));
        for (uint32_t i = 0; i < s.chunks; i++) {
            struct file_chunk c = file_key_chunk(&s, i);

            assert_int_equal(c.sealed_at, at);
            assert_true(c.padded >= 1 && c.padded <= CHUNK && c.own <= c.padded);
            assert_true(c.own == 0 || c.at == size);
            size += c.own;
            padded += c.padded;
            at += c.padded + AEAD_TAG_SIZE;
        }
        assert_int_equal(size, s.size);
        assert_int_equal(padded, s.padded);
        assert_int_equal(at, s.sealed);
        assert_int_equal(file_key_chunk(&s, s.chunks).padded, 0);
        assert_int_equal(file_key_chunk(&s, UINT32_MAX).own, 0);
    }
}

static void what_is_sealed_is_opened_whatever_its_size(void **state)
{
    static const uint64_t sizes[] = {0, 1, 1024, 1025, CHUNK - 1, CHUNK, CHUNK + 1, SIZE};

    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        seal_all(sizes[k]);
        assert_ok(file_key_begin(&d, &f));
        for (uint32_t i = 0; i < f.shape.chunks; i++)
            assert_ok(open_next(sealed_of(&f, i)));
        assert_ok(file_key_check(&f, d.root));
        file_key_free(&f);
    }
}

static void a_chunk_is_sealed_and_opened_in_place(void **state)
{
    static uint8_t place[SEALED];
    uint8_t made[FILE_KEY_DIGEST_SIZE];
    struct bytes part;

    memcpy(place, content, CHUNK);
    assert_ok(file_key_seal_again(&f, 0, digest[0], bytes(place, CHUNK), place));
    assert_bytes(BYTES(place), sealed_of(&f, 0));
    assert_ok(file_key_open(&f, BYTES(place), place, &part, made));
    assert_true(part.at == place);
    assert_bytes(part, own(&f, 0));
}

static void no_two_files_have_a_key(void **state)
{
    struct random random = random_system();
    struct file_descriptor a, b;

    assert_ok(file_key_make(&random, 5, &a));
    assert_ok(file_key_make(&random, 5, &b));
    assert_memory_not_equal(a.key, b.key, sizeof a.key);
    assert_true(bytes_all_zero(BYTES(a.root)));
    assert_int_equal(a.size, 5);
}

static struct err no_random(void *ctx, uint8_t *at, size_t n)
{
    return FAIL(E_CRYPTO);
}

static void a_file_without_randomness_or_over_the_limit_has_no_key(void **state)
{
    struct random broken = {no_random, NULL}, random = random_system();
    struct file_descriptor got = {.size = 7};

    assert_err(file_key_make(&broken, 5, &got), E_CRYPTO);
    assert_err(file_key_make(&random, LIMIT_FILE + 1, &got), E_LIMIT);
    assert_int_equal(got.size, 7);
    got.size = LIMIT_FILE + 1;
    assert_err(file_key_begin(&got, &f), E_LIMIT);
}

static void a_changed_chunk_is_forged(void **state)
{
    for (size_t i = 0; i < SEALED; i += 4093) {
        sealed[i] ^= 1;
        assert_err(open_next(sealed_of(&f, 0)), E_FORGED);
        assert_true(bytes_all_zero(bytes(out, CHUNK)));
        sealed[i] ^= 1;
    }
    assert_ok(open_next(sealed_of(&f, 0)));
}

static void chunks_in_another_order_are_forged(void **state)
{
    assert_err(open_next(sealed_of(&f, 1)), E_FORGED);
    assert_ok(open_next(sealed_of(&f, 0)));
    assert_err(open_next(sealed_of(&f, 0)), E_FORGED);
}

static void a_file_that_ends_early_is_truncated(void **state)
{
    uint8_t root[FILE_KEY_DIGEST_SIZE];
    struct bytes last = sealed_of(&f, 2);

    assert_ok(open_next(sealed_of(&f, 0)));
    assert_err(open_next(bytes(sealed_of(&f, 1).at, SEALED - 1)), E_TRUNCATED);
    assert_err(open_next(bytes(NULL, 0)), E_TRUNCATED);
    assert_ok(open_next(sealed_of(&f, 1)));
    assert_err(open_next(bytes(last.at, last.n - 1)), E_TRUNCATED);
    assert_err(file_key_check(&f, d.root), E_TRUNCATED);
    assert_err(file_key_end(&f, root), E_TRUNCATED);
    assert_ok(open_next(last)); /* it can go on */
    assert_ok(file_key_check(&f, d.root));
}

static void what_stands_behind_the_last_chunk_is_malformed(void **state)
{
    struct bytes last = sealed_of(&f, 2);

    for (uint32_t i = 0; i < 2; i++)
        assert_ok(open_next(sealed_of(&f, i)));
    assert_err(open_next(bytes(last.at, last.n + 1)), E_MALFORMED);
    assert_ok(open_next(last));
    assert_err(open_next(last), E_MALFORMED);
    assert_err(open_next(bytes(NULL, 0)), E_MALFORMED);
    assert_err(file_key_pass(&f, digest[0]), E_LIMIT);
    assert_err(file_key_seal(&f, own(&f, 2), out, digest[3]), E_LIMIT);
}

/* The same bytes as the last chunk of a file, or as one in its middle. */
static void another_last_flag_is_forged(void **state)
{
    struct file_descriptor shorter = d;

    file_key_free(&f);
    shorter.size = CHUNK;
    assert_ok(file_key_begin(&shorter, &f));
    assert_err(open_next(sealed_of(&f, 0)), E_FORGED);
    file_key_free(&f);

    seal_all(CHUNK);
    d.size = SIZE;
    assert_ok(file_key_begin(&d, &f));
    assert_err(open_next(sealed_of(&f, 0)), E_FORGED);
}

static void another_size_is_noticed(void **state)
{
    static const struct {
        uint64_t size;
        enum err_code code; /* at the last chunk */
    } wrong[] = {
        {SIZE - 1, E_MALFORMED}, /* what the file has there is not zero */
        {2 * CHUNK + 1, E_MALFORMED},
        {2 * CHUNK + 4097, E_TRUNCATED}, /* the next step of padding */
    };

    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        struct file_descriptor other = d;
        struct bytes part, last = sealed_of(&f, 2);
        uint8_t made[FILE_KEY_DIGEST_SIZE];
        struct file_key g;

        other.size = wrong[k].size;
        assert_ok(file_key_begin(&other, &g));
        for (uint32_t i = 0; i < 2; i++)
            assert_ok(file_key_open(&g, sealed_of(&f, i), out, &part, made));
        assert_err(file_key_open(&g, last, out, &part, made), wrong[k].code);
        assert_int_equal(g.next, 2);
        file_key_free(&g);
    }
}

/* Padding that hides something, as a sender could make it who holds the key. */
static void padding_that_is_not_zero_is_handed_to_nobody(void **state)
{
    struct file_descriptor said = d;
    struct file_key g;

    said.size = SIZE - 1; /* one byte of the file is padding now */
    assert_ok(file_key_begin(&said, &g));
    for (uint32_t i = 0; i < 2; i++)
        assert_ok(file_key_pass(&g, digest[i]));
    memset(out, 1, sizeof out);
    assert_err(file_key_open_alone(&g, 2, digest[2], sealed_of(&f, 2), out, &(struct bytes){0}),
               E_MALFORMED);
    assert_true(bytes_all_zero(bytes(out, file_key_chunk(&g.shape, 2).padded)));
    file_key_free(&g);
}

static void another_key_or_root_is_forged(void **state)
{
    struct file_descriptor other = d;
    struct file_key g;

    for (uint32_t i = 0; i < 3; i++)
        assert_ok(open_next(sealed_of(&f, i)));
    other.root[0] ^= 1;
    assert_err(file_key_check(&f, other.root), E_FORGED);
    assert_err(file_key_check(&f, d.root), E_CRYPTO); /* once is all */

    other.key[31] ^= 1;
    assert_ok(file_key_begin(&other, &g));
    assert_err(file_key_open(&g, sealed_of(&f, 0), out, &(struct bytes){0}, digest[3]), E_FORGED);
    file_key_free(&g);
}

static void who_stopped_goes_on_with_the_digests_alone(void **state)
{
    for (uint32_t from = 0; from <= 3; from++) {
        uint8_t root[FILE_KEY_DIGEST_SIZE];
        struct file_key g;

        file_key_free(&f);
        assert_ok(file_key_begin(&d, &f));
        assert_ok(file_key_begin(&d, &g));
        for (uint32_t i = 0; i < from; i++) {
            assert_ok(file_key_pass(&f, digest[i]));
            assert_ok(file_key_pass(&g, digest[i]));
        }
        for (uint32_t i = from; i < 3; i++) {
            uint8_t made[FILE_KEY_DIGEST_SIZE];

            assert_ok(open_next(sealed_of(&f, i)));
            assert_ok(file_key_seal(&g, own(&g, i), out, made));
            assert_bytes(bytes(out, sealed_of(&g, i).n), sealed_of(&g, i));
            assert_bytes(BYTES(made), BYTES(digest[i]));
        }
        assert_ok(file_key_check(&f, d.root));
        assert_ok(file_key_end(&g, root));
        assert_bytes(BYTES(root), BYTES(d.root));
        file_key_free(&g);
    }
}

static void a_wrong_digest_in_between_is_seen_in_the_root(void **state)
{
    assert_ok(file_key_pass(&f, digest[1]));
    assert_ok(file_key_pass(&f, digest[0]));
    assert_ok(open_next(sealed_of(&f, 2)));
    assert_err(file_key_check(&f, d.root), E_FORGED);
}

static void chunks_open_alone_in_any_order(void **state)
{
    struct bytes part;

    for (uint32_t i = 3; i-- > 0;) {
        assert_ok(file_key_open_alone(&f, i, digest[i], sealed_of(&f, i), out, &part));
        assert_bytes(part, own(&f, i));
    }
    assert_int_equal(f.next, 0);
    assert_err(file_key_open_alone(&f, 3, digest[2], sealed_of(&f, 2), out, &part), E_LIMIT);
    assert_err(file_key_open_alone(&f, 1, digest[0], sealed_of(&f, 1), out, &part), E_FORGED);
    assert_err(file_key_open_alone(&f, 1, digest[0], sealed_of(&f, 0), out, &part), E_FORGED);
    assert_err(file_key_open_alone(&f, 1, digest[2], sealed_of(&f, 2), out, &part), E_TRUNCATED);
    assert_err(file_key_open_alone(&f, 2, digest[1], sealed_of(&f, 1), out, &part), E_MALFORMED);
}

/* Two texts under one key and nonce would open both. */
static void a_file_that_changed_is_not_sealed_again_under_its_key(void **state)
{
    assert_ok(file_key_seal_again(&f, 1, digest[1], own(&f, 1), out));
    assert_bytes(bytes(out, SEALED), sealed_of(&f, 1));
    content[CHUNK + 9] ^= 1;
    assert_err(file_key_seal_again(&f, 1, digest[1], own(&f, 1), out), E_CONFLICT);
    assert_true(bytes_all_zero(BYTES(out)));
    content[CHUNK + 9] ^= 1;
    assert_err(file_key_seal_again(&f, 3, digest[1], own(&f, 1), out), E_LIMIT);
}

static void a_file_of_another_length_is_not_sealed(void **state)
{
    uint8_t made[FILE_KEY_DIGEST_SIZE];

    assert_err(file_key_seal(&f, bytes(content, CHUNK - 1), out, made), E_CONFLICT);
    assert_err(file_key_seal(&f, bytes(content, CHUNK + 1), out, made), E_CONFLICT);
    assert_err(file_key_seal_again(&f, 2, digest[2], bytes(content, 6), out), E_CONFLICT);
    assert_int_equal(f.next, 0);
}

static void a_file_that_was_put_down_holds_no_key(void **state)
{
    assert_false(bytes_all_zero(BYTES(f.key)));
    file_key_free(&f);
    assert_true(bytes_all_zero(BYTES(f.key)));
    assert_null(f.root);
    file_key_free(&f);
}

static void a_descriptor_reads_back(void **state)
{
    struct buf b = BUF(FILE_KEY_DESCRIPTOR_SIZE);
    struct file_descriptor back, kept = {.size = 7};

    file_key_write(&d, &b);
    assert_int_equal(b.n, FILE_KEY_DESCRIPTOR_SIZE);
    assert_ok(file_key_parse(buf_view(&b), &back));
    assert_int_equal(back.size, d.size);
    assert_bytes(BYTES(back.key), BYTES(d.key));
    assert_bytes(BYTES(back.root), BYTES(d.root));
    for (size_t n = 1; n < b.n; n++)
        assert_err(file_key_parse(bytes(b.at, n), &kept), E_TRUNCATED);
    b.at[0] = 2;
    assert_err(file_key_parse(buf_view(&b), &kept), E_MALFORMED);
    b.at[0] = 1;
    b.at[1 + FILE_KEY_SIZE] = 1;
    assert_err(file_key_parse(buf_view(&b), &kept), E_LIMIT);
    assert_int_equal(kept.size, 7);
    buf_free(&b);
}

static void a_descriptor_with_something_behind_it_is_malformed(void **state)
{
    struct buf b = BUF(FILE_KEY_DESCRIPTOR_SIZE + 1);

    file_key_write(&d, &b);
    buf_u8(&b, 0);
    assert_err(file_key_parse(buf_view(&b), &(struct file_descriptor){0}), E_MALFORMED);
    buf_free(&b);
}

#define WITH_THREE(test) cmocka_unit_test_setup_teardown(test, seal_three, put_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_padded_as_specified),
        cmocka_unit_test(padding_costs_little_and_never_shrinks),
        cmocka_unit_test(chunks_lie_back_to_back),
        cmocka_unit_test(what_is_sealed_is_opened_whatever_its_size),
        cmocka_unit_test(no_two_files_have_a_key),
        cmocka_unit_test(a_file_without_randomness_or_over_the_limit_has_no_key),
        WITH_THREE(a_chunk_is_sealed_and_opened_in_place),
        WITH_THREE(a_changed_chunk_is_forged),
        WITH_THREE(chunks_in_another_order_are_forged),
        WITH_THREE(a_file_that_ends_early_is_truncated),
        WITH_THREE(what_stands_behind_the_last_chunk_is_malformed),
        WITH_THREE(another_last_flag_is_forged),
        WITH_THREE(another_size_is_noticed),
        WITH_THREE(padding_that_is_not_zero_is_handed_to_nobody),
        WITH_THREE(another_key_or_root_is_forged),
        WITH_THREE(who_stopped_goes_on_with_the_digests_alone),
        WITH_THREE(a_wrong_digest_in_between_is_seen_in_the_root),
        WITH_THREE(chunks_open_alone_in_any_order),
        WITH_THREE(a_file_that_changed_is_not_sealed_again_under_its_key),
        WITH_THREE(a_file_of_another_length_is_not_sealed),
        WITH_THREE(a_file_that_was_put_down_holds_no_key),
        WITH_THREE(a_descriptor_reads_back),
        WITH_THREE(a_descriptor_with_something_behind_it_is_malformed),
    };
    return cmocka_run_group_tests(tests, enter, NULL);
}
