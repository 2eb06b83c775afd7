/* SPDX-License-Identifier: Apache-2.0 */
/* What a person marks and wishes for their own devices: star, pin, mute, block, draft. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "play.h"

static struct tacet_message *meeting(void)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    snprintf(m->id, sizeof m->id, "a1b2c3d400000000000000000000ffff");
    m->kind = TACET_KIND_TEXT;
    return m;
}

static void a_room(void)
{
    snprintf(play.room[0].address, sizeof play.room[0].address, "+0123456789abcdef");
    play.room[0].number = 1;
    play.room[0].name = "Harbour";
    play.rooms = 1;
}

static void a_message_is_starred_and_no_longer(void **state)
{
    uint64_t place = meeting()->place;

    assert_int_equal(PLAY("star", "bob", "a1b2"), 0);
    assert_int_equal(play.place, place);
    assert_false(play.back);
    assert_int_equal(PLAY("star", "bob", "a1b2", "--back"), 0);
    assert_true(play.back);
    play.send = TACET_STALE;
    assert_int_equal(PLAY("star", "bob", "a1b2"), 1);
    assert_said("It is so already.");
    assert_int_equal(PLAY("star", "bob"), 2);
    assert_int_equal(PLAY("star", "bob", "a1b2", "--ids"), 2);
    assert_int_equal(PLAY("star", "--back"), 2);
}

static void what_is_starred_is_listed(void **state)
{
    assert_int_equal(PLAY("star"), 0);
    assert_said("Nothing is starred.");
    meeting()->starred = true;
    play_message("carol", "Not this one.");
    assert_int_equal(PLAY("star", "--ids"), 0);
    assert_non_null(strstr(play_out, " a1b2c3d4  bob: Meet at nine?\n    (starred)\n"));
    assert_null(strstr(play_out, "Not this one."));
    assert_int_equal(PLAY("star", "--json"), 0);
    assert_non_null(strstr(play_out, "\"text\":\"Meet at nine?\""));
    assert_non_null(strstr(play_out, "\"starred\":true"));
    assert_int_equal(play.marked, 0);
}

static void a_conversation_is_pinned_and_comes_first(void **state)
{
    play_contact("alma");
    play_contact("bob")->pinned = true;
    assert_int_equal(PLAY("pin", "bob"), 0);
    assert_string_equal(play.wished, "pin bob 1");
    assert_int_equal(PLAY("pin", "bob", "--back"), 0);
    assert_string_equal(play.wished, "pin bob 0");
    assert_int_equal(PLAY("contacts"), 0);
    assert_memory_equal(play_out, "bob  ", 5);
    assert_non_null(strstr(play_out, ", pinned\n"));
    assert_non_null(strstr(play_out, "\nalma "));
    a_room();
    assert_int_equal(PLAY("pin", "+Harbour"), 0);
    assert_string_equal(play.wished, "pin +0123456789abcdef 1");
    play.send = TACET_ABSENT;
    assert_int_equal(PLAY("pin", "zoe"), 1);
    assert_said("no contact with this handle");
}

static void a_conversation_is_muted_for_hours_or_for_ever(void **state)
{
    uint64_t until, now = (uint64_t)time(NULL) * 1000;

    assert_int_equal(PLAY("mute", "bob"), 0);
    assert_string_equal(play.wished, "mute bob 253402300799000");
    assert_int_equal(PLAY("mute", "bob", "--hours", "2"), 0);
    assert_memory_equal(play.wished, "mute bob ", 9);
    until = strtoull(play.wished + 9, NULL, 10);
    assert_true(until >= now + 7200000 && until <= now + 7200000 + 60000);
    assert_int_equal(PLAY("mute", "bob", "--back"), 0);
    assert_string_equal(play.wished, "mute bob 0");
    assert_int_equal(PLAY("mute", "bob", "--back", "--hours", "2"), 2);
    assert_int_equal(PLAY("mute", "bob", "--hours", "8761"), 2);
    play_contact("bob")->muted_ms = TACET_MUTED_EVER;
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, ", muted\n"));
    assert_int_equal(PLAY("contacts", "--json"), 0);
    assert_non_null(strstr(play_out, "\"muted\":\"9999-12-31T23:59:59"));
}

static void somebody_is_blocked_and_no_longer(void **state)
{
    play_contact("bob")->blocked = true;
    assert_int_equal(PLAY("block", "bob"), 0);
    assert_string_equal(play.wished, "block bob 1");
    assert_int_equal(PLAY("block", "bob", "--back"), 0);
    assert_string_equal(play.wished, "block bob 0");
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, ", blocked\n"));
    play.send = TACET_DENIED;
    assert_int_equal(PLAY("block", "alice"), 1);
    assert_said("That is you.");
}

static void a_draft_is_kept_shown_and_taken_away(void **state)
{
    assert_int_equal(PLAY("draft", "bob", "What I wanted"), 0);
    assert_string_equal(play.draft, "What I wanted");
    assert_int_equal(PLAY("draft", "bob"), 0);
    assert_string_equal(play_out, "What I wanted\n");
    assert_int_equal(PLAY("draft", "bob", "--none"), 0);
    assert_string_equal(play.draft, "");
    assert_int_equal(PLAY("draft", "bob"), 0);
    assert_said("There is no draft.");
    assert_int_equal(PLAY("draft", "bob", "more", "--none"), 2);
}

static void what_was_said_is_told_as_json(void **state)
{
    meeting();
    a_room();
    assert_int_equal(PLAY("star", "bob", "a1b2", "--back", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"bob\",\"id\":\"a1b2c3d400000000000000000000ffff\","
                                  "\"starred\":false}\n");
    assert_int_equal(PLAY("delete", "bob", "a1b2", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"bob\",\"id\":\"a1b2c3d400000000000000000000ffff\","
                                  "\"deleted\":true}\n");
    assert_int_equal(PLAY("pin", "+Harbour", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"+0123456789abcdef\",\"pinned\":true}\n");
    assert_int_equal(PLAY("mute", "bob", "--json"), 0);
    assert_non_null(strstr(play_out, "{\"with\":\"bob\",\"muted\":\"9999-12-31T23:59:59"));
    assert_int_equal(PLAY("mute", "bob", "--back", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"bob\",\"muted\":null}\n");
    assert_int_equal(PLAY("block", "bob", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"bob\",\"blocked\":true}\n");
    assert_int_equal(PLAY("draft", "bob", "What I wanted", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"bob\",\"draft\":\"What I wanted\"}\n");
    assert_int_equal(PLAY("draft", "bob", "--none", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"bob\",\"draft\":null}\n");
}

static void what_could_not_be_done_is_no_json(void **state)
{
    meeting();
    play.send = TACET_IO;
    assert_int_equal(PLAY("star", "bob", "a1b2", "--json"), 1);
    assert_string_equal(play_out, "");
    assert_int_equal(PLAY("mute", "bob", "--json"), 1);
    assert_string_equal(play_out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_message_is_starred_and_no_longer, play_begin),
        cmocka_unit_test_setup(what_is_starred_is_listed, play_begin),
        cmocka_unit_test_setup(a_conversation_is_pinned_and_comes_first, play_begin),
        cmocka_unit_test_setup(a_conversation_is_muted_for_hours_or_for_ever, play_begin),
        cmocka_unit_test_setup(somebody_is_blocked_and_no_longer, play_begin),
        cmocka_unit_test_setup(a_draft_is_kept_shown_and_taken_away, play_begin),
        cmocka_unit_test_setup(what_was_said_is_told_as_json, play_begin),
        cmocka_unit_test_setup(what_could_not_be_done_is_no_json, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
