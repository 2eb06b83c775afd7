/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a roster whose people are right, one cause at a time.  [PROTOCOL 6.6] */
#include "statement/roster_judge.h"

#include <stdlib.h>

#include "conversation.h"

static struct conversation c;

static void my_device_not_among_the_recipients_is_wrong(void **state)
{
    (void)state;
    conversation_pair(&c);
    c.q.me.did.b[1] = 7; /* not in my list */
    assert_wrong(&c, ROSTER_NOT_TO_ME);
    conversation_pair(&c);
    c.roster.skips = 1;
    c.skipped = (struct roster_skipped){c.q.me.did, ROSTER_NO_PREKEY};
    assert_wrong(&c, ROSTER_NOT_TO_ME);
    c.skipped.did = c.list[ME].device[0].did;
    assert_in_order(&c); /* my other device was skipped */
    conversation_pair(&c);
    c.q.sender.did = c.q.me.did; /* what I sent is not for me */
    assert_wrong(&c, ROSTER_NOT_TO_ME);
    conversation_pair(&c); /* my device, in bob's list */
    c.list[BOB].device[0].did = c.q.me.did;
    c.list[ME].devices = 1;
    c.q.sender.did.b[0] = 66;
    assert_wrong(&c, ROSTER_NOT_TO_ME);
}

static void a_partial_upload_must_be_for_me(void **state)
{
    static const uint16_t first[] = {0}, both[] = {0, 1}, beyond[] = {1, 2};

    (void)state;
    conversation_pair(&c); /* my devices have places 0 and 1; mine is the second */
    c.q.scope = both;
    c.q.places = 2;
    assert_in_order(&c);
    c.q.scope = &both[1];
    c.q.places = 1;
    assert_in_order(&c);
    c.q.scope = first;
    assert_wrong(&c, ROSTER_NOT_TO_ME);
    c.q.places = 0;
    assert_wrong(&c, ROSTER_NOT_TO_ME);
    c.q.scope = beyond;
    c.q.places = 2;
    assert_wrong(&c, ROSTER_SCOPE);
}

static void another_profile_than_the_policies_say_is_wrong(void **state)
{
    (void)state;
    conversation_room(&c); /* without any policy it is hybrid */
    c.q.profile = POLICY_STANDARD;
    assert_wrong(&c, ROSTER_PROFILE);
    conversation_rule(&c, NEAR, POLICY_STANDARD); /* of several the highest, and one has none */
    assert_wrong(&c, ROSTER_PROFILE);
    conversation_rule(&c, FAR, POLICY_STANDARD);
    assert_in_order(&c);
    conversation_rule(&c, FAR, POLICY_HYBRID);
    assert_wrong(&c, ROSTER_PROFILE);
    c.q.profile = POLICY_HYBRID;
    assert_in_order(&c);
}

/* The roster that bob named before, in which each test raises something. */
static void remember(struct roster *earlier, struct roster_network network[NETWORKS],
                     struct roster_account account[ACCOUNTS])
{
    *earlier = c.roster;
    memcpy(network, c.network, sizeof c.network);
    memcpy(account, c.account, sizeof c.account);
    earlier->network = network;
    earlier->account = account;
    c.q.earlier = earlier;
}

static void a_version_that_the_sender_had_left_behind_is_wrong(void **state)
{
    struct roster earlier;
    struct roster_network network[NETWORKS];
    struct roster_account account[ACCOUNTS];
    struct roster_finding found;

    (void)state;
    conversation_room(&c);
    remember(&earlier, network, account);
    assert_in_order(&c); /* the same versions as before */
    account[BOB].list_version++;
    assert_wrong(&c, ROSTER_WENT_BACK);
    assert_int_equal(conversation_finding(&c).account, BOB);
    remember(&earlier, network, account);
    earlier.state_version++;
    assert_wrong(&c, ROSTER_WENT_BACK);
    remember(&earlier, network, account);
    network[FAR].policy_version++; /* also from one to none */
    found = conversation_finding(&c);
    assert_int_equal(found.verdict, ROSTER_WRONG);
    assert_int_equal(found.cause, ROSTER_WENT_BACK);
    assert_int_equal(found.network, FAR);
    assert_int_equal(found.account, ROSTER_NOBODY);
}

static void newer_versions_than_before_are_in_order(void **state)
{
    struct roster earlier;
    struct roster_network network[NETWORKS];
    struct roster_account account[ACCOUNTS];

    (void)state;
    conversation_room(&c);
    conversation_rule(&c, NEAR, POLICY_HYBRID);
    remember(&earlier, network, account);
    earlier.state_version--;
    network[NEAR].policy_version--;
    for (size_t i = 0; i < 3; i++)
        account[i].list_version--;
    assert_in_order(&c);
}

static void only_what_is_in_both_rosters_is_compared(void **state)
{
    struct roster earlier;
    struct roster_network network[NETWORKS];
    struct roster_account account[ACCOUNTS];

    (void)state;
    conversation_room(&c);
    remember(&earlier, network, account);
    network[NEAR] = (struct roster_network){.nid = {{1}}, .policy_version = 99};
    account[THIRD].aid.b[0] = 66; /* a network and accounts that are gone */
    for (size_t i = 0; i < 3; i++)
        account[i].list_version = 99;
    assert_in_order(&c);
    remember(&earlier, network, account); /* a network that is new, before the other */
    network[0] = network[FAR];
    account[0] = account[THIRD];
    account[0].network = 0;
    earlier.networks = earlier.accounts = 1;
    assert_in_order(&c);
    account[0].list_version = 99;
    assert_wrong(&c, ROSTER_WENT_BACK);
    assert_int_equal(conversation_finding(&c).account, THIRD);
    earlier.networks = earlier.accounts = 0;
    assert_in_order(&c);
}

static void older_places_of_the_stream_may_name_older_versions(void **state)
{
    struct roster earlier;
    struct roster_network network[NETWORKS];
    struct roster_account account[ACCOUNTS];

    (void)state;
    conversation_room(&c);
    remember(&earlier, network, account);
    earlier.state_version++;
    c.q.seq = c.q.highest;
    assert_in_order(&c);
    c.q.seq = 0; /* a control message */
    assert_in_order(&c);
    c.q.seq = c.q.highest + 1;
    assert_wrong(&c, ROSTER_WENT_BACK);
}

/* Places: 0 and 1 mine, 2 and 3 the participant's. */
static void retention_outside_of_the_scope_is_left_out(void **state)
{
    static const uint16_t scope[] = {1, 2, 3};
    struct roster_finding found;

    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        conversation_pair(&c);
        conversation_add(&c, NEAR, 2);
        conversation_retain(&c, NEAR, THIRD, strict == 1);
        assert_in_order(&c);
        c.q.scope = scope;
        c.q.places = 3;
        assert_in_order(&c);
        c.q.places = 2;
        found = conversation_finding(&c);
        assert_int_equal(found.verdict, strict ? ROSTER_WRONG : ROSTER_LATE);
        assert_int_equal(found.cause, ROSTER_RETENTION_OUTSIDE);
        assert_int_equal(found.account, THIRD);
        assert_true(ID_SAME(found.did, c.list[THIRD].device[1].did));
        c.q.seq = 0; /* a control message goes to whom it concerns */
        assert_in_order(&c);
    }
}

static void the_participants_own_device_needs_no_copy_of_what_it_sent(void **state)
{
    static const uint16_t scope[] = {1, 3};

    (void)state;
    conversation_pair(&c);
    c.roster.accounts = 1;
    conversation_add(&c, NEAR, 3);
    conversation_retain(&c, NEAR, BOB, true);
    c.q.sender.did = c.list[BOB].device[0].did;
    assert_in_order(&c);
    c.q.scope = scope;
    c.q.places = 2;
    assert_wrong(&c, ROSTER_RETENTION_OUTSIDE); /* but its other devices do */
}

static void a_list_superseded_for_over_an_hour_is_late(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        conversation_pair(&c);
        c.next_list[i].made_ms = PEOPLE_NOW_MS;
        c.lists_after[i] = &c.next_list[i];
        assert_in_order(&c);
        c.q.message_ms = PEOPLE_NOW_MS + CLOCK_HOUR_MS;
        assert_in_order(&c);
        c.q.message_ms++;
        assert_late(&c, ROSTER_OLD_LIST);
        assert_int_equal(conversation_finding(&c).account, i);
        c.q.message_ms = PEOPLE_NOW_MS - 1;
        assert_in_order(&c);
    }
}

static void a_state_superseded_for_over_an_hour_is_late(void **state)
{
    (void)state;
    conversation_room(&c);
    c.next_commit.time_ms = PEOPLE_NOW_MS;
    c.q.since.commit = &c.next_commit;
    c.q.message_ms = PEOPLE_NOW_MS + CLOCK_HOUR_MS;
    assert_in_order(&c);
    c.q.message_ms++;
    assert_late(&c, ROSTER_OLD_STATE);
}

static void a_policy_superseded_for_over_an_hour_is_late(void **state)
{
    (void)state;
    conversation_room(&c);
    c.next_policy[FAR] = (struct network_policy){.made_ms = 1, .from_ms = PEOPLE_NOW_MS};
    c.policies_after[FAR] = &c.next_policy[FAR]; /* also the first of all */
    c.q.message_ms = PEOPLE_NOW_MS + CLOCK_HOUR_MS;
    assert_in_order(&c);
    c.q.message_ms++;
    assert_late(&c, ROSTER_OLD_POLICY);
    assert_int_equal(conversation_finding(&c).network, FAR);
}

static void wrong_weighs_more_than_late(void **state)
{
    (void)state;
    conversation_pair(&c);
    conversation_retain(&c, NEAR, THIRD, false);
    assert_late(&c, ROSTER_RETENTION_MISSING);
    c.lists_after[ME] = &c.next_list[ME];
    assert_late(&c, ROSTER_RETENTION_MISSING); /* the first of two */
    c.q.profile = POLICY_STANDARD;
    assert_wrong(&c, ROSTER_PROFILE);
    conversation_pair(&c);
    c.lists_after[ME] = &c.next_list[ME];
    assert_late(&c, ROSTER_OLD_LIST);
    c.q.me.did.b[1] = 7;
    assert_wrong(&c, ROSTER_NOT_TO_ME);
}

static void a_verdict_that_cannot_be_reached_is_an_error(void **state)
{
    struct arena a = ARENA(1);
    struct roster_finding found = {.verdict = 0};

    (void)state;
    conversation_pair(&c);
    assert_err(roster_judge(&c.roster, &c.q, &a, &found), E_NOMEM);
    assert_int_equal(found.verdict, 0);
    arena_free(&a);
}

/* ---- as large as it may be */

enum { CROWD = 1024 };

/* 1,024 members of one room, one device each; or ten each, which are too many. */
struct crowd {
    struct room_member member[CROWD];
    struct roster_account account[CROWD], before[CROWD];
    struct device_list list[CROWD];
    const struct device_list *lists[CROWD], *after[CROWD];
    struct roster earlier;
};

static struct crowd *crowd_new(size_t devices)
{
    struct crowd *w = calloc(1, sizeof *w);

    assert_non_null(w);
    conversation_room(&c);
    for (size_t i = 0; i < CROWD; i++) {
        uint8_t hi = (uint8_t)(i >> 8), lo = (uint8_t)i;

        w->list[i] = (struct device_list){.aid = {{hi, lo}}, .version = 4, .devices = devices};
        for (size_t k = 0; k < devices; k++)
            w->list[i].device[k] =
                (struct device_entry){.did = {{hi, lo, (uint8_t)k}}, .role = DEVICE_PLAIN};
        w->member[i] = (struct room_member){NEAR, {{hi, lo}}, ROOM_MEMBER, 1};
        w->account[i] = (struct roster_account){NEAR, {{hi, lo}}, 4, {0}};
        w->lists[i] = &w->list[i];
    }
    memcpy(w->before, w->account, sizeof w->before);
    c.state.member = w->member;
    c.state.members = c.roster.accounts = CROWD;
    c.state.networks = c.roster.networks = 1;
    c.roster.account = w->account;
    c.q.named.list = w->lists;
    c.q.since.list = w->after;
    c.q.me = (struct roster_party){c.nid[NEAR], {{3, 255}}, {{3, 255}}};
    c.q.sender = (struct roster_party){c.nid[NEAR], {{0, 1}}, {{0, 1}}};
    w->earlier = c.roster;
    w->earlier.account = w->before;
    c.q.earlier = &w->earlier;
    return w;
}

static void a_room_of_1024_accounts_is_judged(void **state)
{
    struct crowd *w = crowd_new(1);

    (void)state;
    assert_in_order(&c);
    w->before[CROWD - 1].list_version++;
    assert_wrong(&c, ROSTER_WENT_BACK);
    assert_int_equal(conversation_finding(&c).account, CROWD - 1);
    free(w);
}

static void more_than_1024_recipients_are_wrong(void **state)
{
    struct crowd *w = crowd_new(10);
    struct arena a = ARENA(1 << 20);
    struct roster_finding found;

    (void)state;
    assert_ok(roster_judge(&c.roster, &c.q, &a, &found));
    assert_int_equal(found.verdict, ROSTER_WRONG);
    assert_int_equal(found.cause, ROSTER_TOO_MANY);
    arena_free(&a);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(my_device_not_among_the_recipients_is_wrong),
        cmocka_unit_test(a_partial_upload_must_be_for_me),
        cmocka_unit_test(another_profile_than_the_policies_say_is_wrong),
        cmocka_unit_test(a_version_that_the_sender_had_left_behind_is_wrong),
        cmocka_unit_test(newer_versions_than_before_are_in_order),
        cmocka_unit_test(only_what_is_in_both_rosters_is_compared),
        cmocka_unit_test(older_places_of_the_stream_may_name_older_versions),
        cmocka_unit_test(retention_outside_of_the_scope_is_left_out),
        cmocka_unit_test(the_participants_own_device_needs_no_copy_of_what_it_sent),
        cmocka_unit_test(a_list_superseded_for_over_an_hour_is_late),
        cmocka_unit_test(a_state_superseded_for_over_an_hour_is_late),
        cmocka_unit_test(a_policy_superseded_for_over_an_hour_is_late),
        cmocka_unit_test(wrong_weighs_more_than_late),
        cmocka_unit_test(a_verdict_that_cannot_be_reached_is_an_error),
        cmocka_unit_test(a_room_of_1024_accounts_is_judged),
        cmocka_unit_test(more_than_1024_recipients_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
