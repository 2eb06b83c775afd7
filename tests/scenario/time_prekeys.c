/* SPDX-License-Identifier: Apache-2.0 */
/* time_prekeys: prekeys come, are superseded, expire and go.  [PROTOCOL 3.1] */
#include "client/own_prekeys.h"
#include "scenario/days.h"
#include "scenario/forger.h"

static uint32_t newest_prekey(struct person *who)
{
    return engine_own(stage_engine(who))->prekey[0].statement.number;
}

static bool has_private_half(struct person *who, uint32_t number)
{
    return own_prekeys_find(engine_own(stage_engine(who)), number) != NULL;
}

static void a_prekey_is_a_day_old_at_most_while_its_device_is_online(void **state)
{
    struct play *p = play_begin();
    struct person *bob = joins(p, "bob");

    (void)state;
    stage_forward(p, 24 * CLOCK_HOUR_MS - CLOCK_MINUTE_MS);
    assert_int_equal(newest_prekey(bob), 1);
    for (uint32_t number = 2; number < 6; number++) {
        stage_forward(p, 24 * CLOCK_HOUR_MS);
        assert_int_equal(newest_prekey(bob), number);
        assert_int_not_equal(engine_own(stage_engine(bob))->prekey[0].acknowledged_ms, 0);
    }
    play_end(p);
}

static void a_device_that_was_away_has_a_new_prekey_at_once(void **state)
{
    struct play *p = play_begin();
    struct person *bob = joins(p, "bob");

    (void)state;
    leaves(bob);
    stage_forward(p, 23 * CLOCK_HOUR_MS);
    returns(bob);
    assert_int_equal(newest_prekey(bob), 1);
    leaves(bob);
    stage_forward(p, 10 * CLOCK_DAY_MS);
    returns(bob);
    assert_int_equal(newest_prekey(bob), 2);
    assert_int_not_equal(engine_own(stage_engine(bob))->prekey[0].acknowledged_ms, 0);
    play_end(p);
}

static void a_private_half_goes_a_day_after_the_next_one_came_and_not_before(void **state)
{
    struct play *p = play_begin();
    struct person *bob = joins(p, "bob");

    (void)state;
    stage_forward(p, 24 * CLOCK_HOUR_MS); /* number 2 is confirmed now */
    assert_int_equal(newest_prekey(bob), 2);
    stage_forward(p, 24 * CLOCK_HOUR_MS - CLOCK_SECOND_MS);
    assert_true(has_private_half(bob, 1));
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_false(has_private_half(bob, 1));
    assert_true(has_private_half(bob, 2));
    leaves(bob);
    returns(bob);
    assert_false(has_private_half(bob, 1));
    play_end(p);
}

static bool never_empty(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__Deliver *)body)->more = 1;
    return true;
}

static void without_a_drained_mailbox_a_private_half_lives_for_31_days(void **state)
{
    struct play *p = play_begin();
    struct person *bob = joins(p, "bob");
    struct lie lie = {
        .op = OP_DELIVER, .form = &tacet__wire__deliver__descriptor, .tell = never_empty};

    (void)state;
    stage_forward(p, 24 * CLOCK_HOUR_MS);
    lie_begin(p, &lie);
    leaves(bob);
    stage_forward(p, 30 * CLOCK_DAY_MS);
    returns(bob);
    assert_false(engine_is_drained(stage_engine(bob)));
    assert_true(has_private_half(bob, 1));
    leaves(bob);
    stage_forward(p, 1 * CLOCK_DAY_MS);
    returns(bob);
    assert_false(has_private_half(bob, 1));
    assert_true(has_private_half(bob, 2)); /* the newest stays, however old */
    lie_end(p);
    play_end(p);
}

static void mail_under_the_prekey_before_opens(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct prekey used;
    struct device_id did;

    (void)state;
    stage_forward(p, 24 * CLOCK_HOUR_MS - 10 * CLOCK_MINUTE_MS);
    looks_up(p, alice, "bob");
    stage_forward(p, 30 * CLOCK_MINUTE_MS);
    assert_int_equal(newest_prekey(bob), 2);
    says(alice, bob, "under the old one");
    did = engine_own(stage_engine(bob))->me.who.did;
    assert_ok(people_prekey(engine_vault(stage_engine(alice)), &did, &used));
    assert_int_equal(used.number, 1);
    sees(bob, alice, "under the old one");
    play_end(p);
}

/* The prekey that mail was sealed to lives as long as the mail may wait. */
static void mail_that_waited_for_its_whole_life_opens(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    leaves(bob);
    says(alice, bob, "from long ago");
    stage_forward(p, 30 * CLOCK_DAY_MS - CLOCK_HOUR_MS);
    returns(bob);
    sees_behind(bob, alice, "from long ago", 0);
    play_end(p);
}

static void who_is_away_for_38_days_gets_mail_when_back_and_its_sender_is_told(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    leaves(bob);
    stage_forward(p, 38 * CLOCK_DAY_MS);
    says(alice, bob, "Where were you?");
    is(alice, "queued");
    assert_true(stage_heard(alice, PROBLEM_NO_PREKEY));
    stage_forward(p, CLOCK_DAY_MS);
    is(alice, "queued");
    assert_false(stage_heard(alice, PROBLEM_NO_PREKEY)); /* told once */
    returns(bob);
    stage_forward(p, 61 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    sees_behind(bob, alice, "Where were you?", 0);
    play_end(p);
}

/* What the server says about somebody, recorded honestly and handed out again later. */
struct old_answer {
    struct buf frame;
    struct arena a;
    struct lie replace;
};

static void records(struct play *p, struct person *asks, const char *about, struct old_answer *out)
{
    struct lie record = {.op = OP_PERSON, .to = asks, .tell = lie_record, .ctx = &out->frame};

    *out = (struct old_answer){.frame = BUF(LIMIT_FRAME), .a = ARENA(1 << 20)};
    lie_begin(p, &record);
    looks_up(p, asks, about);
    lie_end(p);
}

static void replays(struct play *p, struct old_answer *old, struct person *to)
{
    struct frame f;

    assert_ok(frame_parse(buf_view(&old->frame), &old->a, &f));
    old->replace = (struct lie){.op = OP_PERSON, .to = to, .tell = lie_replace, .bytes = f.body};
    lie_begin(p, &old->replace);
}

static void forgets(struct old_answer *old)
{
    buf_free(&old->frame);
    arena_free(&old->a);
}

static bool count(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)body, (void)a;
    return true;
}

static void a_sender_with_a_superseded_prekey_is_refused_learns_and_sends(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct old_answer old;
    struct lie refusals = {.op = OP_SEND, .code = E_STALE, .to = alice, .tell = count};

    (void)state;
    says(alice, bob, "to the first");
    sees(bob, alice, "to the first");
    records(p, carol, "bob", &old);
    stage_forward(p, 3 * CLOCK_DAY_MS); /* numbers 2 to 4 come */
    replays(p, &old, alice);
    looks_up(p, alice, "bob");
    lie_begin(p, &refusals);
    says(alice, bob, "to the newest");
    lie_end(p);
    assert_int_equal(refusals.told, 1);
    is(alice, "accepted");
    sees_behind(bob, alice, "to the newest", 0);
    forgets(&old);
    play_end(p);
}

/* To open a channel with it takes an ML-KEM key that the server does not have any more. */
static void whoever_wants_to_write_for_the_first_time_to_a_superseded_prekey_learns_and_sends(
    void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct old_answer old;
    struct lie keys = {.op = OP_KEM_KEYS, .to = alice, .tell = count};

    (void)state;
    records(p, carol, "bob", &old);
    stage_forward(p, 3 * CLOCK_DAY_MS); /* numbers 2 to 4 come */
    replays(p, &old, alice);
    looks_up(p, alice, "bob");
    lie_begin(p, &keys);
    says(alice, bob, "to the newest");
    lie_end(p);
    assert_int_equal(keys.told, 2); /* none of number 1, then the one of number 4 */
    is(alice, "accepted");
    assert_false(stage_heard(alice, PROBLEM_NO_PREKEY));
    sees_behind(bob, alice, "to the newest", 0);
    forgets(&old);
    play_end(p);
}

/* A server that hides that a prekey was superseded, and takes what is sealed to it. */
static void forget_that_it_was_superseded(struct play *p)
{
    assert_ok(db_run(stage_server(p)->db,
                     "UPDATE prekey SET superseded_ms = $1 WHERE superseded_ms IS NOT NULL",
                     DB_VALUES(DB_NUMBER_OF(stage_now(p))), NULL));
}

static void a_server_that_hands_out_old_keys_is_told_to_whom_they_belong(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct old_answer old;

    (void)state;
    records(p, carol, "bob", &old);
    replays(p, &old, alice);
    says(alice, bob, "to the first");
    sees(bob, alice, "to the first");
    stage_forward(p, 24 * CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
    assert_int_equal(newest_prekey(bob), 2);
    leaves(bob);
    stage_forward(p, 47 * CLOCK_HOUR_MS);
    forget_that_it_was_superseded(p);
    says(alice, bob, "within two days it may be chance");
    is(alice, "accepted");
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    says(alice, bob, "after them it is a server that hides the new one");
    is(alice, "accepted");
    lie_end(p);
    returns(bob);
    sees_behind(bob, alice, "within two days it may be chance", 0);
    sees_behind(bob, alice, "after them it is a server that hides the new one", 0);
    assert_int_equal(stage_told(bob, PROBLEM_OLD_KEYS, NULL), 1);
    assert_int_equal(stage_told(alice, PROBLEM_OLD_KEYS, NULL), 0);
    assert_int_equal(stage_told(bob, PROBLEM_DAMAGED, NULL), 0);
    forgets(&old);
    play_end(p);
}

/* Who dates a message ahead would say it of an honest server. */
static void a_sender_cannot_make_a_server_seem_to_hand_out_old_keys(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    says(alice, bob, "to the first");
    sees(bob, alice, "to the first");
    stage_forward(p, 24 * CLOCK_HOUR_MS - 10 * CLOCK_MINUTE_MS);
    looks_up(p, alice, "bob");
    stage_forward(p, 30 * CLOCK_MINUTE_MS);
    assert_int_equal(newest_prekey(bob), 2);
    forge(&f, p, alice, bob, "from next week");
    f.core.sent_ms += 7 * CLOCK_DAY_MS;
    forge_deliver(&f);
    assert_non_null(stage_next_shown(bob));
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_AHEAD);
    sees(bob, alice, "from next week");
    assert_int_equal(stage_told(bob, PROBLEM_OLD_KEYS, NULL), 0);
    play_end(p);
}

/* The last prekey ran out while its device was away: what was sealed before that still opens, and
 * both go on with a new one. */
static void a_device_whose_prekeys_ran_out_opens_what_came_before_and_goes_on(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    leaves(bob);
    stage_forward(p, 36 * CLOCK_DAY_MS);
    says(alice, bob, "on its last day");
    is(alice, "accepted");
    stage_forward(p, 2 * CLOCK_DAY_MS);
    says(alice, bob, "too late");
    says(carol, bob, "for the first time");
    is(alice, "queued");
    is(carol, "queued");
    assert_int_equal(stage_told(alice, PROBLEM_NO_PREKEY, NULL), 1);
    assert_int_equal(stage_told(carol, PROBLEM_NO_PREKEY, NULL), 1);
    stage_forward(p, 27 * CLOCK_DAY_MS);
    is(alice, "queued");
    returns(bob);
    assert_int_equal(newest_prekey(bob), 2);
    sees_behind(bob, alice, "on its last day", 0);
    says(bob, alice, "I am back.");
    sees_behind(alice, bob, "I am back.", 0);
    stage_forward(p, 61 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    is(carol, "accepted");
    assert_int_equal(stage_copies(bob, alice, "too late"), 1);
    assert_int_equal(stage_copies(bob, carol, "for the first time"), 1);
    assert_int_equal(parked_by(bob), 0);
    assert_int_equal(stage_told(bob, PROBLEM_DAMAGED, NULL), 0);
    play_end(p);
}

static void a_sender_with_a_superseded_list_is_refused_learns_and_sends(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie refusals = {.op = OP_SEND, .code = E_STALE, .to = alice, .tell = count};

    (void)state;
    says(alice, bob, "to version 1");
    sees(bob, alice, "to version 1");
    forge_next_list(p, bob);
    leaves(bob);
    lie_begin(p, &refusals);
    says(alice, bob, "to version 2");
    lie_end(p);
    assert_int_equal(refusals.told, 1);
    is(alice, "accepted");
    returns(bob);
    sees_behind(bob, alice, "to version 2", 0);
    sees_nothing(bob);
    says(bob, alice, "from version 2"); /* and alice learns it as a receiver, too */
    sees_behind(alice, bob, "from version 2", 0);
    stage_forward(p, 2 * CLOCK_DAY_MS);
    says(alice, bob, "to its next prekey");
    sees_behind(bob, alice, "to its next prekey", 0);
    play_end(p);
}

/* tell: the second answer is not lost, but comes later. */
static bool hold_second(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    if (++l->at != 2)
        return true;
    (void)lie_record(l, f, body, a);
    return false;
}

/* Bob is drained, and what he has waits for the answer to who alice is. */
static void a_private_half_stays_while_something_waits_for_an_answer(void **state)
{
    struct play *p = play_begin();
    struct person *alice, *bob = joins(p, "bob");
    struct command who = {.kind = COMMAND_LOOK_UP, .handle = bytes_text("bob")};
    struct buf held = BUF(LIMIT_FRAME);
    struct lie late = {.op = OP_PERSON, .to = bob, .tell = hold_second, .ctx = &held};

    (void)state;
    stage_forward(p, 23 * CLOCK_HOUR_MS);
    stage_skew_next(p, -(int64_t)(30 * CLOCK_MINUTE_MS));
    alice = joins(p, "alice"); /* whose clock is behind: to her bob's first prekey is not old yet */
    assert_ok(engine_command(stage_engine(alice), &who, stage_now(p) - 30 * CLOCK_MINUTE_MS));
    stage_settle(p);
    stage_forward(p, CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
    assert_int_equal(newest_prekey(bob), 2);
    leaves(bob);
    says(alice, bob, "to the first prekey");
    is(alice, "accepted");
    stage_forward(p, 25 * CLOCK_HOUR_MS);
    lie_begin(p, &late);
    returns(bob);
    lie_end(p);
    assert_true(has_private_half(bob, 1));
    sees_nothing(bob);
    stage_inject(bob, buf_view(&held));
    stage_settle(p);
    sees(bob, alice, "to the first prekey");
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_false(has_private_half(bob, 1));
    buf_free(&held);
    play_end(p);
}

const struct CMUnitTest time_prekeys[] = {
    cmocka_unit_test(a_prekey_is_a_day_old_at_most_while_its_device_is_online),
    cmocka_unit_test(a_device_that_was_away_has_a_new_prekey_at_once),
    cmocka_unit_test(a_private_half_goes_a_day_after_the_next_one_came_and_not_before),
    cmocka_unit_test(a_private_half_stays_while_something_waits_for_an_answer),
    cmocka_unit_test(without_a_drained_mailbox_a_private_half_lives_for_31_days),
    cmocka_unit_test(mail_under_the_prekey_before_opens),
    cmocka_unit_test(mail_that_waited_for_its_whole_life_opens),
    cmocka_unit_test(who_is_away_for_38_days_gets_mail_when_back_and_its_sender_is_told),
    cmocka_unit_test(a_sender_with_a_superseded_prekey_is_refused_learns_and_sends),
    cmocka_unit_test(
        whoever_wants_to_write_for_the_first_time_to_a_superseded_prekey_learns_and_sends),
    cmocka_unit_test(a_server_that_hands_out_old_keys_is_told_to_whom_they_belong),
    cmocka_unit_test(a_sender_cannot_make_a_server_seem_to_hand_out_old_keys),
    cmocka_unit_test(a_device_whose_prekeys_ran_out_opens_what_came_before_and_goes_on),
    cmocka_unit_test(a_sender_with_a_superseded_list_is_refused_learns_and_sends),
};
const size_t time_prekeys_n = sizeof time_prekeys / sizeof time_prekeys[0];
