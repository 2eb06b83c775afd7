/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/reference.h"

#include "assert_err.h"

static struct reference yes(void)
{
    return (struct reference){.sender = {{1, 2}}, .id = {{3, 4}}, .text = bytes_text("Yes.")};
}

static void what_is_written_is_read(void **state)
{
    struct reference a = yes(), b;
    struct buf out = BUF(LIMIT_TEXT);

    assert_ok(reference_write(PAYLOAD_REPLY, &a, &out));
    assert_int_equal(out.n, REFERENCE_NAME_SIZE + 4);
    assert_ok(reference_parse(PAYLOAD_REPLY, buf_view(&out), &b));
    assert_memory_equal(&a.sender, &b.sender, sizeof a.sender);
    assert_memory_equal(&a.id, &b.id, sizeof a.id);
    assert_bytes(b.text, a.text);
    assert_ok(reference_parse(PAYLOAD_REPLY, bytes(out.at, REFERENCE_NAME_SIZE), &b));
    assert_int_equal(b.text.n, 0);
    for (size_t n = 0; n < REFERENCE_NAME_SIZE; n++)
        assert_err(reference_parse(PAYLOAD_REPLY, bytes(out.at, n), &b), E_TRUNCATED);
    buf_free(&out);
}

static void what_is_no_text_is_no_answer(void **state)
{
    struct reference a = yes(), b;
    struct buf out = BUF(LIMIT_TEXT);

    assert_ok(reference_write(PAYLOAD_REPLY, &a, &out));
    assert_err(reference_parse(PAYLOAD_TEXT, buf_view(&out), &b), E_MALFORMED);
    assert_err(reference_write(PAYLOAD_TEXT, &a, &out), E_MALFORMED);
    out.at[out.n - 1] = 0xff;
    assert_err(reference_parse(PAYLOAD_REPLY, buf_view(&out), &b), E_MALFORMED);
    a.text = bytes("\xff", 1);
    assert_err(reference_write(PAYLOAD_REPLY, &a, &out), E_MALFORMED);
    buf_free(&out);
}

static void the_longest_answer_is_as_long_as_a_content_may_be(void **state)
{
    static uint8_t text[LIMIT_TEXT + 1];
    struct reference a = yes(), b;
    struct buf out = BUF(LIMIT_TEXT);

    memset(text, 'a', sizeof text);
    a.text = bytes(text, REFERENCE_REPLY_MAX);
    assert_ok(reference_write(PAYLOAD_REPLY, &a, &out));
    assert_int_equal(out.n, LIMIT_TEXT);
    assert_ok(reference_parse(PAYLOAD_REPLY, buf_view(&out), &b));
    a.text.n++;
    assert_err(reference_write(PAYLOAD_REPLY, &a, &out), E_LIMIT);
    assert_err(reference_parse(PAYLOAD_REPLY, BYTES(text), &b), E_LIMIT);
    buf_free(&out);
}

static void a_reaction_says_which_and_whether(void **state)
{
    struct reference a = {.sender = {{1}},
                          .id = {{2}},
                          .text = bytes_text("+"),
                          .stamp = 7,
                          .on = true},
                     b;
    struct buf out = BUF(LIMIT_TEXT);

    assert_ok(reference_write(PAYLOAD_REACTION, &a, &out));
    assert_int_equal(out.n, REFERENCE_NAME_SIZE + 8 + 1 + 1);
    assert_ok(reference_parse(PAYLOAD_REACTION, buf_view(&out), &b));
    assert_int_equal(b.stamp, 7);
    assert_true(b.on);
    assert_bytes(b.text, a.text);
    for (size_t n = 0; n < REFERENCE_NAME_SIZE + 9; n++)
        assert_err(reference_parse(PAYLOAD_REACTION, bytes(out.at, n), &b), E_TRUNCATED);
    assert_err(reference_parse(PAYLOAD_REACTION, bytes(out.at, out.n - 1), &b), E_MALFORMED);
    out.at[REFERENCE_NAME_SIZE + 8] = 2;
    assert_err(reference_parse(PAYLOAD_REACTION, buf_view(&out), &b), E_MALFORMED);
    out.at[REFERENCE_NAME_SIZE + 8] = 0;
    assert_ok(reference_parse(PAYLOAD_REACTION, buf_view(&out), &b));
    assert_false(b.on);
    buf_free(&out);
}

static void an_edit_has_a_stamp_and_a_text(void **state)
{
    static uint8_t text[LIMIT_TEXT + 1];
    struct reference a = {.sender = {{1}}, .id = {{2}}, .text = bytes_text("Ten?"), .stamp = 7}, b;
    struct buf out = BUF(LIMIT_TEXT);

    assert_ok(reference_write(PAYLOAD_EDIT, &a, &out));
    assert_int_equal(out.n, REFERENCE_NAME_SIZE + 8 + 4);
    assert_ok(reference_parse(PAYLOAD_EDIT, buf_view(&out), &b));
    assert_int_equal(b.stamp, 7);
    assert_bytes(b.text, a.text);
    for (size_t n = 0; n < REFERENCE_NAME_SIZE + 8; n++)
        assert_err(reference_parse(PAYLOAD_EDIT, bytes(out.at, n), &b), E_TRUNCATED);
    out.at[out.n - 1] = 0xff;
    assert_err(reference_parse(PAYLOAD_EDIT, buf_view(&out), &b), E_MALFORMED);
    assert_err(reference_parse(PAYLOAD_RECALL + 1, buf_view(&out), &b), E_MALFORMED);
    buf_cut(&out, 0);
    memset(text, 'a', sizeof text);
    a.text = bytes(text, REFERENCE_EDIT_MAX);
    assert_ok(reference_write(PAYLOAD_EDIT, &a, &out));
    assert_int_equal(out.n, LIMIT_TEXT);
    assert_err(reference_parse(PAYLOAD_EDIT, BYTES(text), &b), E_LIMIT);
    buf_free(&out);
}

static void a_recall_is_a_name_alone(void **state)
{
    struct reference a = {.sender = {{1}}, .id = {{2}}, .text = bytes_text("")}, b;
    struct buf out = BUF(LIMIT_TEXT);

    assert_ok(reference_write(PAYLOAD_RECALL, &a, &out));
    assert_int_equal(out.n, REFERENCE_NAME_SIZE);
    assert_ok(reference_parse(PAYLOAD_RECALL, buf_view(&out), &b));
    assert_memory_equal(&b.id, &a.id, sizeof a.id);
    buf_u8(&out, 'a');
    assert_err(reference_parse(PAYLOAD_RECALL, buf_view(&out), &b), E_LIMIT);
    assert_err(reference_parse(PAYLOAD_RECALL, bytes(out.at, 31), &b), E_TRUNCATED);
    a.text = bytes_text("a");
    assert_err(reference_write(PAYLOAD_RECALL, &a, &out), E_LIMIT);
    buf_free(&out);
}

static void kinds_of_reactions_are_short_and_seen(void **state)
{
    static const char *const wrong[] = {"",         "a b",          "\t",           "a\n", "\x7f",
                                        "\xc2\x9f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xff"};
    static const char *const right[] = {"!",
                                        "~",
                                        "\xc2\xa0",
                                        "\xf0\x9f\x91\x8d",
                                        "\xe2\x80\xa7",
                                        "\xe2\x80\xaa",
                                        "12345678901234567890123456789012"};
    struct reference a = {.text = bytes_text("")}, b;
    struct buf out = BUF(4096);

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        a.text = bytes_text(wrong[i]);
        assert_err(reference_write(PAYLOAD_REACTION, &a, &out), E_MALFORMED);
    }
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        buf_cut(&out, 0);
        a.text = bytes_text(right[i]);
        assert_ok(reference_write(PAYLOAD_REACTION, &a, &out));
        assert_ok(reference_parse(PAYLOAD_REACTION, buf_view(&out), &b));
    }
    buf_u8(&out, '3');
    assert_err(reference_parse(PAYLOAD_REACTION, buf_view(&out), &b), E_LIMIT);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_no_text_is_no_answer),
        cmocka_unit_test(a_reaction_says_which_and_whether),
        cmocka_unit_test(an_edit_has_a_stamp_and_a_text),
        cmocka_unit_test(a_recall_is_a_name_alone),
        cmocka_unit_test(kinds_of_reactions_are_short_and_seen),
        cmocka_unit_test(the_longest_answer_is_as_long_as_a_content_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
