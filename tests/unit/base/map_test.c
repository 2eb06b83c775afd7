/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "assert_err.h"

#define MANY 2000

static struct bytes key(const uint32_t *n)
{
    return bytes(n, sizeof *n);
}

static void what_is_put_is_found_until_it_is_erased(void **state)
{
    static uint32_t k[MANY];
    struct map m = MAP;

    for (uint32_t i = 0; i < MANY; i++) {
        k[i] = i * 2654435761u;
        assert_ok(map_put(&m, key(&k[i]), &k[i]));
    }
    assert_int_equal(m.n, MANY);
    for (uint32_t i = 0; i < MANY; i += 3)
        map_erase(&m, key(&k[i]));
    for (uint32_t i = 0; i < MANY; i++)
        assert_ptr_equal(map_get(&m, key(&k[i])), i % 3 == 0 ? NULL : &k[i]);
    for (uint32_t i = 0; i < MANY; i++)
        map_erase(&m, key(&k[i]));
    assert_int_equal(m.n, 0);
    map_free(&m);
}

static void the_last_put_counts(void **state)
{
    struct map m = MAP;
    int a, b;

    assert_ok(map_put(&m, BYTES_LITERAL("key"), &a));
    assert_ok(map_put(&m, BYTES_LITERAL("key"), &b));
    assert_int_equal(m.n, 1);
    assert_ptr_equal(map_get(&m, BYTES_LITERAL("key")), &b);
    map_free(&m);
}

static void a_key_is_its_length_too(void **state)
{
    struct map m = MAP;
    int a;

    assert_ok(map_put(&m, BYTES_LITERAL("a\0"), &a));
    assert_null(map_get(&m, BYTES_LITERAL("a")));
    map_free(&m);
}

static void an_empty_map_holds_nothing(void **state)
{
    struct map m = MAP;

    assert_null(map_get(&m, BYTES_LITERAL("key")));
    map_erase(&m, BYTES_LITERAL("key"));
    map_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_found_until_it_is_erased),
        cmocka_unit_test(the_last_put_counts),
        cmocka_unit_test(a_key_is_its_length_too),
        cmocka_unit_test(an_empty_map_holds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
