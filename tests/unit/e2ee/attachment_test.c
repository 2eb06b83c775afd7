/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/attachment.h"

#include "assert_err.h"
#include "wire/limits.h"

#define AT_FLAGS    1
#define AT_FILE     34
#define AT_SIZE     (AT_FILE + 33)
#define AT_DURATION (AT_FILE + FILE_KEY_DESCRIPTOR_SIZE)

static struct attachment chart(void)
{
    return (struct attachment){.id = {1, 2, 3},
                               .file = {.key = {4, 5}, .size = 100000, .root = {6, 7}},
                               .voice = true,
                               .duration_ms = 90500,
                               .view_only = true,
                               .name = bytes_text("tides \xc3\xa9t\xc3\xa9.png"),
                               .type = bytes_text("image/svg+xml"),
                               .preview = bytes_text("small")};
}

static enum err_code write_one(const struct attachment *a)
{
    struct buf out = BUF(ATTACHMENT_MAX_SIZE);
    struct err err = attachment_write(a, &out);

    buf_free(&out);
    return err.code;
}

static void what_is_written_is_read(void **state)
{
    struct attachment a = chart(), b;
    struct buf out = BUF(ATTACHMENT_MAX_SIZE);

    assert_ok(attachment_write(&a, &out));
    assert_ok(attachment_parse(buf_view(&out), &b));
    assert_memory_equal(b.id, a.id, sizeof a.id);
    assert_memory_equal(b.file.key, a.file.key, sizeof a.file.key);
    assert_memory_equal(b.file.root, a.file.root, sizeof a.file.root);
    assert_int_equal(b.file.size, a.file.size);
    assert_true(b.voice && b.view_only && !b.forwarded);
    assert_int_equal(b.duration_ms, a.duration_ms);
    assert_bytes(b.name, a.name);
    assert_bytes(b.type, a.type);
    assert_bytes(b.preview, a.preview);
    for (size_t n = 0; n < out.n; n++)
        assert_err(attachment_parse(bytes(out.at, n), &b), E_TRUNCATED);
    buf_u8(&out, 0);
    assert_err(attachment_parse(buf_view(&out), &b), E_MALFORMED);
    buf_free(&out);
}

static void of_little_there_is_little(void **state)
{
    struct attachment a = {.file = {.size = 0}}, b = chart();
    struct buf out = BUF(ATTACHMENT_MAX_SIZE);

    assert_ok(attachment_write(&a, &out));
    assert_int_equal(out.n, AT_DURATION + 4 + 1 + 1 + 4);
    assert_ok(attachment_parse(buf_view(&out), &b));
    assert_false(b.voice || b.view_only);
    assert_int_equal(b.name.n + b.type.n + b.preview.n + b.duration_ms, 0);
    buf_free(&out);
}

static void it_can_have_been_sent_elsewhere_but_what_nobody_keeps(void **state)
{
    struct attachment a = chart(), b;
    struct buf out = BUF(ATTACHMENT_MAX_SIZE);

    a.forwarded = true;
    assert_err(attachment_write(&a, &out), E_MALFORMED);
    a.view_only = false;
    assert_ok(attachment_write(&a, &out));
    assert_ok(attachment_parse(buf_view(&out), &b));
    assert_true(b.forwarded && b.voice && !b.view_only);
    buf_free(&out);
}

static void what_breaks_a_rule_is_not_written(void **state)
{
    static uint8_t large[ATTACHMENT_PREVIEW_MAX + 1];
    static const char *const types[] = {"image",    "/png",   "image/", "image/png/x", "Image/png",
                                        "text/p l", "a/\x01", "a/\xff", "text/html;x"};
    struct attachment a = chart();

    memset(large, 'a', sizeof large);
    a.voice = false;
    assert_int_equal(write_one(&a), E_MALFORMED);
    a = chart();
    a.name = bytes(large, ATTACHMENT_NAME_MAX + 1);
    assert_int_equal(write_one(&a), E_MALFORMED);
    a.name = bytes_text("\xff");
    assert_int_equal(write_one(&a), E_MALFORMED);
    a = chart();
    large[1] = '/';
    a.type = bytes(large, ATTACHMENT_TYPE_MAX + 1);
    assert_int_equal(write_one(&a), E_MALFORMED);
    a.type = bytes(large, ATTACHMENT_TYPE_MAX);
    assert_int_equal(write_one(&a), E_OK);
    a.type = bytes_text("video/mp4");
    assert_int_equal(write_one(&a), E_OK);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        a.type = bytes_text(types[i]);
        assert_int_equal(write_one(&a), E_MALFORMED);
    }
    a = chart();
    a.preview = BYTES(large);
    assert_int_equal(write_one(&a), E_MALFORMED);
    a.preview.n--;
    assert_int_equal(write_one(&a), E_OK);
}

static void there_may_be_no_room_for_it(void **state)
{
    struct attachment a = chart();
    struct buf out = BUF(100);

    assert_err(attachment_write(&a, &out), E_LIMIT);
    buf_free(&out);
}

/* One byte of something that was written, and what is said of it. */
static void check_changed(size_t at, uint8_t to, enum err_code code)
{
    struct attachment a = chart(), b;
    struct buf out = BUF(ATTACHMENT_MAX_SIZE);

    memset(&b, 0xa5, sizeof b);
    assert_ok(attachment_write(&a, &out));
    out.at[at] = to;
    assert_err(attachment_parse(buf_view(&out), &b), code);
    assert_int_equal(b.id[0], 0xa5);
    buf_free(&out);
}

static void what_breaks_a_rule_is_not_read(void **state)
{
    check_changed(0, 2, E_MALFORMED);
    check_changed(AT_FLAGS, 8, E_MALFORMED);
    check_changed(AT_FLAGS, 7, E_MALFORMED); /* it stays where it is, and was forwarded */
    check_changed(AT_FLAGS, 2, E_MALFORMED); /* a duration of nothing spoken */
    check_changed(AT_FILE, 2, E_MALFORMED);
    check_changed(AT_SIZE, 1, E_LIMIT);
    check_changed(AT_DURATION + 5, 0xff, E_MALFORMED);         /* the name */
    check_changed(AT_DURATION + 5 + 16 + 1, '/', E_MALFORMED); /* the type */
    check_changed(AT_DURATION + 5 + 16 + 1 + 13, 1, E_LIMIT);  /* the preview */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(of_little_there_is_little),
        cmocka_unit_test(it_can_have_been_sent_elsewhere_but_what_nobody_keeps),
        cmocka_unit_test(what_breaks_a_rule_is_not_written),
        cmocka_unit_test(there_may_be_no_room_for_it),
        cmocka_unit_test(what_breaks_a_rule_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
