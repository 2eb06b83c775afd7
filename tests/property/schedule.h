/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule: a few people, at most twenty messages, and a server that does its worst, all from one
 * seed; then the server behaves, and everything must be as the protocol promises.  [PROTOCOL 5.4,
 * 6.6, 6.7, 10]
 */
#ifndef TACET_TESTS_PROPERTY_SCHEDULE_H
#define TACET_TESTS_PROPERTY_SCHEDULE_H

#include "property/dice.h"
#include "scenario/stage_memory.h"

#define SCHEDULE_PEOPLE   3
#define SCHEDULE_MESSAGES 20

/* What happened in many schedules. */
struct schedule_counts {
    uint64_t schedules, messages, arrived, failed, lies, restored, rolled_back, parked;
};

/* To stderr, when TRACE is in the environment. */
void schedule_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Run one; an assertion fails when a promise is broken. */
void schedule_run(uint64_t seed, struct schedule_counts *counts);

#endif
