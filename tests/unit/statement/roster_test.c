/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/roster.h"

#include "base/encoding.h"
#include "people.h"
#include "refusals.h"

enum {
    /* Where things stand in the sample. */
    AT_STATE_VERSION = 33,
    AT_STATE_HASH = 37,
    AT_NETWORKS = 69,
    NETWORK_SIZE = 68,
    AT_ACCOUNTS = AT_NETWORKS + 1 + 2 * NETWORK_SIZE,
    ACCOUNT_SIZE = 53,
    AT_SKIPPED = AT_ACCOUNTS + 2 + 3 * ACCOUNT_SIZE
};

static const struct roster_network networks[] = {{.nid = {{1}}},
                                                 {.nid = {{2}}, .policy_version = 1}};
static const struct roster_account accounts[] = {
    {.network = 0, .aid = {{5}}, .list_version = 1},
    {.network = 0, .aid = {{6}}, .list_version = 2},
    {.network = 1, .aid = {{3}}, .list_version = 3, .list_hash = {9}}};
static const struct roster_skipped skipped[] = {{{{1}}, ROSTER_NO_PREKEY},
                                                {{{1, 1}}, ROSTER_NO_PREKEY}};

static const struct roster sample = {.room = {{7}},
                                     .network = networks,
                                     .account = accounts,
                                     .skipped = skipped,
                                     .networks = 2,
                                     .accounts = 3,
                                     .skips = 2};

static struct buf written = {.max = ROSTER_MAX_SIZE};

static struct err ask(struct bytes in)
{
    struct arena a = ARENA(1 << 20);
    struct roster r;
    struct err err = roster_parse(in, &a, &r);

    arena_free(&a);
    return err;
}

static int begin(void **state)
{
    (void)state;
    roster_write(&sample, &written);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&written);
    return 0;
}

static void a_roster_that_is_written_reads_back_and_writes_the_same(void **state)
{
    struct arena a = ARENA(1 << 20);
    struct roster r;
    struct buf again = BUF(ROSTER_MAX_SIZE);

    (void)state;
    assert_ok(roster_parse(buf_view(&written), &a, &r));
    assert_true(ID_SAME(r.room, sample.room));
    assert_int_equal(r.networks, 2);
    assert_int_equal(r.network[1].policy_version, 1);
    assert_int_equal(r.accounts, 3);
    assert_true(ID_SAME(r.account[2].aid, accounts[2].aid));
    assert_int_equal(r.account[2].network, 1);
    assert_int_equal(r.account[2].list_version, 3);
    assert_int_equal(r.account[2].list_hash[0], 9);
    assert_int_equal(r.skips, 2);
    assert_true(ID_SAME(r.skipped[1].did, skipped[1].did));
    assert_int_equal(r.skipped[1].reason, ROSTER_NO_PREKEY);
    roster_write(&r, &again);
    assert_bytes(buf_view(&again), buf_view(&written));
    buf_free(&again);
    arena_free(&a);
}

static void a_roster_is_not_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&written));
    refuses_a_trailing_byte(ask, buf_view(&written));
}

static void a_roster_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"a hash of no state", AT_STATE_HASH, 1, E_MALFORMED},
        {"no networks", AT_NETWORKS, 0, E_MALFORMED},
        {"nine networks", AT_NETWORKS, 9, E_LIMIT},
        {"networks not sorted", AT_NETWORKS + 1, 3, E_MALFORMED},
        {"a network twice", AT_NETWORKS + 1, 2, E_MALFORMED},
        {"a hash of no policy", AT_NETWORKS + 1 + 36, 1, E_MALFORMED},
        {"over 1,024 accounts", AT_ACCOUNTS, 5, E_LIMIT},
        {"an account of no network", AT_ACCOUNTS + 2 + 2 * ACCOUNT_SIZE, 2, E_MALFORMED},
        {"accounts not sorted by network", AT_ACCOUNTS + 2, 1, E_MALFORMED},
        {"accounts not sorted by id", AT_ACCOUNTS + 2 + 1, 7, E_MALFORMED},
        {"an account twice", AT_ACCOUNTS + 2 + 1, 6, E_MALFORMED},
        {"list version zero", AT_ACCOUNTS + 2 + 36, 0, E_MALFORMED},
        {"over 1,024 skipped", AT_SKIPPED, 5, E_LIMIT},
        {"skipped not sorted", AT_SKIPPED + 2, 2, E_MALFORMED},
        {"a device skipped twice", AT_SKIPPED + 2 + 1, 1, E_MALFORMED},
        {"no reason", AT_SKIPPED + 2 + 16, 0, E_MALFORMED},
        {"an unknown reason", AT_SKIPPED + 2 + 16, 2, E_MALFORMED},
    };
    struct roster nobody = sample;
    struct buf out = BUF(ROSTER_MAX_SIZE);

    (void)state;
    refuses_each_broken_rule(ask, buf_view(&written), RULES(rules));
    nobody.accounts = 0;
    roster_write(&nobody, &out);
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    buf_free(&out);
}

static void one_account_in_two_networks_is_two_accounts(void **state)
{
    struct roster_account both[] = {{.network = 0, .aid = {{5}}, .list_version = 1},
                                    {.network = 1, .aid = {{5}}, .list_version = 1}};
    struct roster r = sample;
    struct buf out = BUF(ROSTER_MAX_SIZE);

    (void)state;
    r.account = both;
    r.accounts = 2;
    roster_write(&r, &out);
    assert_ok(ask(buf_view(&out)));
    buf_free(&out);
}

static void an_arena_that_is_too_small_is_told_and_the_output_is_left_alone(void **state)
{
    struct arena a = ARENA(16);
    struct roster r = {.accounts = 77};

    (void)state;
    assert_err(roster_parse(buf_view(&written), &a, &r), E_NOMEM);
    assert_int_equal(r.accounts, 77);
    arena_free(&a);
}

static void the_digest_has_a_known_answer(void **state)
{
    struct roster_id got, want;

    (void)state;
    assert_ok(encoding_hex_read(
        bytes_text("db13163e4e747cb20a310f4cd4347691ec79b6371c09781b6c8acd7e40480dbe07e35d221750ae"
                   "bec39eef1c9129590b"),
        want.b, sizeof want.b));
    assert_ok(roster_digest(BYTES_LITERAL("roster"), &got));
    assert_true(ID_SAME(got, want));
}

/* Two accounts of three and two devices, and the roster that names them. */
struct pair {
    struct device_list a, b;
    const struct device_list *lists[2];
    struct roster_account account[2];
    struct roster_skipped skip[2];
    struct roster roster;
};

static void pair_init(struct pair *p)
{
    *p = (struct pair){.a = {.aid = {{1}}, .version = 4, .devices = 3, .hash = {1, 1}},
                       .b = {.aid = {{2}}, .version = 9, .devices = 2, .hash = {2, 2}},
                       .roster = {.network = networks, .networks = 1, .accounts = 2}};
    for (uint8_t i = 0; i < 3; i++)
        p->a.device[i] = (struct device_entry){.did = {{0x80, i}}, .role = DEVICE_PLAIN};
    for (uint8_t i = 0; i < 2; i++)
        p->b.device[i] = (struct device_entry){.did = {{0x40, i}}, .role = DEVICE_PLAIN};
    p->lists[0] = &p->a;
    p->lists[1] = &p->b;
    for (size_t i = 0; i < 2; i++) {
        p->account[i] =
            (struct roster_account){.aid = p->lists[i]->aid, .list_version = p->lists[i]->version};
        memcpy(p->account[i].list_hash, p->lists[i]->hash, NAMES_H16_SIZE);
    }
    p->roster.account = p->account;
    p->roster.skipped = p->skip;
}

static void recipients_stand_by_account_and_in_the_order_of_its_list(void **state)
{
    struct arena a = ARENA(1 << 16);
    struct pair p;
    struct roster_recipient *who;
    size_t n;
    struct device_id stranger = {{3}};

    (void)state;
    pair_init(&p);
    assert_ok(roster_recipients(&p.roster, p.lists, &stranger, &a, &who, &n));
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(who[i].account, i < 3 ? 0 : 1);
        assert_ptr_equal(who[i].device, i < 3 ? &p.a.device[i] : &p.b.device[i - 3]);
    }
    arena_free(&a);
}

static void the_sender_and_the_skipped_are_left_out(void **state)
{
    struct arena a = ARENA(1 << 16);
    struct pair p;
    struct roster_recipient *who;
    size_t n;

    (void)state;
    pair_init(&p);
    p.skip[0] = (struct roster_skipped){p.b.device[0].did, ROSTER_NO_PREKEY};
    p.skip[1] = (struct roster_skipped){p.a.device[2].did, ROSTER_NO_PREKEY};
    p.roster.skips = 2;
    assert_ok(roster_recipients(&p.roster, p.lists, &p.a.device[0].did, &a, &who, &n));
    assert_int_equal(n, 2);
    assert_ptr_equal(who[0].device, &p.a.device[1]);
    assert_ptr_equal(who[1].device, &p.b.device[1]);
    arena_free(&a);
}

static void a_recovery_key_is_no_recipient(void **state)
{
    struct arena a = ARENA(1 << 16);
    struct pair p;
    struct roster_recipient *who;
    struct device_id stranger = {{3}};
    size_t n;

    (void)state;
    pair_init(&p);
    p.a.device[1].role = DEVICE_RECOVERY;
    p.b.device[1].role = DEVICE_RECOVERY;
    assert_ok(roster_recipients(&p.roster, p.lists, &stranger, &a, &who, &n));
    assert_int_equal(n, 3);
    assert_ptr_equal(who[0].device, &p.a.device[0]);
    assert_ptr_equal(who[1].device, &p.a.device[2]);
    assert_ptr_equal(who[2].device, &p.b.device[0]);
    arena_free(&a);
}

static void a_list_that_the_roster_does_not_name_is_stale(void **state)
{
    struct arena a = ARENA(1 << 16);
    struct pair p;
    struct roster_recipient *who = NULL;
    size_t n = 77;
    struct device_id me = {{3}};

    (void)state;
    pair_init(&p);
    p.b.version++;
    assert_err(roster_recipients(&p.roster, p.lists, &me, &a, &who, &n), E_STALE);
    pair_init(&p);
    p.b.hash[NAMES_H16_SIZE - 1] ^= 1;
    assert_err(roster_recipients(&p.roster, p.lists, &me, &a, &who, &n), E_STALE);
    pair_init(&p);
    p.b.aid.b[31] ^= 1;
    assert_err(roster_recipients(&p.roster, p.lists, &me, &a, &who, &n), E_STALE);
    pair_init(&p);
    p.b.hash[NAMES_H16_SIZE] ^= 1; /* a roster holds half of it */
    assert_ok(roster_recipients(&p.roster, p.lists, &me, &a, &who, &n));
    assert_int_equal(n, 5);
    arena_free(&a);
}

/* 103 accounts of ten devices: 1,030. */
static void more_recipients_than_the_limit_are_refused(void **state)
{
    enum { MANY = 103 };
    struct arena a = ARENA(1 << 20);
    struct device_list *list = ARENA_ARRAY(&a, MANY, struct device_list);
    const struct device_list **lists = ARENA_ARRAY(&a, MANY, const struct device_list *);
    struct roster_account *account = ARENA_ARRAY(&a, MANY, struct roster_account);
    struct roster r = {.network = networks, .account = account, .networks = 1, .accounts = MANY};
    struct roster_recipient *who;
    size_t n;
    struct device_id me = {{0}};

    (void)state;
    assert_non_null(account);
    for (uint8_t i = 0; i < MANY; i++) {
        list[i] = (struct device_list){.aid = {{i}}, .version = 1, .devices = 10};
        for (uint8_t j = 0; j < 10; j++)
            list[i].device[j] = (struct device_entry){.did = {{1, i, j}}, .role = DEVICE_PLAIN};
        lists[i] = &list[i];
        account[i] = (struct roster_account){.aid = {{i}}, .list_version = 1};
    }
    assert_err(roster_recipients(&r, lists, &me, &a, &who, &n), E_LIMIT);
    list[0].devices = 4;
    assert_ok(roster_recipients(&r, lists, &me, &a, &who, &n));
    assert_int_equal(n, LIMIT_RECIPIENTS);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roster_that_is_written_reads_back_and_writes_the_same),
        cmocka_unit_test(a_roster_is_not_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_roster_keeps_each_rule),
        cmocka_unit_test(one_account_in_two_networks_is_two_accounts),
        cmocka_unit_test(an_arena_that_is_too_small_is_told_and_the_output_is_left_alone),
        cmocka_unit_test(the_digest_has_a_known_answer),
        cmocka_unit_test(recipients_stand_by_account_and_in_the_order_of_its_list),
        cmocka_unit_test(the_sender_and_the_skipped_are_left_out),
        cmocka_unit_test(a_recovery_key_is_no_recipient),
        cmocka_unit_test(a_list_that_the_roster_does_not_name_is_stale),
        cmocka_unit_test(more_recipients_than_the_limit_are_refused),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
