/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/filed.h"

#include "assert_err.h"

static enum err_code write_one(bool kept, struct bytes folder, struct bytes title)
{
    struct filed f = {kept, folder, title};
    struct buf out = BUF(FILED_MAX_SIZE + 100);
    struct err err = filed_write(&f, &out);

    if (err.code != E_OK)
        assert_int_equal(out.n, 0);
    buf_free(&out);
    return err.code;
}

static void what_is_written_is_read(void **state)
{
    struct filed a = {true, bytes_text("Plans/\xc3\xa9t\xc3\xa9"), bytes_text("East ..")}, b;
    struct buf out = BUF(FILED_MAX_SIZE);

    assert_ok(filed_write(&a, &out));
    assert_int_equal(out.n, 1 + 1 + a.folder.n + a.title.n);
    assert_ok(filed_parse(buf_view(&out), &b));
    assert_true(b.kept);
    assert_bytes(b.folder, a.folder);
    assert_bytes(b.title, a.title);
    for (size_t n = 0; n < 2 + a.folder.n; n++)
        assert_err(filed_parse(bytes(out.at, n), &b), E_TRUNCATED);
    out.at[0] = 2;
    assert_err(filed_parse(buf_view(&out), &b), E_MALFORMED);
    out.at[0] = 0;
    assert_err(filed_parse(buf_view(&out), &b), E_MALFORMED);
    buf_free(&out);
}

static void what_is_not_kept_stands_nowhere(void **state)
{
    struct bytes none = bytes_text("");

    assert_int_equal(write_one(false, none, none), E_OK);
    assert_int_equal(write_one(true, none, none), E_OK);
    assert_int_equal(write_one(false, bytes_text("a"), none), E_MALFORMED);
    assert_int_equal(write_one(false, none, bytes_text("a")), E_MALFORMED);
}

static void a_folder_is_names_with_a_slash_between(void **state)
{
    static const struct {
        const char *folder;
        bool good;
    } all[] = {
        {"a", true},
        {"a b/c", true},
        {"1/2/3/4/5/6/7/8", true},
        {"1/2/3/4/5/6/7/8/9", false},
        {"/", false},
        {"/a", false},
        {"a/", false},
        {"a//b", false},
        {".", false},
        {"..", false},
        {"../a", false},
        {"a/..", false},
        {"a/./b", false},
        {"...", true},
        {"a\n", false},
        {"a\x7f", false},
        {"\xc2\x80", false},
        {"\xc2\x9f", false},
        {"\xc2\xa0", true},
        {"\xe2\x80\xa8", false},
        {"\xe2\x80\xa9", false},
        {"\xe2\x80\xaa", true},
        {"\xff", false},
    };
    struct bytes none = bytes_text("");

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        assert_int_equal(write_one(true, bytes_text(all[i].folder), none),
                         all[i].good ? E_OK : E_MALFORMED);
}

static void a_title_is_one_line(void **state)
{
    struct bytes none = bytes_text("");

    assert_int_equal(write_one(true, none, bytes_text("../../etc/passwd")), E_OK);
    assert_int_equal(write_one(true, none, bytes_text("a\tb")), E_MALFORMED);
    assert_int_equal(write_one(true, none, bytes("", 1)), E_MALFORMED);
}

static void neither_is_too_long(void **state)
{
    uint8_t most[FILED_FOLDER_MAX + 1];
    struct bytes none = bytes_text("");

    memset(most, 'a', sizeof most);
    assert_int_equal(write_one(true, bytes(most, FILED_FOLDER_MAX), bytes(most, FILED_TITLE_MAX)),
                     E_OK);
    assert_int_equal(write_one(true, bytes(most, sizeof most), none), E_LIMIT);
    assert_int_equal(write_one(true, none, bytes(most, sizeof most)), E_LIMIT);
}

static void without_room_nothing_is_written(void **state)
{
    struct filed f = {true, bytes_text("a"), bytes_text("b")};
    struct buf out = BUF(3);

    assert_err(filed_write(&f, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_not_kept_stands_nowhere),
        cmocka_unit_test(a_folder_is_names_with_a_slash_between),
        cmocka_unit_test(a_title_is_one_line),
        cmocka_unit_test(neither_is_too_long),
        cmocka_unit_test(without_room_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
