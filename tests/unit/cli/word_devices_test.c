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
    play.device[0].given_history = true;
    assert_int_equal(PLAY("devices", "--json"), 0);
    assert_string_equal(
        play_out,
        "{\"handle\":\"alice\",\"id\":\"" PLAY_ID
        "\",\"name\":\"the old phone\",\"here\":true,\"since\":\"2026-11-21T21:38:00.000Z\","
        "\"verified\":false,\"revoked_at\":0,\"list\":2,"
        "\"list_made\":\"2026-11-21T21:38:00.000Z\",\"given_history\":true}\n"
        "{\"handle\":\"alice\",\"id\":\"" OTHER_ID
        "\",\"name\":null,\"here\":false,\"since\":null,\"verified\":false,"
        "\"revoked_at\":2,\"list\":2,"
        "\"list_made\":\"2026-11-21T21:38:00.000Z\",\"given_history\":false}\n");
}

static void what_was_given_is_said(void **state)
{
    play.device[0].given_history = true;
    assert_int_equal(PLAY("devices"), 0);
    assert_non_null(strstr(play_out, "this device, was given what was said before\n"));
}

/* The other device is in the list still. */
static struct tacet_event *happens(enum tacet_history phase, uint64_t done, enum tacet_code code)
{
    struct tacet_event *e = play_event(TACET_EVENT_HISTORY, code);

    play.device[1].revoked_at = 0;
    e->history = phase;
    e->giving = true;
    e->done = done;
    e->of = 9;
    memcpy(e->device, OTHER_ID, sizeof OTHER_ID);
    return e;
}

static void history_is_given_to_the_device_whose_id_begins_so(void **state)
{
    happens(TACET_HISTORY_OFFERED, 0, TACET_OK);
    happens(TACET_HISTORY_GOES_ON, 4, TACET_OK);
    happens(TACET_HISTORY_ENDED, 9, TACET_OK);
    assert_int_equal(PLAY("devices", "give", "ffee"), 0);
    assert_string_equal(play.named, "give " OTHER_ID);
    assert_non_null(strstr(play_out, "Offered: 9 messages."));
    assert_non_null(strstr(play_out, "The other device has it."));
}

static void how_it_goes_is_one_object_a_line(void **state)
{
    happens(TACET_HISTORY_GOES_ON, 4, TACET_OK)->giving = false;
    happens(TACET_HISTORY_ENDED, 4, TACET_FORGED)->giving = false;
    assert_int_equal(PLAY("devices", "take", OTHER_ID, "--json"), 1);
    assert_string_equal(play.named, "take " OTHER_ID);
    assert_string_equal(play_out, "{\"device\":\"" OTHER_ID
                                  "\",\"giving\":false,\"phase\":\"going\",\"done\":4,"
                                  "\"of\":9,\"code\":0}\n{\"device\":\"" OTHER_ID
                                  "\",\"giving\":false,\"phase\":\"ended\",\"done\":4,"
                                  "\"of\":9,\"code\":12}\n");
    assert_said("was not signed by who is said");
}

static void history_that_is_not_through_goes_on_later(void **state)
{
    happens(TACET_HISTORY_OFFERED, 0, TACET_OK);
    play.run = TACET_AGAIN;
    assert_int_equal(PLAY("devices", "give", OTHER_ID, "--wait", "1"), 75);
    assert_said("goes on whenever");
}

static void nothing_is_given_to_who_is_no_device_of_mine(void **state)
{
    assert_int_equal(PLAY("devices", "give", "1234"), 1);
    assert_said("no such device");
    assert_int_equal(PLAY("devices", "give", "00"), 1);
    assert_said("no id of a device");
    play.history = TACET_DENIED;
    assert_int_equal(PLAY("devices", "give", "0011"), 1);
    assert_said("to another one");
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
        cmocka_unit_test_setup(what_was_given_is_said, begin),
        cmocka_unit_test_setup(history_is_given_to_the_device_whose_id_begins_so, begin),
        cmocka_unit_test_setup(how_it_goes_is_one_object_a_line, begin),
        cmocka_unit_test_setup(history_that_is_not_through_goes_on_later, begin),
        cmocka_unit_test_setup(nothing_is_given_to_who_is_no_device_of_mine, begin),
        cmocka_unit_test_setup(a_device_of_one_s_own_is_named, begin),
        cmocka_unit_test_setup(an_id_that_names_no_device_or_several_names_none, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
