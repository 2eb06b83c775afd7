/* SPDX-License-Identifier: Apache-2.0 */
/* devices_history: a device that was added gets what was said before, when people at both devices
 * want it.  [PROTOCOL 15.5] */
#include "scenario/devices.h"

static void a_device_is_given_what_was_said_before_it_was_there(void **state)
{
    struct pair c = pair_met();
    struct history_news h;

    (void)state;
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 0);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    assert_int_equal(stage_told_of_history(c.second, &h), 1);
    assert_int_equal(h.phase, HISTORY_OFFERED);
    assert_int_equal(h.of, 5);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    assert_int_equal(stage_has_history(c.alice), E_OK);
    assert_int_equal(stage_has_history(c.second), E_OK);
    assert_int_equal(stage_copies(c.second, c.bob, "Are you there?"), 1);
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 1);
    all_is_well(&c);
    play_end(c.p);
}

const struct CMUnitTest devices_history[] = {
    cmocka_unit_test(a_device_is_given_what_was_said_before_it_was_there),
};
const size_t devices_history_n = sizeof devices_history / sizeof devices_history[0];
