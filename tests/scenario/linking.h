/* SPDX-License-Identifier: Apache-2.0 */
/* linking: scenarios of a device that is added by a link.  [PROTOCOL 15.1, 15.2, 15.3, 15.4] */
#ifndef TACET_TESTS_SCENARIO_LINKING_H
#define TACET_TESTS_SCENARIO_LINKING_H

#include <stdlib.h>

#include "client/newcomer.h"
#include "client/registers.h"
#include "scenario/devices.h"

extern const struct CMUnitTest linking_adds[], linking_lies[], linking_thieves[];
extern const size_t linking_adds_n, linking_lies_n, linking_thieves_n;

#define LINKING_STEP_MS (3 * CLOCK_SECOND_MS) /* more than both wait between two questions */

/* Alice and bob have met; then alice shows a link. */
static inline struct pair link_begin(void)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    return c;
}

/* And a new device has asked by it; alice was told.  The link is the caller's to free. */
static inline struct pair link_asked(char **link)
{
    struct pair c = link_begin();

    *link = stage_offers(c.alice);
    assert_non_null(*link);
    c.second = stage_asks(c.alice, "second", *link);
    stage_forward(c.p, LINKING_STEP_MS);
    return c;
}

/* How adding ended, or how far it is, for `who`. */
static inline void told_of_adding(struct person *who, enum adding_step step, enum err_code code)
{
    struct event told = stage_told_of_adding(who);

    assert_int_equal(told.kind, EVENT_ADDING);
    assert_int_equal(told.adding.step, step);
    assert_int_equal(told.code, code);
}

/* So many devices has the account by the list that alice knows, and the server. */
static inline void has_devices(struct pair *c, size_t n)
{
    leaves(c->alice); /* who asks for the newest when she is back */
    returns(c->alice);
    assert_int_equal(device_list_count(&engine_own(stage_engine(c->alice))->list), n);
}

/* What bob writes is seen on both. */
static inline void both_are_there(struct pair *c)
{
    says(c->bob, c->alice, "to both");
    sees(c->alice, c->bob, "to both");
    sees(c->second, c->bob, "to both");
    says(c->second, c->bob, "from the second");
    sees(c->bob, c->alice, "from the second");
    sees_own(c->alice, c->bob, "from the second");
}

#endif
