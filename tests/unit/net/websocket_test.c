/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "assert_err.h"
#include "net/websocket.h"

#define MAX   (256 * 1024)
#define IN(x) BYTES_LITERAL(x)
#define MASK  "\x37\xfa\x21\x3d"

static const uint8_t mask[WEBSOCKET_MASK_SIZE] = MASK;

struct row {
    const char *why;
    struct bytes in;
    bool from_client;
    enum err_code want;
};

/* Reads a copy that ends where the bytes end, so that a look behind them is noticed. */
static struct err read_once(struct bytes in, bool from_client, struct websocket_item *item)
{
    struct websocket w = WEBSOCKET(from_client, MAX);
    uint8_t *copy = malloc(in.n == 0 ? 1 : in.n);
    struct err e;
    size_t used;

    assert_non_null(copy);
    if (in.n > 0)
        memcpy(copy, in.at, in.n);
    e = websocket_read(&w, copy, in.n, &used, item);
    free(copy);
    websocket_free(&w);
    return e;
}

static void frames_against_the_rfc_are_refused(void **state)
{
    const struct row rows[] = {
        {"a client that does not mask", IN("\x82\x01x"), true, E_MALFORMED},
        {"a server that masks", IN("\x82\x81" MASK "x"), false, E_MALFORMED},
        {"reserved bit 1", IN("\xc2\x80" MASK), true, E_MALFORMED},
        {"reserved bit 2", IN("\xa2\x80" MASK), true, E_MALFORMED},
        {"reserved bit 3", IN("\x92\x80" MASK), true, E_MALFORMED},
        {"text", IN("\x81\x80" MASK), true, E_DENIED},
        {"text that begins", IN("\x01\x80" MASK), true, E_DENIED},
        {"opcode 3", IN("\x83\x80" MASK), true, E_MALFORMED},
        {"opcode 7", IN("\x87\x80" MASK), true, E_MALFORMED},
        {"opcode 11", IN("\x8b\x80" MASK), true, E_MALFORMED},
        {"opcode 15", IN("\x8f\x80" MASK), true, E_MALFORMED},
        {"16 bits for 125", IN("\x82\xfe\0\x7d" MASK), true, E_MALFORMED},
        {"64 bits for 125", IN("\x82\xff\0\0\0\0\0\0\0\x7d" MASK), true, E_MALFORMED},
        {"64 bits for 65,535", IN("\x82\xff\0\0\0\0\0\0\xff\xff" MASK), true, E_MALFORMED},
        {"2^63", IN("\x82\xff\x80\0\0\0\0\0\0\0" MASK), true, E_MALFORMED},
        {"2^64 - 1", IN("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" MASK), true, E_MALFORMED},
        {"2^63 - 1", IN("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"), true, E_LIMIT},
        {"the limit and one", IN("\x82\xff\0\0\0\0\0\x04\0\x01"), true, E_LIMIT},
        {"the limit", IN("\x82\xff\0\0\0\0\0\x04\0\0" MASK), true, E_TRUNCATED},
        {"the limit and one, of a server", IN("\x82\x7f\0\0\0\0\0\x04\0\x01"), false, E_LIMIT},
        {"a ping of 126", IN("\x89\xfe\0\x7e" MASK), true, E_MALFORMED},
        {"a close of 64 bits", IN("\x88\xff"), true, E_MALFORMED},
        {"a ping in pieces", IN("\x09\x80" MASK), true, E_MALFORMED},
        {"a pong in pieces", IN("\x0a\x80" MASK), true, E_MALFORMED},
        {"a close in pieces", IN("\x08\x80" MASK), true, E_MALFORMED},
        {"an end without a beginning", IN("\x80\x80" MASK), true, E_MALFORMED},
        {"a middle without a beginning", IN("\0\x80" MASK), true, E_MALFORMED},
        {"a close of one byte", IN("\x88\x01x"), false, E_MALFORMED},
        {"close code 999", IN("\x88\x02\x03\xe7"), false, E_MALFORMED},
        {"close code 1004", IN("\x88\x02\x03\xec"), false, E_MALFORMED},
        {"close code 1005", IN("\x88\x02\x03\xed"), false, E_MALFORMED},
        {"close code 1006", IN("\x88\x02\x03\xee"), false, E_MALFORMED},
        {"close code 1015", IN("\x88\x02\x03\xf7"), false, E_MALFORMED},
        {"close code 2999", IN("\x88\x02\x0b\xb7"), false, E_MALFORMED},
        {"close code 5000", IN("\x88\x02\x13\x88"), false, E_MALFORMED},
        {"a close with half a letter", IN("\x88\x03\x03\xe8\xc3"), false, E_MALFORMED},
        {"a close with a surrogate", IN("\x88\x05\x03\xe8\xed\xa0\x80"), false, E_MALFORMED},
        {"close code 1000", IN("\x88\x02\x03\xe8"), false, E_OK},
        {"close code 4999", IN("\x88\x02\x13\x87"), false, E_OK},
        {"a close of nothing", IN("\x88\0"), false, E_OK},
        {"a message of nothing", IN("\x82\0"), false, E_OK},
        {"nothing", {NULL, 0}, false, E_TRUNCATED},
    };
    struct websocket_item item;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (read_once(rows[i].in, rows[i].from_client, &item).code != rows[i].want)
            print_error("row: %s\n", rows[i].why);
        assert_err(read_once(rows[i].in, rows[i].from_client, &item), rows[i].want);
    }
}

static void the_masked_hello_of_the_rfc_is_read(void **state)
{
    uint8_t in[] = {0x82, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    struct websocket w = WEBSOCKET(true, MAX);
    struct websocket_item item;
    size_t used;

    (void)state;
    assert_ok(websocket_read(&w, in, sizeof in, &used, &item));
    assert_int_equal(used, sizeof in);
    assert_int_equal(item.op, WEBSOCKET_BINARY);
    assert_bytes(item.payload, IN("Hello"));
}

/* What we write, we read, in every length encoding; and no beginning of it is taken for all. */
static void every_length_comes_back_and_no_beginning_is_enough(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 70001, MAX};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        bool client = i % 2 == 0;
        size_t n = sizes[i / 2], used;
        struct buf payload = BUF(MAX), frame = BUF(MAX + WEBSOCKET_HEADER_MAX);
        struct websocket w = WEBSOCKET(client, MAX);
        struct websocket_item item;

        for (size_t k = 0; k < n; k++)
            buf_u8(&payload, (uint8_t)(k * 7));
        websocket_write(&frame, WEBSOCKET_BINARY, buf_view(&payload), client ? mask : NULL);
        for (size_t k = 0; k < frame.n; k += k < 20 || frame.n - k < 20 ? 1 : 19)
            assert_err(websocket_read(&w, frame.at, k, &used, &item), E_TRUNCATED);
        assert_ok(websocket_read(&w, frame.at, frame.n, &used, &item));
        assert_int_equal(used, frame.n);
        assert_bytes(item.payload, buf_view(&payload));
        buf_free(&payload);
        buf_free(&frame);
    }
}

static void a_message_in_pieces_is_one_with_pings_between(void **state)
{
    uint8_t in[] = "\x02\x03one\x89\x02hi\x00\x03two\x8a\x00\x80\x05three\x82\x01x";
    static const struct {
        enum websocket_op op;
        const char *payload;
    } want[] = {
        {WEBSOCKET_CONTINUATION, "one"},    {WEBSOCKET_PING, "hi"},
        {WEBSOCKET_CONTINUATION, "onetwo"}, {WEBSOCKET_PONG, ""},
        {WEBSOCKET_BINARY, "onetwothree"},  {WEBSOCKET_BINARY, "x"},
    };
    struct websocket w = WEBSOCKET(false, MAX);
    struct websocket_item item;
    size_t at = 0, used;

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_ok(websocket_read(&w, &in[at], sizeof in - 1 - at, &used, &item));
        assert_int_equal(item.op, want[i].op);
        assert_bytes(item.payload, bytes_text(want[i].payload));
        at += used;
    }
    assert_int_equal(at, sizeof in - 1);
    assert_null(w.pieces.at);
}

static void a_new_message_inside_another_is_refused(void **state)
{
    uint8_t in[] = "\x02\x01x\x82\x01y";
    struct websocket w = WEBSOCKET(false, MAX);
    struct websocket_item item;
    size_t used;

    (void)state;
    assert_ok(websocket_read(&w, in, sizeof in - 1, &used, &item));
    assert_err(websocket_read(&w, &in[used], sizeof in - 1 - used, &used, &item), E_MALFORMED);
    websocket_free(&w);
}

static void pieces_count_together_against_the_limit(void **state)
{
    uint8_t in[] = "\x02\x06sixsix\x00\x04"
                   "four\x80\x01x";
    struct websocket w = WEBSOCKET(false, 10);
    struct websocket_item item;
    size_t used;

    (void)state;
    assert_ok(websocket_read(&w, in, sizeof in - 1, &used, &item));
    assert_ok(websocket_read(&w, &in[8], sizeof in - 1 - 8, &used, &item));
    assert_err(websocket_read(&w, &in[14], sizeof in - 1 - 14, &used, &item), E_LIMIT);
    websocket_free(&w);
}

static void a_close_has_a_code_and_words(void **state)
{
    struct buf payload = BUF(WEBSOCKET_CONTROL_MAX), frame = BUF(256);
    struct websocket_item item;
    struct websocket w = WEBSOCKET(true, MAX);
    size_t used;

    (void)state;
    websocket_close_payload(&payload, WEBSOCKET_CLOSE_POLICY, IN("signed out"));
    websocket_write(&frame, WEBSOCKET_CLOSE, buf_view(&payload), mask);
    assert_ok(websocket_read(&w, frame.at, frame.n, &used, &item));
    assert_int_equal(item.op, WEBSOCKET_CLOSE);
    assert_int_equal(item.code, WEBSOCKET_CLOSE_POLICY);
    assert_bytes(item.payload, IN("signed out"));
    buf_free(&payload);
    buf_free(&frame);

    assert_ok(read_once(IN("\x88\0"), false, &item));
    assert_int_equal(item.code, WEBSOCKET_CLOSE_NO_CODE);
}

static void each_fault_has_its_close_code(void **state)
{
    (void)state;
    assert_int_equal(websocket_close_code(E_MALFORMED), 1002);
    assert_int_equal(websocket_close_code(E_DENIED), 1003);
    assert_int_equal(websocket_close_code(E_LIMIT), 1009);
    assert_int_equal(websocket_close_code(E_NOMEM), 1011);
}

/* No bytes make it read past their end, claim more than they are, or exceed its limit. */
static void random_bytes_do_no_harm(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        struct websocket w = WEBSOCKET(round % 2 == 0, 300);
        size_t n = round % 97, at = 0, used = 1;
        uint8_t *in = malloc(n + 1);
        struct err e = OK;

        assert_non_null(in);
        for (size_t i = 0; i < n; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            in[i] = (uint8_t)(seed >> 56);
            if (i < 2) /* so that many are frames */
                in[i] &= i == 0 ? 0x8f : 0x9f;
        }
        while (e.code == E_OK && at < n) {
            struct websocket_item item = {WEBSOCKET_CONTINUATION, {NULL, 0}, 0};

            e = websocket_read(&w, &in[at], n - at, &used, &item);
            if (e.code == E_OK) {
                assert_true(used >= 2 && used <= n - at && item.payload.n <= 300);
                at += used;
            }
        }
        free(in);
        websocket_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_against_the_rfc_are_refused),
        cmocka_unit_test(the_masked_hello_of_the_rfc_is_read),
        cmocka_unit_test(every_length_comes_back_and_no_beginning_is_enough),
        cmocka_unit_test(a_message_in_pieces_is_one_with_pings_between),
        cmocka_unit_test(a_new_message_inside_another_is_refused),
        cmocka_unit_test(pieces_count_together_against_the_limit),
        cmocka_unit_test(a_close_has_a_code_and_words),
        cmocka_unit_test(each_fault_has_its_close_code),
        cmocka_unit_test(random_bytes_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
