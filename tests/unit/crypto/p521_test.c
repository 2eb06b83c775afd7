/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "assert_err.h"
#include "crypto/p521.h"

/* The linker puts these two in place of agree_derive, so that one derivation can be made to fail;
 * valid keys would not let it. */
struct err __real_agree_derive(const struct agree_private *key, const struct agree_public *peer,
                               uint8_t shared[AGREE_SHARED_SIZE]);
struct err __wrap_agree_derive(const struct agree_private *key, const struct agree_public *peer,
                               uint8_t shared[AGREE_SHARED_SIZE]);

#define PEERS   9
#define THREADS 3

static struct {
    struct agree_private *key;
    struct agree_public *peers[PEERS];
    uint8_t want[PEERS][AGREE_SHARED_SIZE];
} sample;

static const struct agree_public *failing;

struct err __wrap_agree_derive(const struct agree_private *key, const struct agree_public *peer,
                               uint8_t shared[AGREE_SHARED_SIZE])
{
    return peer == failing ? FAIL(E_CRYPTO) : __real_agree_derive(key, peer, shared);
}

static int make_sample(void **state)
{
    uint8_t pub[AGREE_PUBLIC_SIZE];
    struct agree_private *peer = NULL;

    (void)state;
    assert_ok(agree_generate(&sample.key, pub));
    for (size_t i = 0; i < PEERS; i++) {
        assert_ok(agree_generate(&peer, pub));
        assert_ok(agree_public_parse(&sample.peers[i], BYTES(pub)));
        assert_ok(agree_derive(sample.key, sample.peers[i], sample.want[i]));
        agree_private_free(peer);
    }
    return 0;
}

static int free_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < PEERS; i++)
        agree_public_free(sample.peers[i]);
    agree_private_free(sample.key);
    return 0;
}

static struct err batch(size_t n, uint8_t (*out)[AGREE_SHARED_SIZE], const struct pool *pool)
{
    return p521_ecdh_batch(sample.key, (const struct agree_public *const *)sample.peers, n, out,
                           pool);
}

static void a_batch_gives_what_single_derivations_give(void **state)
{
    uint8_t got[PEERS][AGREE_SHARED_SIZE];

    (void)state;
    assert_ok(batch(PEERS, got, NULL));
    assert_memory_equal(got, sample.want, sizeof got);
}

static void backwards(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n)
{
    size_t *ran = ctx;

    for (; n > 0; n--, ++*ran)
        job(arg, n - 1);
}

static void the_order_of_jobs_does_not_matter(void **state)
{
    uint8_t got[PEERS][AGREE_SHARED_SIZE];
    size_t ran = 0;
    struct pool pool = {backwards, &ran};

    (void)state;
    assert_ok(batch(PEERS, got, &pool));
    assert_int_equal(ran, PEERS);
    assert_memory_equal(got, sample.want, sizeof got);
}

struct lane {
    void (*job)(void *arg, size_t i);
    void *arg;
    size_t first, n;
};

static void *run_lane(void *arg)
{
    struct lane *lane = arg;

    for (size_t i = lane->first; i < lane->n; i += THREADS)
        lane->job(lane->arg, i);
    return NULL;
}

static void on_threads(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n)
{
    pthread_t threads[THREADS];
    struct lane lanes[THREADS];

    (void)ctx;
    for (size_t i = 0; i < THREADS; i++) {
        lanes[i] = (struct lane){job, arg, i, n};
        assert_int_equal(pthread_create(&threads[i], NULL, run_lane, &lanes[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void threads_share_the_keys_and_agree(void **state)
{
    struct pool pool = {on_threads, NULL};

    (void)state;
    for (int round = 0; round < 8; round++) {
        uint8_t got[PEERS][AGREE_SHARED_SIZE] = {{0}};

        assert_ok(batch(PEERS, got, &pool));
        assert_memory_equal(got, sample.want, sizeof got);
    }
}

static void one_failure_zeroes_all_of_them(void **state)
{
    const struct pool threads = {on_threads, NULL};
    const struct pool *const choices[] = {NULL, &threads};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t got[PEERS][AGREE_SHARED_SIZE];

        failing = sample.peers[PEERS / 2];
        memset(got, 0xee, sizeof got);
        assert_err(batch(PEERS, got, choices[i]), E_CRYPTO);
        assert_true(bytes_all_zero(bytes(got, sizeof got)));
        failing = NULL;
    }
}

static void nobody_is_a_batch_too(void **state)
{
    (void)state;
    assert_ok(batch(0, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_gives_what_single_derivations_give),
        cmocka_unit_test(the_order_of_jobs_does_not_matter),
        cmocka_unit_test(threads_share_the_keys_and_agree),
        cmocka_unit_test(one_failure_zeroes_all_of_them),
        cmocka_unit_test(nobody_is_a_batch_too),
    };

    return cmocka_run_group_tests(tests, make_sample, free_sample);
}
