/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/notice.h"

#include "refusals.h"

static const struct upload_notice SAMPLE = {
    .number = UINT64_C(0x0102030405060708), .did = {"a device's name"}, .code = E_FULL};
static struct buf sample = {.max = NOTICE_SIZE};

static int begin(void **state)
{
    (void)state;
    notice_write(&SAMPLE, &sample);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&sample);
    return 0;
}

static struct err ask(struct bytes in)
{
    struct upload_notice n;

    return notice_parse(in, &n);
}

static void a_notice_that_is_written_reads_back_and_writes_the_same(void **state)
{
    struct buf again = BUF(NOTICE_SIZE);
    struct upload_notice n;

    (void)state;
    assert_int_equal(sample.n, NOTICE_SIZE);
    assert_ok(notice_parse(buf_view(&sample), &n));
    assert_int_equal(n.number, SAMPLE.number);
    assert_true(ID_SAME(n.did, SAMPLE.did));
    assert_int_equal(n.code, E_FULL);
    notice_write(&n, &again);
    assert_bytes(buf_view(&again), buf_view(&sample));
    buf_free(&again);
}

static void a_notice_is_accepted_neither_cut_nor_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&sample));
    refuses_a_trailing_byte(ask, buf_view(&sample));
}

static void a_notice_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"a code of success", 25, 0, E_MALFORMED},
        {"a code that does not exist", 25, 14, E_MALFORMED},
        {"one that is larger", 25, 255, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule(ask, buf_view(&sample), RULES(rules));
}

static void every_code_of_a_refusal_may_stand_in_a_notice(void **state)
{
    static const uint8_t codes[] = {10, 11, 12, 13, 20, 21, 22, 23, 24,
                                    25, 26, 27, 30, 31, 40, 41, 42, 43};
    uint8_t text[NOTICE_SIZE];
    struct upload_notice n;

    (void)state;
    memcpy(text, sample.at, sizeof text);
    for (size_t i = 0; i < sizeof codes; i++) {
        text[NOTICE_SIZE - 1] = codes[i];
        assert_ok(notice_parse(BYTES(text), &n));
        assert_int_equal(n.code, codes[i]);
    }
}

static void uploads_are_counted_from_one_and_a_refused_notice_changes_nothing(void **state)
{
    struct upload_notice n = {.number = 77};
    uint8_t text[NOTICE_SIZE];

    (void)state;
    memcpy(text, sample.at, sizeof text);
    memset(text + 1, 0, 8);
    assert_err(notice_parse(BYTES(text), &n), E_MALFORMED);
    assert_int_equal(n.number, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_notice_that_is_written_reads_back_and_writes_the_same),
        cmocka_unit_test(a_notice_is_accepted_neither_cut_nor_with_a_byte_behind_it),
        cmocka_unit_test(a_notice_keeps_each_rule),
        cmocka_unit_test(every_code_of_a_refusal_may_stand_in_a_notice),
        cmocka_unit_test(uploads_are_counted_from_one_and_a_refused_notice_changes_nothing),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
