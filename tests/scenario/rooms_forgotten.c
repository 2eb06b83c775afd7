/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_forgotten: a server that was put back has forgotten states of rooms, and is given them
 * again.  [PROTOCOL 6.9] */
#include "scenario/backup.h"
#include "scenario/rooms.h"

/* A room of alice, its moderator, and bob; carol has an account. */
struct harbour {
    struct play *p;
    struct person *alice, *bob, *carol;
    struct room_id id;
};

static struct harbour begin(void)
{
    struct harbour h = {.p = play_begin()};

    h.alice = joins(h.p, "alice");
    h.bob = joins(h.p, "bob");
    h.carol = joins(h.p, "carol");
    h.id = makes(h.p, h.alice, ABOUT_ROOM, "Harbour");
    assert_int_equal(adds(h.p, h.alice, &h.id, "bob"), E_OK);
    assert_int_equal(says_in(h.p, h.alice, &h.id, "In the beginning."), E_OK);
    return h;
}

/* All states that the server has, with their commits, one behind the other. */
static void read_states(struct play *p, struct buf *out)
{
    struct db_query *q = NULL;
    bool more;

    assert_ok(db_begin_query(stage_server(p)->db,
                             "SELECT statement, commitment FROM room_state ORDER BY room, version",
                             DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more));
    while (more) {
        buf_bytes(out, db_bytes(q, 0));
        buf_bytes(out, db_bytes(q, 1));
        assert_ok(db_next(q, &more));
    }
    db_end_query(q);
}

static unsigned copies(struct person *who, const struct room_id *id, const char *text)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct room r = room_of(who, id);
    struct message m = {.place = 0};
    unsigned n = 0;

    while (messages_next(v, r.number, m.place, &a, &m).code == E_OK)
        n += (m.notes & MESSAGE_ROOM) == 0 && bytes_same(m.text, bytes_text(text));
    arena_free(&a);
    return n;
}

static void come_back(struct harbour *h)
{
    stage_forward(h->p, 2 * CLOCK_MINUTE_MS);
}

static void says_to_two(struct harbour *h, struct person *by, struct person *x, struct person *y,
                        const char *text)
{
    assert_int_equal(says_in(h->p, by, &h->id, text), E_OK);
    stage_forward(h->p, 2 * CLOCK_MINUTE_MS);
    is(by, "accepted");
    assert_int_equal(copies(x, &h->id, text), 1);
    assert_int_equal(copies(y, &h->id, text), 1);
}

static void what_was_forgotten_of_a_room_is_there_again(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct harbour h = begin();
    struct buf before = BUF(1 << 18), after = BUF(1 << 18);

    (void)state;
    is_copied(h.p, &copy);
    assert_int_equal(adds(h.p, h.alice, &h.id, "carol"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    says_to_two(&h, h.carol, h.alice, h.bob, "Meanwhile.");
    stage_forward(h.p, CLOCK_HOUR_MS);
    read_states(h.p, &before);
    is_put_back(h.p, &copy);
    come_back(&h);
    read_states(h.p, &after);
    assert_bytes(buf_view(&after), buf_view(&before)); /* nothing was signed anew */
    says_to_two(&h, h.alice, h.bob, h.carol, "from alice");
    says_to_two(&h, h.bob, h.alice, h.carol, "from bob");
    says_to_two(&h, h.carol, h.alice, h.bob, "from carol");
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_NAME, "Pier"), E_OK);
    is_named(h.carol, &h.id, "Pier");
    assert_false(stage_heard(h.alice, PROBLEM_ROOM_FORKED));
    buf_free(&before);
    buf_free(&after);
    play_end(h.p);
}

/* Only the last of them is there, whom the server does not know as one of the room. */
static void a_room_that_was_forgotten_wholly_is_there_again(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct play *p = play_begin();
    struct harbour h = {.p = p};

    (void)state;
    h.alice = joins(p, "alice");
    h.bob = joins(p, "bob");
    h.carol = joins(p, "carol");
    is_copied(p, &copy);
    h.id = makes(p, h.alice, ABOUT_GROUP, "Crew");
    assert_int_equal(adds(p, h.alice, &h.id, "bob"), E_OK);
    assert_int_equal(adds(p, h.bob, &h.id, "carol"), E_OK);
    says_to_two(&h, h.carol, h.alice, h.bob, "before");
    stage_forward(p, CLOCK_HOUR_MS);
    leaves(h.alice);
    leaves(h.bob);
    is_put_back(p, &copy);
    come_back(&h);
    assert_int_equal(says_in(p, h.carol, &h.id, "alone"), E_OK);
    returns(h.alice);
    returns(h.bob);
    come_back(&h);
    assert_int_equal(copies(h.bob, &h.id, "alone"), 1);
    says_to_two(&h, h.bob, h.alice, h.carol, "after");
    assert_int_equal(rows(h.carol, &h.id, DIARY_ADDED), 1);
    play_end(p);
}

static void who_was_put_out_by_a_forgotten_state_stays_out(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct harbour h = begin();
    size_t members;

    (void)state;
    assert_int_equal(adds(h.p, h.alice, &h.id, "carol"), E_OK);
    says_to_two(&h, h.carol, h.alice, h.bob, "all three");
    is_copied(h.p, &copy);
    leaves(h.bob); /* who hears nothing of it */
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "bob"), E_OK);
    stage_forward(h.p, CLOCK_HOUR_MS);
    is_put_back(h.p, &copy);
    come_back(&h);
    returns(h.bob);
    stage_forward(h.p, CLOCK_MINUTE_MS);
    assert_int_equal(standing(h.bob, &h.id), ROOMLOG_OUT);
    assert_int_equal(says_in(h.p, h.carol, &h.id, "we two"), E_OK);
    stage_forward(h.p, CLOCK_MINUTE_MS);
    assert_int_equal(copies(h.alice, &h.id, "we two"), 1);
    assert_int_equal(copies(h.bob, &h.id, "we two"), 0);
    (void)role_of(h.carol, &h.id, h.bob, &members);
    assert_int_equal(members, 2);
    play_end(h.p);
}

/* Who succeeds is the same one, and the state too, whoever has it committed. */
static void a_succession_that_was_forgotten_is_the_same_again(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct harbour h = begin();
    size_t members;

    (void)state;
    assert_int_equal(adds(h.p, h.alice, &h.id, "carol"), E_OK);
    is_copied(h.p, &copy);
    removes(h.p, "alice");
    assert_int_equal(says_in(h.p, h.bob, &h.id, "without her"), E_OK);
    stage_forward(h.p, 30 * CLOCK_MINUTE_MS);
    assert_int_equal(copies(h.carol, &h.id, "without her"), 1);
    leaves(h.bob);
    leaves(h.carol);
    is_put_back(h.p, &copy);
    removes(h.p, "alice"); /* a second time: the server has forgotten it */
    returns(h.bob);
    returns(h.carol);
    come_back(&h);
    says_to_two(&h, h.carol, h.bob, h.bob, "nor again");
    assert_int_equal(role_of(h.carol, &h.id, h.alice, &members), 0);
    assert_int_equal(members, 2);
    assert_int_equal(rows(h.carol, &h.id, DIARY_SUCCEEDED), 1);
    assert_false(stage_heard(h.bob, PROBLEM_ROOM_FORKED));
    assert_false(stage_heard(h.carol, PROBLEM_ROOM_FORKED));
    play_end(h.p);
}

/* Bob, a moderator, knows nothing of what alice changed, and changes the room on the server that
 * has forgotten it: whoever knows both is told. */
static void two_states_of_one_version_are_told_and_the_first_stands(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct harbour h = begin();

    (void)state;
    assert_int_equal(adds(h.p, h.alice, &h.id, "carol"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    says_to_two(&h, h.carol, h.alice, h.bob, "all three");
    is_copied(h.p, &copy);
    leaves(h.bob);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Pier"), E_OK);
    stage_forward(h.p, CLOCK_HOUR_MS);
    leaves(h.alice);
    leaves(h.carol);
    is_put_back(h.p, &copy);
    returns(h.bob);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_NAME, "Dock"), E_OK);
    is_named(h.bob, &h.id, "Dock");
    returns(h.alice);
    come_back(&h);
    is_named(h.alice, &h.id, "Pier");
    assert_true(stage_heard(h.alice, PROBLEM_ROOM_FORKED));
    assert_false(stage_heard(h.bob, PROBLEM_ROOM_FORKED)); /* he knows no other */
    play_end(h.p);
}

/* ---- a server that lies */

static bool names_none(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__RoomsAnswer *m = body;

    (void)l, (void)f, (void)a;
    m->n_rooms = 0;
    return true;
}

struct counted {
    struct person *by;
    unsigned n;
};

static bool count_states(void *ctx, struct person *who, struct buf *frame)
{
    struct counted *c = ctx;
    struct arena a = ARENA(2 * LIMIT_FRAME);
    struct frame f;

    c->n +=
        who == c->by && frame_parse(buf_view(frame), &a, &f).code == E_OK && f.op == OP_ROOM_AGAIN;
    arena_free(&a);
    return true;
}

static void a_server_that_only_says_so_is_given_them_seldom(void **state)
{
    struct harbour h = begin();
    struct lie lie = {.op = OP_ROOMS,
                      .to = h.alice,
                      .form = &tacet__wire__rooms_answer__descriptor,
                      .tell = names_none};
    struct counted sent = {.by = h.alice};

    (void)state;
    lie_begin(h.p, &lie);
    stage_tamper_up(h.p, count_states, &sent);
    for (unsigned i = 0; i < 30; i++) { /* an hour */
        stage_hang_up(h.alice);
        stage_forward(h.p, 2 * CLOCK_MINUTE_MS);
    }
    assert_in_range(sent.n, 1, 7);
    stage_tamper_up(h.p, NULL, NULL);
    lie_end(h.p);
    says_to_two(&h, h.alice, h.bob, h.bob, "nothing has happened");
    play_end(h.p);
}

const struct CMUnitTest rooms_forgotten[] = {
    cmocka_unit_test(what_was_forgotten_of_a_room_is_there_again),
    cmocka_unit_test(a_room_that_was_forgotten_wholly_is_there_again),
    cmocka_unit_test(who_was_put_out_by_a_forgotten_state_stays_out),
    cmocka_unit_test(a_succession_that_was_forgotten_is_the_same_again),
    cmocka_unit_test(two_states_of_one_version_are_told_and_the_first_stands),
    cmocka_unit_test(a_server_that_only_says_so_is_given_them_seldom),
};
const size_t rooms_forgotten_n = sizeof rooms_forgotten / sizeof rooms_forgotten[0];
