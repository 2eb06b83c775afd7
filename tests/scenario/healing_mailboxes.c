/* SPDX-License-Identifier: Apache-2.0 */
/* healing_mailboxes: mailboxes that are really full, and what their senders are told.
 * [PROTOCOL 6.4, 10 M1] */
#include "scenario/healing.h"
#include "scenario/policies.h"
#include "scenario/stage_internal.h"
#include "server/queue/queue.h"

/* Something that everybody has enough of, until it expires. */
static const char FILL[] =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)"
    " INSERT INTO mail (device, kind, sealed, size, received_ms, expires_ms)"
    " SELECT $1, 1, x'00', 1, $3, $4 FROM n";
static const char COUNTS[] = "INSERT INTO mailbox (device, items, bytes) VALUES ($1, $2, $2)"
                             " ON CONFLICT (device) DO UPDATE SET items = items + $2,"
                             " bytes = bytes + $2";

static uint64_t waiting_for(struct play *p, struct person *who, uint64_t *row)
{
    struct device device;
    uint64_t items;

    assert_ok(devices_get(p->db, &engine_own(stage_engine(who))->me.who.did, &device));
    assert_ok(queue_waiting(p->db, device.row, &items));
    *row = device.row;
    return items;
}

/* The program of `who` ends, and as much comes as there is room for. */
static void fill_mailbox(struct play *p, struct person *who, uint64_t lives_ms)
{
    uint64_t row, more = LIMIT_MAILBOX_ITEMS - waiting_for(p, who, &row);

    leaves(who);
    assert_ok(db_run(p->db, FILL,
                     DB_VALUES(DB_NUMBER_OF(row), DB_NUMBER_OF(more), DB_NUMBER_OF(p->now_ms),
                               DB_NUMBER_OF(p->now_ms + lives_ms)),
                     NULL));
    assert_ok(db_run(p->db, COUNTS, DB_VALUES(DB_NUMBER_OF(row), DB_NUMBER_OF(more)), NULL));
}

/* Whatever is due goes, as the host has it go now and then. */
static void expires(struct play *p)
{
    uint64_t deleted = 1;

    for (int i = 0; deleted > 0; i++) {
        assert_in_range(i, 0, LIMIT_MAILBOX_ITEMS / QUEUE_EXPIRE_MOST + 2);
        assert_ok(queue_expire(p->db, p->now_ms, &deleted));
    }
}

/* From the first message on the bot has a copy of each. */
static struct cast kept_cast_begin(void)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);

    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    says(c.alice, c.bob, "Three of us.");
    sees_behind(c.bob, c.alice, "Three of us.", 0);
    copies(c.bot, c.alice, "Three of us.");
    return c;
}

static void a_message_to_a_full_mailbox_waits_with_its_sender_who_is_told(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    meet(alice, bob);
    fill_mailbox(p, bob, 3 * CLOCK_HOUR_MS);
    says(alice, bob, "Is there room?");
    is(alice, "queued");
    assert_int_equal(alice->code, E_FULL);
    says(alice, bob, "I wait.");
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    is(alice, "queued"); /* however often it was refused */
    stage_forward(p, CLOCK_HOUR_MS);
    expires(p);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    assert_int_equal(alice->code, E_OK);
    returns(bob);
    sees_behind(bob, alice, "Is there room?", 0);
    sees_behind(bob, alice, "I wait.", 0);
    sees_nothing(bob);
    assert_int_equal(alice->problems, 0);
    play_end(p);
}

/* Others get it at once, and he later: the server's notice says whom it left out. */
static void who_has_no_room_alone_gets_it_later_and_once(void **state)
{
    struct cast c = kept_cast_begin();
    struct lie notices = {DELIVERIES, .to = c.alice, .tell = count_capsules};

    (void)state;
    fill_mailbox(c.p, c.bob, CLOCK_HOUR_MS);
    lie_begin(c.p, &notices);
    says(c.alice, c.bob, "for both");
    is(c.alice, "accepted");
    copies(c.bot, c.alice, "for both");
    assert_int_equal(notices.told, 1);
    stage_forward(c.p, CLOCK_HOUR_MS);
    lie_end(c.p);
    assert_in_range(notices.told, 4, 8); /* after 1, 2, 4, ... minutes there was no room yet */
    expires(c.p);
    stage_forward(c.p, CLOCK_HOUR_MS + 5 * CLOCK_MINUTE_MS);
    returns(c.bob);
    sees_behind(c.bob, c.alice, "for both", 0);
    sees_nothing(c.bob);
    sees_nothing(c.bot);
    says(c.alice, c.bob, "And on.");
    sees_behind(c.bob, c.alice, "And on.", 0);
    copies(c.bot, c.alice, "And on.");
    assert_int_equal(c.alice->problems, 0);
    play_end(c.p);
}

/* The same when it is the one who must get a copy: nobody's message is lost to either. */
static void a_keeper_without_room_gets_its_copy_later(void **state)
{
    struct cast c = kept_cast_begin();

    (void)state;
    fill_mailbox(c.p, c.bot, CLOCK_HOUR_MS);
    says(c.alice, c.bob, "for both");
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "for both", 0);
    stage_forward(c.p, CLOCK_HOUR_MS);
    expires(c.p);
    stage_forward(c.p, CLOCK_HOUR_MS + 5 * CLOCK_MINUTE_MS);
    returns(c.bot);
    copies(c.bot, c.alice, "for both");
    sees_nothing(c.bot);
    sees_nothing(c.bob);
    play_end(c.p);
}

/* The server has no room left to say whom it left out: then it takes nothing. */
static void without_room_for_notices_nothing_is_accepted(void **state)
{
    struct cast c = kept_cast_begin();
    struct lie hold = {DELIVERIES, .to = c.alice, .tell = lie_drop};
    uint64_t row, before;

    (void)state;
    fill_mailbox(c.p, c.bob, CLOCK_HOUR_MS);
    lie_begin(c.p, &hold); /* so that nothing of hers is acknowledged */
    waiting_for(c.p, c.alice, &row);
    assert_ok(db_run(c.p->db,
                     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)"
                     " INSERT INTO mail (device, kind, sealed, size, received_ms, expires_ms)"
                     " SELECT $1, 3, x'00', 1, $3, $3 + 3600000 FROM n",
                     DB_VALUES(DB_NUMBER_OF(row), DB_NUMBER_OF(LIMIT_MAILBOX_NOTICES),
                               DB_NUMBER_OF(c.p->now_ms)),
                     NULL));
    assert_ok(db_run(c.p->db, COUNTS,
                     DB_VALUES(DB_NUMBER_OF(row), DB_NUMBER_OF(LIMIT_MAILBOX_NOTICES)), NULL));
    before = waiting_for(c.p, c.alice, &row);
    says(c.alice, c.bob, "for both");
    is(c.alice, "queued");
    assert_int_equal(c.alice->code, E_FULL);
    assert_int_equal(waiting_for(c.p, c.alice, &row), before);
    sees_nothing(c.bot);
    stage_forward(c.p, CLOCK_HOUR_MS);
    is(c.alice, "queued");
    expires(c.p);
    lie_end(c.p);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    is(c.alice, "accepted");
    copies(c.bot, c.alice, "for both");
    returns(c.bob);
    sees_behind(c.bob, c.alice, "for both", 0);
    play_end(c.p);
}

const struct CMUnitTest healing_mailboxes[] = {
    cmocka_unit_test(a_message_to_a_full_mailbox_waits_with_its_sender_who_is_told),
    cmocka_unit_test(who_has_no_room_alone_gets_it_later_and_once),
    cmocka_unit_test(a_keeper_without_room_gets_its_copy_later),
    cmocka_unit_test(without_room_for_notices_nothing_is_accepted),
};
const size_t healing_mailboxes_n = sizeof healing_mailboxes / sizeof healing_mailboxes[0];
