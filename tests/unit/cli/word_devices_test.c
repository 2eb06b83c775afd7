/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdlib.h>

#define SINCE_MS UINT64_C(1795297080000)
#define OTHER_ID "ffeeddccbbaa99887766554433221100"

static int begin(void **state)
{
    setenv("TZ", "UTC0", 1);
    play_begin(state);
    play.devices = 2;
    play.device[0] = (struct tacet_device){.id = PLAY_ID,
                                           .here = true,
                                           .since_ms = SINCE_MS,
                                           .list = 2,
                                           .list_ms = SINCE_MS,
                                           .number = 1};
    play.device[1] = (struct tacet_device){
        .id = OTHER_ID, .revoked_at = 2, .list = 2, .list_ms = SINCE_MS, .number = 2};
    return 0;
}

static void one_s_own_are_listed_and_this_one_is_marked(void **state)
{
    static const char expected[] = "alice, you\nList 2 of 2026-11-21 21:38\n"
                                   "  " PLAY_ID "  since 2026-11-21 21:38, this device\n"
                                   "  " OTHER_ID "  revoked by list 2\n";

    assert_int_equal(PLAY("devices"), 0);
    assert_string_equal(play_out, expected);
    assert_int_equal(PLAY("devices", "alice"), 0);
    assert_string_equal(play_out, expected);
}

static void a_person_s_are_listed_with_who_they_are_to_us(void **state)
{
    struct tacet_contact *bob = play_contact("bob");

    play.device[0].here = false;
    bob->name = "Robert";
    assert_int_equal(PLAY("devices", "bob"), 0);
    assert_memory_equal(play_out, "bob (Robert), unverified", 24);
    assert_null(strstr(play_out, "this device"));
    bob->verified = true;
    assert_int_equal(PLAY("devices", "bob"), 0);
    assert_memory_equal(play_out, "bob (Robert), verified\n", 23);
    bob->changed = true;
    assert_int_equal(PLAY("devices", "bob"), 0);
    assert_non_null(strstr(play_out, "ACCOUNT KEY CHANGED"));
}

static void who_is_not_known_has_no_devices_here(void **state)
{
    assert_int_equal(PLAY("devices", "carol"), 1);
    assert_said("not known here yet");
    play_contact("carol");
    play.devices = 0;
    assert_int_equal(PLAY("devices", "carol"), 1);
    assert_said("tacet verify");
    assert_string_equal(play_out, "");
}

static void json_is_one_object_a_device(void **state)
{
    play.device[0].name = "the old phone";
    assert_int_equal(PLAY("devices", "--json"), 0);
    assert_string_equal(
        play_out,
        "{\"handle\":\"alice\",\"id\":\"" PLAY_ID
        "\",\"name\":\"the old phone\",\"here\":true,\"since\":\"2026-11-21T21:38:00.000Z\","
        "\"verified\":false,\"revoked_at\":0,\"list\":2,"
        "\"list_made\":\"2026-11-21T21:38:00.000Z\"}\n"
        "{\"handle\":\"alice\",\"id\":\"" OTHER_ID
        "\",\"name\":null,\"here\":false,\"since\":null,\"verified\":false,"
        "\"revoked_at\":2,\"list\":2,"
        "\"list_made\":\"2026-11-21T21:38:00.000Z\"}\n");
}

static void a_device_of_one_s_own_is_named(void **state)
{
    play.device[1].revoked_at = 0;
    assert_int_equal(PLAY("devices", "name", "0011", "the old phone"), 0);
    assert_string_equal(play.named, PLAY_ID "=the old phone");
    play.device[0].name = "the old phone";
    assert_int_equal(PLAY("devices"), 0);
    assert_non_null(strstr(play_out, "21:38, the old phone, this device\n"));
    assert_int_equal(PLAY("devices", "name", OTHER_ID, "--none"), 0);
    assert_string_equal(play.named, OTHER_ID "=");
}

static void an_id_that_names_no_device_or_several_names_none(void **state)
{
    memcpy(play.device[1].id, PLAY_ID, 4);
    assert_int_equal(PLAY("devices", "name", "99", "phone"), 1);
    assert_said("no device with this id");
    assert_int_equal(PLAY("devices", "name", "", "phone"), 1);
    assert_int_equal(PLAY("devices", "name", "0011", "phone"), 0); /* the other is revoked */
    play.device[1].revoked_at = 0;
    assert_int_equal(PLAY("devices", "name", "0011", "phone"), 1);
    assert_said("begins so");
    play.name = TACET_MALFORMED;
    assert_int_equal(PLAY("devices", "name", PLAY_ID, "phone"), 1);
    assert_said("one line of visible characters");
    assert_int_equal(PLAY("devices", "name", PLAY_ID), 2);
    assert_int_equal(PLAY("devices", "name", PLAY_ID, "phone", "--none"), 2);
    assert_int_equal(PLAY("devices", "--none"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_s_own_are_listed_and_this_one_is_marked, begin),
        cmocka_unit_test_setup(a_person_s_are_listed_with_who_they_are_to_us, begin),
        cmocka_unit_test_setup(who_is_not_known_has_no_devices_here, begin),
        cmocka_unit_test_setup(json_is_one_object_a_device, begin),
        cmocka_unit_test_setup(a_device_of_one_s_own_is_named, begin),
        cmocka_unit_test_setup(an_id_that_names_no_device_or_several_names_none, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
