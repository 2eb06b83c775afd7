/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "assert_err.h"
#include "net/limits.h"
#include "net/loop.h"
#include "net/workers.h"

#define PATIENCE_MS 20000
#define BATCHES     64

/* Items are numbers from 1 on, disguised as pointers; a result is the size of its batch. */
struct office {
    struct loop *loop;
    struct loop_timer *patience;
    struct workers *workers;
    sem_t at_work, go_on; /* of the first batch, when it is to wait */
    bool first_waits, late;
    pthread_t worker;
    size_t expected;                  /* the next item: the worker's alone */
    bool in_order;                    /* as well */
    size_t sizes[BATCHES], n_batches; /* as told to done() */
    size_t worked, enough;            /* items; how many end the loop */
    size_t more;                      /* to submit from done() */
};

static void *as_item(size_t number)
{
    return (void *)(uintptr_t)number;
}

static void *work(void *ctx, void **items, size_t n)
{
    struct office *o = ctx;

    o->worker = pthread_self();
    if (o->first_waits) {
        o->first_waits = false;
        sem_post(&o->at_work);
        sem_wait(&o->go_on);
    }
    for (size_t i = 0; i < n; i++)
        if (items[i] != as_item(o->expected++))
            o->in_order = false;
    return as_item(n);
}

static void done(void *ctx, void *result)
{
    struct office *o = ctx;

    if (o->n_batches < BATCHES)
        o->sizes[o->n_batches] = (uintptr_t)result;
    o->n_batches++;
    o->worked += (uintptr_t)result;
    if (o->more > 0) {
        assert_ok(workers_submit(o->workers, as_item(o->worked + 1)));
        o->more--;
    }
    if (o->worked >= o->enough)
        loop_stop(o->loop);
}

static const struct workers_plan plan = {work, done};

static void on_late(void *ctx)
{
    struct office *o = ctx;

    o->late = true;
    loop_stop(o->loop);
}

static void office_new(struct office *o, bool first_waits)
{
    *o = (struct office){.first_waits = first_waits, .expected = 1, .in_order = true};
    assert_int_equal(sem_init(&o->at_work, 0, 0), 0);
    assert_int_equal(sem_init(&o->go_on, 0, 0), 0);
    assert_ok(loop_new(&o->loop));
    assert_ok(loop_timer_new(o->loop, on_late, o, &o->patience));
    loop_timer_set(o->patience, PATIENCE_MS);
    assert_ok(workers_new(o->loop, &plan, o, &o->workers));
}

static void office_free(struct office *o)
{
    workers_drain_and_stop(o->workers);
    assert_true(o->in_order);
    assert_false(o->late);
    loop_timer_free(o->patience);
    loop_free(o->loop);
    sem_destroy(&o->at_work);
    sem_destroy(&o->go_on);
}

static void submit(struct office *o, size_t from, size_t to)
{
    for (size_t i = from; i <= to; i++)
        assert_ok(workers_submit(o->workers, as_item(i)));
}

static void what_arrives_during_a_batch_is_the_next_batch(void **state)
{
    struct office o;

    (void)state;
    office_new(&o, true);
    submit(&o, 1, 1);
    sem_wait(&o.at_work);
    submit(&o, 2, 501);
    sem_post(&o.go_on);
    o.enough = 501;
    loop_run(o.loop);
    assert_int_equal(o.n_batches, 2);
    assert_int_equal(o.sizes[0], 1);
    assert_int_equal(o.sizes[1], 500);
    assert_false(pthread_equal(o.worker, pthread_self()));
    office_free(&o);
}

static void a_batch_has_a_largest_size(void **state)
{
    struct office o;

    (void)state;
    office_new(&o, true);
    submit(&o, 1, 1);
    sem_wait(&o.at_work);
    submit(&o, 2, 1 + 2 * NET_BATCH_MAX + 7);
    sem_post(&o.go_on);
    o.enough = 1 + 2 * NET_BATCH_MAX + 7;
    loop_run(o.loop);
    assert_int_equal(o.n_batches, 4);
    assert_int_equal(o.sizes[1], NET_BATCH_MAX);
    assert_int_equal(o.sizes[2], NET_BATCH_MAX);
    assert_int_equal(o.sizes[3], 7);
    office_free(&o);
}

static void results_that_the_loop_has_not_taken_hold_the_worker_up_and_lose_nothing(void **state)
{
    struct office o;

    (void)state;
    office_new(&o, true);
    submit(&o, 1, 1);
    sem_wait(&o.at_work);
    submit(&o, 2, 40 * NET_BATCH_MAX);
    sem_post(&o.go_on);
    o.enough = 40 * NET_BATCH_MAX;
    loop_run(o.loop);
    assert_int_equal(o.worked, 40 * NET_BATCH_MAX);
    office_free(&o);
}

static void each_answer_may_bring_the_next_question(void **state)
{
    struct office o;

    (void)state;
    office_new(&o, false);
    o.more = 2000;
    o.enough = 2001;
    submit(&o, 1, 1);
    loop_run(o.loop);
    assert_int_equal(o.worked, 2001);
    office_free(&o);
}

static void stopping_works_off_all_that_was_submitted(void **state)
{
    struct office o;

    (void)state;
    office_new(&o, false);
    submit(&o, 1, 20 * NET_BATCH_MAX);
    workers_drain_and_stop(o.workers);
    o.workers = NULL;
    assert_int_equal(o.worked, 20 * NET_BATCH_MAX);
    office_free(&o);
}

static void stopping_without_work_is_quick(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        struct office o;

        office_new(&o, false);
        office_free(&o);
    }
    workers_drain_and_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_arrives_during_a_batch_is_the_next_batch),
        cmocka_unit_test(a_batch_has_a_largest_size),
        cmocka_unit_test(results_that_the_loop_has_not_taken_hold_the_worker_up_and_lose_nothing),
        cmocka_unit_test(each_answer_may_bring_the_next_question),
        cmocka_unit_test(stopping_works_off_all_that_was_submitted),
        cmocka_unit_test(stopping_without_work_is_quick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
