/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/frame.h"

#include "assert_err.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define CEILING (16 * 4096)

static void what_is_written_is_read(void **state)
{
    struct frame in = {OP_SEND, 7, E_STALE, BYTES_LITERAL("body")}, out;
    struct arena a = ARENA(CEILING);
    struct buf b = BUF(256);

    (void)state;
    frame_write(&in, &b);
    assert_ok(frame_parse(buf_view(&b), &a, &out));
    assert_int_equal(out.op, OP_SEND);
    assert_int_equal(out.id, 7);
    assert_int_equal(out.code, E_STALE);
    assert_bytes(out.body, in.body);
    arena_free(&a);
    buf_free(&b);
}

static void no_truncation_is_mistaken_for_the_whole(void **state)
{
    struct frame in = {OP_SEND, 300, 0, BYTES_LITERAL("a body of some length")}, out;
    struct arena a = ARENA(1 << 20);
    struct buf b = BUF(256);
    struct buf again = BUF(256);

    (void)state;
    frame_write(&in, &b);
    for (size_t n = 0; n < b.n; n++) {
        struct err err = frame_parse(bytes(b.at, n), &a, &out);

        if (err.code != E_OK)
            continue;
        /* A cut between fields is a frame of its own, and never the same one. */
        buf_cut(&again, 0);
        frame_write(&out, &again);
        assert_bytes(buf_view(&again), bytes(b.at, n));
    }
    arena_free(&a);
    buf_free(&b);
    buf_free(&again);
}

/* protobuf-c takes all of these; one meaning has one encoding here. */
static void leniencies_of_the_library_are_refused(void **state)
{
    static const struct {
        const char *what;
        uint8_t at[12];
        size_t n;
    } cases[] = {
        {"an unknown field", {0x08, 7, 0x10, 1, 0x78, 1}, 6},
        {"a singular field twice", {0x08, 7, 0x08, 9, 0x10, 1}, 6},
        {"fields out of order", {0x10, 1, 0x08, 7}, 4},
        {"a default that is written", {0x08, 7, 0x10, 1, 0x18, 0}, 6},
        {"a number in more bytes than it needs", {0x08, 0x87, 0x00, 0x10, 1}, 5},
        {"a length in more bytes than it needs", {0x08, 7, 0x22, 0x81, 0x00, 'x'}, 6},
        {"a number that ends too early", {0x08, 0x87}, 2},
        {"a length past the end", {0x22, 0x7f, 'x'}, 3},
        {"a group", {0x0b, 0x0c}, 2},
    };
    struct arena a = ARENA(CEILING);
    struct frame out;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = frame_parse(bytes(cases[i].at, cases[i].n), &a, &out);

        if (err.code != E_MALFORMED)
            fail_msg("%s: %s", cases[i].what, err_name(err.code));
    }
    arena_free(&a);
}

static void a_frame_over_the_limit_is_refused(void **state)
{
    static uint8_t large[LIMIT_FRAME + 1];
    struct arena a = ARENA(CEILING);
    struct frame out;

    (void)state;
    assert_err(frame_parse(BYTES(large), &a, &out), E_LIMIT);
    arena_free(&a);
}

static void unpacking_stays_below_the_arenas_ceiling(void **state)
{
    Tacet__Wire__Deliver m = TACET__WIRE__DELIVER__INIT, *out;
    Tacet__Wire__Item item = TACET__WIRE__ITEM__INIT, *items[100];
    struct arena small = ARENA(2048), large = ARENA(1 << 20);
    struct buf b = BUF(4096);

    (void)state;
    for (size_t i = 0; i < 100; i++)
        items[i] = &item;
    item.number = 1;
    m.items = items;
    m.n_items = 100;
    frame_pack(&m, &b);
    assert_err(frame_unpack(buf_view(&b), &tacet__wire__deliver__descriptor, &small, &out),
               E_LIMIT);
    assert_ok(frame_unpack(buf_view(&b), &tacet__wire__deliver__descriptor, &large, &out));
    assert_int_equal(out->n_items, 100);
    arena_free(&small);
    arena_free(&large);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(no_truncation_is_mistaken_for_the_whole),
        cmocka_unit_test(leniencies_of_the_library_are_refused),
        cmocka_unit_test(a_frame_over_the_limit_is_refused),
        cmocka_unit_test(unpacking_stays_below_the_arenas_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
