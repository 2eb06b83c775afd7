/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/position.h"

#include "assert_err.h"

static struct position gate(void)
{
    return (struct position){.latitude = 525163000,
                             .longitude = -133777001,
                             .accuracy_m = 15,
                             .until_ms = UINT64_C(1) << 41,
                             .label = bytes_text("The gate")};
}

static void what_is_written_is_read(void **state)
{
    struct position a = gate(), b;
    struct buf out = BUF(POSITION_MAX_SIZE);

    assert_ok(position_write(&a, &out));
    assert_int_equal(out.n, POSITION_MIN_SIZE + 8);
    assert_ok(position_parse(buf_view(&out), &b));
    assert_int_equal(b.latitude, a.latitude);
    assert_int_equal(b.longitude, a.longitude);
    assert_int_equal(b.accuracy_m, 15);
    assert_true(b.until_ms == a.until_ms);
    assert_bytes(b.label, a.label);
    for (size_t n = 0; n < POSITION_MIN_SIZE; n++)
        assert_err(position_parse(bytes(out.at, n), &b), E_TRUNCATED);
    assert_ok(position_parse(bytes(out.at, POSITION_MIN_SIZE), &b));
    assert_int_equal(b.label.n, 0);
    buf_free(&out);
}

static void it_is_on_the_earth(void **state)
{
    static const struct {
        int32_t latitude, longitude;
        bool good;
    } at[] = {
        {900000000, 1800000000, true}, {-900000000, -1800000000, true}, {900000001, 0, false},
        {-900000001, 0, false},        {0, 1800000001, false},          {0, -1800000001, false},
        {INT32_MIN, INT32_MIN, false},
    };

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct position p = {.latitude = at[i].latitude, .longitude = at[i].longitude}, b;
        struct position plain = {.latitude = 0};
        struct buf out = BUF(POSITION_MAX_SIZE);

        if (at[i].good) {
            assert_ok(position_write(&p, &out));
            assert_ok(position_parse(buf_view(&out), &b));
            assert_int_equal(b.latitude, p.latitude);
            assert_int_equal(b.longitude, p.longitude);
        } else {
            assert_err(position_write(&p, &out), E_MALFORMED);
            assert_int_equal(out.n, 0);
            assert_ok(position_write(&plain, &out));
            for (unsigned k = 0; k < 4; k++) {
                out.at[k] = (uint8_t)((uint32_t)p.latitude >> (24 - 8 * k));
                out.at[4 + k] = (uint8_t)((uint32_t)p.longitude >> (24 - 8 * k));
            }
            assert_err(position_parse(buf_view(&out), &b), E_MALFORMED);
        }
        buf_free(&out);
    }
}

static void a_label_is_a_short_text(void **state)
{
    static uint8_t name[POSITION_LABEL_MAX + 1];
    static uint8_t content[POSITION_MAX_SIZE + 1];
    struct position a = gate(), b;
    struct buf out = BUF(POSITION_MAX_SIZE);

    memset(name, 'a', sizeof name);
    a.label = bytes(name, POSITION_LABEL_MAX);
    assert_ok(position_write(&a, &out));
    assert_int_equal(out.n, POSITION_MAX_SIZE);
    assert_err(position_write(&a, &out), E_LIMIT); /* no room */
    assert_int_equal(out.n, POSITION_MAX_SIZE);
    a.label.n++;
    assert_err(position_write(&a, &out), E_LIMIT);
    memset(content + POSITION_MIN_SIZE, 'a', POSITION_LABEL_MAX + 1);
    assert_err(position_parse(BYTES(content), &b), E_LIMIT);
    a.label = bytes("\xff", 1);
    assert_err(position_write(&a, &out), E_MALFORMED);
    content[POSITION_MIN_SIZE] = 0xff;
    assert_err(position_parse(bytes(content, POSITION_MIN_SIZE + 1), &b), E_MALFORMED);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(it_is_on_the_earth),
        cmocka_unit_test(a_label_is_a_short_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
