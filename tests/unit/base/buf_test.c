/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assert_err.h"

static void integers_are_big_endian(void **state)
{
    static const uint8_t want[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                   0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
    struct buf b = BUF(15);
    struct bytes whole;

    buf_u8(&b, 0x01);
    buf_u16(&b, 0x0203);
    buf_u32(&b, 0x04050607);
    buf_u64(&b, 0x08090a0b0c0d0e0f);
    assert_ok(buf_end(&b, &whole));
    assert_bytes(whole, BYTES(want));
    buf_free(&b);
}

static void runs_texts_and_zeros_are_appended_in_order(void **state)
{
    struct buf b = BUF(100);

    buf_bytes(&b, BYTES_LITERAL("a\0b"));
    buf_text(&b, "cd");
    buf_zeros(&b, 2);
    buf_bytes(&b, bytes(NULL, 0));
    buf_zeros(&b, 0);
    buf_text(&b, "");
    assert_bytes(buf_view(&b), BYTES_LITERAL("a\0bcd\0\0"));
    buf_free(&b);
}

static void nothing_is_allocated_before_it_is_written_to(void **state)
{
    struct buf b = BUF(100);
    struct bytes whole = BYTES_LITERAL("before");

    assert_null(b.at);
    assert_ok(buf_end(&b, &whole));
    assert_int_equal(whole.n, 0);
    buf_free(&b);
}

static void content_survives_growth(void **state)
{
    struct buf b = BUF(100000);

    for (size_t i = 0; i < 50000; i++)
        buf_u16(&b, (uint16_t)i);
    assert_int_equal(b.failed, E_OK);
    for (size_t i = 0; i < 50000; i++)
        assert_int_equal(b.at[2 * i] << 8 | b.at[2 * i + 1], i);
    buf_free(&b);
}

static void the_ceiling_can_be_reached_and_not_passed(void **state)
{
    for (size_t ceiling = 1; ceiling < 600; ceiling += 7) {
        struct buf b = BUF(ceiling);
        struct bytes whole = BYTES_LITERAL("before");

        buf_zeros(&b, ceiling);
        assert_ok(buf_end(&b, &whole));
        assert_int_equal(whole.n, ceiling);
        assert_true(b.room <= ceiling);
        buf_u8(&b, 1);
        assert_err(buf_end(&b, &whole), E_LIMIT);
        assert_int_equal(whole.n, ceiling);
        buf_free(&b);
    }
}

static void a_write_that_does_not_fit_writes_no_part_of_itself(void **state)
{
    struct buf b = BUF(10);

    buf_u64(&b, 1);
    buf_u32(&b, 0xffffffff);
    assert_int_equal(b.failed, E_LIMIT);
    assert_int_equal(b.n, 8);
    buf_free(&b);
}

static void the_first_failure_sticks(void **state)
{
    struct buf b = BUF(4);
    struct bytes whole;

    buf_text(&b, "hello");
    buf_u8(&b, 1); /* this alone would fit */
    buf_zeros(&b, 1);
    assert_null(buf_extend(&b, 0));
    assert_int_equal(b.n, 0);
    assert_err(buf_end(&b, &whole), E_LIMIT);
    buf_cut(&b, 0);
    assert_err(buf_end(&b, &whole), E_LIMIT);
    buf_free(&b);
    buf_text(&b, "hell");
    assert_ok(buf_end(&b, &whole));
    buf_free(&b);
}

static void a_size_that_would_wrap_around_is_refused(void **state)
{
    struct buf b = BUF(SIZE_MAX - 1);

    buf_u8(&b, 1);
    assert_null(buf_extend(&b, SIZE_MAX));
    assert_int_equal(b.failed, E_LIMIT);
    buf_free(&b);
}

static void memory_that_cannot_be_had_is_reported(void **state)
{
    struct buf b = BUF(SIZE_MAX);
    struct bytes whole;

    assert_null(buf_extend(&b, SIZE_MAX - 1));
    assert_err(buf_end(&b, &whole), E_NOMEM);
    buf_free(&b);
}

static void no_bytes_fit_under_a_ceiling_of_none(void **state)
{
    struct buf b = BUF(0);
    struct bytes whole;

    assert_non_null(buf_extend(&b, 0));
    assert_ok(buf_end(&b, &whole));
    assert_int_equal(whole.n, 0);
    buf_u8(&b, 0);
    assert_err(buf_end(&b, &whole), E_LIMIT);
    buf_free(&b);
}

static void a_block_carries_its_length(void **state)
{
    struct buf b = BUF(100);
    size_t outer, inner;

    outer = buf_open(&b);
    buf_u8(&b, 'x');
    inner = buf_open(&b);
    buf_close(&b, inner);
    buf_close(&b, outer);
    assert_bytes(buf_view(&b), BYTES_LITERAL("\0\0\0\5x\0\0\0\0"));
    buf_free(&b);
}

static void closing_a_block_after_a_failure_is_harmless(void **state)
{
    struct buf b = BUF(3);
    size_t opened = buf_open(&b);

    buf_close(&b, opened);
    assert_int_equal(b.failed, E_LIMIT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void what_is_cut_off_is_wiped(void **state)
{
    struct buf b = BUF(100);

    buf_text(&b, "public secret");
    buf_cut(&b, 6);
    assert_bytes(buf_view(&b), BYTES_LITERAL("public"));
    assert_true(bytes_all_zero(bytes(b.at + 6, 7)));
    buf_cut(&b, 6);
    buf_cut(&b, 0);
    assert_true(bytes_all_zero(bytes(b.at, 13)));
    buf_free(&b);
}

static void what_is_dropped_makes_room_at_the_front(void **state)
{
    struct buf b = BUF(6);

    buf_text(&b, "abcdef");
    buf_drop(&b, 0);
    buf_drop(&b, 2);
    assert_bytes(buf_view(&b), BYTES_LITERAL("cdef"));
    assert_memory_equal(b.at + 4, "\0\0", 2);
    buf_text(&b, "gh");
    assert_bytes(buf_view(&b), BYTES_LITERAL("cdefgh"));
    buf_drop(&b, 6);
    assert_null(b.at);
    buf_drop(&b, 0);
}

static void cutting_off_more_than_there_is_stops_the_process(void **state)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct buf b = BUF(10);

        close(STDERR_FILENO);
        buf_cut(&b, 1);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(runs_texts_and_zeros_are_appended_in_order),
        cmocka_unit_test(nothing_is_allocated_before_it_is_written_to),
        cmocka_unit_test(content_survives_growth),
        cmocka_unit_test(the_ceiling_can_be_reached_and_not_passed),
        cmocka_unit_test(a_write_that_does_not_fit_writes_no_part_of_itself),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(a_size_that_would_wrap_around_is_refused),
        cmocka_unit_test(memory_that_cannot_be_had_is_reported),
        cmocka_unit_test(no_bytes_fit_under_a_ceiling_of_none),
        cmocka_unit_test(a_block_carries_its_length),
        cmocka_unit_test(closing_a_block_after_a_failure_is_harmless),
        cmocka_unit_test(what_is_cut_off_is_wiped),
        cmocka_unit_test(what_is_dropped_makes_room_at_the_front),
        cmocka_unit_test(cutting_off_more_than_there_is_stops_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
