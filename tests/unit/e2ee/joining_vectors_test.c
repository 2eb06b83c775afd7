/* SPDX-License-Identifier: Apache-2.0 */
/* Lists with a recovery key, a link, an ask, its code, an answer and a recovery blob of
 * tests/vectors are opened. */
#include "e2ee/link_answer.h"
#include "e2ee/recovery.h"
#include "vectors/vector.h"

static json_t *v;
static struct network_id nid;
static uint64_t now_ms;
static struct device_link link;
static struct link_ask ask;

static struct device_id did_of(const char *name)
{
    struct device_id did;

    vector_copy(vector_get(vector_get(v, "account"), name), "did", did.b, sizeof did.b);
    return did;
}

static int load(void **state)
{
    v = vector_load("joining.json");
    vector_copy(v, "nid", nid.b, sizeof nid.b);
    now_ms = vector_number(v, "now_ms");
    assert_ok(device_link_read(vector_text(vector_get(v, "link"), "link"), &link));
    assert_ok(link_ask_open(&link, vector_bytes(vector_get(v, "ask"), "box"), &ask));
    return 0;
}

static int forget(void **state)
{
    json_decref(v);
    arena_free(&vector_memory);
    return 0;
}

static void the_lists_follow_each_other(void **state)
{
    static struct device_list list[8];
    struct point ark = vector_signer(vector_get(v, "account"), "ark", NULL);
    json_t *o;
    size_t i;

    json_array_foreach(vector_get(v, "lists"), i, o)
    {
        assert_true(i < sizeof list / sizeof list[0]);
        assert_ok(device_list_check(vector_bytes(o, "statement"), &nid, &ark,
                                    i == 0 ? NULL : &list[i - 1], now_ms, &list[i]));
        assert_int_equal(list[i].version, vector_number(o, "version"));
        assert_int_equal(list[i].devices, json_array_size(vector_get(o, "devices")));
        for (size_t k = 0; k < list[i].devices; k++) {
            json_t *d = json_array_get(vector_get(o, "devices"), k);

            assert_field(ID_BYTES(list[i].device[k].did), d, "did");
            assert_int_equal(list[i].device[k].role, vector_number(d, "role"));
            assert_int_equal(list[i].device[k].capabilities, vector_number(d, "capabilities"));
        }
        assert_int_equal(list[i].revoked, json_array_size(vector_get(o, "revoked")));
        assert_field(ID_BYTES(list[i].signer), o, "signer");
        assert_int_equal(device_list_is_recovered(&list[i]), vector_number(o, "recovered"));
        assert_field(BYTES(list[i].hash), o, "hash");
    }
    assert_int_equal(i, 4);
}

static void the_link_is_read(void **state)
{
    json_t *o = vector_get(v, "link");
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], key[DEVICE_LINK_KEY_SIZE];

    assert_true(ID_SAME(link.nid, nid));
    assert_field(ID_BYTES(link.aid), vector_get(v, "account"), "aid");
    assert_field(BYTES(link.pin), o, "pin");
    assert_field(BYTES(link.secret), o, "secret");
    assert_bytes(bytes(link.address, link.address_n), vector_text(o, "address"));
    assert_ok(device_link_slot(&link, slot));
    assert_field(BYTES(slot), o, "slot");
    assert_ok(device_link_key(&link, key));
    assert_field(BYTES(key), o, "key");
}

static void the_ask_is_the_new_devices(void **state)
{
    json_t *o = vector_get(v, "ask");
    struct device_id did = did_of("new");
    uint8_t digest[HASH_SHA512_SIZE], want[HASH_SHA512_SIZE];
    struct bytes form = vector_bytes(o, "ask");
    char code[LINK_ASK_CODE_SIZE];

    assert_true(ID_SAME(ask.did, did));
    assert_field(BYTES(ask.point), vector_get(o, "point"), "public");
    assert_field(BYTES(ask.kem), vector_get(o, "kem"), "public");
    assert_bytes(bytes(ask.name, ask.name_n), vector_text(o, "name"));
    assert_ok(link_ask_digest(&ask, digest));
    assert_ok(hash_sha512(&form, 1, want));
    assert_memory_equal(digest, want, sizeof want);
    assert_ok(link_ask_code(&link, &ask, code));
    assert_bytes(bytes_text(code), vector_text(o, "code"));
}

static void the_answer_is_the_accounts(void **state)
{
    json_t *o = vector_get(v, "answer"), *asked = vector_get(v, "ask");
    struct point root = vector_signer(v, "root", NULL);
    struct agree_private *point;
    struct mlkem_private *kem;
    struct link_answer_keys keys;
    struct buf plain = BUF(LINK_ANSWER_PLAIN_MOST);
    struct link_answer got;
    static struct device_list devices;

    assert_ok(agree_private_parse(&point, vector_bytes(vector_get(asked, "point"), "private")));
    assert_ok(mlkem_private_parse(&kem, vector_bytes(vector_get(asked, "kem"), "seed")));
    keys = (struct link_answer_keys){point, kem};
    assert_ok(link_answer_open(&link, &ask, &keys, vector_bytes(o, "answer"), now_ms, &plain, &got,
                               &devices));
    assert_true(ID_SAME(got.root, root));
    assert_bytes(got.domain, vector_text(o, "domain"));
    assert_bytes(got.handle, vector_text(o, "handle"));
    assert_field(got.list, json_array_get(vector_get(v, "lists"), 1), "statement");
    sign_private_free(got.ark_secret);
    agree_private_free(point);
    mlkem_private_free(kem);
    buf_free(&plain);
}

static void the_letters_open_the_blob(void **state)
{
    json_t *o = vector_get(v, "recovery"), *who = vector_get(v, "account");
    struct point dsk = vector_signer(vector_get(who, "recovery_key"), "dsk", NULL), got_dsk;
    struct recovery_key key;
    struct recovery_account got;
    uint8_t slot[RECOVERY_SLOT_SIZE];
    char letters[RECOVERY_LETTERS_SIZE];
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);

    assert_ok(recovery_read_letters(vector_text(o, "letters"), &key));
    assert_field(BYTES(key.r), o, "r");
    recovery_letters(&key, letters);
    assert_bytes(bytes_text(letters), vector_text(o, "letters"));
    assert_ok(recovery_slot(&key, &nid, slot));
    assert_field(BYTES(slot), o, "slot");
    assert_ok(recovery_open(&key, &nid, vector_bytes(o, "blob"), &plain, &got));
    assert_field(ID_BYTES(got.aid), who, "aid");
    assert_bytes(got.domain, vector_text(vector_get(v, "answer"), "domain"));
    assert_bytes(got.handle, vector_text(vector_get(v, "answer"), "handle"));
    assert_ok(sign_private_public(got.dsk_secret, got_dsk.b));
    assert_true(ID_SAME(got_dsk, dsk));
    sign_private_free(got.ark_secret);
    sign_private_free(got.dsk_secret);
    buf_free(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lists_follow_each_other), cmocka_unit_test(the_link_is_read),
        cmocka_unit_test(the_ask_is_the_new_devices),  cmocka_unit_test(the_answer_is_the_accounts),
        cmocka_unit_test(the_letters_open_the_blob),
    };
    return cmocka_run_group_tests(tests, load, forget);
}
