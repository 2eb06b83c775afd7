/* SPDX-License-Identifier: Apache-2.0 */
/* Every name, statement, roster, invitation and safety number of tests/vectors is checked. */
#include "e2ee/fingerprint.h"
#include "statement/directory.h"
#include "statement/invitation.h"
#include "statement/prekey.h"
#include "statement/roster.h"
#include "statement/server_keys.h"
#include "statement/signin.h"
#include "vectors/vector.h"

static json_t *v;
static struct network_id nid;
static uint64_t now_ms;

static int load(void **state)
{
    v = vector_load("statements.json");
    vector_copy(v, "nid", nid.b, sizeof nid.b);
    now_ms = vector_number(v, "now_ms");
    return 0;
}

static int forget(void **state)
{
    json_decref(v);
    arena_free(&vector_memory);
    return 0;
}

static struct account_id account_of(const char *who)
{
    struct account_id aid;

    vector_copy(vector_get(v, who), "aid", aid.b, sizeof aid.b);
    return aid;
}

static json_t *device_of(const char *who, size_t i)
{
    return json_array_get(vector_get(vector_get(v, who), "devices"), i);
}

static void names_follow_from_keys(void **state)
{
    static const char *const people[] = {"alice", "bob"};
    struct point root = vector_signer(v, "root", NULL);
    struct network_id network;

    assert_ok(names_network(&root, vector_text(v, "domain"), &network));
    assert_true(ID_SAME(network, nid));
    for (size_t i = 0; i < 2; i++) {
        struct point ark = vector_signer(vector_get(v, people[i]), "ark", NULL);
        struct account_id aid;

        assert_ok(names_account(&nid, &ark, &aid));
        assert_field(ID_BYTES(aid), vector_get(v, people[i]), "aid");
        for (size_t k = 0; k < 2; k++) {
            json_t *device = device_of(people[i], k);
            struct point dsk = vector_signer(device, "dsk", NULL);
            struct device_id did;

            assert_ok(names_device(&aid, &dsk, &did));
            assert_field(ID_BYTES(did), device, "did");
        }
    }
}

static void the_certificate_is_the_roots(void **state)
{
    json_t *o = vector_get(v, "certificate");
    struct point root = vector_signer(v, "root", NULL), key = vector_signer(o, "key", NULL);
    struct directory_certificate c;

    assert_ok(directory_check_certificate(vector_bytes(o, "statement"), &nid, &root, now_ms, &c));
    assert_true(ID_SAME(c.key, key));
    assert_int_equal(c.made_ms, vector_number(o, "made_ms"));
    assert_int_equal(c.expires_ms, vector_number(o, "expires_ms"));
    assert_bytes(c.name, vector_text(o, "name"));
}

static void the_directory_names_alice(void **state)
{
    json_t *o = vector_get(v, "directory");
    struct point key = vector_signer(vector_get(v, "certificate"), "key", NULL);
    struct account_id alice = account_of("alice");
    struct directory_statement s;

    assert_ok(directory_check(vector_bytes(o, "statement"), &nid, &key, now_ms, &s));
    assert_int_equal(s.number, vector_number(o, "number"));
    assert_int_equal(s.role, vector_number(o, "role"));
    assert_int_equal(s.state, vector_number(o, "state"));
    assert_int_equal(s.made_ms, vector_number(o, "made_ms"));
    assert_true(ID_SAME(s.aid, alice));
    assert_bytes(s.handle, vector_text(o, "handle"));
}

static void the_servers_keys_are_the_directorys_word(void **state)
{
    json_t *o = vector_get(v, "server_keys"), *pins = vector_get(o, "pins");
    struct point key = vector_signer(vector_get(v, "certificate"), "key", NULL);
    struct server_keys s;

    assert_ok(server_keys_check(vector_bytes(o, "statement"), &nid, &key, now_ms, &s));
    assert_int_equal(s.number, vector_number(o, "number"));
    assert_int_equal(s.made_ms, vector_number(o, "made_ms"));
    assert_int_equal(s.pins, json_array_size(pins));
    for (size_t i = 0; i < s.pins; i++)
        assert_field(ID_BYTES(s.pin[i]), json_array_get(pins, i), "pin");
}

static void check_lists(const char *who, const char *name, struct device_list list[2])
{
    struct point ark = vector_signer(vector_get(v, who), "ark", NULL);

    for (size_t i = 0; i < 2; i++) {
        json_t *o = json_array_get(vector_get(v, name), i);

        assert_ok(device_list_check(vector_bytes(o, "statement"), &nid, &ark,
                                    i == 0 ? NULL : &list[0], now_ms, &list[i]));
        assert_int_equal(list[i].version, vector_number(o, "version"));
        assert_int_equal(list[i].devices, i + 1);
        assert_int_equal(list[i].made_ms, vector_number(o, "made_ms"));
        assert_field(BYTES(list[i].previous), o, "previous");
        assert_field(BYTES(list[i].hash), o, "hash");
    }
}

static void the_second_list_follows_the_first(void **state)
{
    static struct device_list list[2];

    check_lists("alice", "alice_lists", list);
    check_lists("bob", "bob_lists", list);
}

static void the_prekey_is_of_alices_device(void **state)
{
    json_t *o = vector_get(v, "prekey");
    struct point dsk = vector_signer(device_of("alice", 1), "dsk", NULL);
    struct prekey k;

    assert_ok(prekey_check(vector_bytes(o, "statement"), &nid, &dsk, now_ms, &k));
    assert_ok(prekey_check_kem(&k, vector_bytes(vector_get(o, "kem"), "public")));
    assert_int_equal(k.number, vector_number(o, "number"));
    assert_int_equal(k.made_ms, vector_number(o, "made_ms"));
    assert_int_equal(k.list_version, vector_number(o, "list_version"));
    assert_field(BYTES(k.list_hash), o, "list_hash");
    assert_field(BYTES(k.point), vector_get(o, "key"), "public");
    assert_field(ID_BYTES(k.did), o, "did");
}

static void the_signin_is_of_this_connection(void **state)
{
    json_t *o = vector_get(v, "signin");
    struct point dsk = vector_signer(device_of("alice", 1), "dsk", NULL);

    assert_ok(signin_check(vector_bytes(o, "statement"), &nid, vector_text(o, "domain"),
                           vector_bytes(o, "binding"), &dsk));
}

static void the_roster_names_the_pair_and_its_recipients(void **state)
{
    static struct device_list alice[2], bob[2];
    json_t *o = vector_get(v, "roster");
    struct account_id a = account_of("alice"), b = account_of("bob");
    const struct device_list *lists[2];
    struct arena arena = ARENA(64 * 1024);
    struct device_id sender;
    struct roster r;
    struct roster_recipient *to;
    struct room_id room;
    struct roster_id digest;
    size_t n;

    check_lists("alice", "alice_lists", alice);
    check_lists("bob", "bob_lists", bob);
    assert_ok(roster_parse(vector_bytes(o, "roster"), &arena, &r));
    assert_ok(roster_digest(vector_bytes(o, "roster"), &digest));
    assert_field(ID_BYTES(digest), o, "digest");
    assert_ok(names_pair_room(&nid, &a, &b, &room));
    assert_true(ID_SAME(room, r.room));
    assert_field(ID_BYTES(room), o, "room");
    for (size_t i = 0; i < 2; i++)
        lists[i] = ID_SAME(r.account[i].aid, a) ? &alice[1] : &bob[1];
    vector_copy(device_of("alice", 1), "did", sender.b, sizeof sender.b);
    assert_ok(roster_recipients(&r, lists, &sender, &arena, &to, &n));
    assert_int_equal(n, 2); /* alice's other device, and bob's that is not skipped */
    arena_free(&arena);
}

static void the_invitation_is_read(void **state)
{
    json_t *o = vector_get(v, "invitation");
    struct invitation in;
    uint8_t hash[32];

    assert_ok(invitation_read(vector_text(o, "link"), &in));
    assert_true(ID_SAME(in.nid, nid));
    assert_field(BYTES(in.pin), o, "pin");
    assert_field(BYTES(in.token), o, "token");
    assert_bytes(bytes(in.address, in.address_n), vector_text(o, "address"));
    assert_ok(invitation_token_hash(in.token, hash));
    assert_field(BYTES(hash), o, "token_hash");
}

static void the_safety_number_is_the_same_for_both(void **state)
{
    json_t *o = vector_load("safety.json");
    struct fingerprint_side side[2];
    uint8_t s[FINGERPRINT_SIZE];
    char digits[FINGERPRINT_DIGITS + 1];
    struct buf qr = BUF(256);

    for (size_t i = 0; i < 2; i++) {
        json_t *from = json_array_get(vector_get(o, "sides"), i);

        vector_copy(from, "nid", side[i].nid.b, sizeof side[i].nid.b);
        vector_copy(from, "aid", side[i].aid.b, sizeof side[i].aid.b);
        vector_copy(from, "ark", side[i].ark.b, sizeof side[i].ark.b);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_ok(fingerprint_make(&side[i], &side[1 - i], s));
        assert_field(BYTES(s), o, "s");
    }
    fingerprint_digits(s, digits);
    assert_bytes(bytes_text(digits), vector_text(o, "digits"));
    fingerprint_qr(s, &qr);
    assert_bytes(buf_view(&qr), vector_text(o, "qr"));
    buf_free(&qr);
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_from_keys),
        cmocka_unit_test(the_certificate_is_the_roots),
        cmocka_unit_test(the_directory_names_alice),
        cmocka_unit_test(the_servers_keys_are_the_directorys_word),
        cmocka_unit_test(the_second_list_follows_the_first),
        cmocka_unit_test(the_prekey_is_of_alices_device),
        cmocka_unit_test(the_signin_is_of_this_connection),
        cmocka_unit_test(the_roster_names_the_pair_and_its_recipients),
        cmocka_unit_test(the_invitation_is_read),
        cmocka_unit_test(the_safety_number_is_the_same_for_both),
    };
    return cmocka_run_group_tests(tests, load, forget);
}
