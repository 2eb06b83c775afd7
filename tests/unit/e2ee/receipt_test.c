/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/receipt.h"

#include <stdlib.h>

#include "assert_err.h"

#define ROOM  1024
#define FRONT (16 + 8 + 1) /* before the ranges */

static const struct receipt CAME = {
    .writer = {{7}}, .n = 3, .came = {{1, 1}, {3, 9}, {11, UINT64_MAX}}};
static const struct receipt WAS_READ = {.writer = {{7}}, .read = UINT64_MAX};
static const struct receipt BOTH = {.writer = {{8}}, .read = 4, .n = 1, .came = {{2, 5}}};
static const struct receipt *const all[] = {&CAME, &WAS_READ, &BOTH};
#define ALL (sizeof all / sizeof all[0])

static void each_receipt_reads_back_and_writes_the_same(void **state)
{
    for (size_t i = 0; i < ALL; i++) {
        struct buf b = BUF(ROOM), again = BUF(ROOM);
        struct receipt r;

        receipt_write(all[i], &b);
        assert_int_equal(b.n, FRONT + 16 * all[i]->n);
        assert_ok(receipt_parse(buf_view(&b), &r));
        assert_memory_equal(r.writer.b, all[i]->writer.b, sizeof r.writer.b);
        assert_true(r.read == all[i]->read);
        assert_int_equal(r.n, all[i]->n);
        for (size_t j = 0; j < r.n; j++)
            assert_true(r.came[j].first == all[i]->came[j].first &&
                        r.came[j].last == all[i]->came[j].last);
        receipt_write(&r, &again);
        assert_bytes(buf_view(&again), buf_view(&b));
        buf_free(&b);
        buf_free(&again);
    }
}

/* In a block of its own size, so that the sanitizer sees every byte read past it. */
static enum err_code parse_copy(struct bytes content)
{
    uint8_t *copy = malloc(content.n + 1);
    struct receipt r = {.n = 99};
    struct err err;

    assert_non_null(copy);
    memcpy(copy + 1, content.at, content.n);
    err = receipt_parse(bytes(copy + 1, content.n), &r);
    free(copy);
    assert_true(err.code == E_OK || r.n == 99);
    return err.code;
}

static void no_receipt_is_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    for (size_t i = 0; i < ALL; i++) {
        struct buf b = BUF(ROOM);

        receipt_write(all[i], &b);
        for (size_t n = 1; n < b.n; n++)
            assert_int_equal(parse_copy(bytes(b.at, n)), E_TRUNCATED);
        assert_err(receipt_parse(BYTES_LITERAL(""), &(struct receipt){0}), E_TRUNCATED);
        buf_u8(&b, 0);
        assert_int_equal(parse_copy(buf_view(&b)), E_MALFORMED);
        buf_free(&b);
    }
}

/* As written, with one byte of it set. */
static enum err_code parse_with(const struct receipt *sample, size_t at, uint8_t value)
{
    struct buf b = BUF(ROOM);
    enum err_code code;

    receipt_write(sample, &b);
    assert_true(at < b.n && b.at[at] != value);
    b.at[at] = value;
    code = parse_copy(buf_view(&b));
    buf_free(&b);
    return code;
}

static void a_receipt_that_tells_nothing_is_malformed(void **state)
{
    uint8_t nothing[FRONT] = {7};

    assert_int_equal(parse_copy(BYTES(nothing)), E_MALFORMED);
    nothing[FRONT - 2] = 1;
    assert_int_equal(parse_copy(BYTES(nothing)), E_OK);
}

static void there_are_at_most_thirty_two_ranges(void **state)
{
    struct receipt most = {.n = RECEIPT_RANGES_MAX};
    struct buf b = BUF(ROOM);

    for (size_t i = 0; i < RECEIPT_RANGES_MAX; i++)
        most.came[i] = (struct control_range){2 * i + 1, 2 * i + 1};
    receipt_write(&most, &b);
    assert_int_equal(parse_copy(buf_view(&b)), E_OK);
    b.at[FRONT - 1] = RECEIPT_RANGES_MAX + 1;
    buf_u64(&b, 2 * RECEIPT_RANGES_MAX + 1);
    buf_u64(&b, 2 * RECEIPT_RANGES_MAX + 1);
    assert_int_equal(parse_copy(buf_view(&b)), E_LIMIT);
    buf_free(&b);
}

static void ranges_are_places_and_lie_apart(void **state)
{
    const size_t first = FRONT + 7, last = FRONT + 15, next = FRONT + 16 + 7;

    assert_int_equal(parse_with(&CAME, first, 0), E_MALFORMED); /* from 0 */
    assert_int_equal(parse_with(&CAME, first, 2), E_MALFORMED); /* ends before it begins */
    assert_int_equal(parse_with(&CAME, last, 2), E_MALFORMED);  /* the next one touches it */
    assert_int_equal(parse_with(&CAME, next, 2), E_MALFORMED);
    assert_int_equal(parse_with(&CAME, next, 1), E_MALFORMED); /* begins with it */
    assert_int_equal(parse_with(&CAME, next, 4), E_OK);
    assert_int_equal(parse_with(&CAME, FRONT + 8, 255), E_MALFORMED); /* lies behind the next */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_receipt_reads_back_and_writes_the_same),
        cmocka_unit_test(no_receipt_is_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_receipt_that_tells_nothing_is_malformed),
        cmocka_unit_test(there_are_at_most_thirty_two_ranges),
        cmocka_unit_test(ranges_are_places_and_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
