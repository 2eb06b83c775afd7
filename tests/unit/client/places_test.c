/* SPDX-License-Identifier: Apache-2.0 */
#include "client/places.h"

#include "assert_err.h"

static void is_so(const struct places *p, size_t n, const struct control_range *at)
{
    assert_int_equal(p->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(p->at[i].first, at[i].first);
        assert_int_equal(p->at[i].last, at[i].last);
    }
}

static void ranges_that_touch_are_one(void **state)
{
    struct places p = {.n = 0};

    assert_true(places_add(&p, 5, 5));
    assert_true(places_add(&p, 1, 2));
    assert_true(places_add(&p, 9, 12));
    is_so(&p, 3, (struct control_range[]){{1, 2}, {5, 5}, {9, 12}});
    assert_true(places_add(&p, 3, 3));
    is_so(&p, 3, (struct control_range[]){{1, 3}, {5, 5}, {9, 12}});
    assert_true(places_add(&p, 4, 4));
    is_so(&p, 2, (struct control_range[]){{1, 5}, {9, 12}});
    assert_true(places_add(&p, 2, 20));
    is_so(&p, 1, (struct control_range[]){{1, 20}});
    assert_true(places_add(&p, 7, 8)); /* it is there */
    is_so(&p, 1, (struct control_range[]){{1, 20}});
    assert_true(places_add(&p, UINT64_MAX, UINT64_MAX));
    assert_true(places_add(&p, UINT64_MAX - 1, UINT64_MAX));
    is_so(&p, 2, (struct control_range[]){{1, 20}, {UINT64_MAX - 1, UINT64_MAX}});
    assert_true(places_add(&p, 1, UINT64_MAX));
    is_so(&p, 1, (struct control_range[]){{1, UINT64_MAX}});
}

static void it_is_known_which_are_there(void **state)
{
    struct places p = {.n = 0};

    assert_false(places_has(&p, 1));
    assert_true(places_add(&p, 3, 4));
    assert_true(places_add(&p, 8, 8));
    for (uint64_t seq = 0; seq < 10; seq++)
        assert_int_equal(places_has(&p, seq), seq == 3 || seq == 4 || seq == 8);
    places_drop(&p, 1);
    assert_false(places_has(&p, 3));
    assert_true(places_has(&p, 8));
}

static void what_has_no_room_changes_nothing(void **state)
{
    struct places p = {.n = 0};

    for (uint64_t i = 0; i < PLACES_MAX; i++)
        assert_true(places_add(&p, 10 + 3 * i, 10 + 3 * i));
    assert_false(places_add(&p, 1, 1));
    assert_false(places_add(&p, 10000, 10000));
    assert_int_equal(p.n, PLACES_MAX);
    assert_false(places_has(&p, 1));
    assert_true(places_add(&p, 11, 12)); /* which joins two */
    assert_int_equal(p.n, PLACES_MAX - 1);
    assert_true(places_add(&p, 1, 1));
}

/* Against a set that is one bit for each place. */
static void any_order_gives_the_same(void **state)
{
    uint32_t dice = 7;

    for (unsigned round = 0; round < 200; round++) {
        struct places p = {.n = 0};
        bool there[64] = {false};

        for (unsigned i = 0; i < 24; i++) {
            uint64_t first, last;

            dice = dice * 1664525 + 1013904223;
            first = 1 + (dice >> 8) % 60;
            last = first + (dice >> 20) % 3;
            assert_true(places_add(&p, first, last));
            for (uint64_t seq = first; seq <= last; seq++)
                there[seq] = true;
        }
        for (uint64_t seq = 0; seq < 64; seq++)
            assert_int_equal(places_has(&p, seq), there[seq]);
        for (size_t i = 0; i < p.n; i++)
            assert_true(control_range_follows(i > 0 ? &p.at[i - 1] : NULL, &p.at[i]));
    }
}

static void what_is_written_is_read(void **state)
{
    struct places p = {.n = 0}, back;
    struct buf b = BUF(PLACES_SIZE);
    struct reader r;

    for (uint64_t i = 1; i <= PLACES_MAX; i++)
        assert_true(places_add(&p, 2 * i, 2 * i));
    places_write(&p, &b);
    assert_int_equal(b.n, PLACES_SIZE);
    r = reader(buf_view(&b));
    places_read(&r, &back);
    assert_ok(reader_end(&r));
    is_so(&back, p.n, p.at);
    b.at[2 + 7] = 9; /* the first one begins behind its end */
    r = reader(buf_view(&b));
    places_read(&r, &back);
    assert_err(reader_end(&r), E_MALFORMED);
    b.at[0] = 0xff;
    r = reader(buf_view(&b));
    places_read(&r, &back);
    assert_err(reader_end(&r), E_MALFORMED);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_that_touch_are_one),
        cmocka_unit_test(it_is_known_which_are_there),
        cmocka_unit_test(what_has_no_room_changes_nothing),
        cmocka_unit_test(any_order_gives_the_same),
        cmocka_unit_test(what_is_written_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
