/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "assert_err.h"
#include "crypto/p521.h"

#define JOBS 100

/* The linker puts these two in place of pthread_create, so that a system can run out of threads. */
int __real_pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);

static size_t left, started;

int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg)
{
    if (left == 0)
        return EAGAIN;
    left--;
    started++;
    return __real_pthread_create(out, attr, run, arg);
}

/* How often each job ran, and whether one ran where a signal could come in between. */
struct tally {
    atomic_uint ran[JOBS];
    atomic_bool open_to_signals;
    pthread_t caller;
};

static void count(void *arg, size_t i)
{
    struct tally *t = arg;
    sigset_t blocked;

    atomic_fetch_add(&t->ran[i], 1);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (!pthread_equal(pthread_self(), t->caller) && sigismember(&blocked, SIGINT) != 1)
        atomic_store(&t->open_to_signals, true);
}

static void run(struct tally *t, size_t threads, size_t n)
{
    memset(t, 0, sizeof *t);
    t->caller = pthread_self();
    started = 0;
    threads_run(&threads, count, t, n);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(atomic_load(&t->ran[i]), i < n);
}

static void every_job_runs_once_on_any_number_of_threads(void **state)
{
    static struct tally t;

    for (size_t threads = 0; threads <= THREADS_MOST + 1; threads++)
        for (size_t n = 0; n <= JOBS; n += n < 8 ? 1 : 23) {
            left = JOBS;
            run(&t, threads, n);
        }
}

static void no_more_threads_start_than_are_asked_for_or_of_use(void **state)
{
    static struct tally t;

    left = JOBS;
    run(&t, 1, JOBS);
    assert_int_equal(started, 0);
    run(&t, 3, JOBS);
    assert_int_equal(started, 2);
    run(&t, 3, 2);
    assert_int_equal(started, 1);
    run(&t, 1000, JOBS);
    assert_int_equal(started, THREADS_MOST - 1);
}

static void without_threads_the_caller_does_the_work(void **state)
{
    static struct tally t;

    for (size_t there = 0; there < 3; there++) {
        left = there;
        run(&t, 4, JOBS);
        assert_int_equal(started, there);
    }
}

static void signals_are_left_to_the_calling_thread(void **state)
{
    static struct tally t;
    sigset_t before, after;

    pthread_sigmask(SIG_SETMASK, NULL, &before);
    left = JOBS;
    run(&t, 4, JOBS);
    assert_false(atomic_load(&t.open_to_signals));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
}

static void a_batch_on_them_is_what_it_is_without(void **state)
{
    enum { PEERS = 7 };
    size_t threads = threads_that_fit();
    struct pool pool = {threads_run, &threads};
    struct agree_private *key, *peer;
    struct agree_public *peers[PEERS];
    uint8_t pub[AGREE_PUBLIC_SIZE], got[PEERS][AGREE_SHARED_SIZE], want[PEERS][AGREE_SHARED_SIZE];

    assert_in_range(threads, 1, THREADS_MOST);
    left = JOBS;
    assert_ok(agree_generate(&key, pub));
    for (size_t i = 0; i < PEERS; i++) {
        assert_ok(agree_generate(&peer, pub));
        assert_ok(agree_public_parse(&peers[i], BYTES(pub)));
        agree_private_free(peer);
    }
    assert_ok(p521_ecdh_batch(key, (const struct agree_public *const *)peers, PEERS, want, NULL));
    assert_ok(p521_ecdh_batch(key, (const struct agree_public *const *)peers, PEERS, got, &pool));
    assert_memory_equal(got, want, sizeof got);
    for (size_t i = 0; i < PEERS; i++)
        agree_public_free(peers[i]);
    agree_private_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once_on_any_number_of_threads),
        cmocka_unit_test(no_more_threads_start_than_are_asked_for_or_of_use),
        cmocka_unit_test(without_threads_the_caller_does_the_work),
        cmocka_unit_test(signals_are_left_to_the_calling_thread),
        cmocka_unit_test(a_batch_on_them_is_what_it_is_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
