/* SPDX-License-Identifier: Apache-2.0 */
#include "assembly.h"
#include "refusals.h"

#define LABEL BYTES_LABEL("tacet1 room")

enum { /* where things stand in the body of genesis */
       AT_VERSION = 33,
       AT_PREVIOUS = 37,
       AT_SIGNER = 77,
       AT_NETWORKS = 157,
       AT_HOME = 222,
       AT_MEMBERS = 223,
       AT_MEMBER = 225,
       MEMBER_SIZE = 38,
       AT_ROLE = 33, /* in a member */
       AT_SINCE = 34,
       AT_TTL = AT_MEMBER + 3 * MEMBER_SIZE,
       AT_BURN = AT_TTL + 4,
       AT_POSTING = AT_BURN + 4,
       AT_HISTORY,
       AT_KX,
       AT_NAME
};

static struct assembly a;

static struct err ask(struct bytes in)
{
    struct arena arena = ARENA(1 << 17);
    struct room_state s;
    struct err err = room_state_parse(in, &arena, &s);

    if (err.code == E_OK)
        err = room_state_verify(in, &s, &a.ada.dsk[0].pub);
    arena_free(&arena);
    return err;
}

static int begin(void **state)
{
    (void)state;
    assembly_begin(&a);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assembly_end(&a);
    return 0;
}

/* Another state than genesis, not signed yet. */
static void second(struct draft *d)
{
    *d = a.genesis;
    d->s.version = 2;
    memcpy(d->s.previous, d->s.hash, sizeof d->s.previous);
    d->s.member = d->member;
}

static void a_state_says_what_was_signed(void **state)
{
    struct arena arena = ARENA(1 << 16);
    struct room_state s;
    struct buf again = BUF(ROOM_STATE_MAX_SIZE);

    (void)state;
    assert_ok(room_state_parse(buf_view(&a.statement), &arena, &s));
    assert_int_equal(s.version, 1);
    assert_true(ID_SAME(s.room, a.genesis.s.room));
    assert_true(ID_SAME(*room_state_home(&s), a.nid));
    assert_int_equal(s.members, 3);
    assert_int_equal(s.ttl_s, 86400);
    assert_bytes(s.name_box, BYTES_LITERAL("sealed name"));
    assert_memory_equal(s.hash, a.genesis.s.hash, sizeof s.hash);
    assert_memory_equal(s.seed, a.genesis.s.seed, sizeof s.seed);
    assert_false(room_state_is_successor(&s));
    assert_ok(room_state_sign(&s, a.ada.dsk[0].secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(a.statement.at, a.statement.n - SIGN_SIZE));
    arena_free(&arena);
    buf_free(&again);
}

static void room_id_and_hash_are_over_label_home_and_body(void **state)
{
    struct bytes body = bytes(a.statement.at, a.statement.n - SIGN_SIZE);
    uint8_t hash[NAMES_H32_SIZE], id[HASH_SHA256_SIZE];

    (void)state;
    assert_ok(names_h32(HASH_PARTS(BYTES_LABEL("tacet1 room hash"), ID_BYTES(a.nid), body), hash));
    assert_ok(hash_sha256(HASH_PARTS(BYTES_LABEL("tacet1 room id"), ID_BYTES(a.nid), body), id));
    assert_memory_equal(a.genesis.s.hash, hash, sizeof hash);
    assert_memory_equal(a.genesis.s.room.b, id, sizeof id);
}

static void a_later_state_carries_the_rooms_id(void **state)
{
    struct arena arena = ARENA(1 << 16);
    struct draft d;
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);
    struct room_state s;

    (void)state;
    second(&d);
    assert_ok(room_state_sign(&d.s, a.ada.dsk[0].secret, &out));
    assert_memory_equal(&out.at[1], a.genesis.s.room.b, sizeof a.genesis.s.room);
    assert_ok(room_state_parse(buf_view(&out), &arena, &s));
    assert_true(ID_SAME(s.room, a.genesis.s.room));
    assert_true(bytes_all_zero(BYTES(s.seed)));
    assert_memory_not_equal(s.hash, a.genesis.s.hash, sizeof s.hash);
    arena_free(&arena);
    buf_free(&out);
}

static void it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&a.statement));
    refuses_a_trailing_byte(ask, buf_view(&a.statement));
    refuses_every_flipped_bit(ask, buf_view(&a.statement));
}

static void it_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version of the form", 0, 2, E_MALFORMED},
        {"state version zero", AT_VERSION + 3, 0, E_MALFORMED},
        {"genesis with a hash before it", AT_PREVIOUS + 31, 1, E_MALFORMED},
        {"genesis by another network's account", AT_SIGNER, 0xA5, E_MALFORMED},
        {"genesis by another account", AT_SIGNER + 32, 0xA5, E_MALFORMED},
        {"no network", AT_NETWORKS, 0, E_MALFORMED},
        {"nine networks", AT_NETWORKS, 9, E_MALFORMED},
        {"networks unsorted", AT_NETWORKS + 1, 0xff, E_MALFORMED},
        {"a home that is none of them", AT_HOME, 2, E_MALFORMED},
        {"1,025 members and more", AT_MEMBERS, 5, E_MALFORMED},
        {"no member of the first network", AT_MEMBER, 1, E_MALFORMED},
        {"a network too far", AT_MEMBER + 2 * MEMBER_SIZE, 3, E_MALFORMED},
        {"no member of the last network", AT_MEMBER + 2 * MEMBER_SIZE, 0, E_MALFORMED},
        {"role zero", AT_MEMBER + AT_ROLE, 0, E_MALFORMED},
        {"role six", AT_MEMBER + AT_ROLE, 6, E_MALFORMED},
        {"since zero", AT_MEMBER + AT_SINCE + 3, 0, E_MALFORMED},
        {"since a state to come", AT_MEMBER + AT_SINCE + 3, 2, E_MALFORMED},
        {"ttl over a year", AT_TTL, 2, E_MALFORMED},
        {"burn-on-read over a year", AT_BURN, 2, E_MALFORMED},
        {"posting zero", AT_POSTING, 0, E_MALFORMED},
        {"posting three", AT_POSTING, 3, E_MALFORMED},
        {"history", AT_HISTORY, 1, E_MALFORMED},
        {"kx zero", AT_KX, 0, E_MALFORMED},
        {"kx two", AT_KX, 2, E_MALFORMED},
        {"a name box that goes on", AT_NAME, 12, E_TRUNCATED},
        {"a name box that ends before", AT_NAME, 10, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask, buf_view(&a.statement), LABEL, &a.nid, a.ada.dsk[0].secret,
                                    RULES(rules));
}

static void a_state_without_members_is_refused(void **state)
{
    struct buf body = BUF(512), out = BUF(1024);

    (void)state;
    buf_bytes(&body, bytes(a.statement.at, AT_MEMBERS));
    buf_u16(&body, 0);
    buf_bytes(&body, bytes(&a.statement.at[AT_TTL], a.statement.n - AT_TTL - SIGN_SIZE));
    refusals_sign(LABEL, &a.nid, buf_view(&body), a.ada.dsk[0].secret, &out);
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    buf_free(&body);
    buf_free(&out);
}

/* Signed as it stands: a genesis of n members of one network, the first of whom signs. */
static struct err ask_of_crowd(size_t n)
{
    static const uint8_t FIRST[sizeof(struct account_id)] = {0},
                                             DID[sizeof(struct device_id)] = {1};
    struct buf body = BUF(2 * ROOM_STATE_MAX_SIZE), out = BUF(2 * ROOM_STATE_MAX_SIZE);
    struct err err;

    buf_bytes(&body, bytes(a.statement.at, AT_SIGNER));
    buf_bytes(&body, ID_BYTES(a.nid));
    buf_bytes(&body, BYTES(FIRST));
    buf_bytes(&body, BYTES(DID));
    buf_u8(&body, 1);
    buf_bytes(&body, ID_BYTES(a.nid));
    buf_u8(&body, 0);
    buf_u16(&body, (uint16_t)n);
    for (size_t i = 0; i < n; i++) {
        struct account_id aid = {{(uint8_t)(i >> 8), (uint8_t)i}};

        buf_u8(&body, 0);
        buf_bytes(&body, ID_BYTES(aid));
        buf_u8(&body, ROOM_MODERATOR);
        buf_u32(&body, 1);
    }
    buf_bytes(&body, bytes(&a.statement.at[AT_TTL], a.statement.n - AT_TTL - SIGN_SIZE));
    refusals_sign(LABEL, &a.nid, buf_view(&body), a.ada.dsk[0].secret, &out);
    err = ask(buf_view(&out));
    buf_free(&body);
    buf_free(&out);
    return err;
}

static void a_room_has_1016_members_and_not_one_more(void **state)
{
    (void)state;
    assert_ok(ask_of_crowd(1016));
    assert_err(ask_of_crowd(1017), E_MALFORMED);
}

static void one_that_breaks_a_rule_is_not_signed(void **state)
{
    enum { BAD = 15 };
    static struct draft bad[BAD];
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);

    (void)state;
    for (size_t i = 0; i < BAD; i++) {
        bad[i] = a.genesis;
        bad[i].s.member = bad[i].member;
    }
    bad[0].s.version = 0;
    bad[1].s.networks = 0;
    bad[2].s.networks = ROOM_STATE_NETWORKS_MAX + 1;
    bad[3].s.network[1] = bad[3].s.network[0];
    bad[4].s.home = 2;
    bad[5].s.members = 0;
    bad[6].s.members = ROOM_STATE_MEMBERS_MAX + 1;
    bad[7].member[1] = bad[7].member[0];
    bad[8].s.name_box.n = ROOM_STATE_NAME_MAX + 1;
    draft_find(&bad[9], &a.ada.aid)->role = ROOM_MEMBER; /* genesis not by a moderator */
    bad[10].s.ttl_s = ROOM_STATE_BOUND_MAX_S + 1;
    bad[11].s.burn_s = ROOM_STATE_BOUND_MAX_S + 1;
    bad[12].s.signer.aid = a.cyd.aid;
    second(&bad[13]); /* nobody moderates, and the signer is still there */
    draft_find(&bad[13], &a.ada.aid)->role = ROOM_GUEST;
    bad[14].s.previous[0] = 1;
    for (size_t i = 0; i < BAD; i++)
        assert_err(room_state_sign(&bad[i].s, a.ada.dsk[0].secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void a_state_without_moderator_is_one_whose_signer_left(void **state)
{
    struct draft d;
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);

    (void)state;
    second(&d);
    draft_remove(&d, &a.ada.aid);
    assert_ok(room_state_sign(&d.s, a.ada.dsk[0].secret, &out));
    buf_free(&out);
    d.s.signer = (struct room_signer){0}; /* no successor leaves it so */
    assert_err(room_state_sign_successor(&d.s, a.directory.secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void a_successor_is_the_directorys_and_a_state_a_devices(void **state)
{
    struct arena arena = ARENA(1 << 16);
    struct draft d;
    struct buf out = BUF(ROOM_STATE_MAX_SIZE), other = BUF(ROOM_STATE_MAX_SIZE);
    struct room_state s;

    (void)state;
    second(&d);
    assert_err(room_state_sign_successor(&d.s, a.directory.secret, &out), E_MALFORMED);
    d.s.signer = (struct room_signer){0};
    assert_err(room_state_sign(&d.s, a.ada.dsk[0].secret, &out), E_MALFORMED);
    assert_ok(room_state_sign_successor(&d.s, a.directory.secret, &out));
    assert_ok(room_state_parse(buf_view(&out), &arena, &s));
    assert_true(room_state_is_successor(&s));
    assert_ok(room_state_verify(buf_view(&out), &s, &a.directory.pub));
    assert_err(room_state_verify(buf_view(&out), &s, &a.ada.dsk[0].pub), E_FORGED);
    refusals_sign(LABEL, &a.nid, bytes(out.at, out.n - SIGN_SIZE), a.directory.secret, &other);
    assert_err(room_state_verify(buf_view(&other), &s, &a.directory.pub), E_FORGED);
    buf_free(&other);
    for (size_t i = 0; i < 3; i++) { /* each third of the signer counts */
        d.s.signer = (struct room_signer){{{i == 0}}, {{i == 1}}, {{i == 2}}};
        assert_false(room_state_is_successor(&d.s));
    }
    arena_free(&arena);
    buf_free(&out);
}

static void a_member_is_found_by_network_and_account(void **state)
{
    struct room_state *s = &a.genesis.s;
    struct network_id nowhere = {{1}};

    (void)state;
    s->member = a.genesis.member;
    assert_ptr_equal(room_state_find(s, &a.nid, &a.bob.aid), draft_find(&a.genesis, &a.bob.aid));
    assert_ptr_equal(room_state_find(s, &a.other_nid, &a.cyd.aid),
                     draft_find(&a.genesis, &a.cyd.aid));
    assert_null(room_state_find(s, &a.nid, &a.cyd.aid));
    assert_null(room_state_find(s, &nowhere, &a.cyd.aid));
}

static void who_may_post_is_said_by_the_room(void **state)
{
    struct draft d = a.genesis;

    (void)state;
    assert_true(room_state_may_post(&d.s, draft_find(&d, &a.bob.aid)));
    d.s.posting = ROOM_POSTING_MODERATORS;
    assert_false(room_state_may_post(&d.s, draft_find(&d, &a.bob.aid)));
    assert_true(room_state_may_post(&d.s, draft_find(&d, &a.ada.aid)));
}

static void the_largest_is_as_large_as_stated_and_needs_its_memory(void **state)
{
    static struct room_member member[ROOM_STATE_MEMBERS_MAX];
    struct room_state s = a.genesis.s, got = {.version = 77};
    struct buf out = BUF(ROOM_STATE_MAX_SIZE), small = BUF(ROOM_STATE_MAX_SIZE - 1);
    struct arena arena = ARENA(1 << 17), little = ARENA(1 << 10);
    uint8_t name[ROOM_STATE_NAME_MAX] = {1};

    (void)state;
    s.networks = ROOM_STATE_NETWORKS_MAX;
    s.member = member;
    s.members = ROOM_STATE_MEMBERS_MAX;
    s.name_box = BYTES(name);
    for (uint8_t i = 0; i < s.networks; i++)
        s.network[i] = (struct network_id){{i}};
    for (size_t i = 0; i < s.members; i++)
        member[i] = (struct room_member){(uint8_t)(i / 127), {{(uint8_t)i}}, ROOM_MODERATOR, 1};
    s.signer = (struct room_signer){s.network[0], member[0].aid, {{1}}};
    for (size_t i = 127; i < s.members; i++)
        member[i].aid.b[0] = (uint8_t)(i % 127);
    assert_ok(room_state_sign(&s, a.ada.dsk[0].secret, &out));
    assert_int_equal(out.n, ROOM_STATE_MAX_SIZE);
    assert_ok(room_state_parse(buf_view(&out), &arena, &got));
    assert_int_equal(got.members, ROOM_STATE_MEMBERS_MAX);
    assert_err(room_state_parse(buf_view(&out), &little, &got), E_NOMEM);
    assert_err(room_state_sign(&s, a.ada.dsk[0].secret, &small), E_LIMIT);
    assert_int_equal(small.n, 0);
    arena_free(&arena);
    arena_free(&little);
    buf_free(&out);
    buf_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_says_what_was_signed),
        cmocka_unit_test(room_id_and_hash_are_over_label_home_and_body),
        cmocka_unit_test(a_later_state_carries_the_rooms_id),
        cmocka_unit_test(it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped),
        cmocka_unit_test(it_keeps_each_rule),
        cmocka_unit_test(a_state_without_members_is_refused),
        cmocka_unit_test(a_room_has_1016_members_and_not_one_more),
        cmocka_unit_test(one_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(a_state_without_moderator_is_one_whose_signer_left),
        cmocka_unit_test(a_successor_is_the_directorys_and_a_state_a_devices),
        cmocka_unit_test(a_member_is_found_by_network_and_account),
        cmocka_unit_test(who_may_post_is_said_by_the_room),
        cmocka_unit_test(the_largest_is_as_large_as_stated_and_needs_its_memory),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
