/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms: which states are committed, in which order, and who hears of them. */
#include "assembly.h"

static struct person alice, bob, carol;
static struct room room;

/* Alice moderates, Bob came with her and Carol after him. */
static int begin(void **state)
{
    struct world *w;

    world_begin(state);
    w = *state;
    person_enter(w, &alice, "alice");
    person_enter(w, &bob, "bob");
    person_enter(w, &carol, "carol");
    room_found(w, &room, &alice);
    room_add(&room, &bob, ROOM_MEMBER);
    room_commit(w, &room, &alice);
    room_next(w, &room);
    room_add(&room, &carol, ROOM_MEMBER);
    room_commit(w, &room, &alice);
    return 0;
}

static int end(void **state)
{
    person_free(&alice);
    person_free(&bob);
    person_free(&carol);
    return world_end(state);
}

#define room_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

static Tacet__Wire__RoomAnswer *read_page(struct world *w, struct answer a)
{
    Tacet__Wire__RoomAnswer *out = NULL;

    assert_int_equal(a.code, E_OK);
    world_read(w, a, room_answer, &out);
    return out;
}

static void newest(struct world *w, struct rooms_state *out)
{
    assert_ok(rooms_newest(w->db, &w->arena, &room.state.room, out));
}

static void states_follow_each_other_and_are_kept(void **state)
{
    struct world *w = *state;
    Tacet__Wire__RoomAnswer *page;

    world_again(w);
    page = read_page(w, room_ask(w, &bob, &room, 1));
    assert_int_equal(page->n_states, 2);
    assert_bytes(frame_bytes(page->states[1]->statement), room.statement);
    assert_bytes(frame_bytes(page->states[1]->commit), room.commitment);
    page = read_page(w, room_ask(w, &carol, &room, 0));
    assert_int_equal(page->n_states, 1);
    assert_bytes(frame_bytes(page->states[0]->statement), room.statement);
    assert_int_equal(read_page(w, room_ask(w, &carol, &room, 3))->n_states, 0);
}

static void who_is_not_in_a_room_does_not_hear_of_it(void **state)
{
    struct world *w = *state;
    Tacet__Wire__RoomAnswer *page;
    struct person dave;

    person_enter(w, &dave, "dave");
    assert_int_equal(room_ask(w, &dave, &room, 1).code, E_ABSENT);
    room_next(w, &room);
    assert_int_equal(room_change(w, &room, &dave), E_ABSENT);
    room_drop(&room, &bob);
    room_commit(w, &room, &alice);
    page = read_page(w, room_ask(w, &bob, &room, 1));
    assert_int_equal(page->n_states, 3); /* up to the one that put him out */
    assert_int_equal(room_ask(w, &bob, &room, 0).code, E_ABSENT);
    room_next(w, &room);
    room.state.ttl_s = 60;
    room_commit(w, &room, &alice);
    assert_int_equal(read_page(w, room_ask(w, &bob, &room, 1))->n_states, 3);
    assert_int_equal(read_page(w, room_ask(w, &bob, &room, 3))->n_states, 1);
    assert_int_equal(room_ask(w, &bob, &room, 4).code, E_ABSENT);
    person_free(&dave);
}

static void a_room_is_named_by_32_bytes(void **state)
{
    struct world *w = *state;
    Tacet__Wire__AskRoom in = TACET__WIRE__ASK_ROOM__INIT;

    in.room = frame_data(BYTES_LITERAL("short"));
    assert_int_equal(world_ask(w, &alice.session, OP_ROOM, &in).code, E_MALFORMED);
}

static void an_answer_holds_as_many_states_as_a_frame(void **state)
{
    struct world *w = *state;
    Tacet__Wire__RoomAnswer *page;
    size_t had = 0;

    for (size_t i = 0; i < 2 * ROOMS_STATES_MAX; i++) {
        room_next(w, &room);
        room.state.ttl_s = (uint32_t)i + 1;
        room_commit(w, &room, &alice);
    }
    for (size_t i = 0; i < 4; i++) {
        page = read_page(w, room_ask(w, &bob, &room, (uint32_t)had + 1));
        assert_in_range(page->n_states, 0, ROOMS_STATES_MAX);
        had += page->n_states;
    }
    assert_int_equal(had, 2 * ROOMS_STATES_MAX + 2);
    assert_int_equal(page->n_states, 0);
}

static void a_change_whose_answer_was_lost_is_repeated(void **state)
{
    struct world *w = *state;
    struct rooms_state s;
    struct answer a;

    a = room_send(w, &alice, room.statement);
    assert_int_equal(a.code, E_OK);
    room_read(w, a, &s);
    assert_bytes(s.commitment, room.commitment);
    newest(w, &s);
    assert_int_equal(s.state.version, 2);
}

static void who_is_too_late_hears_what_was_committed_instead(void **state)
{
    struct world *w = *state;
    struct room late;
    struct rooms_state s;
    struct answer a;

    room_next(w, &room);
    late = room;
    room.member[0].role = room.member[1].role = room.member[2].role = ROOM_MODERATOR;
    room_commit(w, &room, &alice);
    room_drop(&late, &carol);
    room_sign(w, &late, &carol);
    a = room_send(w, &carol, late.statement);
    assert_int_equal(a.code, E_CONFLICT);
    room_read(w, a, &s);
    assert_bytes(s.statement, room.statement);
    room_next(w, &late); /* a state on one that is none */
    late.state.version = 5;
    room_sign(w, &late, &carol);
    a = room_send(w, &carol, late.statement);
    assert_int_equal(a.code, E_CONFLICT);
    room_read(w, a, &s);
    assert_int_equal(s.state.version, 3);
}

static void who_was_put_out_meanwhile_hears_so(void **state)
{
    struct world *w = *state;
    struct room late;
    struct rooms_state s;
    struct answer a;

    room_next(w, &room);
    late = room;
    room_drop(&room, &bob);
    room_commit(w, &room, &alice);
    room_drop(&late, &bob);
    late.state.ttl_s = 60; /* not the same state, after all */
    room_sign(w, &late, &bob);
    a = room_send(w, &bob, late.statement);
    assert_int_equal(a.code, E_CONFLICT);
    room_read(w, a, &s);
    assert_bytes(s.statement, room.statement);
    room_next(w, &room);
    room.state.ttl_s = 60;
    room_commit(w, &room, &alice);
    room_next(w, &room); /* on a state that he never was in */
    assert_int_equal(room_change(w, &room, &bob), E_ABSENT);
}

static void only_moderators_change_a_room(void **state)
{
    struct world *w = *state;
    struct room wrong;

    room_next(w, &room);
    wrong = room;
    room_drop(&wrong, &carol);
    assert_int_equal(room_change(w, &wrong, &bob), E_FORGED);
    wrong = room;
    wrong.state.ttl_s = 60;
    assert_int_equal(room_change(w, &wrong, &bob), E_FORGED);
    wrong = room;
    memset(wrong.state.previous, 9, sizeof wrong.state.previous);
    assert_int_equal(room_change(w, &wrong, &alice), E_FORGED);
    wrong = room;
    wrong.state.made_ms = w->now_ms + 2 * CLOCK_HOUR_MS;
    assert_int_equal(room_change(w, &wrong, &alice), E_CLOCK);
    wrong = room;
    wrong.member[0].since = 3;
    assert_int_equal(room_change(w, &wrong, &alice), E_FORGED);
    room_drop(&room, &bob);
    room_commit(w, &room, &bob); /* leaving is everybody's */
}

static void a_state_comes_from_the_device_that_signed_it(void **state)
{
    struct world *w = *state;
    struct bytes statement;

    room_next(w, &room);
    room_sign(w, &room, &alice);
    assert_int_equal(room_send(w, &bob, room.statement).code, E_DENIED);
    statement = room.statement;
    ((uint8_t *)(uintptr_t)statement.at)[statement.n - 1] ^= 1;
    assert_int_equal(room_send(w, &alice, statement).code, E_FORGED);
    assert_int_equal(room_send(w, &alice, BYTES_LITERAL("no state")).code, E_MALFORMED);
}

static void a_genesis_has_its_own_rules(void **state)
{
    struct world *w = *state;
    struct person nobody;

    person_make(w, &nobody);
    room_found(w, &room, &alice);
    room_add(&room, &nobody, ROOM_MEMBER);
    assert_int_equal(room_change(w, &room, &alice), E_ABSENT);
    room_found(w, &room, &alice);
    room.state.version = 2;
    room.member[0].since = 1;
    memset(room.state.previous, 1, sizeof room.state.previous);
    memset(room.state.room.b, 1, sizeof room.state.room.b);
    assert_int_equal(room_change(w, &room, &alice), E_ABSENT);
    person_free(&nobody);
}

static void another_network_is_not_known_here(void **state)
{
    struct world *w = *state;
    struct network_id other = {{0xff}};
    bool behind;

    behind = bytes_compare(ID_BYTES(w->nid), ID_BYTES(other)) < 0;
    room_found(w, &room, &alice);
    room_add(&room, &bob, ROOM_MEMBER);
    room.state.networks = 2;
    room.state.network[behind] = other;
    room.state.network[!behind] = w->nid;
    room.state.home = !behind;
    room.member[0].network = !behind;
    room.member[1].network = behind;
    if (!behind) {
        struct room_member first = room.member[0];

        room.member[0] = room.member[1];
        room.member[1] = first;
    }
    room.member[0].role = room.member[1].role = ROOM_MODERATOR;
    for (size_t i = 0; i < 2; i++)
        if (room.member[i].network == !behind)
            room.member[i].aid = alice.aid;
    assert_int_equal(room_change(w, &room, &alice), E_DENIED);
}

static void a_state_with_a_removed_account_is_refused_by_name(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told = NULL;
    struct answer a;

    assert_int_equal(world_remove(w, "bob"), E_OK);
    room_next(w, &room);
    room.state.ttl_s = 60;
    room_sign(w, &room, &alice);
    a = room_send(w, &alice, room.statement);
    assert_int_equal(a.code, E_REMOVED);
    world_read(w, a, stale, &told);
    assert_int_equal(told->n_persons, 1);
    world_check_certificate(w, frame_bytes(told->certificate));
    room_drop(&room, &bob);
    room_commit(w, &room, &alice);
}

/* It is not hers to put him out. */
static void who_leaves_leaves_removed_accounts_behind(void **state)
{
    struct world *w = *state;

    assert_int_equal(world_remove(w, "bob"), E_OK);
    room_next(w, &room);
    room_drop(&room, &carol);
    room_commit(w, &room, &carol);
}

static void check_successor(struct world *w, const struct person *who, uint32_t version)
{
    Tacet__Wire__RoomAnswer *page = read_page(w, room_ask(w, &carol, &room, version));
    struct room_chain_witness witness = {.now_ms = w->now_ms};
    struct rooms_state before, s;
    bool removed[ROOM_PEOPLE_MAX] = {true, true, true};

    assert_true(page->n_states >= 1);
    assert_ok(rooms_at(w->db, &w->arena, &room.state.room, version - 1, &before));
    assert_ok(room_chain_check_successor(frame_bytes(page->states[0]->statement), &before.state,
                                         networks_key(w->networks), removed, &witness, &w->arena,
                                         &s.state));
    assert_int_equal(room_state_find(&s.state, &w->nid, &who->aid)->role, ROOM_MODERATOR);
}

static void a_removed_moderator_has_a_successor(void **state)
{
    struct world *w = *state;
    struct rooms_state s;

    assert_int_equal(world_remove(w, "alice"), E_OK);
    newest(w, &s);
    assert_int_equal(s.state.version, 3);
    check_successor(w, &bob, 3);
}

static void a_room_with_a_moderator_left_has_no_successor(void **state)
{
    struct world *w = *state;
    struct rooms_state s;

    room_next(w, &room);
    for (size_t i = 0; i < 3; i++)
        room.member[i].role = ROOM_MODERATOR;
    room_commit(w, &room, &alice);
    assert_int_equal(world_remove(w, "alice"), E_OK);
    newest(w, &s);
    assert_int_equal(s.state.version, 3);
    assert_int_equal(world_remove(w, "bob"), E_OK);
    newest(w, &s);
    assert_int_equal(s.state.version, 3);
}

static void an_heir_who_was_removed_has_one_too(void **state)
{
    struct world *w = *state;
    struct rooms_state s;

    assert_int_equal(world_remove(w, "bob"), E_OK);
    assert_int_equal(world_remove(w, "alice"), E_OK);
    newest(w, &s);
    assert_int_equal(s.state.version, 4);
    check_successor(w, &bob, 3);
    check_successor(w, &carol, 4);
    assert_int_equal(world_remove(w, "carol"), E_OK);
    newest(w, &s);
    assert_int_equal(s.state.version, 4); /* nobody is left */
}

static void the_last_moderator_may_leave(void **state)
{
    struct world *w = *state;

    room_next(w, &room);
    room_drop(&room, &alice);
    room_commit(w, &room, &alice);
    check_successor(w, &bob, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(states_follow_each_other_and_are_kept),
        room_test(who_is_not_in_a_room_does_not_hear_of_it),
        room_test(a_room_is_named_by_32_bytes),
        room_test(an_answer_holds_as_many_states_as_a_frame),
        room_test(a_change_whose_answer_was_lost_is_repeated),
        room_test(who_is_too_late_hears_what_was_committed_instead),
        room_test(who_was_put_out_meanwhile_hears_so),
        room_test(only_moderators_change_a_room),
        room_test(a_state_comes_from_the_device_that_signed_it),
        room_test(a_genesis_has_its_own_rules),
        room_test(another_network_is_not_known_here),
        room_test(a_state_with_a_removed_account_is_refused_by_name),
        room_test(who_leaves_leaves_removed_accounts_behind),
        room_test(a_removed_moderator_has_a_successor),
        room_test(a_room_with_a_moderator_left_has_no_successor),
        room_test(an_heir_who_was_removed_has_one_too),
        room_test(the_last_moderator_may_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
