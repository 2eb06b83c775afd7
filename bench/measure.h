/* SPDX-License-Identifier: Apache-2.0 */
/* measure: lines of a bench, `name value unit`.  Whatever fails in a bench ends it. */
#ifndef TACET_BENCH_MEASURE_H
#define TACET_BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"

static inline void measure_must(struct err err)
{
    if (err.code == E_OK)
        return;
    fprintf(stderr, "bench: %s at %s\n", err_name(err.code), err.where);
    exit(1);
}

/* Of this process, so that others on the same processor do not count; or, for what several threads
 * do together, of the wall. */
#define MEASURE_CPU  CLOCK_PROCESS_CPUTIME_ID
#define MEASURE_WALL CLOCK_MONOTONIC

static inline double measure_us(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Something to measure: run() is called `calls` times in a row, and what one call took is kept when
 * it is the least so far. */
struct measure {
    const char *name;
    void (*run)(void *ctx);
    void *ctx;
    unsigned calls;
    clockid_t clock;
    double least_us;
};

static inline void measure_once(struct measure *m)
{
    double before = measure_us(m->clock), each;

    for (unsigned i = 0; i < m->calls; i++)
        m->run(m->ctx);
    each = (measure_us(m->clock) - before) / m->calls;
    if (m->least_us == 0 || each < m->least_us)
        m->least_us = each;
}

/* All of them in turn, again and again: a machine's speed drifts, and lines of one run are to be
 * compared with each other. */
static inline void measure_rounds(struct measure *m, size_t n, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++)
        for (size_t i = 0; i < n; i++)
            measure_once(&m[i]);
}

static inline void measure_print(const struct measure *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%s %.1f us\n", m[i].name, m[i].least_us);
}

static inline void measure_in_turn(struct measure *m, size_t n, unsigned rounds)
{
    measure_rounds(m, n, rounds);
    measure_print(m, n);
}

#endif
