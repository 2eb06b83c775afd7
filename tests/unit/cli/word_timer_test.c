/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static void harbour(bool group)
{
    play.room[play.rooms++] = (struct tacet_room){
        .address = "+0123456789abcdef", .name = "Harbour", .group = group, .in = true, .number = 1};
}

static void in_force(enum tacet_code code)
{
    struct tacet_event *e = play_event(TACET_EVENT_ROOM_CHANGE, code);

    snprintf(e->message.with, sizeof e->message.with, "+0123456789abcdef");
}

static void it_is_shown(void **state)
{
    assert_int_equal(PLAY("timer", "bob"), 0);
    assert_string_equal(play_out, "What you write there lives for 30 days, as nothing is said.\n");
    play.timers.expire_s = 90 * 60;
    assert_int_equal(PLAY("timer", "bob"), 0);
    assert_string_equal(play_out, "What you write there lives for 1 hour 30 minutes.\n");
    assert_int_equal(PLAY("timer", "bob", "--json"), 0);
    assert_string_equal(play_out,
                        "{\"with\":\"bob\",\"expire\":5400,\"burn\":0,\"said_expire\":5400,"
                        "\"said_burn\":0,\"room_expire\":0,\"room_burn\":0}\n");
    play.room_timers.expire_s = 60;
    assert_int_equal(PLAY("timer", "bob"), 0);
    assert_string_equal(play_out, "What anybody writes there lives for 1 minute, at most.\n");
}

static void burning_is_said_and_shown(void **state)
{
    assert_int_equal(PLAY("timer", "bob", "--burn", "10m"), 0);
    assert_int_equal(play.timers.burn_s, 600);
    assert_string_equal(
        play_out, "What you write there lives for 30 days, and for 10 minutes once it was read.\n");
    assert_int_equal(PLAY("timer", "bob", "--expire", "1d"), 0);
    assert_int_equal(play.timers.burn_s, 600);
    assert_int_equal(PLAY("timer", "bob", "--burn", "off"), 0);
    assert_int_equal(play.timers.burn_s, 0);
    assert_int_equal(play.timers.expire_s, 86400);
    assert_int_equal(PLAY("timer", "bob", "--burn", "default"), 2);
    assert_int_equal(PLAY("send", "bob", "hello", "--burn", "1h", "--wait", "0"), 0);
    assert_int_equal(play.sent_for.burn_s, 3600);
}

static void a_time_has_a_unit_or_is_in_seconds(void **state)
{
    static const struct {
        const char *text;
        uint32_t seconds;
    } times[] = {{"1", 1},
                 {"45s", 45},
                 {"30m", 1800},
                 {"12h", 43200},
                 {"7d", 604800},
                 {"2w", 1209600},
                 {"52w", 52 * 604800},
                 {"1y", 31536000},
                 {"365d", 31536000},
                 {"31536000", 31536000},
                 {"default", 0}};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_int_equal(PLAY("timer", "bob", "--expire", (char *)times[i].text), 0);
        assert_int_equal(play.timers.expire_s, times[i].seconds);
    }
}

static void what_is_no_time_is_said(void **state)
{
    static const char *const times[] = {
        "0", "1x", "d", "53w", "2y", "31536001", "1dd", "99999999999999999999", "off"};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_int_equal(PLAY("timer", "bob", "--expire", (char *)times[i]), 2);
        assert_said("takes a time from 1s to 1y");
    }
    assert_false(play.opened);
}

static void in_a_room_it_waits_until_it_is_in_force(void **state)
{
    harbour(false);
    in_force(TACET_OK);
    assert_int_equal(PLAY("timer", "+Harbour", "--expire", "7d"), 0);
    assert_int_equal(play.room_timers.expire_s, 604800);
    assert_string_equal(play_out, "What anybody writes there lives for 7 days, at most.\n");
    play.events = play.taken = 0;
    in_force(TACET_CONFLICT);
    assert_int_equal(PLAY("timer", "+Harbour", "--expire", "1d"), 1);
    assert_said("Somebody else was first");
}

static void in_a_group_it_holds_for_ones_own(void **state)
{
    harbour(true);
    play.room_timers.expire_s = 0;
    assert_int_equal(PLAY("timer", "+Harbour", "--expire", "7d"), 0);
}

static void why_it_cannot_be_is_said(void **state)
{
    play.timing = TACET_ABSENT;
    assert_int_equal(PLAY("timer", "carol"), 1);
    assert_said("no such conversation");
    play.timing = TACET_DENIED;
    assert_int_equal(PLAY("timer", "carol", "--expire", "1d"), 1);
    assert_said("only a moderator");
    play.timing = TACET_LIMIT;
    assert_int_equal(PLAY("timer", "carol", "--expire", "1d"), 1);
    assert_said("longer than the network allows");
}

static void one_message_can_be_given_its_own(void **state)
{
    assert_int_equal(PLAY("send", "bob", "hello", "--expire", "1h", "--wait", "0"), 0);
    assert_int_equal(play.sent_for.expire_s, 3600);
    assert_int_equal(PLAY("send", "bob", "hello", "--wait", "0"), 0);
    assert_int_equal(play.sent_for.expire_s, 0);
    play.send = TACET_LIMIT;
    assert_int_equal(PLAY("send", "bob", "hello", "--expire", "1h", "--wait", "0"), 1);
    assert_said("would live longer than the room or the network allows");
}

static void when_a_message_ends_is_shown(void **state)
{
    struct tacet_message *m = play_message("bob", "hello");

    play_contact("bob");
    m->expire_s = 3600;
    m->ends_ms = 1795000000000;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_non_null(strstr(play_out, "(ends 2026-11-18"));
    m->burn_s = 60;
    m->expire_s = 30 * 86400;
    play.events = play.taken = 0;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    m->read = false;
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_non_null(strstr(play_out, "(ends 1 minute after it was read, or 2026-11-18"));
    m->burn_s = 0;
    play.events = play.taken = 0;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_null(strstr(play_out, "(ends"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_shown, play_begin),
        cmocka_unit_test_setup(burning_is_said_and_shown, play_begin),
        cmocka_unit_test_setup(a_time_has_a_unit_or_is_in_seconds, play_begin),
        cmocka_unit_test_setup(what_is_no_time_is_said, play_begin),
        cmocka_unit_test_setup(in_a_room_it_waits_until_it_is_in_force, play_begin),
        cmocka_unit_test_setup(in_a_group_it_holds_for_ones_own, play_begin),
        cmocka_unit_test_setup(why_it_cannot_be_is_said, play_begin),
        cmocka_unit_test_setup(one_message_can_be_given_its_own, play_begin),
        cmocka_unit_test_setup(when_a_message_ends_is_shown, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
