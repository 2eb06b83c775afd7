/* SPDX-License-Identifier: Apache-2.0 */
/* activity_test: what people see of what others do at the moment.  [PROTOCOL 6.16] */
#include "client/activity.h"
#include "client/receipts.h"
#include "scenario/deeds.h"
#include "scenario/healing.h"
#include "scenario/quiet.h"
#include "scenario/rooms.h"
#include "scenario/stage_internal.h"
#include "server/queue/queue.h"

#define HANDED .op = OP_ACTIVITY, .form = &tacet__wire__activity__descriptor

bool __wrap_rules_allows_activity(void);

static bool allowed = true; /* by the network */

bool __wrap_rules_allows_activity(void)
{
    return allowed;
}

static void wants_it_told(struct play *p, struct person *who, bool told)
{
    struct command c = {.kind = COMMAND_ACTIVITY, .number = told};

    assert_int_equal(commands(p, who, &c), E_OK);
}

static enum err_code doing(struct play *p, struct person *who, struct person *with,
                           enum payload_type what)
{
    struct command c = {
        .kind = COMMAND_TELL_ACTIVITY, .handle = bytes_text(stage_handle(with)), .number = what};

    return commands(p, who, &c);
}

static void types(struct play *p, struct person *who, struct person *with)
{
    assert_int_equal(doing(p, who, with, PAYLOAD_TYPING), E_OK);
}

static void types_in(struct play *p, struct person *who, const struct room_id *id)
{
    struct command c = {
        .kind = COMMAND_TELL_ACTIVITY, .room = room_of(who, id).number, .number = PAYLOAD_TYPING};

    assert_int_equal(commands(p, who, &c), E_OK);
}

/* Who was told of it so often, since this was asked last? */
static unsigned noticed(struct person *who)
{
    unsigned n = who->doings;

    who->doings = 0;
    return n;
}

/* The last that `who` noticed. */
static void notices(struct person *who, uint64_t in, const char *handle, enum payload_type what)
{
    assert_int_equal(noticed(who), 1);
    assert_int_equal(who->doing.activity, what);
    assert_int_equal(who->doing.message.contact, in);
    assert_string_equal(who->doing.contact.handle, handle);
}

static int64_t records(const struct person *who)
{
    struct arena a = ARENA(1024);
    struct db_value n;

    assert_ok(db_one(who->db, &a, "SELECT count(*) FROM record", DB_NO_VALUES, &n, 1));
    arena_free(&a);
    return n.number;
}

/* Alice and bob have just written to each other, and want it told; all of that was told. */
static struct pair begin(void)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    wants_it_told(c.p, c.alice, true);
    wants_it_told(c.p, c.bob, true);
    return c;
}

static void who_is_there_sees_it(void **state)
{
    struct pair c = begin();

    (void)state;
    types(c.p, c.alice, c.bob);
    notices(c.bob, pair_with(c.bob, c.alice), "alice", PAYLOAD_TYPING);
    assert_int_equal(doing(c.p, c.bob, c.alice, PAYLOAD_HERE), E_OK);
    notices(c.alice, pair_with(c.alice, c.bob), "bob", PAYLOAD_HERE);
    assert_int_equal(doing(c.p, c.bob, c.alice, PAYLOAD_TEXT), E_MALFORMED);
    assert_int_equal(noticed(c.alice) + noticed(c.bob), 0);
    play_end(c.p);
}

static void nothing_of_it_is_kept(void **state)
{
    struct pair c = begin();
    uint64_t items, size;
    int64_t alices, bobs;

    (void)state;
    types(c.p, c.alice, c.bob); /* the first one of a chain may be more */
    alices = records(c.alice);
    bobs = records(c.bob);
    for (int i = 0; i < 20; i++) {
        stage_forward(c.p, 5 * CLOCK_SECOND_MS);
        types(c.p, c.alice, c.bob);
    }
    assert_int_equal(noticed(c.bob), 21);
    assert_int_equal(records(c.alice), alices);
    assert_int_equal(records(c.bob), bobs);
    assert_ok(queue_totals(stage_server(c.p)->db, &items, &size));
    assert_int_equal(items, 0);
    sees_nothing(c.bob);
    says(c.alice, c.bob, "and then it is there");
    sees(c.bob, c.alice, "and then it is there");
    play_end(c.p);
}

static void nothing_is_told_before_the_person_says_so(void **state)
{
    struct pair c = begin();

    (void)state;
    wants_it_told(c.p, c.alice, false);
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 0);
    types(c.p, c.bob, c.alice); /* who still wants it */
    assert_int_equal(noticed(c.alice), 1);
    play_end(c.p);
}

static void nothing_is_told_where_receipts_tell_nothing(void **state)
{
    struct pair c = begin();
    struct command off = {.kind = COMMAND_RECEIPTS, .number = RECEIPTS_NOTHING};

    (void)state;
    assert_int_equal(commands(c.p, c.alice, &off), E_OK);
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 0);
    play_end(c.p);
}

/* Whatever people said before. */
static void nothing_is_told_where_the_network_does_not_allow_it(void **state)
{
    struct pair c = begin();
    struct command on = {.kind = COMMAND_ACTIVITY, .number = 1};

    (void)state;
    allowed = false;
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 0);
    assert_int_equal(commands(c.p, c.alice, &on), E_DENIED);
    wants_it_told(c.p, c.bob, false);
    allowed = true;
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 1);
    play_end(c.p);
}

static void keys_that_are_pressed_often_are_told_seldom(void **state)
{
    struct pair c = begin();

    (void)state;
    for (int i = 0; i < 50; i++) {
        types(c.p, c.alice, c.bob);
        assert_int_equal(doing(c.p, c.alice, c.bob, PAYLOAD_HERE), E_OK);
        stage_forward(c.p, 200);
    }
    assert_int_equal(noticed(c.bob), 2 + 1);
    play_end(c.p);
}

/* It waits for nobody; and what is written after it opens all the same. */
static void who_is_away_misses_it(void **state)
{
    struct pair c = begin();

    (void)state;
    leaves(c.bob);
    for (int i = 0; i < 3; i++) {
        types(c.p, c.alice, c.bob);
        stage_forward(c.p, 10 * CLOCK_SECOND_MS);
    }
    says(c.alice, c.bob, "are you there?");
    returns(c.bob);
    sees(c.bob, c.alice, "are you there?");
    assert_int_equal(noticed(c.bob), 0);
    assert_int_equal(parked_by(c.bob), 0);
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 1);
    play_end(c.p);
}

/* Of whoever was silent for five minutes it is not known that they are there. */
static void nobody_is_told_of_whom_nothing_came_of_late(void **state)
{
    struct pair c = begin();

    (void)state;
    stage_forward(c.p, 6 * CLOCK_MINUTE_MS);
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 0);
    says(c.alice, c.bob, "are you there?");
    stage_forward(c.p, 15 * CLOCK_SECOND_MS); /* his device has said that it came */
    types(c.p, c.alice, c.bob);
    assert_int_equal(noticed(c.bob), 1);
    play_end(c.p);
}

static void whoever_is_blocked_neither_sees_it_nor_is_seen(void **state)
{
    struct pair c = begin();
    struct command block = {.kind = COMMAND_BLOCK, .handle = BYTES_LITERAL("bob"), .number = 1};

    (void)state;
    assert_int_equal(commands(c.p, c.alice, &block), E_OK);
    types(c.p, c.alice, c.bob);
    types(c.p, c.bob, c.alice);
    assert_int_equal(noticed(c.alice) + noticed(c.bob), 0);
    play_end(c.p);
}

static void all_devices_of_theirs_see_it_and_none_of_ones_own(void **state)
{
    struct pair c = pair_met();

    (void)state;
    wants_it_told(c.p, c.alice, true);
    wants_it_told(c.p, c.bob, true);
    says(c.bob, c.alice, "to both");
    says(c.second, c.bob, "from the second");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_not_equal(c.second->shared & REGISTERS_TOLD, 0);
    types(c.p, c.bob, c.alice);
    notices(c.alice, pair_with(c.alice, c.bob), "bob", PAYLOAD_TYPING);
    notices(c.second, pair_with(c.second, c.bob), "bob", PAYLOAD_TYPING);
    types(c.p, c.second, c.bob); /* it was said on the other device */
    notices(c.bob, pair_with(c.bob, c.alice), "alice", PAYLOAD_TYPING);
    assert_int_equal(noticed(c.alice), 0);
    play_end(c.p);
}

/* Everybody in it, of whom something came. */
static void in_a_room_all_see_it(void **state)
{
    struct pair c = begin();
    struct person *carol = joins(c.p, "carol");
    struct room_id id = makes(c.p, c.alice, ABOUT_GROUP, "Harbour");

    (void)state;
    assert_int_equal(adds(c.p, c.alice, &id, "bob carol"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(c.p, c.alice, &id, "hello"), E_OK);
    assert_int_equal(says_in(c.p, c.bob, &id, "hello"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    types_in(c.p, c.alice, &id);
    notices(c.bob, room_of(c.bob, &id).number, "alice", PAYLOAD_TYPING);
    notices(carol, room_of(carol, &id).number, "alice", PAYLOAD_TYPING);
    types(c.p, c.bob, c.alice); /* in their own conversation */
    notices(c.alice, pair_with(c.alice, c.bob), "bob", PAYLOAD_TYPING);
    assert_int_equal(noticed(carol), 0);
    play_end(c.p);
}

static void in_a_room_of_more_than_16_nothing_is_told(void **state)
{
    struct pair c = begin();
    struct room_id id = makes(c.p, c.alice, ABOUT_GROUP, "Harbour");
    char handles[ACTIVITY_MEMBERS_MAX * 8] = "bob", name[8];

    (void)state;
    for (int i = 0; i < ACTIVITY_MEMBERS_MAX - 2; i++) {
        snprintf(name, sizeof name, "p%d", i);
        joins(c.p, name);
        strcat(strcat(handles, " "), name);
    }
    assert_int_equal(adds(c.p, c.alice, &id, handles), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(c.p, c.bob, &id, "sixteen"), E_OK);
    assert_int_equal(says_in(c.p, c.alice, &id, "sixteen"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    types_in(c.p, c.alice, &id);
    assert_int_equal(noticed(c.bob), 1);
    joins(c.p, "last");
    assert_int_equal(adds(c.p, c.alice, &id, "last"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(c.p, c.bob, &id, "seventeen"), E_OK);
    assert_int_equal(says_in(c.p, c.alice, &id, "seventeen"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    types_in(c.p, c.alice, &id);
    assert_int_equal(noticed(c.bob), 0);
    play_end(c.p);
}

/* What is not said is nothing to keep. */
static void who_keeps_copies_does_not_see_it(void **state)
{
    struct pair c = begin();
    struct person *bot = joins(c.p, "bot");
    const struct network_policy none = {.number = 0};
    struct network_policy policy = desk_next(c.p, &none, 0);
    struct lie heard = {HANDED, .to = bot, .tell = lie_drop};

    (void)state;
    desk_keep(&policy, bot, true);
    desk_publish(c.p, &policy);
    says(c.alice, c.bob, "for the record");
    says(c.bob, c.alice, "for the record");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    lie_begin(c.p, &heard);
    types(c.p, c.alice, c.bob);
    lie_end(c.p);
    assert_int_equal(heard.told, 0);
    notices(c.bob, pair_with(c.bob, c.alice), "alice", PAYLOAD_TYPING);
    play_end(c.p);
}

/* ---- a server that lies */

static void what_is_handed_on_twice_means_nothing_then(void **state)
{
    struct pair c = begin();
    struct buf kept = BUF(LIMIT_FRAME);
    struct lie record = {HANDED, .tell = lie_record, .ctx = &kept};

    (void)state;
    lie_begin(c.p, &record);
    types(c.p, c.alice, c.bob);
    lie_end(c.p);
    assert_int_equal(noticed(c.bob), 1);
    stage_inject(c.bob, buf_view(&kept));
    stage_settle(c.p);
    assert_int_equal(noticed(c.bob), 0);
    assert_int_equal(parked_by(c.bob), 0);
    buf_free(&kept);
    play_end(c.p);
}

/* tell: the frame is kept in the buf at ctx, and does not go. */
static bool hold(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)lie_record(l, f, body, a);
    return false;
}

static void what_was_held_for_minutes_is_not_shown(void **state)
{
    struct pair c = begin();
    struct buf kept = BUF(LIMIT_FRAME);
    struct lie held = {HANDED, .tell = hold, .ctx = &kept};

    (void)state;
    lie_begin(c.p, &held);
    types(c.p, c.alice, c.bob);
    lie_end(c.p);
    stage_forward(c.p, 4 * CLOCK_MINUTE_MS);
    stage_inject(c.bob, buf_view(&kept));
    stage_settle(c.p);
    assert_int_equal(noticed(c.bob), 1); /* clocks differ */
    says(c.bob, c.alice, "still here");
    stage_forward(c.p, 15 * CLOCK_SECOND_MS);
    lie_begin(c.p, &held);
    types(c.p, c.alice, c.bob);
    lie_end(c.p);
    stage_forward(c.p, 6 * CLOCK_MINUTE_MS);
    stage_inject(c.bob, buf_view(&kept));
    stage_settle(c.p);
    assert_int_equal(noticed(c.bob), 0);
    buf_free(&kept);
    play_end(c.p);
}

/* What is damaged is no news to anybody, and is not remembered. */
static void what_is_damaged_leaves_no_trace(void **state)
{
    struct pair c = begin();
    struct buf kept = BUF(LIMIT_FRAME), spoilt = BUF(LIMIT_FRAME);
    struct lie held = {HANDED, .tell = hold, .ctx = &kept};
    int64_t rows;

    (void)state;
    lie_begin(c.p, &held);
    types(c.p, c.alice, c.bob);
    lie_end(c.p);
    rows = records(c.bob);
    for (size_t at = kept.n - 1; at > 100; at -= 37) {
        buf_cut(&spoilt, 0);
        buf_bytes(&spoilt, buf_view(&kept));
        spoilt.at[at] ^= 1;
        stage_inject(c.bob, buf_view(&spoilt));
        stage_settle(c.p);
    }
    assert_int_equal(noticed(c.bob), 0);
    assert_false(stage_heard(c.bob, PROBLEM_DAMAGED));
    assert_int_equal(parked_by(c.bob), 0);
    assert_int_equal(records(c.bob), rows);
    stage_inject(c.bob, buf_view(&kept));
    stage_settle(c.p);
    assert_int_equal(noticed(c.bob), 1); /* nothing of it was used up */
    buf_free(&kept);
    buf_free(&spoilt);
    play_end(c.p);
}

/* tell: its message is kept in the buf at ctx, and goes on, too. */
static bool copy_sealed(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;
    struct buf *out = l->ctx;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++) {
        buf_cut(out, 0);
        buf_bytes(out, frame_bytes(m->items[i]->sealed));
    }
    return l->at == 0;
}

static void hands_on(struct play *p, struct person *to, struct bytes sealed)
{
    Tacet__Wire__Activity m = TACET__WIRE__ACTIVITY__INIT;
    struct buf body = BUF(LIMIT_FRAME), whole = BUF(LIMIT_FRAME);

    m.sealed = frame_data(sealed);
    frame_pack(&m, &body);
    frame_write(&(struct frame){.op = OP_ACTIVITY, .body = buf_view(&body)}, &whole);
    stage_inject(to, buf_view(&whole));
    stage_settle(p);
    buf_free(&body);
    buf_free(&whole);
}

/* A message that a server hands on instead of delivering it is not taken, and not lost. */
static void a_message_cannot_be_handed_on(void **state)
{
    struct pair c = begin();
    struct buf sealed = BUF(LIMIT_FRAME);
    struct lie l = {DELIVERIES, .to = c.bob, .tell = copy_sealed, .at = 1, .ctx = &sealed};

    (void)state;
    lie_begin(c.p, &l);
    says(c.alice, c.bob, "for the record");
    lie_end(c.p);
    sees_nothing(c.bob);
    hands_on(c.p, c.bob, buf_view(&sealed));
    sees_nothing(c.bob);
    assert_int_equal(noticed(c.bob), 0);
    stage_hang_up(c.bob);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    sees(c.bob, c.alice, "for the record");
    buf_free(&sealed);
    play_end(c.p);
}

/* Nothing is asked of a server for one that cannot be judged yet, and nothing of it waits. */
static void what_cannot_be_opened_yet_is_dropped(void **state)
{
    struct pair c = begin();
    struct person *carol = joins(c.p, "carol");
    struct buf kept = BUF(LIMIT_FRAME);
    struct lie held = {HANDED, .tell = hold, .ctx = &kept};

    (void)state;
    lie_begin(c.p, &held);
    types(c.p, c.alice, c.bob);
    lie_end(c.p);
    stage_inject(carol, buf_view(&kept)); /* it is for somebody else */
    stage_settle(c.p);
    assert_int_equal(noticed(carol), 0);
    assert_int_equal(parked_by(carol), 0);
    hands_on(c.p, carol, BYTES_LITERAL("nothing like it"));
    hands_on(c.p, carol, bytes(NULL, 0));
    assert_int_equal(parked_by(carol), 0);
    assert_false(stage_heard(carol, PROBLEM_DAMAGED));
    buf_free(&kept);
    play_end(c.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_there_sees_it),
        cmocka_unit_test(nothing_of_it_is_kept),
        cmocka_unit_test(nothing_is_told_before_the_person_says_so),
        cmocka_unit_test(nothing_is_told_where_receipts_tell_nothing),
        cmocka_unit_test(nothing_is_told_where_the_network_does_not_allow_it),
        cmocka_unit_test(keys_that_are_pressed_often_are_told_seldom),
        cmocka_unit_test(who_is_away_misses_it),
        cmocka_unit_test(nobody_is_told_of_whom_nothing_came_of_late),
        cmocka_unit_test(whoever_is_blocked_neither_sees_it_nor_is_seen),
        cmocka_unit_test(all_devices_of_theirs_see_it_and_none_of_ones_own),
        cmocka_unit_test(in_a_room_all_see_it),
        cmocka_unit_test(in_a_room_of_more_than_16_nothing_is_told),
        cmocka_unit_test(who_keeps_copies_does_not_see_it),
        cmocka_unit_test(what_is_handed_on_twice_means_nothing_then),
        cmocka_unit_test(what_was_held_for_minutes_is_not_shown),
        cmocka_unit_test(what_is_damaged_leaves_no_trace),
        cmocka_unit_test(a_message_cannot_be_handed_on),
        cmocka_unit_test(what_cannot_be_opened_yet_is_dropped),
    };

    quiet_says(QUIET_PERSONS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
