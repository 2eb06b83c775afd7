/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/geo.h"

#include "assert_err.h"

static void assert_at(const char *text, int32_t latitude, int32_t longitude, uint32_t accuracy)
{
    struct tacet_position p;

    assert_true(geo_parse(text, &p));
    assert_int_equal(p.latitude, latitude);
    assert_int_equal(p.longitude, longitude);
    assert_int_equal(p.accuracy_m, accuracy);
    assert_true(p.until_ms == 0);
}

static void degrees_are_read(void **state)
{
    assert_at("52.5163,13.3777", 525163000, 133777000, 0);
    assert_at("0,0", 0, 0, 0);
    assert_at("-0.0000001,0.0000001", -1, 1, 0);
    assert_at("90,-180", 900000000, -1800000000, 0);
    assert_at("-90.0000000,180.0000000", -900000000, 1800000000, 0);
    assert_at("geo:-33.8568,151.2153;u=15", -338568000, 1512153000, 15);
    assert_at("geo:1,2;crs=wgs84;u=0", 10000000, 20000000, 0);
    assert_at("1,2;u=1000000000", 10000000, 20000000, 1000000000);
}

static void what_is_no_position_is_none(void **state)
{
    static const char *const none[] = {
        "",
        "1",
        "1,",
        ",1",
        "1,2,3",
        "1 ,2",
        "a,b",
        "90.1,0",
        "0,180.1",
        "-91,0",
        "0,-181",
        "1.,2",
        "1,2.",
        "1.12345678,2",
        "+1,2",
        "1e1,2",
        "--1,2",
        "1,2;u=",
        "1,2;u=-1",
        "1,2;u=1.5",
        "1,2;u=1000000001",
        "1,2;x=1",
        "1,2;crs=x",
        "geo:",
        "GEO:1,2",
        "99999999999999999999,1",
        "1,2;u=99999999999999999999",
        "90.0000001,0",
        "0x1,2",
    };

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct tacet_position p;

        if (geo_parse(none[i], &p))
            fail_msg("%s was read", none[i]);
    }
}

static void it_is_written_as_it_is_read(void **state)
{
    static const char *const both[] = {
        "geo:52.5163,13.3777",        "geo:-0.0000001,0.0000001", "geo:0,0",
        "geo:-33.8568,151.2153;u=15", "geo:90,-180;u=1000000000",
    };

    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        struct tacet_position p;
        struct buf b = BUF(128);

        assert_true(geo_parse(both[i], &p));
        geo_write(&p, &b);
        assert_bytes(buf_view(&b), bytes_text(both[i]));
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_are_read),
        cmocka_unit_test(what_is_no_position_is_none),
        cmocka_unit_test(it_is_written_as_it_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
