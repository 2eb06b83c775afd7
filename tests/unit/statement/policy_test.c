/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/policy.h"

#include "base/clock.h"
#include "people.h"
#include "refusals.h"

#define LABEL BYTES_LABEL("tacet1 policy")

enum { /* where things stand in the body */
       AT_NUMBER = 1,
       AT_PREVIOUS = 5,
       AT_MADE = 37,
       AT_FROM = 45,
       AT_PROFILE = 53,
       AT_FLAGS,
       AT_RETAINS,
       AT_SCOPE = 88,
       AT_STRICT,
       AT_DAYS,
       AT_ROOMS = 92,
       AT_ROOM = 94
};

static struct network_id nid, other_nid;
static struct key root, directory;
static struct network_policy first; /* of two named rooms */
static struct buf statement = {.max = POLICY_MAX_SIZE};

static struct network_policy sample(size_t rooms)
{
    struct network_policy p = {.number = 1,
                               .made_ms = PEOPLE_NOW_MS,
                               .from_ms = PEOPLE_NOW_MS + 1,
                               .profile = POLICY_HYBRID,
                               .retains = true,
                               .retention = {.aid = {{7}},
                                             .scope = rooms == 0 ? POLICY_ALL : POLICY_NAMED,
                                             .strict = true,
                                             .days = 90,
                                             .rooms = rooms}};

    for (size_t i = 0; i < rooms && i < POLICY_ROOMS_MAX; i++)
        p.retention.room[i] = (struct room_id){{1, (uint8_t)i}};
    return p;
}

static struct err ask(struct bytes in)
{
    struct network_policy p;

    return policy_check(in, &nid, &root.pub, NULL, PEOPLE_NOW_MS, &p);
}

static struct err ask_form(struct bytes in)
{
    struct network_policy p;

    return policy_parse(in, &nid, &p);
}

static int begin(void **state)
{
    (void)state;
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    root = key_new(1);
    directory = key_new(2);
    first = sample(2);
    assert_ok(policy_sign(&first, &nid, root.secret, &statement));
    return 0;
}

static int end(void **state)
{
    (void)state;
    key_free(&root);
    key_free(&directory);
    buf_free(&statement);
    return 0;
}

static void says_the_same(struct network_policy got)
{
    struct buf again = BUF(POLICY_MAX_SIZE);

    assert_memory_equal(got.hash, first.hash, sizeof got.hash);
    assert_int_equal(got.number, 1);
    assert_int_equal(got.from_ms, PEOPLE_NOW_MS + 1);
    assert_int_equal(got.retention.days, 90);
    assert_true(got.retention.strict);
    assert_int_equal(got.retention.rooms, 2);
    assert_ok(policy_sign(&got, &nid, root.secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(statement.at, statement.n - SIGN_SIZE));
    buf_free(&again);
}

static void a_policy_says_what_the_root_signed(void **state)
{
    struct network_policy p;
    uint8_t hash[NAMES_H32_SIZE];

    (void)state;
    assert_ok(policy_check(buf_view(&statement), &nid, &root.pub, NULL, PEOPLE_NOW_MS, &p));
    says_the_same(p);
    assert_ok(policy_parse(buf_view(&statement), &nid, &p));
    says_the_same(p);
    assert_ok(names_h32(HASH_PARTS(BYTES_LABEL("tacet1 policy hash"), ID_BYTES(nid),
                                   bytes(statement.at, statement.n - SIGN_SIZE)),
                        hash));
    assert_memory_equal(first.hash, hash, sizeof hash);
}

static void one_without_retention_is_short(void **state)
{
    struct network_policy p = sample(0), got;
    struct buf out = BUF(POLICY_MAX_SIZE);

    (void)state;
    p.retains = false;
    p.profile = POLICY_STANDARD;
    assert_ok(policy_sign(&p, &nid, root.secret, &out));
    assert_int_equal(out.n, AT_RETAINS + 1 + SIGN_SIZE);
    assert_ok(policy_parse(buf_view(&out), &nid, &got));
    assert_false(got.retains);
    assert_int_equal(got.profile, POLICY_STANDARD);
    refuses_every_truncation(ask, buf_view(&out));
    buf_free(&out);
}

static void it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_truncation(ask_form, buf_view(&statement));
    refuses_a_trailing_byte(ask_form, buf_view(&statement));
    refuses_every_flipped_bit(ask, buf_view(&statement));
}

static void it_is_not_accepted_in_another_network_or_by_another_key(void **state)
{
    struct network_policy p;
    struct bytes in = buf_view(&statement);

    (void)state;
    assert_err(policy_check(in, &other_nid, &root.pub, NULL, PEOPLE_NOW_MS, &p), E_FORGED);
    assert_err(policy_check(in, &nid, &directory.pub, NULL, PEOPLE_NOW_MS, &p), E_FORGED);
}

static void it_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"number zero", AT_NUMBER + 3, 0, E_MALFORMED},
        {"a first one with a hash before it", AT_PREVIOUS, 1, E_MALFORMED},
        {"made after it is in force", AT_MADE, 1, E_MALFORMED},
        {"profile zero", AT_PROFILE, 0, E_MALFORMED},
        {"profile three", AT_PROFILE, 3, E_MALFORMED},
        {"flags", AT_FLAGS, 1, E_MALFORMED},
        {"retention neither yes nor no", AT_RETAINS, 2, E_MALFORMED},
        {"a retention that is not there", AT_RETAINS, 0, E_MALFORMED},
        {"scope zero", AT_SCOPE, 0, E_MALFORMED},
        {"scope four", AT_SCOPE, 4, E_MALFORMED},
        {"rooms that scope one does not name", AT_SCOPE, 1, E_MALFORMED},
        {"rooms that scope two does not name", AT_SCOPE, 2, E_MALFORMED},
        {"strict neither yes nor no", AT_STRICT, 2, E_MALFORMED},
        {"no days", AT_DAYS + 1, 0, E_MALFORMED},
        {"367 days and more", AT_DAYS, 2, E_MALFORMED},
        {"more rooms than follow", AT_ROOMS + 1, 3, E_TRUNCATED},
        {"sixty-five rooms", AT_ROOMS + 1, 65, E_MALFORMED},
        {"rooms unsorted", AT_ROOM, 2, E_MALFORMED},
        {"a room twice", AT_ROOM + 1, 1, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask, buf_view(&statement), LABEL, &nid, root.secret,
                                    RULES(rules));
}

static void one_that_breaks_a_rule_is_not_signed(void **state)
{
    struct network_policy bad[10];
    struct buf out = BUF(POLICY_MAX_SIZE);

    (void)state;
    for (size_t i = 0; i < 10; i++)
        bad[i] = sample(2);
    bad[0].number = 0;
    bad[1].previous[31] = 1;
    bad[2].from_ms = bad[2].made_ms - 1;
    bad[3].profile = 3;
    bad[4].retention.days = 0;
    bad[5].retention.days = POLICY_DAYS_MAX + 1;
    bad[6].retention.rooms = 0; /* named rooms, and none */
    bad[7].retention.rooms = POLICY_ROOMS_MAX + 1;
    bad[8].retention.scope = POLICY_ROOMS;
    bad[9].retention.room[1] = bad[9].retention.room[0];
    for (size_t i = 0; i < 10; i++)
        assert_err(policy_sign(&bad[i], &nid, root.secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

/* Signed, and checked as what follows the first. */
static struct err follows(struct network_policy p)
{
    struct buf out = BUF(POLICY_MAX_SIZE);
    struct network_policy got;
    struct err err;

    assert_ok(policy_sign(&p, &nid, root.secret, &out));
    err = policy_check(buf_view(&out), &nid, &root.pub, &first, PEOPLE_NOW_MS, &got);
    buf_free(&out);
    return err;
}

static struct network_policy second(void)
{
    struct network_policy p = sample(0);

    p.number = 2;
    memcpy(p.previous, first.hash, sizeof p.previous);
    return p;
}

static void a_policy_follows_the_one_before(void **state)
{
    struct network_policy p = second();

    (void)state;
    assert_ok(follows(p));
    p.number = 3;
    assert_err(follows(p), E_FORGED);
    p = second();
    p.previous[0] ^= 1;
    assert_err(follows(p), E_FORGED);
    p = second();
    p.made_ms--;
    assert_err(follows(p), E_FORGED);
    assert_err(follows(sample(0)), E_FORGED); /* a second first one */
}

static void the_roots_word_is_enough_for_who_starts_in_the_middle(void **state)
{
    struct network_policy p = second();
    struct buf out = BUF(POLICY_MAX_SIZE);

    (void)state;
    assert_ok(policy_sign(&p, &nid, root.secret, &out));
    assert_ok(ask(buf_view(&out)));
    buf_free(&out);
}

static void one_dated_over_an_hour_ahead_is_refused(void **state)
{
    struct network_policy p;
    struct bytes in = buf_view(&statement);
    uint64_t now = PEOPLE_NOW_MS - CLOCK_HOUR_MS;

    (void)state;
    assert_ok(policy_check(in, &nid, &root.pub, NULL, now, &p));
    assert_err(policy_check(in, &nid, &root.pub, NULL, now - 1, &p), E_CLOCK);
}

static void the_largest_is_as_large_as_stated(void **state)
{
    struct network_policy p = sample(POLICY_ROOMS_MAX);
    struct buf out = BUF(POLICY_MAX_SIZE), small = BUF(POLICY_MAX_SIZE - 1);

    (void)state;
    p.retention.days = POLICY_DAYS_MAX;
    assert_ok(policy_sign(&p, &nid, root.secret, &out));
    assert_int_equal(out.n, POLICY_MAX_SIZE);
    assert_ok(ask(buf_view(&out)));
    assert_err(policy_sign(&p, &nid, root.secret, &small), E_LIMIT);
    assert_int_equal(small.n, 0);
    buf_free(&out);
    buf_free(&small);
}

static void a_policy_is_superseded_by_the_first_above_it_whose_time_comes(void **state)
{
    struct network_policy p[3] = {
        {.number = 1, .from_ms = 10}, {.number = 2, .from_ms = 30}, {.number = 3, .from_ms = 20}};
    const struct network_policy *known[] = {&p[0], &p[1], &p[2]};

    (void)state;
    assert_ptr_equal(policy_after(known, 3, 0), &p[0]);
    assert_ptr_equal(policy_after(known, 3, 1), &p[2]);
    assert_ptr_equal(policy_after(known, 3, 2), &p[2]);
    assert_ptr_equal(policy_after(known, 2, 1), &p[1]);
    assert_null(policy_after(known, 3, 3));
}

static void a_policy_requires_its_participant_where_its_scope_says(void **state)
{
    struct network_policy p = sample(0);
    struct room_id room = {{1, 1}}, other = {{1, 9}};

    (void)state;
    assert_ptr_equal(policy_requires(&p, false, &room), &p.retention.aid);
    assert_ptr_equal(policy_requires(&p, true, &room), &p.retention.aid);
    p.retention.scope = POLICY_ROOMS;
    assert_null(policy_requires(&p, false, &room));
    assert_ptr_equal(policy_requires(&p, true, &room), &p.retention.aid);
    p = sample(3);
    assert_null(policy_requires(&p, false, &room));
    assert_ptr_equal(policy_requires(&p, true, &room), &p.retention.aid);
    assert_null(policy_requires(&p, true, &other));
    p.retains = false;
    assert_null(policy_requires(&p, true, &room));
    assert_null(policy_requires(NULL, true, &room));
}

static void the_profile_is_hybrid_unless_a_policy_says_otherwise(void **state)
{
    struct network_policy p = {.profile = POLICY_STANDARD};

    (void)state;
    assert_int_equal(policy_profile(NULL), POLICY_HYBRID);
    assert_int_equal(policy_profile(&p), POLICY_STANDARD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_says_what_the_root_signed),
        cmocka_unit_test(one_without_retention_is_short),
        cmocka_unit_test(it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped),
        cmocka_unit_test(it_is_not_accepted_in_another_network_or_by_another_key),
        cmocka_unit_test(it_keeps_each_rule),
        cmocka_unit_test(one_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(a_policy_follows_the_one_before),
        cmocka_unit_test(the_roots_word_is_enough_for_who_starts_in_the_middle),
        cmocka_unit_test(one_dated_over_an_hour_ahead_is_refused),
        cmocka_unit_test(the_largest_is_as_large_as_stated),
        cmocka_unit_test(a_policy_is_superseded_by_the_first_above_it_whose_time_comes),
        cmocka_unit_test(a_policy_requires_its_participant_where_its_scope_says),
        cmocka_unit_test(the_profile_is_hybrid_unless_a_policy_says_otherwise),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
