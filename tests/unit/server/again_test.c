/* SPDX-License-Identifier: Apache-2.0 */
/* States of a room that a server which was put back has forgotten, and is given again. */
#include "assembly.h"

#define STATES 5

static struct person alice, bob, carol;
static struct room room;
static struct {
    struct bytes statement, commitment;
} was[STATES + 1]; /* by version */

static void keep(void)
{
    was[room.state.version].statement = room.statement;
    was[room.state.version].commitment = room.commitment;
}

/* Alice moderates; Bob comes, carol comes, bob is put out. */
static int begin(void **state)
{
    struct world *w;

    world_begin(state);
    w = *state;
    person_enter(w, &alice, "alice");
    person_enter(w, &bob, "bob");
    person_enter(w, &carol, "carol");
    room_found(w, &room, &alice);
    room_commit(w, &room, &alice);
    keep();
    room_next(w, &room);
    room_add(&room, &bob, ROOM_MEMBER);
    room_commit(w, &room, &alice);
    keep();
    room_next(w, &room);
    room_add(&room, &carol, ROOM_MEMBER);
    room_commit(w, &room, &alice);
    keep();
    room_next(w, &room);
    room_drop(&room, &bob);
    room_commit(w, &room, &alice);
    keep();
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

/* As a copy has it that was made after state `version`. */
static void put_back(struct world *w, uint32_t version, const struct person *const *member,
                     size_t members)
{
    struct bytes id = ID_BYTES(room.state.room);

    assert_ok(db_run(w->db, "DELETE FROM room_state WHERE room = $1 AND version > $2",
                     DB_VALUES(DB_BYTES_OF(id), DB_NUMBER_OF(version)), NULL));
    assert_ok(db_run(w->db, "DELETE FROM room_member", DB_NO_VALUES, NULL));
    assert_ok(db_run(w->db, "DELETE FROM room_moderator", DB_NO_VALUES, NULL));
    for (size_t i = 0; i < members; i++)
        assert_ok(db_run(w->db, "INSERT INTO room_member (aid, room) VALUES ($1, $2)",
                         DB_VALUES(DB_BYTES_OF(ID_BYTES(member[i]->aid)), DB_BYTES_OF(id)), NULL));
}

static struct answer give_bytes(struct world *w, struct person *by, struct bytes statement,
                                struct bytes commitment)
{
    Tacet__Wire__RoomState in = TACET__WIRE__ROOM_STATE__INIT;

    in.statement = frame_data(statement);
    in.commit = frame_data(commitment);
    w->now_ms += CLOCK_SECOND_MS; /* it costs */
    return world_ask(w, &by->session, OP_ROOM_AGAIN, &in);
}

static uint32_t give(struct world *w, struct person *by, uint32_t version)
{
    struct answer a = give_bytes(w, by, was[version].statement, was[version].commitment);
    Tacet__Wire__RoomKnown *out = NULL;

    assert_int_equal(a.code, E_OK);
    world_read(w, a, room_known, &out);
    return out->version;
}

static void they_are_kept_as_they_were_one_after_the_other(void **state)
{
    struct world *w = *state;
    struct rooms_state s;

    put_back(w, 0, NULL, 0);
    assert_int_equal(give(w, &carol, 4), 0); /* what is missing before it is not there */
    for (uint32_t v = 1; v <= 4; v++) {
        assert_int_equal(give(w, &carol, v), v);
        assert_ok(rooms_at(w->db, &w->arena, &room.state.room, v, &s));
        assert_bytes(s.statement, was[v].statement);
        assert_bytes(s.commitment, was[v].commitment);
    }
    assert_int_equal(give(w, &carol, 2), 4);
    assert_int_equal(room_ask(w, &carol, &room, 1).code, E_OK);
    room_next(w, &room);
    room.state.ttl_s = 60;
    room_commit(w, &room, &alice);
}

static void who_is_not_of_it_hears_nothing_of_what_came_later(void **state)
{
    assert_int_equal(give(*state, &bob, 2), 2);
    assert_int_equal(give(*state, &bob, 4), 4);
}

static void another_state_in_its_place_is_a_conflict(void **state)
{
    const struct person *const members[] = {&alice, &bob};
    struct world *w = *state;
    struct room other = room;

    put_back(w, 2, members, 2);
    room_found(w, &other, &alice);
    assert_ok(room_state_parse(was[2].statement, &w->arena, &other.state));
    memcpy(other.member, other.state.member, other.state.members * sizeof other.member[0]);
    room_next(w, &other);
    other.state.ttl_s = 60;
    room_commit(w, &other, &alice);
    assert_int_equal(give_bytes(w, &carol, was[3].statement, was[3].commitment).code, E_CONFLICT);
    assert_int_equal(give_bytes(w, &carol, was[4].statement, was[4].commitment).code, E_FORGED);
}

static void one_that_was_never_committed_is_not_taken(void **state)
{
    const struct person *const members[] = {&alice, &bob};
    struct world *w = *state;

    put_back(w, 2, members, 2);
    assert_int_equal(give_bytes(w, &alice, was[3].statement, was[4].commitment).code, E_FORGED);
    room_next(w, &room);
    room_sign(w, &room, &alice);
    assert_int_equal(give_bytes(w, &alice, room.statement, was[4].commitment).code, E_FORGED);
    assert_int_equal(give_bytes(w, &alice, was[3].statement, BYTES_LITERAL("short")).code,
                     E_MALFORMED);
}

/* The commit is of the body alone: a signature that was altered would be nobody's. */
static void a_signature_that_was_altered_is_not_taken(void **state)
{
    const struct person *const members[] = {&alice, &bob};
    struct world *w = *state;
    struct bytes altered;

    put_back(w, 2, members, 2);
    assert_ok(arena_copy(&w->arena, was[3].statement, &altered));
    ((uint8_t *)altered.at)[altered.n - 1] ^= 1;
    assert_int_equal(give_bytes(w, &alice, altered, was[3].commitment).code, E_FORGED);
    assert_int_equal(give(w, &alice, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(they_are_kept_as_they_were_one_after_the_other),
        room_test(who_is_not_of_it_hears_nothing_of_what_came_later),
        room_test(another_state_in_its_place_is_a_conflict),
        room_test(one_that_was_never_committed_is_not_taken),
        room_test(a_signature_that_was_altered_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
