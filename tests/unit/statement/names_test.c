/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/names.h"

#include "assert_err.h"
#include "base/encoding.h"

/* Known answers were computed by another implementation of 2.1 to 2.4 over these counting bytes. */
static struct point counting(uint8_t sign, uint8_t from)
{
    struct point p = {.b = {sign}};

    for (uint8_t i = 1; i < sizeof p.b; i++)
        p.b[i] = (uint8_t)(from + i - 1);
    return p;
}

static void assert_hex(struct bytes got, const char *want)
{
    struct buf hex = BUF(256);

    encoding_hex(&hex, got);
    assert_bytes(buf_view(&hex), bytes_text(want));
    buf_free(&hex);
}

static void names_have_known_answers(void **state)
{
    struct point root = counting(2, 0), ark = counting(3, 66), dsk = counting(2, 132);
    struct network_id nid;
    struct account_id aid, other;
    struct device_id did;
    struct room_id room;

    (void)state;
    assert_ok(names_network(&root, BYTES_LITERAL("example.org"), &nid));
    assert_hex(ID_BYTES(nid), "e4159ccfbb885b31e4439cc879c374607c17b4211fecdf5e8c9cd9680c6528c4");
    assert_ok(names_account(&nid, &ark, &aid));
    assert_hex(ID_BYTES(aid), "b3eebd2a72a659c9fc4943d9fa44196165bfd6ccff857b93466f5607b9268236");
    assert_ok(names_device(&aid, &dsk, &did));
    assert_hex(ID_BYTES(did), "4ef1128dc24cac0eb1309855a8fa3faa");
    assert_ok(names_account(&nid, &dsk, &other));
    assert_ok(names_pair_room(&nid, &aid, &other, &room));
    assert_hex(ID_BYTES(room), "842dd3750e222da6c600feed7a0c01853aa7498029df276ab6259fa753317d34");
}

static void a_pair_has_one_room_whoever_is_named_first(void **state)
{
    struct network_id nid = {{7}};
    struct account_id a = {{1, 2}}, b = {{1, 3}};
    struct room_id ab, ba, aa;

    (void)state;
    assert_ok(names_pair_room(&nid, &a, &b, &ab));
    assert_ok(names_pair_room(&nid, &b, &a, &ba));
    assert_ok(names_pair_room(&nid, &a, &a, &aa));
    assert_true(ID_SAME(ab, ba));
    assert_false(ID_SAME(ab, aa));
}

static void a_network_is_named_only_by_a_domain_in_lower_case(void **state)
{
    static const char *const bad[] = {"", "Example.org", "example..org", "example.org.", "a b"};
    struct point root = counting(2, 0);
    struct network_id nid = {{9}}, before = nid;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_err(names_network(&root, bytes_text(bad[i]), &nid), E_MALFORMED);
    assert_true(ID_SAME(nid, before));
}

static void h32_is_the_beginning_of_sha_512(void **state)
{
    uint8_t out[NAMES_H32_SIZE];
    struct bytes parts[] = {BYTES_LITERAL("a"), BYTES_LITERAL("bc")};

    (void)state;
    assert_ok(names_h32(parts, 2, out)); /* "abc"  [FIPS180-4] */
    assert_hex(BYTES(out), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_known_answers),
        cmocka_unit_test(a_pair_has_one_room_whoever_is_named_first),
        cmocka_unit_test(a_network_is_named_only_by_a_domain_in_lower_case),
        cmocka_unit_test(h32_is_the_beginning_of_sha_512),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
