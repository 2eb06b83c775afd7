/* SPDX-License-Identifier: Apache-2.0 */
/* devices: scenarios of people with several devices, by what they are about.  [PROTOCOL 15] */
#ifndef TACET_TESTS_SCENARIO_DEVICES_H
#define TACET_TESTS_SCENARIO_DEVICES_H

#include "scenario/desk.h"
#include "scenario/healing.h"

extern const struct CMUnitTest devices_sending[], devices_healing[], devices_removed[],
    devices_agree[], devices_changing[], devices_state[], devices_lags[], devices_recovery[],
    devices_recovery_lies[], devices_forgotten[];
extern const size_t devices_sending_n, devices_healing_n, devices_removed_n, devices_agree_n,
    devices_changing_n, devices_state_n, devices_lags_n, devices_recovery_n,
    devices_recovery_lies_n, devices_forgotten_n;

/* Alice and bob have written to each other; then alice has a second device. */
struct pair {
    struct play *p;
    struct person *alice, *second, *bob;
};

static inline struct pair pair_begin(void)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    c.second = stage_second_device(c.alice, "second");
    return c;
}

/* And both devices have a channel from each other, and from bob. */
static inline struct pair pair_met(void)
{
    struct pair c = pair_begin();

    says(c.alice, c.bob, "on the first");
    sees(c.bob, c.alice, "on the first");
    sees_own(c.second, c.bob, "on the first");
    says(c.second, c.bob, "on the second");
    sees(c.bob, c.alice, "on the second");
    sees_own(c.alice, c.bob, "on the second");
    says(c.bob, c.alice, "to both");
    sees(c.alice, c.bob, "to both");
    sees(c.second, c.bob, "to both");
    stage_forward(c.p, 2 * CLOCK_HOUR_MS); /* what was before is asked for, and settled */
    return c;
}

/* Nobody has anything that waits, or was told of something wrong. */
static inline void all_is_well(struct pair *c)
{
    struct person *all[] = {c->alice, c->second, c->bob};

    for (size_t i = 0; i < 3; i++) {
        sees_nothing(all[i]);
        assert_int_equal(parked_by(all[i]), 0);
        assert_false(stage_heard(all[i], PROBLEM_DAMAGED));
        assert_false(stage_heard(all[i], PROBLEM_RECIPIENTS));
        assert_false(stage_heard(all[i], PROBLEM_STATEMENT));
        assert_false(stage_heard(all[i], PROBLEM_OVER));
    }
}

#endif
