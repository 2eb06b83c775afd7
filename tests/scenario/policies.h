/* SPDX-License-Identifier: Apache-2.0 */
/* policies: scenarios of what a network's root says, by what they are about. */
#ifndef TACET_TESTS_SCENARIO_POLICIES_H
#define TACET_TESTS_SCENARIO_POLICIES_H

#include "scenario/desk.h"

extern const struct CMUnitTest policies_followed[], policies_judged[], policies_lies[],
    policies_repairs[];
extern const size_t policies_followed_n, policies_judged_n, policies_lies_n, policies_repairs_n;

static const struct network_policy NO_POLICY = {.number = 0};

/* Alice and bob have written to each other; bot is somebody who could keep copies. */
struct cast {
    struct play *p;
    struct person *alice, *bob, *bot;
};

static inline struct cast cast_begin(void)
{
    struct cast c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    c.bot = joins(c.p, "bot");
    says(c.alice, c.bob, "hello");
    sees(c.bob, c.alice, "hello");
    says(c.bob, c.alice, "hello yourself");
    sees(c.alice, c.bob, "hello yourself");
    return c;
}

/* The keeper sees what was written to somebody else, and that it was. */
static inline void copies(struct person *keeper, struct person *from, const char *text)
{
    const struct message *m = stage_next_shown(keeper);

    assert_non_null(m);
    assert_int_equal(m->notes & MESSAGE_COPY, MESSAGE_COPY);
    sees(keeper, from, text);
}

#endif
