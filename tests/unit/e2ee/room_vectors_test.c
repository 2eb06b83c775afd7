/* SPDX-License-Identifier: Apache-2.0 */
/* Every list, policy, room state, commit and roster of more than two people of tests/vectors. */
#include "statement/device_history.h"
#include "statement/policy.h"
#include "statement/room_chain.h"
#include "statement/roster.h"
#include "vectors/vector.h"

static int forget(void **state)
{
    arena_free(&vector_memory);
    return 0;
}

static struct network_id nid_of(json_t *from)
{
    struct network_id nid;

    vector_copy(from, "nid", nid.b, sizeof nid.b);
    return nid;
}

static json_t *item(json_t *from, const char *name, size_t i)
{
    return json_array_get(vector_get(from, name), i);
}

static size_t count(json_t *from, const char *name)
{
    return json_array_size(vector_get(from, name));
}

static void each_list_follows_the_one_before(void **state)
{
    static struct device_list list[4];
    json_t *v = vector_load("device_lists.json");
    struct network_id nid = nid_of(v);
    struct point ark = vector_signer(vector_get(v, "account"), "ark", NULL);

    assert_int_equal(count(v, "lists"), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *o = item(v, "lists", i);

        assert_ok(device_list_check(vector_bytes(o, "statement"), &nid, &ark,
                                    i == 0 ? NULL : &list[i - 1], vector_number(v, "now_ms"),
                                    &list[i]));
        assert_field(BYTES(list[i].hash), o, "hash");
        assert_int_equal(list[i].devices, count(o, "devices"));
        assert_int_equal(list[i].revoked, count(o, "revoked"));
        for (size_t k = 0; k < list[i].devices; k++)
            assert_field(ID_BYTES(list[i].device[k].did), item(o, "devices", k), "did");
    }
    json_decref(v);
}

static void each_policy_follows_the_one_before(void **state)
{
    struct network_policy p[3];
    json_t *v = vector_load("policies.json");
    struct network_id nid = nid_of(v);
    struct point root = vector_signer(v, "root", NULL);

    assert_int_equal(count(v, "policies"), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *o = item(v, "policies", i);

        assert_ok(policy_check(vector_bytes(o, "statement"), &nid, &root, i == 0 ? NULL : &p[i - 1],
                               vector_number(v, "now_ms"), &p[i]));
        assert_field(BYTES(p[i].hash), o, "hash");
        assert_int_equal(p[i].profile, vector_number(o, "profile"));
        assert_int_equal(p[i].retains, vector_number(o, "retains"));
        assert_int_equal(p[i].from_ms, vector_number(o, "from_ms"));
        assert_field(ID_BYTES(p[i].retention.aid), o, "aid");
        assert_int_equal(p[i].retention.scope, vector_number(o, "scope"));
        assert_int_equal(p[i].retention.strict, vector_number(o, "strict"));
        assert_int_equal(p[i].retention.days, vector_number(o, "days"));
        assert_int_equal(p[i].retention.rooms, count(o, "rooms"));
    }
    json_decref(v);
}

/* Alice's device that signs, in a list of its own. */
static struct device_list list_of(json_t *v)
{
    json_t *alice = vector_get(v, "alice"), *device = item(alice, "devices", 1);
    struct device_list l = {.version = 1, .devices = 1, .device = {{.role = DEVICE_PLAIN}}};

    vector_copy(alice, "aid", l.aid.b, sizeof l.aid.b);
    vector_copy(device, "did", l.device[0].did.b, sizeof l.device[0].did.b);
    l.device[0].dsk = vector_signer(device, "dsk", NULL);
    return l;
}

static struct err check_state(size_t i, json_t *o, const struct room_state *previous,
                              const struct point *directory, const struct room_chain_witness *w,
                              struct arena *a, struct room_state *out)
{
    const bool none[3] = {false};
    struct bytes in = vector_bytes(o, "statement");

    if (i == 0)
        return room_chain_check_genesis(in, w, a, out);
    if (i == 3)
        return room_chain_check_successor(in, previous, directory, none, w, a, out);
    return room_chain_check_next(in, previous, w, a, out);
}

static void each_state_of_the_room_follows_and_is_committed(void **state)
{
    json_t *v = vector_load("rooms.json");
    struct point directory = vector_signer(v, "directory", NULL);
    struct device_list alice = list_of(v);
    const struct device_list *known[] = {&alice};
    struct arena a = ARENA(1 << 16);
    struct room_state s[4];

    assert_int_equal(count(v, "states"), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *o = item(v, "states", i), *c = vector_get(o, "commit");
        struct network_id home = nid_of(item(o, "networks", vector_number(o, "home")));
        struct room_commit commit;
        struct room_chain_witness w = {{known, 1}, &commit, vector_number(v, "now_ms")};

        assert_ok(
            room_commit_check(vector_bytes(c, "statement"), &home, &directory, w.now_ms, &commit));
        assert_int_equal(commit.time_ms, vector_number(c, "time_ms"));
        assert_ok(check_state(i, o, i == 0 ? NULL : &s[i - 1], &directory, &w, &a, &s[i]));
        assert_field(BYTES(s[i].hash), o, "hash");
        assert_field(ID_BYTES(s[i].room), o, "room");
        assert_field(s[i].name_box, o, "name_box");
        assert_int_equal(s[i].members, count(o, "members"));
        for (size_t k = 0; k < s[i].members; k++)
            assert_int_equal(s[i].member[k].role, vector_number(item(o, "members", k), "role"));
    }
    arena_free(&a);
    json_decref(v);
}

/* The lists that a roster of the vectors names, with as many devices as it needs. */
static void read_lists(json_t *o, const struct roster *r, struct device_list *list,
                       const struct device_list **lists)
{
    for (size_t i = 0; i < r->accounts; i++) {
        json_t *from = item(o, "accounts", i);

        list[i] = (struct device_list){.version = (uint32_t)vector_number(from, "list_version"),
                                       .devices = count(from, "devices")};
        vector_copy(from, "aid", list[i].aid.b, sizeof list[i].aid.b);
        vector_copy(from, "list_hash", list[i].hash, sizeof list[i].hash);
        for (size_t k = 0; k < list[i].devices; k++) {
            list[i].device[k].role = DEVICE_PLAIN;
            vector_copy(item(from, "devices", k), "did", list[i].device[k].did.b,
                        sizeof list[i].device[k].did.b);
        }
        lists[i] = &list[i];
    }
}

static void each_roster_has_its_digest_and_recipients(void **state)
{
    static const char *const names[] = {"own_devices", "two_networks", "retained", "room"};
    static struct device_list list[3];
    const struct device_list *lists[3];
    json_t *v = vector_load("rosters.json");

    for (size_t i = 0; i < 4; i++) {
        json_t *o = vector_get(v, names[i]);
        struct arena a = ARENA(1 << 16);
        struct roster r;
        struct roster_id digest;
        struct roster_recipient *to;
        struct device_id sender;
        size_t n;

        assert_ok(roster_parse(vector_bytes(o, "roster"), &a, &r));
        assert_field(ID_BYTES(r.room), o, "room");
        assert_ok(roster_digest(vector_bytes(o, "roster"), &digest));
        assert_field(ID_BYTES(digest), o, "digest");
        assert_in_range(r.accounts, 1, 3);
        read_lists(o, &r, list, lists);
        vector_copy(o, "sender", sender.b, sizeof sender.b);
        assert_ok(roster_recipients(&r, lists, &sender, &a, &to, &n));
        assert_int_equal(n, count(o, "recipients"));
        for (size_t k = 0; k < n; k++)
            assert_field(ID_BYTES(to[k].device->did), item(o, "recipients", k), "did");
        arena_free(&a);
    }
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_list_follows_the_one_before),
        cmocka_unit_test(each_policy_follows_the_one_before),
        cmocka_unit_test(each_state_of_the_room_follows_and_is_committed),
        cmocka_unit_test(each_roster_has_its_digest_and_recipients),
    };

    return cmocka_run_group_tests(tests, NULL, forget);
}
