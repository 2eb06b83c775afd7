/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>

#include "assert_err.h"

static void nothing_is_allocated_before_it_is_asked_for(void **state)
{
    struct arena a = ARENA(100);

    assert_null(a.newest);
    assert_int_equal(a.used, 0);
    arena_free(&a);
}

static void what_is_allocated_is_zeroed_and_aligned(void **state)
{
    struct arena a = ARENA(1024 * 1024);

    for (size_t n = 0; n < 300; n++) {
        uint8_t *at = arena_alloc(&a, n);

        assert_non_null(at);
        assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
        assert_true(bytes_all_zero(bytes(at, n)));
        memset(at, 0xff, n);
    }
    arena_free(&a);
}

static void allocations_do_not_overlap(void **state)
{
    struct arena a = ARENA(4 * 1024 * 1024);
    uint8_t *at[500];

    for (size_t i = 0; i < 500; i++) {
        at[i] = arena_alloc(&a, i * 11);
        assert_non_null(at[i]);
        memset(at[i], (int)(i & 0xff), i * 11);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i * 11; k++)
            assert_int_equal(at[i][k], i & 0xff);
    arena_free(&a);
}

static void the_ceiling_can_be_reached_and_not_passed(void **state)
{
    struct arena a = ARENA(10);

    assert_non_null(arena_alloc(&a, 10));
    assert_false(a.full);
    assert_null(arena_alloc(&a, 1));
    assert_true(a.full);
    arena_free(&a);
}

static void empty_allocations_meet_the_ceiling_too(void **state)
{
    struct arena a = ARENA(4096);
    size_t given = 0;

    while (given < 10000 && arena_alloc(&a, 0) != NULL)
        given++;
    assert_in_range(given, 1, 4096);
    assert_true(a.full);
    arena_free(&a);
}

static void an_allocation_that_failed_is_remembered(void **state)
{
    struct arena a = ARENA(100);

    assert_null(arena_alloc(&a, 101));
    assert_non_null(arena_alloc(&a, 1));
    assert_true(a.full);
    arena_free(&a);
}

static void a_size_that_would_wrap_around_is_refused(void **state)
{
    struct arena a = ARENA(SIZE_MAX);

    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 8));
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    assert_null(arena_array(&a, 3, SIZE_MAX / 2));
    assert_true(a.full);
    arena_free(&a);
}

static void an_array_has_room_for_every_item(void **state)
{
    struct arena a = ARENA(100 * sizeof(uint64_t));
    uint64_t *items = ARENA_ARRAY(&a, 100, uint64_t);

    assert_non_null(items);
    items[99] = 1;
    assert_null(ARENA_NEW(&a, uint64_t));
    arena_free(&a);
}

static void a_copy_outlives_its_original(void **state)
{
    struct arena a = ARENA(100);
    uint8_t original[] = {1, 0, 2};
    struct bytes copy;

    assert_ok(arena_copy(&a, BYTES(original), &copy));
    memset(original, 0xff, sizeof original);
    assert_bytes(copy, BYTES(((const uint8_t[]){1, 0, 2})));
    assert_ok(arena_copy(&a, bytes(NULL, 0), &copy));
    assert_int_equal(copy.n, 0);
    arena_free(&a);
}

static void a_copy_above_the_ceiling_leaves_its_output_alone(void **state)
{
    struct arena a = ARENA(2);
    struct bytes copy = BYTES_LITERAL("before");

    assert_err(arena_copy(&a, BYTES_LITERAL("abc"), &copy), E_NOMEM);
    assert_bytes(copy, BYTES_LITERAL("before"));
    arena_free(&a);
}

static void text_ends_in_a_nul_and_counts_it(void **state)
{
    struct arena a = ARENA(3);

    assert_null(arena_text(&a, BYTES_LITERAL("abc")));
    assert_string_equal(arena_text(&a, BYTES_LITERAL("ab")), "ab");
    arena_free(&a);
    assert_string_equal(arena_text(&a, bytes(NULL, 0)), "");
    arena_free(&a);
}

static void a_freed_arena_can_be_filled_again(void **state)
{
    struct arena a = ARENA(5000);

    for (int round = 0; round < 3; round++) {
        assert_non_null(arena_alloc(&a, 5000));
        assert_null(arena_alloc(&a, 1));
        arena_free(&a);
        assert_int_equal(a.max, 5000);
        assert_int_equal(a.used, 0);
        assert_false(a.full);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_allocated_before_it_is_asked_for),
        cmocka_unit_test(what_is_allocated_is_zeroed_and_aligned),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(the_ceiling_can_be_reached_and_not_passed),
        cmocka_unit_test(empty_allocations_meet_the_ceiling_too),
        cmocka_unit_test(an_allocation_that_failed_is_remembered),
        cmocka_unit_test(a_size_that_would_wrap_around_is_refused),
        cmocka_unit_test(an_array_has_room_for_every_item),
        cmocka_unit_test(a_copy_outlives_its_original),
        cmocka_unit_test(a_copy_above_the_ceiling_leaves_its_output_alone),
        cmocka_unit_test(text_ends_in_a_nul_and_counts_it),
        cmocka_unit_test(a_freed_arena_can_be_filled_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
