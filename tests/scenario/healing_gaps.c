/* SPDX-License-Identifier: Apache-2.0 */
/* healing_gaps: what did not come is asked for, and comes, or is said to be over.
 * [PROTOCOL 6.4, 6.7] */
#include "client/streams.h"
#include "scenario/healing.h"
#include "server/queue/queue.h"
#include "statement/notice.h"
#include <stdio.h>

#define STEPS_MAX 80

static void loses(struct play *p, struct person *alice, struct person *bob, const char *text)
{
    struct lie lie = {DELIVERIES, .to = bob, .tell = lose};

    lie_begin(p, &lie);
    says(alice, bob, text);
    lie_end(p);
}

static void a_dropped_message_is_missed_asked_for_and_arrives(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    meet(alice, bob);
    loses(p, alice, bob, "two");
    loses(p, alice, bob, "three");
    says(alice, bob, "four");
    sees_behind(bob, alice, "four", 2);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    sees_behind(bob, alice, "two", 0);
    sees_behind(bob, alice, "three", 0);
    says(alice, bob, "five");
    sees_behind(bob, alice, "five", 0);
    stage_forward(p, 3 * CLOCK_HOUR_MS);
    sees_nothing(bob);
    play_end(p);
}

static void what_is_over_is_said_to_be(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t missing, deleted;

    (void)state;
    meet(alice, bob);
    leaves(bob);
    says(alice, bob, "for thirty days");
    stage_forward(p, 30 * CLOCK_DAY_MS);
    assert_ok(queue_expire(stage_server(p)->db, stage_now(p), &deleted));
    returns(bob);
    says(alice, bob, "after");
    sees_behind(bob, alice, "after", 1);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    sees_nothing(bob);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, &missing), 1);
    assert_int_equal(missing, 1);
    stage_forward(p, 3 * CLOCK_HOUR_MS);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, NULL), 1);
    play_end(p);
}

/* No more than 32 holes are remembered of a stream: the oldest is let go of, and that is said. */
static void what_has_too_many_holes_is_given_up_from_the_oldest_on_and_told(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t missing;
    char text[16];

    (void)state;
    meet(alice, bob);
    for (unsigned i = 0; i < STREAMS_RANGES_MAX + 2; i++) {
        assert_int_equal(stage_told(bob, PROBLEM_GIVEN_UP, &missing),
                         i > STREAMS_RANGES_MAX ? i - STREAMS_RANGES_MAX : 0);
        snprintf(text, sizeof text, "lost %u", i);
        loses(p, alice, bob, text);
        snprintf(text, sizeof text, "comes %u", i);
        says(alice, bob, text);
        sees_behind(bob, alice, text, 1);
    }
    assert_int_equal(stage_told(bob, PROBLEM_GIVEN_UP, &missing), 2);
    assert_int_equal(missing, 2);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    for (unsigned i = 2; i < STREAMS_RANGES_MAX + 2; i++) { /* all others come */
        snprintf(text, sizeof text, "lost %u", i);
        sees_behind(bob, alice, text, 0);
    }
    stage_forward(p, CLOCK_DAY_MS);
    sees_nothing(bob);
    assert_int_equal(stage_copies(bob, alice, "lost 0") + stage_copies(bob, alice, "lost 1"), 0);
    says(alice, bob, "after");
    sees_behind(bob, alice, "after", 0);
    assert_int_equal(stage_told(bob, PROBLEM_GIVEN_UP, &missing), 2);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, NULL), 0);
    play_end(p);
}

/* A message that waits for its turn is not said to be over. */
static void what_is_on_its_way_is_no_void(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct control missing = {.type = PAYLOAD_MISSING, .n = 1, .range = {{1, 100}}};

    (void)state;
    meet(alice, bob);
    says(alice, bob, "two");
    sees(bob, alice, "two");
    forge_control(p, bob, alice, &missing);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, NULL), 0);
    sees_nothing(bob);
    says(alice, bob, "three");
    sees_behind(bob, alice, "three", 0);
    play_end(p);
}

/* Nothing of what went to bob comes to carol, whatever she asks for. */
static void who_was_no_recipient_asks_in_vain(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct control missing = {.type = PAYLOAD_MISSING, .n = 1, .range = {{1, UINT64_MAX}}};

    (void)state;
    meet(alice, bob);
    says(carol, alice, "Write to me.");
    forge_control(p, carol, alice, &missing);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    sees_nothing(carol);
    assert_int_equal(stage_told(carol, PROBLEM_OVER, NULL), 0);
    play_end(p);
}

static void a_void_of_what_is_not_missing_changes_nothing(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct control lie = {.type = PAYLOAD_VOID, .n = 1, .range = {{1, UINT64_MAX}}};

    (void)state;
    meet(alice, bob);
    says(alice, bob, "two");
    sees(bob, alice, "two");
    forge_control(p, alice, bob, &lie);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, NULL), 0);
    says(alice, bob, "three");
    sees_behind(bob, alice, "three", 0);
    play_end(p);
}

static void control_messages_of_a_kind_to_come_are_passed_over(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    meet(alice, bob);
    for (uint16_t type = 20; type < 32; type++) {
        forge(&f, p, alice, bob, "");
        f.content = BYTES_LITERAL("whatever this may be");
        f.core.type = type;
        f.core.seq = 0;
        memset(f.core.prev, 0, sizeof f.core.prev);
        f.counts = false;
        forge_deliver(&f);
    }
    sees_nothing(bob);
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    assert_int_equal(parked_by(bob), 0);
    says(alice, bob, "two");
    sees_behind(bob, alice, "two", 0);
    play_end(p);
}

/* ---- notices */

static void notice(struct person *to, uint64_t upload, const struct device_id *did)
{
    Tacet__Wire__Item item = TACET__WIRE__ITEM__INIT, *items[] = {&item};
    Tacet__Wire__Deliver m = TACET__WIRE__DELIVER__INIT;
    struct buf bytes_ = BUF(64), body = BUF(4096), page = BUF(4096);
    struct frame f = {.op = OP_DELIVER};

    notice_write(&(struct upload_notice){upload, *did, E_FULL}, &bytes_);
    item.number = 1000;
    item.kind = FRAME_NOTICE;
    item.sealed = frame_data(buf_view(&bytes_));
    m.items = items;
    m.n_items = 1;
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &page);
    stage_inject(to, buf_view(&page));
    buf_free(&bytes_);
    buf_free(&body);
    buf_free(&page);
}

/* The next version of bob's list, with one device more, is known to whoever has this vault. */
static void add_device(struct vault *v, struct play *p, struct person *bob, struct device_id *added)
{
    const struct own *own = engine_own(stage_engine(bob));
    struct device_list next = own->list;
    struct device_entry entry = {.role = DEVICE_PLAIN, .added_ms = stage_now(p)};
    struct buf statement = BUF(DEVICE_LIST_MAX_SIZE);
    struct sign_private *key;
    size_t at;

    assert_ok(sign_generate(&key, entry.dsk.b));
    sign_private_free(key);
    assert_ok(names_device(&own->me.who.aid, &entry.dsk, &entry.did));
    at = ID_RISES(next.device[0].did, entry.did);
    next.device[1 - at] = next.device[0];
    next.device[at] = entry;
    next.devices = 2;
    next.version++;
    next.made_ms = stage_now(p);
    memcpy(next.previous, own->list.hash, sizeof next.previous);
    assert_ok(device_list_sign(&next, &own->nid, own->me.ark_secret, &own->me.who.did,
                               own->me.dsk_secret, &statement));
    assert_ok(vault_begin(v));
    assert_ok(vault_put(v, VAULT_LIST, ID_BYTES(next.aid), next.version, buf_view(&statement)));
    assert_ok(vault_commit(v));
    buf_free(&statement);
    *added = entry.did;
}

static void what_found_no_room_is_brought_again_after_a_minute(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    const struct device_id *did = &engine_own(stage_engine(bob))->me.who.did;

    (void)state;
    meet(alice, bob);
    loses(p, alice, bob, "two");
    notice(alice, 2, did);
    sees_nothing(bob);
    stage_forward(p, CLOCK_MINUTE_MS + CLOCK_SECOND_MS);
    sees(bob, alice, "two");
    play_end(p);
}

/* Of an upload that never was, or for somebody else's device, or of one that it sent already. */
static void a_notice_that_lies_costs_little(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct lie count = {DELIVERIES, .to = bob, .tell = count_capsules};

    (void)state;
    meet(alice, bob);
    meet(alice, carol);
    lie_begin(p, &count);
    notice(alice, 77, &engine_own(stage_engine(bob))->me.who.did);
    notice(alice, 1, &engine_own(stage_engine(carol))->me.who.did);
    stage_forward(p, CLOCK_HOUR_MS);
    assert_int_equal(count.told, 0);
    for (int i = 0; i < 120; i++) {
        notice(alice, 1, &engine_own(stage_engine(bob))->me.who.did);
        stage_forward(p, CLOCK_MINUTE_MS);
    }
    assert_in_range(count.told, 1, 7); /* after 1, 2, 4, ... minutes */
    lie_end(p);
    sees_nothing(bob);
    sees_nothing(carol);
    play_end(p);
}

/* Bob adds a device, and the server says that there was no room for what was sent before. */
static void a_notice_brings_a_device_nothing_that_was_not_for_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct vault *v = engine_vault(stage_engine(alice));
    struct device_id added;
    uint8_t repair[32];
    uint64_t upload;
    bool queued;

    (void)state;
    meet(alice, bob);
    says(alice, bob, "before");
    memcpy(repair + 16, stage_next_shown(bob)->id.b, 16);
    sees(bob, alice, "before");
    add_device(v, p, bob, &added);
    assert_ok(vault_counter_get(v, VAULT_NEXT_UPLOAD, &upload));
    notice(alice, upload, &added);
    memcpy(repair, added.b, 16);
    assert_ok(vault_has(v, VAULT_REPAIR, BYTES(repair), 0, &queued));
    assert_false(queued);
    notice(alice, upload, &engine_own(stage_engine(bob))->me.who.did);
    memcpy(repair, engine_own(stage_engine(bob))->me.who.did.b, 16);
    assert_ok(vault_has(v, VAULT_REPAIR, BYTES(repair), 0, &queued));
    assert_true(queued);
    play_end(p);
}

/* ---- crashes */

static void a_request_survives_either_side_at_every_step(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        bool ended = true;

        for (unsigned step = 1; ended; step++) {
            struct play *p = play_begin();
            struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
            struct person *ends = side == 0 ? alice : bob;

            assert_true(step < STEPS_MAX);
            meet(alice, bob);
            loses(p, alice, bob, "two");
            says(alice, bob, "three");
            sees_behind(bob, alice, "three", 1);
            stage_crash_at(ends, step);
            stage_forward(p, 2 * CLOCK_MINUTE_MS);
            ended = !stage_is_running(ends);
            stage_crash_at(ends, 0);
            if (ended)
                returns(ends);
            stage_forward(p, 2 * CLOCK_HOUR_MS);
            assert_int_equal(stage_copies(bob, alice, "two"), 1);
            play_end(p);
        }
    }
}

/* A server that was put back knows the roster no more; meanwhile there is another one. */
static void what_went_under_a_roster_that_the_server_lost_is_brought_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie absent = {
        .op = OP_SEND, .code = E_STALE, .to = alice, .tell = lie_refuse, .at = E_ABSENT, .most = 1};

    (void)state;
    meet(alice, bob);
    loses(p, alice, bob, "two");
    is(alice, "accepted");
    forge_next_list(p, bob);
    lie_begin(p, &absent);
    says(alice, bob, "three");
    assert_int_equal(absent.told, 1);
    lie_end(p);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(bob, alice, "two"), 1);
    assert_int_equal(stage_copies(bob, alice, "three"), 1);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, NULL), 0);
    play_end(p);
}

const struct CMUnitTest healing_gaps[] = {
    cmocka_unit_test(what_went_under_a_roster_that_the_server_lost_is_brought_again),
    cmocka_unit_test(a_dropped_message_is_missed_asked_for_and_arrives),
    cmocka_unit_test(what_is_over_is_said_to_be),
    cmocka_unit_test(what_has_too_many_holes_is_given_up_from_the_oldest_on_and_told),
    cmocka_unit_test(what_is_on_its_way_is_no_void),
    cmocka_unit_test(who_was_no_recipient_asks_in_vain),
    cmocka_unit_test(a_void_of_what_is_not_missing_changes_nothing),
    cmocka_unit_test(control_messages_of_a_kind_to_come_are_passed_over),
    cmocka_unit_test(what_found_no_room_is_brought_again_after_a_minute),
    cmocka_unit_test(a_notice_that_lies_costs_little),
    cmocka_unit_test(a_notice_brings_a_device_nothing_that_was_not_for_it),
    cmocka_unit_test(a_request_survives_either_side_at_every_step),
};
const size_t healing_gaps_n = sizeof healing_gaps / sizeof healing_gaps[0];
