/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the accounts of a roster are the people of the conversation, one cause at a time.
 * [PROTOCOL 6.6] */
#include "conversation.h"

static struct conversation c;

static void a_pair_is_in_order_whoever_of_the_two_is_named_first(void **state)
{
    struct roster_account first;

    (void)state;
    conversation_pair(&c);
    assert_in_order(&c);
    first = c.account[0];
    c.account[0] = c.account[1];
    c.account[1] = first;
    c.account[0].aid.b[0] = c.list[BOB].aid.b[0] = 0;
    c.q.sender.aid = c.list[BOB].aid;
    c.lists[0] = &c.list[BOB];
    c.lists[1] = &c.list[ME];
    assert_ok(names_pair_room(&c.nid[NEAR], &c.list[ME].aid, &c.list[BOB].aid, &c.roster.room));
    assert_in_order(&c);
}

static void my_own_devices_talk_in_the_pair_of_my_account_with_itself(void **state)
{
    (void)state;
    conversation_pair(&c);
    c.roster.accounts = 1;
    c.q.sender = (struct roster_party){c.nid[NEAR], c.list[ME].aid, c.list[ME].device[0].did};
    assert_ok(names_pair_room(&c.nid[NEAR], &c.list[ME].aid, &c.list[ME].aid, &c.roster.room));
    assert_in_order(&c);
    c.roster.accounts = 2; /* bob has no business there */
    assert_wrong(&c, ROSTER_STRANGER);
    assert_int_equal(conversation_finding(&c).account, BOB);
}

static void my_other_device_may_write_to_bob(void **state)
{
    (void)state;
    conversation_pair(&c);
    c.q.sender = (struct roster_party){c.nid[NEAR], c.list[ME].aid, c.list[ME].device[0].did};
    assert_in_order(&c);
}

static void a_pair_may_be_of_two_networks(void **state)
{
    (void)state;
    conversation_pair(&c);
    c.roster.networks = 2;
    c.account[BOB].network = FAR;
    c.q.sender.nid = c.nid[FAR];
    assert_ok(names_pair_across(&c.nid[NEAR], &c.list[ME].aid, &c.nid[FAR], &c.list[BOB].aid,
                                &c.roster.room));
    assert_in_order(&c);
    c.q.sender.nid = c.nid[NEAR]; /* an account of that id here is another */
    assert_wrong(&c, ROSTER_SENDER);
}

static void a_pair_with_a_network_too_many_is_wrong(void **state)
{
    struct roster_finding found;

    (void)state;
    conversation_pair(&c);
    c.roster.networks = 2;
    assert_wrong(&c, ROSTER_OTHER_NETWORKS);
    found = conversation_finding(&c);
    assert_int_equal(found.network, FAR);
    assert_int_equal(found.account, ROSTER_NOBODY);
    c.network[NEAR].nid = c.nid[FAR]; /* or in another */
    c.roster.networks = 1;
    assert_wrong(&c, ROSTER_SENDER);
}

static void another_room_than_that_of_the_two_is_wrong(void **state)
{
    (void)state;
    conversation_pair(&c);
    c.roster.room.b[0] ^= 1;
    assert_wrong(&c, ROSTER_OTHER_ROOM);
    conversation_pair(&c); /* one of the two is left out: no two of them make this room */
    c.roster.accounts = 1;
    c.q.sender = (struct roster_party){c.nid[NEAR], c.list[ME].aid, c.list[ME].device[0].did};
    assert_wrong(&c, ROSTER_OTHER_ROOM);
}

static void a_room_that_names_no_state_is_wrong(void **state)
{
    (void)state;
    conversation_room(&c);
    c.roster.state_version = 0;
    memset(c.roster.state_hash, 0, NAMES_H32_SIZE);
    c.q.named.state = NULL;
    assert_wrong(&c, ROSTER_OTHER_ROOM);
}

static void a_pair_that_names_a_state_is_wrong(void **state)
{
    struct room_id pair;

    (void)state;
    conversation_pair(&c);
    pair = c.roster.room;
    conversation_room(&c);
    c.roster.room = pair;
    assert_wrong(&c, ROSTER_STATE_HASH);
}

static void a_third_account_in_a_pair_is_wrong(void **state)
{
    struct roster_finding found;

    (void)state;
    conversation_pair(&c);
    conversation_add(&c, NEAR, 1);
    assert_wrong(&c, ROSTER_STRANGER);
    found = conversation_finding(&c);
    assert_int_equal(found.account, THIRD);
    assert_int_equal(found.network, NEAR);
    assert_true(ID_SAME(found.aid, c.list[THIRD].aid));
}

static void another_list_than_the_one_known_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        conversation_pair(&c);
        c.account[i].list_hash[15] ^= 1;
        assert_wrong(&c, ROSTER_LIST_HASH);
        assert_int_equal(conversation_finding(&c).account, i);
    }
    conversation_pair(&c);
    c.account[ME].list_version++;
    assert_wrong(&c, ROSTER_LIST_HASH);
    conversation_pair(&c);
    c.list[BOB].aid.b[1] = 1;
    assert_wrong(&c, ROSTER_LIST_HASH);
}

static void a_room_of_its_members_is_in_order(void **state)
{
    (void)state;
    conversation_room(&c);
    assert_in_order(&c);
}

static void another_state_than_the_one_known_is_wrong(void **state)
{
    (void)state;
    conversation_room(&c);
    c.roster.state_hash[31] ^= 1;
    assert_wrong(&c, ROSTER_STATE_HASH);
    conversation_room(&c);
    c.roster.state_version++;
    assert_wrong(&c, ROSTER_STATE_HASH);
    conversation_room(&c);
    c.roster.room.b[1] ^= 1;
    assert_wrong(&c, ROSTER_STATE_HASH);
}

static void a_state_that_was_not_committed_is_wrong(void **state)
{
    (void)state;
    conversation_room(&c);
    c.q.named.commit = NULL;
    assert_wrong(&c, ROSTER_NOT_COMMITTED);
    conversation_room(&c);
    c.commit.hash[0] ^= 1; /* another one was */
    assert_wrong(&c, ROSTER_NOT_COMMITTED);
}

static void other_networks_than_the_rooms_are_wrong(void **state)
{
    (void)state;
    conversation_room(&c);
    c.roster.networks = 1;
    assert_wrong(&c, ROSTER_OTHER_NETWORKS);
    conversation_room(&c);
    c.network[FAR].nid.b[0]++;
    assert_wrong(&c, ROSTER_OTHER_NETWORKS);
    assert_int_equal(conversation_finding(&c).network, FAR);
}

static void a_member_left_out_is_wrong(void **state)
{
    struct roster_finding found;

    (void)state;
    conversation_room(&c);
    c.roster.accounts = 2; /* the last of them */
    assert_wrong(&c, ROSTER_MISSING);
    found = conversation_finding(&c);
    assert_int_equal(found.account, ROSTER_NOBODY);
    assert_int_equal(found.network, FAR);
    assert_true(ID_SAME(found.aid, c.member[THIRD].aid));
    conversation_room(&c);
    c.account[ME] = c.account[THIRD]; /* the first of them */
    c.lists[ME] = &c.list[THIRD];
    c.roster.accounts = 1;
    assert_wrong(&c, ROSTER_MISSING);
    assert_true(ID_SAME(conversation_finding(&c).aid, c.member[ME].aid));
    conversation_room(&c);
    c.account[ME] = c.account[BOB]; /* the first, with others of its network behind */
    c.lists[ME] = &c.list[BOB];
    assert_wrong(&c, ROSTER_MISSING);
}

static void somebody_else_in_a_room_is_wrong(void **state)
{
    (void)state;
    conversation_room(&c);
    conversation_add(&c, FAR, 1);
    assert_wrong(&c, ROSTER_STRANGER);
    assert_int_equal(conversation_finding(&c).account, FOURTH);
    conversation_room(&c);
    c.account[THIRD].network = NEAR; /* a member's id, in another network */
    assert_wrong(&c, ROSTER_STRANGER);
}

static void who_is_no_member_or_may_not_post_is_refused(void **state)
{
    (void)state;
    conversation_room(&c);
    c.q.sender.aid.b[0] = 66;
    assert_wrong(&c, ROSTER_SENDER);
    conversation_room(&c);
    c.q.sender.nid.b[0] = 66;
    assert_wrong(&c, ROSTER_SENDER);
    conversation_room(&c);
    c.state.posting = ROOM_POSTING_MODERATORS;
    assert_in_order(&c); /* bob is one */
    c.member[BOB].role = ROOM_MEMBER;
    assert_wrong(&c, ROSTER_SENDER);
}

static void another_policy_than_the_one_known_is_wrong(void **state)
{
    (void)state;
    conversation_room(&c);
    conversation_rule(&c, FAR, POLICY_HYBRID);
    assert_in_order(&c);
    c.network[FAR].policy_hash[0] ^= 1;
    assert_wrong(&c, ROSTER_POLICY_HASH);
    assert_int_equal(conversation_finding(&c).network, FAR);
    conversation_room(&c);
    conversation_rule(&c, NEAR, POLICY_HYBRID);
    c.network[NEAR].policy_version++;
    assert_wrong(&c, ROSTER_POLICY_HASH);
}

static void who_is_put_in_by_a_policy_is_one_of_the_people(void **state)
{
    (void)state;
    conversation_pair(&c);
    conversation_add(&c, NEAR, 1);
    conversation_retain(&c, NEAR, THIRD, true);
    assert_in_order(&c);
    c.policy[NEAR].retention.scope = POLICY_ROOMS; /* of pairs it says nothing then */
    assert_wrong(&c, ROSTER_STRANGER);
    conversation_room(&c);
    conversation_add(&c, FAR, 1);
    conversation_retain(&c, FAR, FOURTH, true);
    assert_in_order(&c);
    conversation_room(
        &c); /* whoever else moderates: one of another network is not ours to put in */
    conversation_add(&c, FAR, 1);
    conversation_retain(&c, NEAR, FOURTH, true);
    assert_wrong(&c, ROSTER_STRANGER);
}

static void who_is_put_in_by_a_policy_may_be_one_of_the_pair_or_the_room(void **state)
{
    (void)state;
    conversation_pair(&c);
    conversation_retain(&c, NEAR, BOB, true);
    assert_in_order(&c);
    conversation_room(&c);
    conversation_retain(&c, FAR, THIRD, false);
    assert_in_order(&c);
    c.roster.accounts = 2; /* left out, it is missing as a member */
    assert_wrong(&c, ROSTER_MISSING);
}

static void retention_left_out_is_wrong_when_strict_and_else_late(void **state)
{
    struct roster_finding found;

    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        conversation_pair(&c);
        conversation_retain(&c, NEAR, THIRD, strict == 1);
        found = conversation_finding(&c);
        assert_int_equal(found.verdict, strict ? ROSTER_WRONG : ROSTER_LATE);
        assert_int_equal(found.cause, ROSTER_RETENTION_MISSING);
        assert_int_equal(found.account, ROSTER_NOBODY);
        assert_int_equal(found.network, NEAR);
        assert_true(ID_SAME(found.aid, c.policy[NEAR].retention.aid));
    }
}

static void retention_with_a_skipped_device_is_left_out(void **state)
{
    struct roster_finding found;

    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        conversation_pair(&c);
        conversation_add(&c, NEAR, 2);
        conversation_retain(&c, NEAR, THIRD, strict == 1);
        c.roster.skips = 1;
        c.skipped = (struct roster_skipped){c.list[ME].device[0].did, ROSTER_NO_PREKEY};
        assert_in_order(&c); /* somebody else's */
        c.skipped.did = c.list[THIRD].device[1].did;
        found = conversation_finding(&c);
        assert_int_equal(found.verdict, strict ? ROSTER_WRONG : ROSTER_LATE);
        assert_int_equal(found.cause, ROSTER_RETENTION_SKIPPED);
        assert_int_equal(found.account, THIRD);
        assert_true(ID_SAME(found.aid, c.list[THIRD].aid));
        assert_true(ID_SAME(found.did, c.list[THIRD].device[1].did));
        c.list[THIRD].device[1].role = DEVICE_RECOVERY;
        assert_in_order(&c); /* nothing would have come to it */
    }
}

static void of_several_policies_the_strict_one_decides(void **state)
{
    (void)state;
    for (size_t strict = 0; strict < NETWORKS; strict++) {
        conversation_room(&c);
        for (size_t i = 0; i < NETWORKS; i++)
            conversation_retain(&c, i, 40 + i, i == strict);
        assert_wrong(&c, ROSTER_RETENTION_MISSING);
        assert_int_equal(conversation_finding(&c).network, strict);
    }
}

/* Else streams of a room where few may post, and copies that were lost, could not be mended. */
static void who_may_not_post_may_still_ask(void **state)
{
    (void)state;
    conversation_room(&c);
    c.state.posting = ROOM_POSTING_MODERATORS;
    c.member[BOB].role = ROOM_MEMBER;
    c.q.seq = 0;
    assert_in_order(&c);
    c.q.sender.aid.b[0] = 66; /* but no stranger */
    assert_wrong(&c, ROSTER_SENDER);
    conversation_add(&c, FAR, 1); /* nor one who put itself into the roster */
    c.q.sender = (struct roster_party){c.nid[FAR], c.list[FOURTH].aid, {{0}}};
    assert_wrong(&c, ROSTER_SENDER);
}

static void a_retention_participant_asks_and_does_not_post(void **state)
{
    (void)state;
    for (int is_room = 0; is_room < 2; is_room++) {
        size_t who = is_room ? FOURTH : THIRD;
        uint8_t network = is_room ? FAR : NEAR;

        if (is_room)
            conversation_room(&c);
        else
            conversation_pair(&c);
        conversation_add(&c, network, 1);
        conversation_retain(&c, network, who, true);
        c.q.sender = (struct roster_party){c.nid[network], c.list[who].aid, {{0}}};
        c.q.sender.did = c.list[who].device[0].did;
        assert_wrong(&c, ROSTER_SENDER);
        c.q.seq = 0;
        assert_in_order(&c);
    }
    c.q.named.state = NULL; /* of two whom the roster does not name */
    c.roster.state_version = 0;
    memset(c.roster.state_hash, 0, sizeof c.roster.state_hash);
    assert_wrong(&c, ROSTER_OTHER_ROOM);
}

static void a_server_asks_the_same_without_being_a_recipient(void **state)
{
    struct roster_finding found = {.verdict = 0};

    (void)state;
    conversation_room(&c);
    assert_ok(roster_people(&c.roster, &c.q.named, &c.q.sender, &found));
    assert_int_equal(found.verdict, ROSTER_OK);
    c.roster.accounts = 2;
    assert_ok(roster_people(&c.roster, &c.q.named, &c.q.sender, &found));
    assert_int_equal(found.verdict, ROSTER_WRONG);
    assert_int_equal(found.cause, ROSTER_MISSING);
}

/* Ten accounts are the most that a pair could have: beyond that nobody is looked for. */
static void a_crowd_is_no_pair(void **state)
{
    enum { CROWD = 1024 };
    static struct roster_account crowd[CROWD];
    static struct device_list list;
    static const struct device_list *lists[CROWD];

    (void)state;
    conversation_pair(&c);
    list = c.list[ME];
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = c.account[ME];
        lists[i] = &list;
    }
    crowd[CROWD - 1] = c.account[BOB];
    lists[CROWD - 1] = &c.list[BOB];
    c.roster.account = crowd;
    c.roster.accounts = CROWD;
    c.q.named.list = lists;
    c.q.sender = c.q.me;
    assert_wrong(&c, ROSTER_OTHER_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_is_in_order_whoever_of_the_two_is_named_first),
        cmocka_unit_test(my_own_devices_talk_in_the_pair_of_my_account_with_itself),
        cmocka_unit_test(my_other_device_may_write_to_bob),
        cmocka_unit_test(a_pair_may_be_of_two_networks),
        cmocka_unit_test(a_pair_with_a_network_too_many_is_wrong),
        cmocka_unit_test(another_room_than_that_of_the_two_is_wrong),
        cmocka_unit_test(a_room_that_names_no_state_is_wrong),
        cmocka_unit_test(a_pair_that_names_a_state_is_wrong),
        cmocka_unit_test(a_third_account_in_a_pair_is_wrong),
        cmocka_unit_test(another_list_than_the_one_known_is_wrong),
        cmocka_unit_test(a_room_of_its_members_is_in_order),
        cmocka_unit_test(another_state_than_the_one_known_is_wrong),
        cmocka_unit_test(a_state_that_was_not_committed_is_wrong),
        cmocka_unit_test(other_networks_than_the_rooms_are_wrong),
        cmocka_unit_test(a_member_left_out_is_wrong),
        cmocka_unit_test(somebody_else_in_a_room_is_wrong),
        cmocka_unit_test(who_is_no_member_or_may_not_post_is_refused),
        cmocka_unit_test(another_policy_than_the_one_known_is_wrong),
        cmocka_unit_test(who_is_put_in_by_a_policy_is_one_of_the_people),
        cmocka_unit_test(who_is_put_in_by_a_policy_may_be_one_of_the_pair_or_the_room),
        cmocka_unit_test(retention_left_out_is_wrong_when_strict_and_else_late),
        cmocka_unit_test(retention_with_a_skipped_device_is_left_out),
        cmocka_unit_test(of_several_policies_the_strict_one_decides),
        cmocka_unit_test(who_may_not_post_may_still_ask),
        cmocka_unit_test(a_retention_participant_asks_and_does_not_post),
        cmocka_unit_test(a_server_asks_the_same_without_being_a_recipient),
        cmocka_unit_test(a_crowd_is_no_pair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
