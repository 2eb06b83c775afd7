/* SPDX-License-Identifier: Apache-2.0 */
#include "client/streams.h"

#include "base/clock.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)
#define MOST   128

/* What a sender says: message i has place i, and each names the one before. */
struct talk {
    struct core core[MOST + 1];
};

static struct talk talk;
static struct streams_step last;

static struct core message(uint64_t seq, const uint8_t *prev)
{
    struct core c = {.seq = seq, .sent_ms = NOW_MS + seq, .ttl_s = 60, .type = PAYLOAD_TEXT};

    memset(c.id.b, (int)seq, sizeof c.id.b);
    if (prev != NULL)
        memcpy(c.prev, prev, sizeof c.prev);
    return c;
}

static int begin(void **state)
{
    uint8_t link[NAMES_H32_SIZE];

    (void)state;
    talk.core[1] = message(1, NULL);
    for (uint64_t seq = 2; seq <= MOST; seq++) {
        assert_ok(trailer_link(&talk.core[seq - 1], link));
        talk.core[seq] = message(seq, link);
    }
    return 0;
}

static enum streams_result take_core(struct stream *s, const struct core *c)
{
    assert_ok(streams_take(s, c, NOW_MS, &last));
    return last.result;
}

static enum streams_result take(struct stream *s, uint64_t seq)
{
    return take_core(s, &talk.core[seq]);
}

static void misses(const struct stream *s, size_t i, uint64_t first, uint64_t last_one)
{
    assert_true(i < s->missing.n);
    assert_int_equal(s->missing.at[i].first, first);
    assert_int_equal(s->missing.at[i].last, last_one);
}

/* 1 to 3, then from `next` on: what is between is missing. */
static void begin_with_gap(struct stream *s, uint64_t next)
{
    *s = (struct stream){0};
    assert_int_equal(take(s, 1), STREAMS_BASELINE);
    assert_int_equal(take(s, 2), STREAMS_NEXT);
    assert_int_equal(take(s, 3), STREAMS_NEXT);
    assert_int_equal(take(s, next), STREAMS_GAP);
    assert_int_equal(last.missing, next - 4);
}

/* ---- as it should be, and gaps */

static void the_first_that_comes_is_the_baseline(void **state)
{
    struct stream s = {0};

    assert_int_equal(take(&s, 7), STREAMS_BASELINE);
    assert_int_equal(last.missing, 0); /* which is not shown: it may have been for others */
    assert_int_equal(s.baseline, 7);
    misses(&s, 0, 1, 6);
    assert_int_equal(take(&s, 8), STREAMS_NEXT);
    assert_int_equal(take(&s, 5), STREAMS_FILLED);
    assert_int_equal(streams_void(&s, 1, 6), 5);
    assert_int_equal(take(&s, 5), STREAMS_BEFORE);
    assert_int_equal(s.highest, 8);
    assert_int_equal(s.missing.n, 0);
}

static void what_is_left_out_is_missing_until_it_comes(void **state)
{
    struct stream s;

    begin_with_gap(&s, 8);
    misses(&s, 0, 4, 7);
    assert_int_equal(take(&s, 9), STREAMS_NEXT);
    assert_int_equal(take(&s, 5), STREAMS_FILLED);
    assert_int_equal(s.missing.n, 2);
    misses(&s, 0, 4, 4);
    misses(&s, 1, 6, 7);
    assert_int_equal(take(&s, 7), STREAMS_FILLED);
    misses(&s, 1, 6, 6);
    assert_int_equal(take(&s, 4), STREAMS_FILLED);
    assert_int_equal(take(&s, 6), STREAMS_FILLED);
    assert_int_equal(s.missing.n, 0);
    assert_int_equal(s.highest, 9);
    assert_int_equal(take(&s, 10), STREAMS_NEXT);
}

static void a_range_fills_from_either_end(void **state)
{
    struct stream s;

    begin_with_gap(&s, 8);
    for (uint64_t seq = 4; seq < 8; seq++)
        assert_int_equal(take(&s, seq), STREAMS_FILLED);
    assert_int_equal(s.missing.n, 0);
    begin_with_gap(&s, 8);
    for (uint64_t seq = 7; seq > 3; seq--)
        assert_int_equal(take(&s, seq), STREAMS_FILLED);
    assert_int_equal(s.missing.n, 0);
}

/* ---- what must fit and does not */

static void another_message_in_a_place_that_is_taken_is_a_fault(void **state)
{
    struct stream s = {0}, before;
    struct core other = talk.core[2];

    take(&s, 1), take(&s, 2), take(&s, 3);
    other.id.b[0] ^= 1;
    before = s;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    other.seq = 3;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    assert_memory_equal(&s, &before, sizeof s);
}

static void the_next_must_name_the_one_before(void **state)
{
    struct stream s = {0};
    struct core other = talk.core[3];

    take(&s, 1), take(&s, 2);
    other.prev[0] ^= 1;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    assert_int_equal(s.highest, 3);
    assert_int_equal(take(&s, 4), STREAMS_FAULT); /* which names the true one */
    assert_int_equal(take(&s, 5), STREAMS_NEXT);
}

static void the_first_of_a_range_must_name_the_one_before_it(void **state)
{
    struct stream s;
    struct core other = talk.core[4];

    begin_with_gap(&s, 8);
    other.prev[0] ^= 1;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    misses(&s, 0, 5, 7);
    assert_int_equal(take(&s, 5), STREAMS_FAULT); /* it names the true one */
    assert_int_equal(take(&s, 6), STREAMS_FILLED);
}

static void the_last_of_a_range_must_be_the_one_that_the_next_names(void **state)
{
    struct stream s;
    struct core other = talk.core[7];

    begin_with_gap(&s, 8);
    other.sent_ms++;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    misses(&s, 0, 4, 6);
    assert_int_equal(take(&s, 6), STREAMS_FILLED); /* which the other names as well */
}

static void what_comes_between_two_that_are_missing_gives_both_their_ends(void **state)
{
    struct stream s;
    struct core before = talk.core[5], behind = talk.core[7];

    begin_with_gap(&s, 9);
    assert_int_equal(take(&s, 6), STREAMS_FILLED);
    before.sent_ms++;
    behind.prev[0] ^= 1;
    assert_int_equal(take_core(&s, &before), STREAMS_FAULT);
    assert_int_equal(take_core(&s, &behind), STREAMS_FAULT);
}

/* ---- restart */

static void a_restart_is_a_new_baseline_and_forgets_what_is_missing(void **state)
{
    struct stream s;
    struct core restart = message(1 << 20, NULL), next;
    uint8_t link[NAMES_H32_SIZE];

    begin_with_gap(&s, 8);
    restart.restart = true;
    assert_int_equal(take_core(&s, &restart), STREAMS_RESTART);
    assert_int_equal(s.missing.n, 0);
    assert_int_equal(s.baseline, 1 << 20);
    assert_int_equal(take(&s, 5), STREAMS_BEFORE);
    assert_ok(trailer_link(&restart, link));
    next = message((1 << 20) + 1, link);
    assert_int_equal(take_core(&s, &next), STREAMS_NEXT);
}

static void a_restart_that_comes_late_fills_its_place(void **state)
{
    struct stream s = {0};
    struct core restart = message(100, NULL), next;
    uint8_t link[NAMES_H32_SIZE];

    restart.restart = true;
    assert_ok(trailer_link(&restart, link));
    next = message(101, link);
    take(&s, 1);
    assert_int_equal(take_core(&s, &next), STREAMS_GAP);
    assert_int_equal(take_core(&s, &restart), STREAMS_FILLED);
    misses(&s, 0, 2, 99);
    assert_int_equal(take(&s, 99), STREAMS_FILLED); /* a restart names nothing that it must be */
    assert_int_equal(take_core(&s, &restart), STREAMS_FAULT);
}

static void a_restart_may_be_the_first_that_comes(void **state)
{
    struct stream s = {0};
    struct core restart = message(1 << 20, NULL);

    restart.restart = true;
    assert_int_equal(take_core(&s, &restart), STREAMS_BASELINE);
}

/* ---- more than can be remembered */

static void of_too_many_ranges_the_oldest_is_given_up(void **state)
{
    struct stream s = {0};
    uint64_t seq = 1;

    take(&s, 1);
    for (size_t i = 0; i < STREAMS_RANGES_MAX; i++, seq += 2)
        assert_int_equal(take(&s, seq + 2), STREAMS_GAP);
    assert_int_equal(s.missing.n, STREAMS_RANGES_MAX);
    assert_int_equal(last.given_up, 0);
    assert_int_equal(take(&s, seq + 3), STREAMS_GAP);
    assert_int_equal(last.given_up, 1);
    assert_int_equal(s.missing.n, STREAMS_RANGES_MAX);
    misses(&s, 0, 4, 4);
    assert_int_equal(take(&s, 2), STREAMS_BEFORE); /* no fault of its sender's */
    assert_int_equal(take(&s, 4), STREAMS_FILLED);
}

static void a_place_in_the_middle_may_cost_the_oldest_range(void **state)
{
    struct stream s = {0};
    uint64_t seq = 5;

    take(&s, 1), take(&s, 5);
    for (size_t i = 1; i < STREAMS_RANGES_MAX; i++, seq += 2)
        assert_int_equal(take(&s, seq + 2), STREAMS_GAP);
    assert_int_equal(take(&s, seq + 1), STREAMS_NEXT);
    assert_int_equal(take(&s, seq + 5), STREAMS_GAP); /* 2 to 4 went */
    assert_int_equal(last.given_up, 3);
    assert_int_equal(take(&s, seq + 3), STREAMS_FILLED); /* and now the next one */
    assert_int_equal(last.given_up, 1);
    assert_int_equal(s.missing.n, STREAMS_RANGES_MAX);
    misses(&s, STREAMS_RANGES_MAX - 2, seq + 2, seq + 2);
    misses(&s, STREAMS_RANGES_MAX - 1, seq + 4, seq + 4);
}

/* ---- void */

static void a_void_closes_what_is_missing_and_nothing_else(void **state)
{
    struct stream s;

    begin_with_gap(&s, 8);
    assert_int_equal(streams_void(&s, 1, 3), 0);
    assert_int_equal(streams_void(&s, 8, UINT64_MAX), 0);
    misses(&s, 0, 4, 7);
    assert_int_equal(streams_void(&s, 5, 5), 1);
    misses(&s, 0, 4, 4);
    misses(&s, 1, 6, 7);
    assert_int_equal(streams_void(&s, 7, 100), 1);
    assert_int_equal(streams_void(&s, 1, UINT64_MAX), 2);
    assert_int_equal(s.missing.n, 0);
    assert_int_equal(s.highest, 8);
    assert_int_equal(take(&s, 9), STREAMS_NEXT);
}

static void next_to_a_void_nothing_need_fit(void **state)
{
    struct stream s;
    struct core before = talk.core[4], behind = talk.core[6];

    begin_with_gap(&s, 8);
    assert_int_equal(streams_void(&s, 5, 5), 1);
    before.sent_ms++;
    before.prev[0] = talk.core[4].prev[0];
    behind.prev[0] ^= 1;
    assert_int_equal(take_core(&s, &before), STREAMS_FILLED);
    assert_int_equal(take_core(&s, &behind), STREAMS_FILLED);
}

static void what_was_said_to_be_over_and_comes_must_fit(void **state)
{
    struct stream s;
    struct core other = talk.core[6];

    (void)state;
    begin_with_gap(&s, 8);
    assert_int_equal(streams_void(&s, 1, UINT64_MAX), 4);
    assert_int_equal(take(&s, 5), STREAMS_FILLED);
    assert_int_equal(take(&s, 4), STREAMS_FILLED);
    assert_int_equal(take(&s, 5), STREAMS_FAULT); /* twice */
    other.prev[0] ^= 1;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    other = talk.core[7];
    other.sent_ms++;
    assert_int_equal(take_core(&s, &other), STREAMS_FAULT);
    assert_int_equal(s.over.n, 0);
}

static void what_came_by_another_way_comes_no_more(void **state)
{
    struct stream s;

    (void)state;
    begin_with_gap(&s, 8);
    assert_true(streams_close(&s, 5));
    assert_false(streams_close(&s, 5));
    assert_false(streams_close(&s, 8));
    misses(&s, 0, 4, 4);
    misses(&s, 1, 6, 7);
    assert_int_equal(s.over.n, 0);
    assert_int_equal(take(&s, 5), STREAMS_FAULT);
}

/* No range that is missing is given up for one that is over. */
static void of_too_many_that_are_over_the_oldest_is_forgotten(void **state)
{
    struct stream s = {0};
    uint64_t seq = 1;

    (void)state;
    take(&s, 1), take(&s, 3);
    for (size_t i = 0; i <= STREAMS_RANGES_MAX; i++, seq += 2) {
        assert_int_equal(streams_void(&s, seq + 1, seq + 1), 1);
        assert_int_equal(take(&s, seq + 4), STREAMS_GAP);
        assert_int_equal(last.given_up, 0);
    }
    assert_int_equal(s.missing.n, 1);
    assert_int_equal(s.over.n, STREAMS_RANGES_MAX);
    assert_int_equal(s.baseline, 1);
    assert_int_equal(take(&s, 2), STREAMS_FAULT);
    assert_int_equal(take(&s, 4), STREAMS_FILLED);
}

static void a_void_of_all_ends_however_many_ranges_there_are(void **state)
{
    struct stream s = {0};
    uint64_t seq = 1;

    take(&s, 1);
    for (size_t i = 0; i < STREAMS_RANGES_MAX; i++, seq += 2)
        take(&s, seq + 2);
    take(&s, seq + 4); /* a wide one, which a void in its middle makes two */
    assert_int_equal(streams_void(&s, seq + 2, seq + 2), 1);
    assert_int_equal(s.missing.n, STREAMS_RANGES_MAX);
    assert_int_equal(streams_void(&s, 1, UINT64_MAX), STREAMS_RANGES_MAX);
    assert_int_equal(s.missing.n, 0);
}

/* ---- asking */

static void what_is_missing_is_asked_for_less_and_less_for_a_month(void **state)
{
    struct stream s;
    struct control_range asked[STREAMS_RANGES_MAX];
    uint64_t at;

    begin_with_gap(&s, 8);
    at = streams_ask_at(&s, NOW_MS - CLOCK_HOUR_MS);
    assert_int_equal(at, NOW_MS + CLOCK_MINUTE_MS);
    assert_int_equal(streams_ask_at(&s, NOW_MS + 5), NOW_MS + 5 + CLOCK_MINUTE_MS);
    assert_int_equal(streams_ask(&s, NOW_MS, at - 1, asked), 0);
    for (unsigned i = 0; i < STREAMS_ASKS_MAX; i++) {
        assert_int_equal(streams_ask_at(&s, NOW_MS), at);
        assert_int_equal(streams_ask(&s, NOW_MS, at, asked), 1);
        assert_int_equal(asked[0].first, 4);
        assert_int_equal(asked[0].last, 7);
        at += i < 5 ? (UINT64_C(1) << i) * CLOCK_HOUR_MS : CLOCK_DAY_MS;
        assert_int_equal(streams_ask(&s, NOW_MS, at - 1, asked), 0);
    }
    assert_true(clock_since(at, NOW_MS) >= 30 * CLOCK_DAY_MS);
    assert_int_equal(streams_ask_at(&s, NOW_MS), UINT64_MAX);
    assert_int_equal(streams_ask(&s, NOW_MS, at, asked), 0);
    assert_int_equal(s.missing.n, 1);
}

static void nothing_is_asked_for_when_nothing_is_missing(void **state)
{
    struct stream s = {0};

    take(&s, 1), take(&s, 2);
    assert_int_equal(streams_ask_at(&s, 0), UINT64_MAX);
}

/* ---- records */

static void a_stream_is_kept_whole_and_found_while_it_has_gaps(void **state)
{
    struct safe *safe = *state;
    struct room_id room = {{1}}, found_room;
    struct party sender = {.aid = {{2}}, .did = {{3}}}, found;
    struct stream s, again;
    uint64_t number = 0;

    begin_with_gap(&s, 8);
    assert_int_equal(take(&s, 6), STREAMS_FILLED);
    s.roster.b[0] = 9;
    s.asked_ms = 6;
    assert_int_equal(streams_void(&s, 4, 4), 1);
    s.missing.at[1].asks = 3;
    assert_ok(vault_begin(safe->vault));
    assert_ok(vault_end(safe->vault, streams_put(safe->vault, &room, &sender, &s)));
    safe_again(safe);
    assert_ok(streams_get(safe->vault, &room, &sender.did, &again));
    assert_memory_equal(&again, &s, sizeof s);
    assert_ok(streams_next_gap(safe->vault, &number, &found_room, &found));
    assert_true(ID_SAME(found_room, room) && ID_SAME(found.did, sender.did));
    number++;
    assert_err(streams_next_gap(safe->vault, &number, &found_room, &found), E_ABSENT);
    assert_int_equal(streams_void(&s, 4, 7), 2);
    assert_ok(vault_begin(safe->vault));
    assert_ok(vault_end(safe->vault, streams_put(safe->vault, &room, &sender, &s)));
    number = 0;
    assert_err(streams_next_gap(safe->vault, &number, &found_room, &found), E_ABSENT);
    room.b[0]++;
    assert_ok(streams_get(safe->vault, &room, &sender.did, &again));
    assert_int_equal(again.highest, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_comes_is_the_baseline),
        cmocka_unit_test(what_is_left_out_is_missing_until_it_comes),
        cmocka_unit_test(a_range_fills_from_either_end),
        cmocka_unit_test(another_message_in_a_place_that_is_taken_is_a_fault),
        cmocka_unit_test(the_next_must_name_the_one_before),
        cmocka_unit_test(the_first_of_a_range_must_name_the_one_before_it),
        cmocka_unit_test(the_last_of_a_range_must_be_the_one_that_the_next_names),
        cmocka_unit_test(what_comes_between_two_that_are_missing_gives_both_their_ends),
        cmocka_unit_test(a_restart_is_a_new_baseline_and_forgets_what_is_missing),
        cmocka_unit_test(a_restart_that_comes_late_fills_its_place),
        cmocka_unit_test(a_restart_may_be_the_first_that_comes),
        cmocka_unit_test(of_too_many_ranges_the_oldest_is_given_up),
        cmocka_unit_test(a_place_in_the_middle_may_cost_the_oldest_range),
        cmocka_unit_test(a_void_closes_what_is_missing_and_nothing_else),
        cmocka_unit_test(next_to_a_void_nothing_need_fit),
        cmocka_unit_test(what_was_said_to_be_over_and_comes_must_fit),
        cmocka_unit_test(what_came_by_another_way_comes_no_more),
        cmocka_unit_test(of_too_many_that_are_over_the_oldest_is_forgotten),
        cmocka_unit_test(a_void_of_all_ends_however_many_ranges_there_are),
        cmocka_unit_test(what_is_missing_is_asked_for_less_and_less_for_a_month),
        cmocka_unit_test(nothing_is_asked_for_when_nothing_is_missing),
        safe_test(a_stream_is_kept_whole_and_found_while_it_has_gaps),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
