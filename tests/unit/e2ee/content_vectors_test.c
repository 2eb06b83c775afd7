/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of tests/vectors that speak of another message, receipts, positions, cards and
 * where something stands are opened. */
#include "e2ee/card.h"
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

static void assert_position(const struct position *p, json_t *o)
{
    int64_t latitude = (int64_t)vector_number(o, "north") - (int64_t)vector_number(o, "south");
    int64_t longitude = (int64_t)vector_number(o, "east") - (int64_t)vector_number(o, "west");

    assert_int_equal(p->latitude, latitude);
    assert_int_equal(p->longitude, longitude);
    assert_int_equal(p->accuracy_m, vector_number(o, "accuracy"));
    assert_true(p->until_ms == vector_number(o, "until"));
    assert_bytes(p->label, vector_text(o, "label"));
}

static void the_positions_are_where_they_are(void **state)
{
    json_t *o;
    size_t i;

    json_array_foreach(vector_get(v, "positions"), i, o)
    {
        struct buf again = BUF(LIMIT_TEXT), moved = BUF(LIMIT_TEXT);
        struct reference ref;
        struct position p;

        assert_ok(position_parse(vector_bytes(o, "content"), &p));
        assert_position(&p, o);
        assert_ok(position_write(&p, &again));
        assert_field(buf_view(&again), o, "content");
        assert_ok(reference_parse(PAYLOAD_MOVED, vector_bytes(o, "moved"), &ref));
        assert_field(ID_BYTES(ref.sender), o, "did");
        assert_field(ID_BYTES(ref.id), o, "id");
        assert_true(ref.stamp == vector_number(o, "stamp"));
        assert_field(ref.text, o, "content");
        assert_ok(reference_write(PAYLOAD_MOVED, &ref, &moved));
        assert_field(buf_view(&moved), o, "moved");
        buf_free(&again);
        buf_free(&moved);
    }
    assert_int_equal(i, 2);
}

static void the_cards_say_who_it_is(void **state)
{
    json_t *o;
    size_t i;

    json_array_foreach(vector_get(v, "cards"), i, o)
    {
        struct buf again = BUF(CARD_MAX_SIZE);
        struct card c;

        assert_ok(card_parse(vector_bytes(o, "content"), &c));
        assert_field(ID_BYTES(c.nid), o, "nid");
        assert_field(ID_BYTES(c.aid), o, "aid");
        assert_bytes(c.handle, vector_text(o, "handle"));
        assert_ok(card_write(&c, &again));
        assert_field(buf_view(&again), o, "content");
        buf_free(&again);
    }
    assert_int_equal(i, 1);
}

static void what_is_filed_stands_where_it_stands(void **state)
{
    json_t *o;
    size_t i;

    json_array_foreach(vector_get(v, "filed"), i, o)
    {
        struct buf text = BUF(FILED_MAX_SIZE), again = BUF(LIMIT_TEXT);
        struct reference ref;
        struct filed f;

        assert_ok(reference_parse(PAYLOAD_FILED, vector_bytes(o, "content"), &ref));
        assert_field(ID_BYTES(ref.sender), o, "did");
        assert_field(ID_BYTES(ref.id), o, "id");
        assert_true(ref.stamp == vector_number(o, "stamp"));
        assert_ok(filed_parse(ref.text, &f));
        assert_int_equal(f.kept, vector_number(o, "kept"));
        assert_bytes(f.folder, vector_text(o, "folder"));
        assert_bytes(f.title, vector_text(o, "title"));
        assert_ok(filed_write(&f, &text));
        assert_bytes(buf_view(&text), ref.text);
        assert_ok(reference_write(PAYLOAD_FILED, &ref, &again));
        assert_field(buf_view(&again), o, "content");
        buf_free(&text);
        buf_free(&again);
    }
    assert_int_equal(i, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contents_say_what_they_say),
        cmocka_unit_test(the_receipts_tell_what_they_tell),
        cmocka_unit_test(the_positions_are_where_they_are),
        cmocka_unit_test(the_cards_say_who_it_is),
        cmocka_unit_test(what_is_filed_stands_where_it_stands),
    };

    return cmocka_run_group_tests(tests, load, forget);
}
