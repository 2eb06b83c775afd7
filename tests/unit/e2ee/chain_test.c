/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver's side of a channel's chain: reaching ahead, and what is kept on the way. */
#include "e2ee/channel.h"

#include "assert_err.h"
#include "base/reader.h"

#define ARENA_ROOM (64 * 1024)

static const struct epoch START = {.id = "epoch", .ck = "a chain key", .n = 7, .made_ms = 99};

/* The key at n, by walking. */
static void key_at(uint32_t n, uint8_t mk[CHANNEL_KEY_SIZE])
{
    struct epoch e = START;

    while (e.n <= n)
        assert_ok(channel_step(&e, mk));
}

/* What reaching for n gives; the arena is the caller's. */
struct reached {
    struct epoch after;
    uint8_t mk[CHANNEL_KEY_SIZE];
    struct skipped *passed;
    size_t n_passed;
};

static struct err reach(uint32_t n, struct arena *a, struct reached *r)
{
    return channel_reach(&START, n, a, &r->after, r->mk, &r->passed, &r->n_passed);
}

static void the_next_message_passes_nothing_over(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct reached r;
    uint8_t want[CHANNEL_KEY_SIZE];

    assert_ok(reach(7, &a, &r));
    key_at(7, want);
    assert_memory_equal(r.mk, want, sizeof want);
    assert_int_equal(r.n_passed, 0);
    assert_int_equal(r.after.n, 8);
    assert_int_equal(r.after.made_ms, START.made_ms);
    assert_memory_equal(r.after.id, START.id, sizeof START.id);
    arena_free(&a);
}

static void keys_that_are_passed_over_are_handed_out_in_order(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct reached r;
    uint8_t want[CHANNEL_KEY_SIZE];

    assert_ok(reach(12, &a, &r));
    key_at(12, want);
    assert_memory_equal(r.mk, want, sizeof want);
    assert_int_equal(r.after.n, 13);
    assert_int_equal(r.n_passed, 5);
    for (size_t i = 0; i < r.n_passed; i++) {
        assert_int_equal(r.passed[i].n, 7 + i);
        key_at(r.passed[i].n, want);
        assert_memory_equal(r.passed[i].mk, want, sizeof want);
    }
    arena_free(&a);
}

static void a_long_jump_keeps_the_newest_keys(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct reached r;
    uint8_t want[CHANNEL_KEY_SIZE];
    uint32_t n = 7 + CHANNEL_SKIPPED_MAX + 500;

    assert_ok(reach(n, &a, &r));
    assert_int_equal(r.n_passed, CHANNEL_SKIPPED_MAX);
    assert_int_equal(r.passed[0].n, 7 + 500);
    assert_int_equal(r.passed[CHANNEL_SKIPPED_MAX - 1].n, n - 1);
    key_at(7 + 500, want);
    assert_memory_equal(r.passed[0].mk, want, sizeof want);
    key_at(n - 1, want);
    assert_memory_equal(r.passed[CHANNEL_SKIPPED_MAX - 1].mk, want, sizeof want);
    arena_free(&a);
}

static void exactly_as_many_as_are_kept_are_all_kept(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct reached r;

    assert_ok(reach(7 + CHANNEL_SKIPPED_MAX, &a, &r));
    assert_int_equal(r.n_passed, CHANNEL_SKIPPED_MAX);
    assert_int_equal(r.passed[0].n, 7);
    arena_free(&a);
}

static void n_may_be_65536_ahead_and_no_more(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct reached r = {.n_passed = 5};

    assert_err(reach(7 + 65537, &a, &r), E_LIMIT);
    assert_err(reach(UINT32_MAX, &a, &r), E_LIMIT);
    assert_int_equal(r.n_passed, 5);
    assert_ok(reach(7 + 65536, &a, &r));
    assert_int_equal(r.after.n, 7 + 65537);
    arena_free(&a);
}

/* n would wrap to the first message's. */
static void the_last_number_there_is_cannot_be_used(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct epoch near = START, after;
    struct skipped *passed;
    uint8_t mk[CHANNEL_KEY_SIZE];
    size_t n;

    near.n = UINT32_MAX - 1;
    assert_ok(channel_reach(&near, UINT32_MAX - 1, &a, &after, mk, &passed, &n));
    assert_int_equal(after.n, UINT32_MAX);
    assert_err(channel_reach(&after, UINT32_MAX, &a, &near, mk, &passed, &n), E_LIMIT);
    arena_free(&a);
}

static void what_lies_behind_is_absent(void **state)
{
    struct arena a = ARENA(ARENA_ROOM);
    struct reached r = {.n_passed = 5};

    assert_err(reach(6, &a, &r), E_ABSENT);
    assert_err(reach(0, &a, &r), E_ABSENT);
    assert_int_equal(r.n_passed, 5);
    arena_free(&a);
}

static void without_memory_nothing_moves(void **state)
{
    struct arena a = ARENA(64);
    struct reached r = {.n_passed = 5};

    assert_err(reach(100, &a, &r), E_NOMEM);
    assert_int_equal(r.n_passed, 5);
    assert_true(bytes_all_zero(BYTES(r.mk)));
    arena_free(&a);
}

static void an_epoch_is_read_back_as_it_was_written(void **state)
{
    struct buf b = BUF(CHANNEL_EPOCH_SIZE);
    struct reader r;
    struct epoch back;

    channel_write_epoch(&START, &b);
    assert_int_equal(b.n, CHANNEL_EPOCH_SIZE);
    r = reader(buf_view(&b));
    channel_read_epoch(&r, &back);
    assert_ok(reader_end(&r));
    assert_memory_equal(back.id, START.id, sizeof START.id);
    assert_memory_equal(back.ck, START.ck, sizeof START.ck);
    assert_int_equal(back.n, START.n);
    assert_int_equal(back.made_ms, START.made_ms);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_message_passes_nothing_over),
        cmocka_unit_test(keys_that_are_passed_over_are_handed_out_in_order),
        cmocka_unit_test(a_long_jump_keeps_the_newest_keys),
        cmocka_unit_test(exactly_as_many_as_are_kept_are_all_kept),
        cmocka_unit_test(n_may_be_65536_ahead_and_no_more),
        cmocka_unit_test(the_last_number_there_is_cannot_be_used),
        cmocka_unit_test(what_lies_behind_is_absent),
        cmocka_unit_test(without_memory_nothing_moves),
        cmocka_unit_test(an_epoch_is_read_back_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
