/* SPDX-License-Identifier: Apache-2.0 */
/* Which state may follow which: each test spoils one thing.  [PROTOCOL 4.9] */
#include "statement/room_chain.h"

#include "assembly.h"
#include "base/clock.h"
#include "refusals.h"

static struct assembly a;
static struct device_list ada_list, bob_list, cyd_list;
static const struct device_list *ada_known[3] = {&ada_list}, *bob_known[] = {&bob_list},
                                *cyd_known[] = {&cyd_list};

static int begin(void **state)
{
    (void)state;
    assembly_begin(&a);
    a.genesis.s.member = a.genesis.member;
    ada_list = person_list(&a.ada, 2);
    bob_list = person_list(&a.bob, 1);
    cyd_list = person_list(&a.cyd, 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assembly_end(&a);
    return 0;
}

static struct room_chain_witness witness(const struct person *who)
{
    struct room_chain_witness w = {.signer = {ada_known, 1}, .now_ms = PEOPLE_NOW_MS};

    if (who == &a.bob)
        w.signer.list = bob_known;
    if (who == &a.cyd)
        w.signer.list = cyd_known;
    return w;
}

/* What follows `previous` by the word of somebody, with nothing changed. */
static void begin_draft(struct draft *d, const struct draft *previous, const struct person *who)
{
    *d = *previous;
    assert_ok(room_chain_next(&previous->s, &d->s));
    d->s.member = d->member;
    d->s.signer = (struct room_signer){who == &a.cyd ? a.other_nid : a.nid, who->aid, who->did[0]};
}

/* Signed by the first device of `who`, and checked as what follows `previous`. */
static struct err follows(struct draft *d, const struct draft *previous, const struct person *who)
{
    struct room_chain_witness w = witness(who);
    struct arena arena = ARENA(1 << 16);
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);
    struct room_state s = {.version = 77};
    struct err err;

    assert_ok(room_state_sign(&d->s, who->dsk[0].secret, &out));
    err = room_chain_check_next(buf_view(&out), &previous->s, &w, &arena, &s);
    assert_int_equal(s.version, err.code == E_OK ? d->s.version : 77);
    arena_free(&arena);
    buf_free(&out);
    return err;
}

/* ---- genesis */

static struct err check_genesis(const struct room_chain_witness *w, struct bytes in)
{
    struct arena arena = ARENA(1 << 16);
    struct room_state s;
    struct err err = room_chain_check_genesis(in, w, &arena, &s);

    arena_free(&arena);
    return err;
}

static void the_first_state_is_its_makers(void **state)
{
    struct room_chain_witness w = witness(&a.ada);
    struct bytes in = buf_view(&a.statement);

    (void)state;
    assert_ok(check_genesis(&w, in));
    assert_err(check_genesis(&w, bytes(in.at, in.n - 1)), E_TRUNCATED);
    w = witness(&a.bob); /* another account's lists */
    assert_err(check_genesis(&w, in), E_FORGED);
    w.signer.n = 0;
    assert_err(check_genesis(&w, in), E_ABSENT);
    ada_list.device[0].did.b[0] ^= 1; /* a device that it never had */
    w = witness(&a.ada);
    assert_err(check_genesis(&w, in), E_FORGED);
    ada_list.device[0].did.b[0] ^= 1;
    ada_list.device[0].dsk = a.ada.dsk[1].pub; /* another key */
    assert_err(check_genesis(&w, in), E_FORGED);
    ada_list.device[0].dsk = a.ada.dsk[0].pub;
    assert_ok(check_genesis(&w, in));
}

static void one_dated_over_an_hour_ahead_is_refused(void **state)
{
    struct room_chain_witness w = witness(&a.ada);

    (void)state;
    w.now_ms = PEOPLE_NOW_MS - CLOCK_HOUR_MS;
    assert_ok(check_genesis(&w, buf_view(&a.statement)));
    w.now_ms--;
    assert_err(check_genesis(&w, buf_view(&a.statement)), E_CLOCK);
}

static void a_commit_of_another_state_is_refused(void **state)
{
    struct room_chain_witness w = witness(&a.ada);
    struct room_commit commit = room_commit_of(&a.genesis.s, PEOPLE_NOW_MS);

    (void)state;
    w.commit = &commit;
    assert_ok(check_genesis(&w, buf_view(&a.statement)));
    commit.hash[0] ^= 1;
    assert_err(check_genesis(&w, buf_view(&a.statement)), E_FORGED);
}

static void a_later_state_is_no_genesis_and_genesis_follows_nothing(void **state)
{
    struct room_chain_witness w = witness(&a.ada);
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);
    struct draft d;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    assert_ok(room_state_sign(&d.s, a.ada.dsk[0].secret, &out));
    assert_err(check_genesis(&w, buf_view(&out)), E_FORGED);
    d = a.genesis;
    d.s.member = d.member;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    buf_free(&out);
}

static void a_revoked_device_counts_for_what_was_committed_before(void **state)
{
    struct room_chain_witness w = witness(&a.ada);
    struct room_commit commit = room_commit_of(&a.genesis.s, PEOPLE_NOW_MS + CLOCK_HOUR_MS);
    struct device_list later = ada_list;

    (void)state;
    later.version = 2;
    later.made_ms = PEOPLE_NOW_MS; /* by a clock that may be an hour behind the server's */
    later.device[0] = later.device[1];
    later.devices = later.revoked = 1;
    later.gone[0] = (struct device_revoked){a.ada.did[0], 2, DEVICE_REVOKED};
    ada_known[1] = &later;
    w.signer.n = 2;
    assert_err(check_genesis(&w, buf_view(&a.statement)), E_FORGED); /* not committed at all */
    w.commit = &commit;
    assert_ok(check_genesis(&w, buf_view(&a.statement)));
    later.made_ms--;
    assert_err(check_genesis(&w, buf_view(&a.statement)), E_FORGED);
    w.signer.list = &ada_known[1];
    w.signer.n = 1;
    assert_err(check_genesis(&w, buf_view(&a.statement)), E_ABSENT);
}

/* ---- what follows */

static void a_moderator_changes_what_he_likes(void **state)
{
    struct account_id dan = {{0x66}};
    struct draft d, e;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    assert_ok(follows(&d, &a.genesis, &a.ada));
    d.s.ttl_s = 60;
    d.s.burn_s = 5;
    d.s.posting = ROOM_POSTING_MODERATORS;
    d.s.name_box = BYTES_LITERAL("");
    draft_find(&d, &a.bob.aid)->role = ROOM_MODERATOR;
    draft_add(&d, &a.nid, &dan, ROOM_GUEST);
    draft_remove(&d, &a.cyd.aid); /* and her network, which stood before or behind */
    assert_ok(follows(&d, &a.genesis, &a.ada));
    begin_draft(&e, &d, &a.bob); /* who is one now */
    draft_remove(&e, &a.ada.aid);
    draft_remove(&e, &dan);
    assert_ok(follows(&e, &d, &a.bob));
}

static void a_network_that_comes_in_moves_nobody(void **state)
{
    struct draft d, alone;
    struct account_id eve = {{0x77}};

    (void)state;
    begin_draft(&alone, &a.genesis, &a.ada);
    draft_remove(&alone, &a.cyd.aid);
    assert_ok(follows(&alone, &a.genesis, &a.ada));
    begin_draft(&d, &alone, &a.ada);
    d.s.networks = 2;
    d.s.network[0] = a.genesis.s.network[0];
    d.s.network[1] = a.genesis.s.network[1];
    d.s.home = a.genesis.s.home;
    for (size_t i = 0; i < d.s.members; i++)
        d.member[i].network = d.s.home;
    draft_add(&d, &a.other_nid, &eve, ROOM_MEMBER);
    assert_ok(follows(&d, &alone, &a.ada));
    d.s.home = (uint8_t)(1 - d.s.home); /* but the home stays */
    assert_err(follows(&d, &alone, &a.ada), E_FORGED);
}

static void a_state_that_does_not_follow_is_refused(void **state)
{
    struct draft d;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    d.s.version = 3;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    begin_draft(&d, &a.genesis, &a.ada);
    d.s.room.b[0] ^= 1;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    begin_draft(&d, &a.genesis, &a.ada);
    d.s.previous[31] ^= 1;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    begin_draft(&d, &a.genesis, &a.ada);
    d.s.made_ms--;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    begin_draft(&d, &a.genesis, &a.ada);
    d.s.made_ms += 2 * CLOCK_HOUR_MS;
    assert_err(follows(&d, &a.genesis, &a.ada), E_CLOCK);
}

static void who_stays_keeps_since_and_who_is_new_has_the_version(void **state)
{
    struct account_id dan = {{0x66}};
    struct draft d, e;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    draft_find(&d, &a.bob.aid)->since = 2;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    begin_draft(&d, &a.genesis, &a.ada);
    draft_add(&d, &a.nid, &dan, ROOM_MEMBER);
    assert_ok(follows(&d, &a.genesis, &a.ada));
    draft_find(&d, &dan)->since = 1;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
    begin_draft(&d, &a.genesis, &a.ada);
    draft_remove(&d, &a.bob.aid);
    begin_draft(&e, &d, &a.ada);
    draft_add(&e, &a.nid, &a.bob.aid, ROOM_MEMBER); /* who comes back is new */
    assert_ok(follows(&e, &d, &a.ada));
    draft_find(&e, &a.bob.aid)->since = 1;
    assert_err(follows(&e, &d, &a.ada), E_FORGED);
}

static void strangers_and_members_change_nothing(void **state)
{
    struct draft d, without;

    (void)state;
    begin_draft(&d, &a.genesis, &a.bob);
    assert_err(follows(&d, &a.genesis, &a.bob), E_FORGED); /* a member, and nothing changed */
    begin_draft(&d, &a.genesis, &a.cyd);
    draft_find(&d, &a.cyd.aid)->role = ROOM_MODERATOR;
    assert_err(follows(&d, &a.genesis, &a.cyd), E_FORGED);
    begin_draft(&without, &a.genesis, &a.ada);
    draft_remove(&without, &a.cyd.aid);
    begin_draft(&d, &without, &a.cyd); /* who was removed does not come back of herself */
    assert_err(follows(&d, &without, &a.cyd), E_FORGED);
}

static void a_member_may_leave_and_change_nothing_else(void **state)
{
    struct draft d;

    (void)state;
    begin_draft(&d, &a.genesis, &a.cyd);
    draft_remove(&d, &a.cyd.aid); /* with her network */
    assert_ok(follows(&d, &a.genesis, &a.cyd));
    d.s.ttl_s++;
    assert_err(follows(&d, &a.genesis, &a.cyd), E_FORGED);
    d.s.ttl_s--;
    d.s.burn_s++;
    assert_err(follows(&d, &a.genesis, &a.cyd), E_FORGED);
    d.s.burn_s--;
    d.s.posting = ROOM_POSTING_MODERATORS;
    assert_err(follows(&d, &a.genesis, &a.cyd), E_FORGED);
    d.s.posting = ROOM_POSTING_ALL;
    d.s.name_box.n--;
    assert_err(follows(&d, &a.genesis, &a.cyd), E_FORGED);
    d.s.name_box.n++;
    draft_find(&d, &a.bob.aid)->role = ROOM_BOT;
    assert_err(follows(&d, &a.genesis, &a.cyd), E_FORGED);
    begin_draft(&d, &a.genesis, &a.bob);
    draft_remove(&d, &a.cyd.aid); /* another goes instead */
    assert_err(follows(&d, &a.genesis, &a.bob), E_FORGED);
    draft_remove(&d, &a.bob.aid); /* another goes too */
    assert_err(follows(&d, &a.genesis, &a.bob), E_FORGED);
}

static void the_last_moderator_may_leave_and_change_nothing_else(void **state)
{
    struct draft d, e;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    draft_remove(&d, &a.ada.aid);
    assert_ok(follows(&d, &a.genesis, &a.ada));
    begin_draft(&e, &d, &a.cyd); /* until there is a successor, nobody else goes */
    draft_remove(&e, &a.cyd.aid);
    assert_err(follows(&e, &d, &a.cyd), E_FORGED);
    d.s.ttl_s++;
    assert_err(follows(&d, &a.genesis, &a.ada), E_FORGED);
}

static void no_version_comes_after_the_last(void **state)
{
    struct draft d = a.genesis;

    (void)state;
    d.s.version = UINT32_MAX;
    assert_err(room_chain_next(&a.genesis.s, &d.s), E_OK);
    d.s.version = UINT32_MAX;
    assert_err(room_chain_next(&d.s, &d.s), E_LIMIT);
}

/* ---- successors */

static struct err succeeds(struct room_state *s, const struct draft *previous, const bool *removed)
{
    struct room_chain_witness w = {.now_ms = PEOPLE_NOW_MS};
    struct arena arena = ARENA(1 << 16);
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);
    struct room_state got;
    struct err err;

    assert_ok(room_state_sign_successor(s, a.directory.secret, &out));
    err = room_chain_check_successor(buf_view(&out), &previous->s, &a.directory.pub, removed, &w,
                                     &arena, &got);
    arena_free(&arena);
    buf_free(&out);
    return err;
}

/* Ada is removed; of bob and cyd, whoever came first has been there longest. */
static void the_oldest_member_succeeds_moderators_who_are_removed(void **state)
{
    struct arena arena = ARENA(1 << 16);
    bool removed[ASSEMBLY_MEMBERS] = {false};
    struct draft d = a.genesis;
    struct room_state s;

    (void)state;
    d.s.member = d.member;
    d.s.version = 5;
    draft_find(&d, &a.bob.aid)->since = 4;
    draft_find(&d, &a.cyd.aid)->since = 3;
    assert_err(room_chain_successor(&d.s, removed, PEOPLE_NOW_MS, &arena, &s), E_DENIED);
    removed[draft_find(&d, &a.ada.aid) - d.member] = true;
    assert_ok(room_chain_successor(&d.s, removed, PEOPLE_NOW_MS, &arena, &s));
    assert_int_equal(room_state_find(&s, &a.other_nid, &a.cyd.aid)->role, ROOM_MODERATOR);
    assert_int_equal(room_state_find(&s, &a.nid, &a.bob.aid)->role, ROOM_MEMBER);
    assert_ok(succeeds(&s, &d, removed));
    removed[draft_find(&d, &a.ada.aid) - d.member] = false;
    assert_err(succeeds(&s, &d, removed), E_FORGED);
    arena_free(&arena);
}

static void among_equals_the_first_in_order_succeeds(void **state)
{
    struct arena arena = ARENA(1 << 16);
    const bool none[ASSEMBLY_MEMBERS] = {false};
    struct draft d;
    struct room_state s;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    draft_remove(&d, &a.ada.aid); /* nobody moderates */
    assert_ok(room_chain_successor(&d.s, none, 0, &arena, &s));
    assert_int_equal(s.member[0].role, ROOM_MODERATOR);
    assert_int_equal(s.member[1].role, ROOM_MEMBER);
    assert_int_equal(s.made_ms, d.s.made_ms); /* never dated before */
    assert_ok(succeeds(&s, &d, none));
    assert_err(room_chain_successor(&d.s, none, 0, &(struct arena){.max = 1}, &s), E_NOMEM);
    arena_free(&arena);
}

static void a_successor_changes_nothing_else(void **state)
{
    struct arena arena = ARENA(1 << 16);
    const bool none[ASSEMBLY_MEMBERS] = {false};
    struct draft d, e;
    struct room_state s;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    draft_remove(&d, &a.ada.aid);
    for (int change = 0; change < 8; change++) {
        assert_ok(room_chain_successor(&d.s, none, PEOPLE_NOW_MS, &arena, &s));
        e.s = s;
        memcpy(e.member, s.member, s.members * sizeof *s.member);
        e.s.member = e.member;
        if (change == 1)
            e.s.ttl_s++;
        if (change == 2)
            e.member[1].role = ROOM_MODERATOR;
        if (change == 3)
            draft_add(&e, &a.nid, &a.ada.aid, ROOM_MEMBER);
        if (change == 4)
            e.member[1].since = 2;
        if (change == 5)
            e.s.version++;
        if (change == 6)
            e.member[1].aid.b[31] ^= 1;
        if (change == 7)
            e.s.made_ms += 2 * CLOCK_HOUR_MS;
        assert_err(succeeds(&e.s, &d, none), change == 0 ? E_OK : change == 7 ? E_CLOCK : E_FORGED);
    }
    arena_free(&arena);
}

static void without_a_plain_member_nobody_succeeds(void **state)
{
    struct arena arena = ARENA(1 << 16);
    const bool all[ASSEMBLY_MEMBERS] = {true, true, true};
    struct draft d = a.genesis, e;
    struct room_state s;

    (void)state;
    d.s.member = d.member;
    draft_find(&d, &a.bob.aid)->role = ROOM_RETENTION;
    draft_find(&d, &a.cyd.aid)->role = ROOM_GUEST;
    assert_err(room_chain_successor(&d.s, all, PEOPLE_NOW_MS, &arena, &s), E_ABSENT);
    begin_draft(&e, &d, &a.ada);
    e.s.signer = (struct room_signer){0};
    assert_err(succeeds(&e.s, &d, all), E_FORGED);
    d.s.version = UINT32_MAX;
    draft_find(&d, &a.bob.aid)->role = ROOM_MEMBER;
    assert_err(room_chain_successor(&d.s, all, PEOPLE_NOW_MS, &arena, &s), E_LIMIT);
    arena_free(&arena);
}

static void a_successor_is_the_directorys_alone(void **state)
{
    struct arena arena = ARENA(1 << 16);
    const bool none[ASSEMBLY_MEMBERS] = {false};
    struct room_chain_witness w = witness(&a.ada);
    struct buf out = BUF(ROOM_STATE_MAX_SIZE);
    struct draft d;
    struct room_state s, got;

    (void)state;
    begin_draft(&d, &a.genesis, &a.ada);
    draft_remove(&d, &a.ada.aid);
    assert_ok(room_chain_successor(&d.s, none, PEOPLE_NOW_MS, &arena, &s));
    assert_ok(room_state_sign_successor(&s, a.ada.dsk[0].secret, &out));
    assert_err(
        room_chain_check_successor(buf_view(&out), &d.s, &a.directory.pub, none, &w, &arena, &got),
        E_FORGED);
    assert_err(room_chain_check_next(buf_view(&out), &d.s, &w, &arena, &got), E_FORGED);
    assert_err(room_chain_check_successor(buf_view(&a.statement), &d.s, &a.ada.dsk[0].pub, none, &w,
                                          &arena, &got),
               E_FORGED); /* genesis */
    buf_free(&out);
    begin_draft(&d, &a.genesis, &a.ada); /* a member's state */
    assert_ok(room_state_sign(&d.s, a.ada.dsk[0].secret, &out));
    assert_err(room_chain_check_successor(buf_view(&out), &a.genesis.s, &a.ada.dsk[0].pub, none, &w,
                                          &arena, &got),
               E_FORGED);
    buf_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_state_is_its_makers),
        cmocka_unit_test(one_dated_over_an_hour_ahead_is_refused),
        cmocka_unit_test(a_commit_of_another_state_is_refused),
        cmocka_unit_test(a_later_state_is_no_genesis_and_genesis_follows_nothing),
        cmocka_unit_test(a_revoked_device_counts_for_what_was_committed_before),
        cmocka_unit_test(a_moderator_changes_what_he_likes),
        cmocka_unit_test(a_network_that_comes_in_moves_nobody),
        cmocka_unit_test(a_state_that_does_not_follow_is_refused),
        cmocka_unit_test(who_stays_keeps_since_and_who_is_new_has_the_version),
        cmocka_unit_test(strangers_and_members_change_nothing),
        cmocka_unit_test(a_member_may_leave_and_change_nothing_else),
        cmocka_unit_test(the_last_moderator_may_leave_and_change_nothing_else),
        cmocka_unit_test(no_version_comes_after_the_last),
        cmocka_unit_test(the_oldest_member_succeeds_moderators_who_are_removed),
        cmocka_unit_test(among_equals_the_first_in_order_succeeds),
        cmocka_unit_test(a_successor_changes_nothing_else),
        cmocka_unit_test(without_a_plain_member_nobody_succeeds),
        cmocka_unit_test(a_successor_is_the_directorys_alone),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
