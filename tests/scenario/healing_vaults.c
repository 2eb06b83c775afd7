/* SPDX-License-Identifier: Apache-2.0 */
/* healing_vaults: a vault that was put back from a copy is noticed, and goes on without using
 * anything twice.  [PROTOCOL 10 V1, V2] */
#include "scenario/healing.h"

#define LEAP (UINT64_C(1) << 20)

static void skip_all(struct person *who)
{
    while (stage_next_shown(who) != NULL)
        stage_skip_shown(who);
}

/* alice's vault is copied, she goes on, and the copy is put back. */
static void goes_back(struct play *p, struct person *alice, struct person *bob)
{
    leaves(alice);
    stage_copy_vault(alice, 0);
    returns(alice);
    says(alice, bob, "after the copy");
    sees(bob, alice, "after the copy");
    says(bob, alice, "which she forgets");
    sees(alice, bob, "which she forgets");
    stage_forward(p, CLOCK_MINUTE_MS);
    leaves(alice);
    stage_restore_vault(alice, 0);
    returns(alice);
}

static void a_restored_vault_is_told_and_heals_both_ways(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    meet(alice, bob);
    goes_back(p, alice, bob);
    assert_true(stage_heard(alice, PROBLEM_RESTORED));
    says(alice, bob, "from the copy");
    is(alice, "accepted");
    assert_non_null(stage_next_shown(bob));
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_RESTART);
    assert_true(stage_next_shown(bob)->seq > LEAP);
    sees(bob, alice, "from the copy");
    says(alice, bob, "and on");
    sees_behind(bob, alice, "and on", 0);
    says(bob, alice, "Do you miss anything?");
    stage_forward(p, 3 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(alice, bob, "Do you miss anything?"), 1);
    assert_int_equal(stage_copies(alice, bob, "which she forgets"), 1);
    assert_int_equal(parked_by(alice), 0);
    play_end(p);
}

/* Neither life knows what the other sent. */
static void a_copy_that_is_put_back_twice_uses_no_place_twice(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t first;

    (void)state;
    meet(alice, bob);
    goes_back(p, alice, bob);
    says(alice, bob, "from the copy");
    first = stage_next_shown(bob)->seq;
    sees(bob, alice, "from the copy");
    leaves(alice);
    stage_forward(p, CLOCK_SECOND_MS);
    stage_restore_vault(alice, 0);
    returns(alice);
    says(alice, bob, "from the copy again");
    assert_non_null(stage_next_shown(bob));
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_RESTART);
    assert_true(stage_next_shown(bob)->seq > first);
    sees(bob, alice, "from the copy again");
    play_end(p);
}

static void after_a_restore_no_number_is_used_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    const struct own *own;
    uint32_t prekey;

    (void)state;
    meet(alice, bob);
    leaves(alice);
    stage_copy_vault(alice, 0);
    returns(alice);
    stage_forward(p, 2 * CLOCK_DAY_MS);
    prekey = engine_own(stage_engine(alice))->prekey[0].statement.number;
    assert_true(prekey > 2);
    leaves(alice);
    stage_restore_vault(alice, 0);
    returns(alice);
    assert_true(stage_heard(alice, PROBLEM_RESTORED));
    own = engine_own(stage_engine(alice));
    assert_int_equal(own->prekey[0].statement.number, prekey + 1);
    assert_int_not_equal(own->prekey[0].acknowledged_ms, 0);
    leaves(alice);
    returns(alice);
    assert_false(stage_heard(alice, PROBLEM_RESTORED)); /* once */
    says(bob, alice, "To the new key.");
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(alice, bob, "To the new key."), 1);
    play_end(p);
}

/* Two copies go on in turns: each is told sooner or later, and what they say arrives once. */
static void a_cloned_vault_is_noticed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    unsigned told = 0;

    (void)state;
    meet(alice, bob);
    leaves(alice);
    stage_copy_vault(alice, 0);
    stage_copy_vault(alice, 1);
    for (unsigned turn = 0; turn < 8; turn++) {
        char text[] = "turn 0";

        text[5] = (char)('0' + turn);
        stage_restore_vault(alice, turn % 2);
        returns(alice);
        told += stage_heard(alice, PROBLEM_RESTORED);
        says(alice, bob, text);
        stage_forward(p, 3 * CLOCK_MINUTE_MS);
        assert_int_equal(stage_copies(bob, alice, text), 1);
        skip_all(bob);
        leaves(alice);
        stage_copy_vault(alice, turn % 2);
    }
    assert_in_range(told, 2, 7);
    assert_int_equal(parked_by(bob), 0);
    play_end(p);
}

static void a_restored_vault_survives_at_every_step(void **state)
{
    bool ended = true;

    (void)state;
    for (unsigned step = 1; ended; step++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

        assert_true(step < 60);
        meet(alice, bob);
        leaves(alice);
        stage_copy_vault(alice, 0);
        returns(alice);
        says(alice, bob, "after the copy");
        leaves(alice);
        stage_restore_vault(alice, 0);
        stage_crash_at(alice, step);
        returns(alice);
        ended = !stage_is_running(alice);
        stage_crash_at(alice, 0);
        if (ended)
            returns(alice);
        skip_all(bob);
        says(alice, bob, "from the copy");
        stage_forward(p, 3 * CLOCK_MINUTE_MS);
        assert_int_equal(stage_copies(bob, alice, "from the copy"), 1);
        assert_non_null(stage_next_shown(bob));
        assert_true(stage_next_shown(bob)->seq > LEAP);
        assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_RESTART);
        assert_int_equal(parked_by(bob), 0);
        play_end(p);
    }
}

/* The server shows what this very sign-in said, or one of another device, or nothing like one. */
static bool show_other(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Welcome *m = body;

    (void)f, (void)a;
    m->signin = frame_data(l->bytes);
    return true;
}

struct listener {
    struct buf statement;
};

static bool listen_up(void *ctx, struct person *who, struct buf *frame)
{
    struct listener *l = ctx;
    struct arena a = ARENA(1 << 20);
    struct frame f;
    Tacet__Wire__SignIn *m;

    (void)who;
    if (frame_parse(buf_view(frame), &a, &f).code == E_OK && f.op == OP_SIGN_IN) {
        assert_ok(frame_unpack(f.body, &tacet__wire__sign_in__descriptor, &a, &m));
        buf_cut(&l->statement, 0);
        buf_bytes(&l->statement, frame_bytes(m->statement));
    }
    arena_free(&a);
    return true;
}

static bool show_heard(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    l->bytes = buf_view(&((struct listener *)l->ctx)->statement);
    return show_other(l, f, body, a);
}

static void a_server_cannot_say_that_a_vault_was_restored(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct listener heard = {BUF(1024)};
    struct lie lie = {.op = OP_SIGN_IN,
                      .form = &tacet__wire__welcome__descriptor,
                      .to = alice,
                      .tell = show_heard,
                      .ctx = &heard};

    (void)state;
    meet(alice, bob);
    stage_tamper_up(p, listen_up, &heard);
    leaves(bob);
    returns(bob); /* his statement is heard */
    leaves(alice);
    stage_tamper_up(p, NULL, NULL);
    lie_begin(p, &lie);
    returns(alice); /* and shown to her */
    assert_false(stage_heard(alice, PROBLEM_RESTORED));
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    leaves(alice);
    stage_tamper_up(p, listen_up, &heard);
    returns(alice); /* now her own, of this very moment */
    assert_false(stage_heard(alice, PROBLEM_RESTORED));
    stage_tamper_up(p, NULL, NULL);
    leaves(alice);
    returns(alice); /* and one of before */
    assert_false(stage_heard(alice, PROBLEM_RESTORED));
    assert_false(stage_heard(alice, PROBLEM_STATEMENT));
    lie_end(p);
    says(alice, bob, "As before.");
    sees_behind(bob, alice, "As before.", 0);
    buf_free(&heard.statement);
    play_end(p);
}

const struct CMUnitTest healing_vaults[] = {
    cmocka_unit_test(a_restored_vault_is_told_and_heals_both_ways),
    cmocka_unit_test(after_a_restore_no_number_is_used_again),
    cmocka_unit_test(a_cloned_vault_is_noticed),
    cmocka_unit_test(a_copy_that_is_put_back_twice_uses_no_place_twice),
    cmocka_unit_test(a_restored_vault_survives_at_every_step),
    cmocka_unit_test(a_server_cannot_say_that_a_vault_was_restored),
};
const size_t healing_vaults_n = sizeof healing_vaults / sizeof healing_vaults[0];
