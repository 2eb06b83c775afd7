/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of tests/vectors that speak of another message are opened. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contents_say_what_they_say),
    };

    return cmocka_run_group_tests(tests, load, forget);
}
