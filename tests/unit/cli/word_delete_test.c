/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "play.h"

static struct tacet_message *meeting(void)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    snprintf(m->id, sizeof m->id, "a1b2c3d400000000000000000000ffff");
    m->kind = TACET_KIND_TEXT;
    return m;
}

static void the_message_that_is_meant_is_deleted(void **state)
{
    uint64_t place = meeting()->place;

    assert_int_equal(PLAY("delete", "bob", "a1b2"), 0);
    assert_string_equal(play_out, "");
    assert_string_equal(play_err, "");
    assert_int_equal(play.place, place);
}

static void what_was_never_sent_or_was_taken_back_can_be_deleted(void **state)
{
    struct tacet_message *m = meeting();

    m->state = TACET_STATE_FAILED;
    m->notes = TACET_NOTE_RECALLED;
    assert_int_equal(PLAY("delete", "bob", "a1b2"), 0);
    assert_int_equal(play.place, m->place);
}

static void what_cannot_be_deleted_is_said(void **state)
{
    meeting();
    assert_int_equal(PLAY("delete", "bob"), 2);
    assert_int_equal(PLAY("delete", "bob", "a1b2", "why"), 2);
    assert_int_equal(PLAY("delete", "bob", "ffff"), 1);
    assert_said("No message of this conversation has such an id.");
    play.send = TACET_DENIED;
    assert_int_equal(PLAY("delete", "bob", "a1b2"), 1);
    assert_said("The network demands that you keep a copy of that message.");
}

static void what_was_taken_back_cannot_be_answered(void **state)
{
    meeting()->notes = TACET_NOTE_RECALLED;
    play.send = TACET_FORGED; /* it is not asked */
    assert_int_equal(PLAY("reply", "bob", "a1b2", "yes"), 1);
    assert_said("No message of this conversation has such an id.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_message_that_is_meant_is_deleted, play_begin),
        cmocka_unit_test_setup(what_was_never_sent_or_was_taken_back_can_be_deleted, play_begin),
        cmocka_unit_test_setup(what_cannot_be_deleted_is_said, play_begin),
        cmocka_unit_test_setup(what_was_taken_back_cannot_be_answered, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
