/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#define OTHER_ID "ffeeddccbbaa99887766554433221100"

/* This device, another one, and one that was revoked before. */
static int begin(void **state)
{
    play_begin(state);
    play.devices = 3;
    play.device[0] = (struct tacet_device){.id = PLAY_ID, .here = true, .list = 4, .number = 1};
    play.device[1] = (struct tacet_device){.id = OTHER_ID, .list = 4, .number = 2};
    play.device[2] = (struct tacet_device){
        .id = "ffee0000000000000000000000000000", .revoked_at = 2, .list = 4, .number = 3};
    return 0;
}

static void listed(enum tacet_code code)
{
    memcpy(play_event(TACET_EVENT_LISTED, code)->device, OTHER_ID, sizeof OTHER_ID);
}

static void one_is_removed_by_the_beginning_of_its_id(void **state)
{
    listed(TACET_OK);
    assert_int_equal(PLAY("devices", "remove", "ffee"), 0);
    assert_string_equal(play.removed, OTHER_ID);
    assert_non_null(strstr(play_out, "Removed.  List 4 is in force after "));
    assert_null(strstr(play_out, "Not seen"));
}

static void who_was_not_seen_to_write_by_the_list_is_said(void **state)
{
    play_contact("bob")->uses_list = 3;
    play_contact("carol")->uses_list = 4;
    play_contact("dave")->removed = true;
    play_contact("erin")->name = "Erin";
    for (size_t i = 0; i < play.contacts; i++)
        play.contact[i].known = true;
    listed(TACET_OK);
    assert_int_equal(PLAY("devices", "remove", OTHER_ID), 0);
    assert_non_null(strstr(play_out, "Not seen to write by this list yet: bob, erin (Erin)\n"));
    play.taken = 0;
    assert_int_equal(PLAY("devices", "remove", OTHER_ID, "--json"), 0);
    assert_non_null(strstr(play_out, "{\"device\":\"" OTHER_ID "\",\"list\":4,\"seconds\":"));
    assert_non_null(strstr(play_out, ",\"behind\":[\"bob\",\"erin\"]}\n"));
}

static void who_is_not_meant_is_not_removed(void **state)
{
    assert_int_equal(PLAY("devices", "remove", "abcd"), 1);
    assert_said("no such device");
    assert_int_equal(PLAY("devices", "remove", "ff"), 1);
    assert_said("no such device");
    memcpy(play.device[0].id, "ffee", 4);
    assert_int_equal(PLAY("devices", "remove", "ffee"), 1);
    assert_said("More than one");
    assert_string_equal(play.removed, "");
    assert_int_equal(PLAY("devices", "remove"), 2);
}

static void what_the_server_did_not_take_is_kept(void **state)
{
    assert_int_equal(PLAY("devices", "remove", "ffee"), 75);
    assert_said("has not taken the list yet");
    play.remove = TACET_DENIED;
    assert_int_equal(PLAY("devices", "remove", "ffee"), 1);
    assert_said("does not remove itself");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_is_removed_by_the_beginning_of_its_id, begin),
        cmocka_unit_test_setup(who_was_not_seen_to_write_by_the_list_is_said, begin),
        cmocka_unit_test_setup(who_is_not_meant_is_not_removed, begin),
        cmocka_unit_test_setup(what_the_server_did_not_take_is_kept, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
