/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/card.h"

#include "assert_err.h"

static struct card bob(void)
{
    return (struct card){.nid = {{1, 2}}, .aid = {{3, 4}}, .handle = bytes_text("bob")};
}

static void what_is_written_is_read(void **state)
{
    struct card a = bob(), b;
    struct buf out = BUF(CARD_MAX_SIZE);

    assert_ok(card_write(&a, &out));
    assert_int_equal(out.n, 32 + 32 + 3);
    assert_ok(card_parse(buf_view(&out), &b));
    assert_memory_equal(&a.nid, &b.nid, sizeof a.nid);
    assert_memory_equal(&a.aid, &b.aid, sizeof a.aid);
    assert_bytes(b.handle, a.handle);
    for (size_t n = 0; n < 64; n++)
        assert_err(card_parse(bytes(out.at, n), &b), E_TRUNCATED);
    buf_free(&out);
}

static void nobody_without_a_handle_has_one(void **state)
{
    static const char *const none[] = {"", "Bob", "b b", "-bob",
                                       "a23456789012345678901234567890123"};

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct card a = bob(), b;
        struct buf out = BUF(CARD_MAX_SIZE + 1);

        a.handle = bytes_text(none[i]);
        assert_err(card_write(&a, &out), E_MALFORMED);
        assert_int_equal(out.n, 0);
        buf_bytes(&out, ID_BYTES(a.nid));
        buf_bytes(&out, ID_BYTES(a.aid));
        buf_text(&out, none[i]);
        assert_err(card_parse(buf_view(&out), &b), E_MALFORMED);
        buf_free(&out);
    }
}

static void without_room_nothing_is_written(void **state)
{
    struct card a = bob();
    struct buf out = BUF(32 + 32 + 2);

    assert_err(card_write(&a, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(nobody_without_a_handle_has_one),
        cmocka_unit_test(without_room_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
