/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_lies: what a server may try that commits, hides and orders the states of rooms. */
#include "scenario/rooms.h"
#include "statement/room_chain.h"

/* A room of alice, its moderator, and bob; mallory has an account, and the server's help. */
struct harbour {
    struct play *p;
    struct person *alice, *bob, *mallory;
    struct room_id id;
};

static struct harbour begin(void)
{
    struct harbour h = {.p = play_begin()};

    h.alice = joins(h.p, "alice");
    h.bob = joins(h.p, "bob");
    h.mallory = joins(h.p, "mallory");
    h.id = makes(h.p, h.alice, ABOUT_ROOM, "Harbour");
    assert_int_equal(adds(h.p, h.alice, &h.id, "bob"), E_OK);
    is_named(h.bob, &h.id, "Harbour");
    return h;
}

/* A state with mallory in the place of alice, signed by mallory and committed by the directory:
 * the one after bob's newest, or another one in its place. */
struct forged {
    struct buf statement, commit;
};

static void forge_state(struct harbour *h, bool next, struct forged *out)
{
    const struct identity *me = &engine_own(stage_engine(h->mallory))->me;
    struct sign_private *directory = stage_directory_key(h->p);
    struct arena a = ARENA(1 << 20);
    struct room r = room_of(h->bob, &h->id);
    struct roomlog_step newest;
    struct room_member member = {.aid = me->who.aid, .role = ROOM_MODERATOR};
    struct room_commit commit;
    struct room_state s;

    assert_ok(roomlog_newest(engine_vault(stage_engine(h->bob)), &r, &a, &newest));
    s = newest.state;
    if (next)
        assert_ok(room_chain_next(&newest.state, &s));
    member.since = s.version;
    s.member = &member;
    s.members = 1;
    s.made_ms = stage_now(h->p);
    s.signer = (struct room_signer){me->who.nid, me->who.aid, me->who.did};
    out->statement = BUF(ROOM_STATE_MAX_SIZE);
    out->commit = BUF(ROOM_COMMIT_SIZE);
    assert_ok(room_state_sign(&s, me->dsk_secret, &out->statement));
    commit = room_commit_of(&s, stage_now(h->p));
    assert_ok(room_commit_sign(&commit, &me->who.nid, directory, &out->commit));
    arena_free(&a);
}

/* The states of an answer are this one. */
static bool show_forged(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__RoomAnswer *m = body;
    const struct forged *forged = l->ctx;
    Tacet__Wire__RoomState *s = ARENA_NEW(a, Tacet__Wire__RoomState);
    Tacet__Wire__RoomState **states = ARENA_ARRAY(a, 1, Tacet__Wire__RoomState *);

    (void)f;
    assert_non_null(s);
    assert_non_null(states);
    tacet__wire__room_state__init(s);
    s->statement = frame_data(buf_view(&forged->statement));
    s->commit = frame_data(buf_view(&forged->commit));
    states[0] = s;
    m->states = states;
    m->n_states = 1;
    return true;
}

static void a_state_that_no_moderator_signed_is_not_believed(void **state)
{
    struct harbour h = begin();
    struct forged forged;
    struct lie lie = {.op = OP_ROOM,
                      .to = h.bob,
                      .form = &tacet__wire__room_answer__descriptor,
                      .tell = show_forged,
                      .ctx = &forged};
    size_t members;

    (void)state;
    forge_state(&h, true, &forged);
    lie_begin(h.p, &lie);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    assert_true(lie.told > 0);
    assert_true(stage_heard(h.bob, PROBLEM_STATEMENT));
    assert_int_equal(role_of(h.bob, &h.id, h.mallory, &members), 0);
    is_named(h.bob, &h.id, "Harbour");
    lie_end(h.p);
    leaves(h.bob);
    returns(h.bob);
    is_named(h.bob, &h.id, "Quay");
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Still here."), E_OK);
    sees(h.alice, h.bob, "Still here.");
    sees_nothing(h.mallory);
    buf_free(&forged.statement);
    buf_free(&forged.commit);
    play_end(h.p);
}

static void two_committed_states_of_one_version_are_told(void **state)
{
    struct harbour h = begin();
    struct forged forged;
    struct lie lie = {.op = OP_ROOM,
                      .to = h.bob,
                      .form = &tacet__wire__room_answer__descriptor,
                      .tell = show_forged,
                      .ctx = &forged};
    size_t members;

    (void)state;
    forge_state(&h, false, &forged);
    lie_begin(h.p, &lie);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    assert_true(stage_heard(h.bob, PROBLEM_ROOM_FORKED));
    lie_end(h.p);
    assert_int_equal(role_of(h.bob, &h.id, h.alice, &members), ROOM_MODERATOR);
    buf_free(&forged.statement);
    buf_free(&forged.commit);
    play_end(h.p);
}

static void a_room_that_the_server_does_not_name_shows_itself_by_a_message(void **state)
{
    struct harbour h = begin();
    struct person *carol = joins(h.p, "carol");
    struct lie lie = {.op = OP_ROOMS, .to = carol, .tell = lie_refuse, .at = E_ABSENT};

    (void)state;
    lie_begin(h.p, &lie);
    leaves(carol);
    assert_int_equal(adds(h.p, h.alice, &h.id, "carol"), E_OK);
    assert_int_equal(says_in(h.p, h.alice, &h.id, "Welcome."), E_OK);
    returns(carol);
    assert_true(lie.told > 0);
    sees(carol, h.alice, "Welcome.");
    assert_int_equal(standing(carol, &h.id), ROOMLOG_IN);
    lie_end(h.p);
    play_end(h.p);
}

static void a_change_that_the_server_does_not_commit_is_not_in_effect(void **state)
{
    struct harbour h = begin();
    struct lie lie = {.op = OP_ROOM_CHANGE, .to = h.alice, .tell = lie_refuse, .at = E_AGAIN};
    size_t members;

    (void)state;
    lie_begin(h.p, &lie);
    h.alice->wished = (struct event){.kind = (enum event_kind)0};
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "bob"), E_OK);
    assert_int_equal(says_in(h.p, h.alice, &h.id, "Not for bob."), E_OK);
    stage_forward(h.p, 5 * CLOCK_MINUTE_MS);
    assert_true(lie.told > 1);
    assert_int_equal((int)h.alice->wished.kind, 0);
    sees_nothing(h.bob);
    lie_end(h.p);
    stage_forward(h.p, 5 * CLOCK_MINUTE_MS);
    assert_int_equal(h.alice->wished.code, E_OK);
    assert_int_equal(role_of(h.alice, &h.id, h.bob, &members), 0);
    sees_nothing(h.bob);
    play_end(h.p);
}

static void an_old_delivery_changes_no_name(void **state)
{
    struct harbour h = begin();
    struct buf last = BUF(LIMIT_FRAME);
    struct lie lie = {.op = OP_DELIVER, .to = h.bob, .tell = lie_record, .ctx = &last, .most = 1};

    (void)state;
    lie_begin(h.p, &lie);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    lie_end(h.p);
    is_named(h.bob, &h.id, "Quay");
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Port"), E_OK);
    is_named(h.bob, &h.id, "Port");
    stage_inject(h.bob, buf_view(&last));
    stage_settle(h.p);
    is_named(h.bob, &h.id, "Port");
    buf_free(&last);
    play_end(h.p);
}

static void an_account_that_the_network_removed_is_put_out_by_a_moderator(void **state)
{
    struct harbour h = begin();
    size_t members;

    (void)state;
    assert_int_equal(adds(h.p, h.alice, &h.id, "mallory"), E_OK);
    assert_int_equal(role_of(h.bob, &h.id, h.mallory, &members), ROOM_MEMBER);
    removes(h.p, "mallory");
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Is he gone?"), E_OK);
    assert_int_equal(says_in(h.p, h.alice, &h.id, "Yes."), E_OK);
    stage_forward(h.p, 30 * CLOCK_MINUTE_MS);
    role_of(h.alice, &h.id, h.bob, &members);
    assert_int_equal(members, 2);
    sees(h.alice, h.bob, "Is he gone?");
    sees(h.bob, h.alice, "Yes.");
    play_end(h.p);
}

const struct CMUnitTest rooms_lies[] = {
    cmocka_unit_test(a_state_that_no_moderator_signed_is_not_believed),
    cmocka_unit_test(two_committed_states_of_one_version_are_told),
    cmocka_unit_test(a_room_that_the_server_does_not_name_shows_itself_by_a_message),
    cmocka_unit_test(a_change_that_the_server_does_not_commit_is_not_in_effect),
    cmocka_unit_test(an_old_delivery_changes_no_name),
    cmocka_unit_test(an_account_that_the_network_removed_is_put_out_by_a_moderator),
};
const size_t rooms_lies_n = sizeof rooms_lies / sizeof rooms_lies[0];
