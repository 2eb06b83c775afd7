/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of tests/vectors that speak of another message, and receipts, are opened. */
#include "e2ee/receipt.h"
#include "e2ee/reference.h"
#include "vectors/vector.h"

static json_t *v;

static int load(void **state)
{
    v = vector_load("contents.json");
    return 0;
}

static int forget(void **state)
{
    json_decref(v);
    arena_free(&vector_memory);
    return 0;
}

static void the_contents_say_what_they_say(void **state)
{
    json_t *o;
    size_t i;

    json_array_foreach(vector_get(v, "contents"), i, o)
    {
        uint16_t type = (uint16_t)vector_number(o, "type");
        struct buf again = BUF(LIMIT_TEXT);
        struct reference ref;

        assert_ok(reference_parse(type, vector_bytes(o, "content"), &ref));
        assert_field(ID_BYTES(ref.sender), o, "did");
        assert_field(ID_BYTES(ref.id), o, "id");
        assert_int_equal(ref.stamp, vector_number(o, "stamp"));
        assert_int_equal(ref.on, vector_number(o, "on"));
        assert_bytes(ref.text, vector_text(o, "text"));
        assert_ok(reference_write(type, &ref, &again));
        assert_field(buf_view(&again), o, "content");
        buf_free(&again);
    }
    assert_int_equal(i, 6);
}

static void the_receipts_tell_what_they_tell(void **state)
{
    json_t *o, *range;
    size_t i, j;

    json_array_foreach(vector_get(v, "receipts"), i, o)
    {
        struct buf again = BUF(LIMIT_TEXT);
        struct receipt r;

        assert_ok(receipt_parse(vector_bytes(o, "content"), &r));
        assert_field(ID_BYTES(r.writer), o, "did");
        assert_true(r.read == vector_number(o, "read"));
        json_array_foreach(vector_get(o, "came"), j, range)
        {
            assert_true(j < r.n && r.came[j].first == vector_number(range, "first") &&
                        r.came[j].last == vector_number(range, "last"));
        }
        assert_int_equal(r.n, j);
        receipt_write(&r, &again);
        assert_field(buf_view(&again), o, "content");
        buf_free(&again);
    }
    assert_int_equal(i, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contents_say_what_they_say),
        cmocka_unit_test(the_receipts_tell_what_they_tell),
    };

    return cmocka_run_group_tests(tests, load, forget);
}
