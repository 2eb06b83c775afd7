/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_forwards: what was said in one conversation is said in another.  [PROTOCOL 6.10] */
#include "scenario/deeds.h"
#include "scenario/rooms.h"

/* What says so in one conversation goes to somebody, or (NULL) to a room. */
static enum err_code forwards(struct play *p, struct person *who, uint64_t from, const char *text,
                              struct person *to, uint64_t room)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = COMMAND_FORWARD, .from = from, .room = room};
    enum err_code code;

    if (to != NULL)
        c.handle = bytes_text(stage_handle(to));
    c.number = the(who, from, text, &a).place;
    code = commands(p, who, &c);
    arena_free(&a);
    return code;
}

static void is_a(struct person *who, uint64_t conversation, const char *text, uint16_t type)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, text, &a);
    struct deeds_view view;

    assert_int_equal(m.type, type);
    assert_ok(
        deeds_view(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a, &view));
    assert_false(view.refers);
    assert_bytes(view.text, bytes_text(text));
    assert_int_equal(view.versions, 1);
    arena_free(&a);
}

struct three {
    struct play *p;
    struct person *alice, *bob, *carol;
};

static struct three begin(void)
{
    struct three t = {.p = play_begin()};

    t.alice = joins(t.p, "alice");
    t.bob = joins(t.p, "bob");
    t.carol = joins(t.p, "carol");
    meet(t.alice, t.bob);
    meet(t.bob, t.carol);
    return t;
}

static void it_comes_as_a_message_of_who_forwards_it(void **state)
{
    struct three t = begin();

    (void)state;
    says(t.alice, t.bob, "Meet at nine.");
    sees(t.bob, t.alice, "Meet at nine.");
    assert_int_equal(forwards(t.p, t.bob, pair_with(t.bob, t.alice), "Meet at nine.", t.carol, 0),
                     E_OK);
    is(t.bob, "accepted");
    sees(t.carol, t.bob, "Meet at nine.");
    is_a(t.carol, pair_with(t.carol, t.bob), "Meet at nine.", PAYLOAD_FORWARD);
    is_a(t.bob, pair_with(t.bob, t.carol), "Meet at nine.", PAYLOAD_FORWARD);
    sees_nothing(t.alice);
    play_end(t.p);
}

/* And one's own; and an answer, without what it answers. */
static void it_says_what_the_message_says_by_now(void **state)
{
    struct three t = begin();

    (void)state;
    says(t.bob, t.alice, "Meet at nine.");
    assert_int_equal(edits(t.p, t.bob, pair_with(t.bob, t.alice), "Meet at nine.", "At ten."),
                     E_OK);
    assert_int_equal(forwards(t.p, t.bob, pair_with(t.bob, t.alice), "Meet at nine.", t.carol, 0),
                     E_OK);
    sees(t.carol, t.bob, "At ten.");
    assert_int_equal(
        answers(t.p, t.alice, pair_with(t.alice, t.bob), "Meet at nine.", "I will be there."),
        E_OK);
    assert_int_equal(
        forwards(t.p, t.bob, pair_with(t.bob, t.alice), "I will be there.", t.carol, 0), E_OK);
    sees(t.carol, t.bob, "I will be there.");
    is_a(t.carol, pair_with(t.carol, t.bob), "I will be there.", PAYLOAD_FORWARD);
    play_end(t.p);
}

/* It is answered, reacted to, forwarded and taken back as other texts are, and not edited. */
static void it_is_a_text_like_others_but_for_edits(void **state)
{
    struct three t = begin();
    uint64_t with;

    (void)state;
    says(t.alice, t.bob, "Meet at nine.");
    sees(t.bob, t.alice, "Meet at nine.");
    with = pair_with(t.bob, t.carol);
    assert_int_equal(forwards(t.p, t.bob, pair_with(t.bob, t.alice), "Meet at nine.", t.carol, 0),
                     E_OK);
    sees(t.carol, t.bob, "Meet at nine.");
    assert_int_equal(
        answers(t.p, t.carol, pair_with(t.carol, t.bob), "Meet at nine.", "Who says so?"), E_OK);
    sees_answer(t.bob, with, "Who says so?", "Meet at nine.");
    assert_int_equal(
        reacts_or_not(t.p, t.carol, pair_with(t.carol, t.bob), "Meet at nine.", "+1", true), E_OK);
    assert_int_equal(edits(t.p, t.bob, with, "Meet at nine.", "At ten."), E_ABSENT);
    assert_int_equal(forwards(t.p, t.carol, pair_with(t.carol, t.bob), "Meet at nine.", t.bob, 0),
                     E_OK);
    assert_int_equal(recalls(t.p, t.bob, with, "Meet at nine."), E_OK);
    play_end(t.p);
}

/* To somebody to whom nothing was said yet. */
static void it_may_be_the_first_that_somebody_gets(void **state)
{
    struct three t = begin();

    (void)state;
    assert_int_equal(forwards(t.p, t.alice, pair_with(t.alice, t.bob), "I am.", t.carol, 0), E_OK);
    sees(t.carol, t.alice, "I am.");
    play_end(t.p);
}

static void it_goes_into_rooms_and_out_of_them(void **state)
{
    struct three t = begin();
    struct room_id id = makes(t.p, t.alice, ABOUT_GROUP, "Harbour");

    (void)state;
    assert_int_equal(adds(t.p, t.alice, &id, "bob"), E_OK);
    stage_forward(t.p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(t.p, t.alice, &id, "Meet at nine."), E_OK);
    stage_forward(t.p, CLOCK_MINUTE_MS);
    assert_int_equal(forwards(t.p, t.bob, room_of(t.bob, &id).number, "Meet at nine.", t.carol, 0),
                     E_OK);
    sees(t.carol, t.bob, "Meet at nine.");
    says(t.carol, t.bob, "I come, too.");
    assert_int_equal(forwards(t.p, t.bob, pair_with(t.bob, t.carol), "I come, too.", NULL,
                              room_of(t.bob, &id).number),
                     E_OK);
    stage_forward(t.p, CLOCK_MINUTE_MS);
    is_a(t.alice, room_of(t.alice, &id).number, "I come, too.", PAYLOAD_FORWARD);
    play_end(t.p);
}

static void what_burns_stays_where_it_is(void **state)
{
    struct three t = begin();
    struct command burns = {.kind = COMMAND_SEND,
                            .handle = bytes_text("bob"),
                            .text = bytes_text("for you alone"),
                            .timers = {.burn_s = 60}};
    struct command nothing = {.kind = COMMAND_FORWARD, .handle = bytes_text("carol")};

    (void)state;
    assert_int_equal(commands(t.p, t.alice, &burns), E_OK);
    sees(t.bob, t.alice, "for you alone");
    assert_int_equal(forwards(t.p, t.bob, pair_with(t.bob, t.alice), "for you alone", t.carol, 0),
                     E_DENIED);
    nothing.from = pair_with(t.bob, t.alice);
    nothing.number = UINT64_C(1) << 50;
    assert_int_equal(commands(t.p, t.bob, &nothing), E_ABSENT);
    sees_nothing(t.carol);
    play_end(t.p);
}

const struct CMUnitTest deeds_forwards[] = {
    cmocka_unit_test(it_comes_as_a_message_of_who_forwards_it),
    cmocka_unit_test(it_says_what_the_message_says_by_now),
    cmocka_unit_test(it_is_a_text_like_others_but_for_edits),
    cmocka_unit_test(it_may_be_the_first_that_somebody_gets),
    cmocka_unit_test(it_goes_into_rooms_and_out_of_them),
    cmocka_unit_test(what_burns_stays_where_it_is),
};
const size_t deeds_forwards_n = sizeof deeds_forwards / sizeof deeds_forwards[0];
