/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/shared.h"

#include <stdlib.h>

#include "assert_err.h"
#include "wire/limits.h"

#define ROOM 65536

static const struct shared_range RANGES[] = {{{{1}}, 0, 3}, {{{2}}, 7, 9}};
static const struct shared_change CHANGES[] = {
    {.kind = 1, .writer = {{1}}, .number = 1, .stamp_ms = 5},
    {.kind = 6,
     .key = {(const uint8_t *)"key", 3},
     .value = {(const uint8_t *)"value", 5},
     .writer = {{1}},
     .number = 3,
     .stamp_ms = UINT64_MAX},
    {.kind = 255, .key = {(const uint8_t *)"k", 1}, .writer = {{2}}, .number = 9, .stamp_ms = 0},
};
static const struct shared_state STATE = {2, 3, RANGES, CHANGES};
static const struct shared_state NO_CHANGES = {1, 0, RANGES, NULL};
static const struct shared_have HAVE = {2, {{{{1}}, 1}, {{{2}}, UINT64_MAX}}};

static struct buf written(const struct shared_state *s)
{
    struct buf b = BUF(ROOM);

    shared_state_write(s, &b);
    assert_int_equal(b.failed, E_OK);
    return b;
}

/* In a block of its own size, so that the sanitizer sees every byte read past it. */
static enum err_code parse_copy(struct bytes content)
{
    uint8_t *copy = malloc(content.n + 1);
    struct arena a = ARENA(1 << 20);
    struct shared_state s = {.ranges = 99};
    struct err err;

    assert_non_null(copy);
    if (content.n > 0)
        memcpy(copy + 1, content.at, content.n);
    err = shared_state_parse(bytes(copy + 1, content.n), &a, &s);
    assert_true(err.code == E_OK || s.ranges == 99);
    arena_free(&a);
    free(copy);
    return err.code;
}

static enum err_code parse_have(struct bytes content)
{
    uint8_t *copy = malloc(content.n + 1);
    static struct shared_have h;
    struct err err;

    assert_non_null(copy);
    if (content.n > 0)
        memcpy(copy + 1, content.at, content.n);
    h.n = 99;
    err = shared_have_parse(bytes(copy + 1, content.n), &h);
    assert_true(err.code == E_OK || h.n == 99);
    free(copy);
    return err.code;
}

static void a_state_reads_back_as_it_was_written(void **state)
{
    struct buf b = written(&STATE);
    struct arena a = ARENA(1 << 20);
    struct shared_state s;
    size_t size = shared_state_least(2);

    for (size_t i = 0; i < 3; i++)
        size += shared_change_size(&CHANGES[i]);
    assert_int_equal(b.n, size);
    assert_ok(shared_state_parse(buf_view(&b), &a, &s));
    assert_int_equal(s.ranges, 2);
    assert_int_equal(s.changes, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_true(ID_SAME(s.range[i].writer, RANGES[i].writer));
        assert_true(s.range[i].after == RANGES[i].after && s.range[i].to == RANGES[i].to);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(s.change[i].kind, CHANGES[i].kind);
        assert_bytes(s.change[i].key, CHANGES[i].key);
        assert_bytes(s.change[i].value, CHANGES[i].value);
        assert_true(ID_SAME(s.change[i].writer, CHANGES[i].writer));
        assert_true(s.change[i].number == CHANGES[i].number);
        assert_true(s.change[i].stamp_ms == CHANGES[i].stamp_ms);
    }
    arena_free(&a);
    buf_free(&b);
}

static void ranges_without_changes_are_a_state(void **state)
{
    struct buf b = written(&NO_CHANGES);

    assert_int_equal(b.n, shared_state_least(1));
    assert_int_equal(parse_copy(buf_view(&b)), E_OK);
    buf_free(&b);
}

static void no_content_is_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    struct buf b = written(&STATE), h = BUF(ROOM);

    shared_have_write(&HAVE, &h);
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(parse_copy(bytes(b.at, n)), E_TRUNCATED);
    for (size_t n = 0; n < h.n; n++)
        assert_int_equal(parse_have(bytes(h.at, n)), E_TRUNCATED);
    buf_u8(&b, 0);
    buf_u8(&h, 0);
    assert_int_equal(parse_copy(buf_view(&b)), E_MALFORMED);
    assert_int_equal(parse_have(buf_view(&h)), E_MALFORMED);
    buf_free(&b);
    buf_free(&h);
}

/* A byte of the state above, changed. */
static enum err_code with(size_t at, uint8_t value)
{
    struct buf b = written(&STATE);
    enum err_code code;

    b.at[at] = value;
    code = parse_copy(buf_view(&b));
    buf_free(&b);
    return code;
}

#define RANGE  (16 + 8 + 8)
#define FIRST  (1 + 2 * RANGE + 2) /* the first change: kind, key, place, number, ... */
#define SECOND (FIRST + 23)        /* its key has 3 bytes, its value 5 */
#define THIRD  (SECOND + 23 + 3 + 5)

static void what_is_out_of_order_or_out_of_its_range_is_malformed(void **state)
{
    assert_int_equal(with(0, 0), E_MALFORMED);                      /* no ranges */
    assert_int_equal(with(1, 2), E_MALFORMED);                      /* of one device twice */
    assert_int_equal(with(1, 3), E_MALFORMED);                      /* devices fall */
    assert_int_equal(with(1 + 16 + 7, 3), E_MALFORMED);             /* an empty range */
    assert_int_equal(with(FIRST, 0), E_MALFORMED);                  /* kind 0 */
    assert_int_equal(with(FIRST + 2, 2), E_MALFORMED);              /* of no range */
    assert_int_equal(with(FIRST + 2, 1), E_MALFORMED);              /* of another one */
    assert_int_equal(with(FIRST + 3 + 7, 0), E_MALFORMED);          /* before it */
    assert_int_equal(with(FIRST + 3 + 7, 3), E_MALFORMED);          /* twice */
    assert_int_equal(with(SECOND + 2 + 3 + 1 + 7, 4), E_MALFORMED); /* behind it */
    assert_int_equal(with(THIRD + 3, 0), E_MALFORMED);              /* of the first range */
    assert_int_equal(with(FIRST + 3 + 7, 2), E_OK);
}

static void ranges_of_changes_do_not_fall(void **state)
{
    struct buf b = written(&STATE);

    b.at[FIRST + 2] = 1; /* the first change is of the second range, where it fits */
    b.at[FIRST + 3 + 7] = 8;
    assert_int_equal(parse_copy(buf_view(&b)), E_MALFORMED);
    buf_free(&b);
}

static void what_is_too_many_or_too_long_is_a_limit(void **state)
{
    assert_int_equal(with(0, SHARED_WRITERS_MAX + 1), E_LIMIT);
    assert_int_equal(with(FIRST + 1, SHARED_KEY_MAX + 1), E_LIMIT);
    assert_int_equal(with(FIRST + 19, 1), E_LIMIT);      /* a value of 16 MiB */
    assert_int_equal(with(FIRST - 2, 255), E_TRUNCATED); /* more changes than bytes for them */
}

static void what_an_arena_does_not_hold_is_a_want_of_memory(void **state)
{
    struct buf b = written(&STATE);

    for (size_t room = 0; room < sizeof RANGES + sizeof CHANGES; room += 16) {
        struct arena a = ARENA(room);
        struct shared_state s;

        assert_err(shared_state_parse(buf_view(&b), &a, &s), E_NOMEM);
        arena_free(&a);
    }
    buf_free(&b);
}

static enum err_code have_with(size_t at, uint8_t value)
{
    struct buf b = BUF(ROOM);
    enum err_code code;

    shared_have_write(&HAVE, &b);
    b.at[at] = value;
    code = parse_have(buf_view(&b));
    buf_free(&b);
    return code;
}

static void marks_rise_and_none_is_zero(void **state)
{
    struct shared_have none = {.n = 0};
    struct buf b = BUF(ROOM);

    assert_int_equal(have_with(0, SHARED_WRITERS_MAX + 1), E_LIMIT);
    assert_int_equal(have_with(1, 2), E_MALFORMED);
    assert_int_equal(have_with(1 + 16 + 7, 0), E_MALFORMED);
    assert_int_equal(have_with(1 + 16 + 7, 9), E_OK);
    shared_have_write(&none, &b); /* who has nothing yet */
    assert_int_equal(parse_have(buf_view(&b)), E_OK);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_reads_back_as_it_was_written),
        cmocka_unit_test(ranges_without_changes_are_a_state),
        cmocka_unit_test(no_content_is_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(what_is_out_of_order_or_out_of_its_range_is_malformed),
        cmocka_unit_test(ranges_of_changes_do_not_fall),
        cmocka_unit_test(what_is_too_many_or_too_long_is_a_limit),
        cmocka_unit_test(what_an_arena_does_not_hold_is_a_want_of_memory),
        cmocka_unit_test(marks_rise_and_none_is_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
