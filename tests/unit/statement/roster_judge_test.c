/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a roster, one cause at a time.  [PROTOCOL 6.6] */
#include "base/clock.h"
#include "people.h"
#include "statement/roster.h"

/* A message from bob to me that is in order; each test spoils one thing. */
struct scene {
    struct device_list mine, his, next;
    struct roster_network network[2];
    struct roster_account account[2];
    struct roster_skipped skip;
    struct roster roster;
    struct roster_question question;
};

static struct scene scene(void)
{
    struct network_id nid = {{9}};
    struct scene s = {
        .mine = {.aid = {{1}}, .version = 4, .devices = 2, .hash = {1, 1}},
        .his = {.aid = {{2}}, .version = 9, .devices = 1, .hash = {2, 2}},
        .next = {.version = 5, .made_ms = PEOPLE_NOW_MS},
        .network = {{.nid = nid}, {.nid = {{10}}}},
        .roster = {.networks = 1, .accounts = 2},
        .question = {.nid = nid, .message_ms = PEOPLE_NOW_MS},
    };

    for (uint8_t i = 0; i < 2; i++)
        s.mine.device[i].did = (struct device_id){{0x80, i}};
    s.his.device[0].did = (struct device_id){{0x40}};
    s.question.me = s.mine.aid;
    s.question.sender = s.his.aid;
    s.question.my_device = s.mine.device[1].did;
    s.question.sender_device = s.his.device[0].did;
    s.question.my_version_seen = 4;
    s.question.sender_version_seen = 9;
    assert_ok(names_pair_room(&nid, &s.mine.aid, &s.his.aid, &s.roster.room));
    s.account[0] =
        (struct roster_account){.aid = s.mine.aid, .list_version = 4, .list_hash = {1, 1}};
    s.account[1] =
        (struct roster_account){.aid = s.his.aid, .list_version = 9, .list_hash = {2, 2}};
    return s;
}

static enum roster_verdict verdict(struct scene s)
{
    struct arena a = ARENA(1 << 16);
    enum roster_verdict got = 0;

    s.roster.network = s.network;
    s.roster.account = s.account;
    s.roster.skipped = &s.skip;
    s.question.my_list = &s.mine;
    s.question.sender_list = &s.his;
    assert_ok(roster_judge(&s.roster, &s.question, &a, &got));
    arena_free(&a);
    return got;
}

static void a_roster_of_the_two_of_us_is_in_order(void **state)
{
    struct scene s = scene();

    (void)state;
    assert_int_equal(verdict(s), ROSTER_OK);
    s.question.my_version_seen = 0;
    s.question.sender_version_seen = 3;
    assert_int_equal(verdict(s), ROSTER_OK);
}

static void it_is_in_order_whoever_is_named_first(void **state)
{
    struct scene s = scene();
    struct account_id mine = {{3}};

    (void)state;
    s.mine.aid = s.question.me = mine;
    s.account[0] = s.account[1];
    s.account[1] = (struct roster_account){.aid = mine, .list_version = 4, .list_hash = {1, 1}};
    assert_ok(names_pair_room(&s.question.nid, &mine, &s.his.aid, &s.roster.room));
    assert_int_equal(verdict(s), ROSTER_OK);
    s.question.my_device = s.his.device[0].did;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void a_state_or_a_policy_is_wrong(void **state)
{
    struct scene s = scene();

    (void)state;
    s.roster.state_version = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.roster.state_hash[31] = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.network[0].policy_version = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.network[0].policy_hash[0] = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void another_network_or_room_is_wrong(void **state)
{
    struct scene s = scene();

    (void)state;
    s.network[0].nid.b[0] = 8;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.roster.networks = 2;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.roster.room.b[0] ^= 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void other_people_than_the_two_of_us_are_wrong(void **state)
{
    struct scene s = scene();

    (void)state;
    s.roster.accounts = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.account[1].aid.b[0] = 3;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.account[0].aid.b[0] = 0;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void a_third_account_is_wrong(void **state)
{
    struct scene s = scene();
    struct roster_account three[3] = {
        s.account[0], s.account[1], {.aid = {{3}}, .list_version = 1}};
    struct arena a = ARENA(1 << 16);
    enum roster_verdict got = 0;

    (void)state;
    s.roster.network = s.network;
    s.roster.account = three;
    s.roster.accounts = 3;
    s.question.my_list = &s.mine;
    s.question.sender_list = &s.his;
    assert_ok(roster_judge(&s.roster, &s.question, &a, &got));
    assert_int_equal(got, ROSTER_WRONG);
    arena_free(&a);
}

static void another_hash_of_either_list_is_wrong(void **state)
{
    struct scene s = scene();

    (void)state;
    s.account[0].list_hash[15] ^= 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.account[1].list_hash[0] ^= 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void a_version_that_the_sender_had_left_behind_is_wrong(void **state)
{
    struct scene s = scene();

    (void)state;
    s.question.my_version_seen = 5;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.question.sender_version_seen = 10;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void my_device_not_among_the_recipients_is_wrong(void **state)
{
    struct scene s = scene();

    (void)state;
    s.question.my_device.b[1] = 7; /* not in my list */
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.skip = (struct roster_skipped){s.question.my_device, ROSTER_NO_PREKEY};
    s.roster.skips = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
    s = scene();
    s.skip = (struct roster_skipped){s.mine.device[0].did, ROSTER_NO_PREKEY};
    s.roster.skips = 1;
    assert_int_equal(verdict(s), ROSTER_OK); /* my other device was skipped */
    s = scene();
    s.question.sender_device = s.question.my_device;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void a_list_superseded_for_over_an_hour_is_late(void **state)
{
    struct scene s = scene();

    (void)state;
    s.question.my_next = &s.next;
    assert_int_equal(verdict(s), ROSTER_OK);
    s.question.message_ms = s.next.made_ms + CLOCK_HOUR_MS;
    assert_int_equal(verdict(s), ROSTER_OK);
    s.question.message_ms++;
    assert_int_equal(verdict(s), ROSTER_LATE);
    s.question.my_next = NULL;
    assert_int_equal(verdict(s), ROSTER_OK);
    s.question.sender_next = &s.next;
    assert_int_equal(verdict(s), ROSTER_LATE);
    s.question.message_ms = s.next.made_ms - 1;
    assert_int_equal(verdict(s), ROSTER_OK);
}

static void wrong_weighs_more_than_late(void **state)
{
    struct scene s = scene();

    (void)state;
    s.question.my_next = &s.next;
    s.question.message_ms = s.next.made_ms + CLOCK_DAY_MS;
    assert_int_equal(verdict(s), ROSTER_LATE);
    s.roster.state_version = 1;
    assert_int_equal(verdict(s), ROSTER_WRONG);
}

static void a_verdict_that_cannot_be_reached_is_an_error(void **state)
{
    struct scene s = scene();
    struct arena a = ARENA(1);
    enum roster_verdict got = 0;

    (void)state;
    s.roster.network = s.network;
    s.roster.account = s.account;
    s.question.my_list = &s.mine;
    s.question.sender_list = &s.his;
    assert_err(roster_judge(&s.roster, &s.question, &a, &got), E_NOMEM);
    assert_int_equal(got, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roster_of_the_two_of_us_is_in_order),
        cmocka_unit_test(it_is_in_order_whoever_is_named_first),
        cmocka_unit_test(a_state_or_a_policy_is_wrong),
        cmocka_unit_test(another_network_or_room_is_wrong),
        cmocka_unit_test(other_people_than_the_two_of_us_are_wrong),
        cmocka_unit_test(a_third_account_is_wrong),
        cmocka_unit_test(another_hash_of_either_list_is_wrong),
        cmocka_unit_test(a_version_that_the_sender_had_left_behind_is_wrong),
        cmocka_unit_test(my_device_not_among_the_recipients_is_wrong),
        cmocka_unit_test(a_list_superseded_for_over_an_hour_is_late),
        cmocka_unit_test(wrong_weighs_more_than_late),
        cmocka_unit_test(a_verdict_that_cannot_be_reached_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
