/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/room_commit.h"

#include "base/clock.h"
#include "people.h"
#include "refusals.h"

#define LABEL BYTES_LABEL("tacet1 room commit")

enum { AT_VERSION = 33, AT_PREVIOUS = 69, AT_TIME = 101 };

static struct network_id nid, other_nid;
static struct key root, directory;
static struct buf statement = {.max = ROOM_COMMIT_SIZE};

static struct room_commit sample(void)
{
    return (struct room_commit){
        .room = {{1}}, .version = 2, .hash = {2}, .previous = {3}, .time_ms = PEOPLE_NOW_MS};
}

static struct err ask(struct bytes in)
{
    struct room_commit c;

    return room_commit_check(in, &nid, &directory.pub, PEOPLE_NOW_MS, &c);
}

static int begin(void **state)
{
    struct room_commit c = sample();

    (void)state;
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    root = key_new(1);
    directory = key_new(2);
    assert_ok(room_commit_sign(&c, &nid, directory.secret, &statement));
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

static void a_commit_says_what_the_directory_signed(void **state)
{
    struct room_commit c, want = sample();

    (void)state;
    assert_int_equal(statement.n, ROOM_COMMIT_SIZE);
    assert_ok(room_commit_check(buf_view(&statement), &nid, &directory.pub, PEOPLE_NOW_MS, &c));
    assert_true(ID_SAME(c.room, want.room));
    assert_int_equal(c.version, want.version);
    assert_memory_equal(c.hash, want.hash, sizeof c.hash);
    assert_memory_equal(c.previous, want.previous, sizeof c.previous);
    assert_int_equal(c.time_ms, want.time_ms);
    c = (struct room_commit){0};
    assert_ok(room_commit_parse(buf_view(&statement), &c));
    assert_int_equal(c.time_ms, want.time_ms);
}

static void it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped(void **state)
{
    struct room_commit c = sample();

    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_flipped_bit(ask, buf_view(&statement));
    assert_err(room_commit_parse(bytes(statement.at, 99), &c), E_TRUNCATED);
    assert_int_equal(c.version, 2);
}

static void it_is_not_accepted_in_another_network_or_by_another_key(void **state)
{
    struct room_commit c;
    struct bytes in = buf_view(&statement);

    (void)state;
    assert_err(room_commit_check(in, &other_nid, &directory.pub, PEOPLE_NOW_MS, &c), E_FORGED);
    assert_err(room_commit_check(in, &nid, &root.pub, PEOPLE_NOW_MS, &c), E_FORGED);
}

static void it_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version of the form", 0, 2, E_MALFORMED},
        {"state version zero", AT_VERSION + 3, 0, E_MALFORMED},
        {"a first one with a hash before it", AT_VERSION + 3, 1, E_MALFORMED},
        {"made too far ahead", AT_TIME, 1, E_CLOCK},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask, buf_view(&statement), LABEL, &nid, directory.secret,
                                    RULES(rules));
}

static void one_that_breaks_a_rule_is_not_signed(void **state)
{
    struct room_commit c = sample();
    struct buf out = BUF(ROOM_COMMIT_SIZE);

    (void)state;
    c.version = 1;
    assert_err(room_commit_sign(&c, &nid, directory.secret, &out), E_MALFORMED);
    memset(c.previous, 0, sizeof c.previous);
    assert_ok(room_commit_sign(&c, &nid, directory.secret, &out));
    buf_free(&out);
    c.version = 0;
    assert_err(room_commit_sign(&c, &nid, directory.secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void one_dated_over_an_hour_ahead_is_refused(void **state)
{
    struct room_commit c;
    struct bytes in = buf_view(&statement);
    uint64_t now = PEOPLE_NOW_MS - CLOCK_HOUR_MS;

    (void)state;
    assert_ok(room_commit_check(in, &nid, &directory.pub, now, &c));
    assert_err(room_commit_check(in, &nid, &directory.pub, now - 1, &c), E_CLOCK);
}

static void a_commit_is_of_one_state(void **state)
{
    struct room_state s = {.room = {{1}}, .version = 2, .hash = {2}, .previous = {3}};
    struct room_commit c = room_commit_of(&s, 9);

    (void)state;
    assert_int_equal(c.time_ms, 9);
    assert_true(room_commit_is_of(&c, &s));
    s.version++;
    assert_false(room_commit_is_of(&c, &s));
    s.version--;
    s.room.b[31] ^= 1;
    assert_false(room_commit_is_of(&c, &s));
    s.room.b[31] ^= 1;
    s.hash[31] ^= 1;
    assert_false(room_commit_is_of(&c, &s));
    s.hash[31] ^= 1;
    s.previous[31] ^= 1;
    assert_false(room_commit_is_of(&c, &s));
}

static void two_hashes_for_one_version_of_one_room_are_proof(void **state)
{
    struct room_commit x = sample(), y = sample();

    (void)state;
    y.time_ms++; /* said twice */
    assert_false(room_commit_contradicts(&x, &y));
    y.hash[31] ^= 1;
    assert_true(room_commit_contradicts(&x, &y));
    y.room.b[0] ^= 1;
    assert_false(room_commit_contradicts(&x, &y));
    y.room.b[0] ^= 1;
    y.version++;
    assert_false(room_commit_contradicts(&x, &y));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_says_what_the_directory_signed),
        cmocka_unit_test(it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped),
        cmocka_unit_test(it_is_not_accepted_in_another_network_or_by_another_key),
        cmocka_unit_test(it_keeps_each_rule),
        cmocka_unit_test(one_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(one_dated_over_an_hour_ahead_is_refused),
        cmocka_unit_test(a_commit_is_of_one_state),
        cmocka_unit_test(two_hashes_for_one_version_of_one_room_are_proof),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
