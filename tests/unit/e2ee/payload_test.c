/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/payload.h"

#include <stdlib.h>

#include "assert_err.h"
#include "statement/upload.h"
#include "wire/limits.h"

#define ROOM (UPLOAD_BODY_MOST - 16)

static uint8_t text[LIMIT_TEXT + 1];

static int fill_text(void **state)
{
    memset(text, 'x', sizeof text);
    return 0;
}

static void content_is_padded_to_the_next_step_and_no_further(void **state)
{
    static const struct {
        size_t content, padded;
    } steps[] = {
        {0, 256},       {1, 256},       {252, 256},     {253, 384},     {380, 384},
        {381, 512},     {508, 512},     {509, 768},     {764, 768},     {765, 1024},
        {1020, 1024},   {1021, 1536},   {1024, 1536},   {1532, 1536},   {1533, 2048},
        {32764, 32768}, {32765, 49152}, {49148, 49152}, {49149, 65536}, {65532, 65536},
        {65533, 98304}, {65536, 98304},
    };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct buf b = BUF(ROOM);
        struct bytes content;

        assert_ok(payload_pad(bytes(text, steps[i].content), &b));
        assert_int_equal(b.n, steps[i].padded);
        assert_ok(payload_unpad(buf_view(&b), &content));
        assert_bytes(content, bytes(text, steps[i].content));
        buf_free(&b);
    }
}

static void padding_costs_at_most_half_of_what_it_hides(void **state)
{
    for (size_t n = 253; n <= LIMIT_TEXT; n += 97) {
        struct buf b = BUF(ROOM);

        assert_ok(payload_pad(bytes(text, n), &b));
        assert_true(upload_is_padding_step(b.n));
        assert_true(2 * b.n <= 3 * (n + 4));
        buf_free(&b);
    }
}

static void a_text_over_the_limit_is_refused(void **state)
{
    struct buf b = BUF(ROOM);

    assert_err(payload_pad(bytes(text, LIMIT_TEXT + 1), &b), E_LIMIT);
    assert_int_equal(b.n, 0);
    assert_err(payload_pad(bytes(text, SIZE_MAX), &b), E_LIMIT);
    buf_free(&b);
}

static void a_full_buffer_gets_nothing_of_a_text(void **state)
{
    struct buf b = BUF(255);

    assert_err(payload_pad(bytes(text, 100), &b), E_LIMIT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void padding_that_is_not_zero_is_refused(void **state)
{
    struct buf b = BUF(ROOM);
    struct bytes content = {NULL, 7};

    assert_ok(payload_pad(BYTES_LITERAL("hello"), &b));
    for (size_t i = 4 + 5; i < b.n; i++) {
        b.at[i] = 1;
        assert_err(payload_unpad(buf_view(&b), &content), E_MALFORMED);
        b.at[i] = 0;
    }
    assert_int_equal(content.n, 7);
    buf_free(&b);
}

/* One content has one padded form: a larger step would be a channel beside the message. */
static void a_larger_step_than_needed_is_refused(void **state)
{
    struct buf b = BUF(ROOM);
    struct bytes content;

    assert_ok(payload_pad(bytes(text, 252), &b));
    buf_zeros(&b, 384 - 256);
    assert_err(payload_unpad(buf_view(&b), &content), E_MALFORMED);
    buf_free(&b);
}

static void a_length_that_lies_is_refused(void **state)
{
    struct buf b = BUF(ROOM);
    struct bytes content;

    assert_ok(payload_pad(bytes(text, 100), &b));
    b.at[3] = 99; /* the last x is padding now */
    assert_err(payload_unpad(buf_view(&b), &content), E_MALFORMED);
    b.at[3] = 253;
    assert_err(payload_unpad(buf_view(&b), &content), E_TRUNCATED);
    b.at[0] = 1;
    assert_err(payload_unpad(buf_view(&b), &content), E_LIMIT);
    buf_free(&b);
}

static void every_truncation_is_refused(void **state)
{
    struct buf b = BUF(ROOM);
    struct bytes content;

    assert_ok(payload_pad(bytes(text, 100), &b));
    for (size_t n = 0; n < b.n; n++)
        assert_err(payload_unpad(bytes(b.at, n), &content), n < 104 ? E_TRUNCATED : E_MALFORMED);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_padded_to_the_next_step_and_no_further),
        cmocka_unit_test(padding_costs_at_most_half_of_what_it_hides),
        cmocka_unit_test(a_text_over_the_limit_is_refused),
        cmocka_unit_test(a_full_buffer_gets_nothing_of_a_text),
        cmocka_unit_test(padding_that_is_not_zero_is_refused),
        cmocka_unit_test(a_larger_step_than_needed_is_refused),
        cmocka_unit_test(a_length_that_lies_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, fill_text, NULL);
}
