/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/about.h"

#include "assert_err.h"

static const struct network_id HOME = {{7}};

static struct about harbour(void)
{
    return (struct about){.kind = ABOUT_ROOM,
                          .salt = {1, 2, 3},
                          .name = bytes_text("Harbour"),
                          .description = bytes_text("Ships and tides.")};
}

static void what_is_written_is_read(void **state)
{
    struct about a = harbour(), b;
    struct buf out = BUF(ABOUT_MAX_SIZE);

    assert_ok(about_write(&a, &out));
    assert_ok(about_parse(buf_view(&out), &b));
    assert_int_equal(b.kind, ABOUT_ROOM);
    assert_bytes(b.name, a.name);
    assert_bytes(b.description, a.description);
    assert_memory_equal(b.salt, a.salt, sizeof a.salt);
    for (size_t n = 0; n < out.n; n++)
        assert_err(about_parse(bytes(out.at, n), &b), E_TRUNCATED);
    buf_u8(&out, 0);
    assert_err(about_parse(buf_view(&out), &b), E_MALFORMED);
    buf_free(&out);
}

static void a_box_is_of_one_content_in_one_network(void **state)
{
    static const struct network_id other = {{8}};
    struct about a = harbour();
    struct buf out = BUF(ABOUT_MAX_SIZE);
    uint8_t box[ABOUT_BOX_SIZE];
    bool fits;

    assert_ok(about_write(&a, &out));
    assert_ok(about_box(&HOME, buf_view(&out), box));
    assert_int_equal(about_kind_of(BYTES(box)), ABOUT_ROOM);
    assert_ok(about_fits(&HOME, buf_view(&out), BYTES(box), &fits));
    assert_true(fits);
    assert_ok(about_fits(&other, buf_view(&out), BYTES(box), &fits));
    assert_false(fits);
    out.at[5] ^= 1;
    assert_ok(about_fits(&HOME, buf_view(&out), BYTES(box), &fits));
    assert_false(fits);
    buf_free(&out);
}

static void kinds_names_and_sizes_have_bounds(void **state)
{
    static uint8_t large[ABOUT_DESCRIPTION_MAX + 1];
    struct about a = harbour();
    struct buf out = BUF(2 * ABOUT_MAX_SIZE);

    a.kind = (enum about_kind)3;
    assert_err(about_write(&a, &out), E_MALFORMED);
    a = harbour();
    a.name = bytes_text("");
    assert_err(about_write(&a, &out), E_MALFORMED);
    memset(large, 'a', sizeof large);
    a.name = bytes(large, ABOUT_NAME_MAX + 1);
    assert_err(about_write(&a, &out), E_MALFORMED);
    a = harbour();
    a.description = BYTES(large);
    assert_err(about_write(&a, &out), E_MALFORMED);
    a = harbour();
    a.name = bytes("\xff", 1);
    assert_err(about_write(&a, &out), E_MALFORMED);
    a = harbour();
    a.description = bytes("\xff", 1);
    assert_err(about_write(&a, &out), E_MALFORMED);
    assert_int_equal(about_kind_of(bytes_text("Harbour")), ABOUT_ROOM);
    buf_free(&out);
}

static void what_is_unsound_is_not_read_and_fits_no_box(void **state)
{
    struct about a = harbour(), b;
    struct buf out = BUF(ABOUT_MAX_SIZE);
    uint8_t box[ABOUT_BOX_SIZE];
    bool fits;

    assert_ok(about_write(&a, &out));
    out.at[0] = 3;
    assert_err(about_parse(buf_view(&out), &b), E_MALFORMED);
    assert_ok(about_box(&HOME, buf_view(&out), box));
    assert_ok(about_fits(&HOME, buf_view(&out), BYTES(box), &fits));
    assert_false(fits);
    out.at[0] = ABOUT_GROUP;
    out.at[out.n - 1] = 0xff; /* no UTF-8 */
    assert_err(about_parse(buf_view(&out), &b), E_MALFORMED);
    out.at[1 + ABOUT_SALT_SIZE + 1 + a.name.n] = 0xff; /* of the description's length */
    assert_err(about_parse(buf_view(&out), &b), E_LIMIT);
    assert_ok(about_box(&HOME, buf_view(&out), box));
    assert_int_equal(about_kind_of(BYTES(box)), ABOUT_GROUP);
    box[0] = 2;
    assert_int_equal(about_kind_of(BYTES(box)), ABOUT_ROOM);
    assert_ok(about_box(&HOME, bytes(NULL, 0), box));
    assert_int_equal(box[1], 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_box_is_of_one_content_in_one_network),
        cmocka_unit_test(what_is_unsound_is_not_read_and_fits_no_box),
        cmocka_unit_test(kinds_names_and_sizes_have_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
