/* SPDX-License-Identifier: Apache-2.0 */
/* devices_forgotten: a server that was put back has forgotten lists of devices, and is given them
 * again.  [PROTOCOL 15.10] */
#include "scenario/backup.h"
#include "scenario/devices.h"

static uint64_t lists_of(struct play *p)
{
    struct arena a = ARENA(4096);
    struct db_value v;

    assert_ok(
        db_one(stage_server(p)->db, &a, "SELECT count(*) FROM device_list", DB_NO_VALUES, &v, 1));
    arena_free(&a);
    return (uint64_t)v.number;
}

/* All lists that the server has of everybody, one behind the other. */
static void read_lists(struct play *p, struct buf *out)
{
    struct db_query *q = NULL;
    bool more;

    assert_ok(db_begin_query(stage_server(p)->db,
                             "SELECT statement FROM device_list ORDER BY account, version",
                             DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more));
    while (more) {
        buf_bytes(out, db_bytes(q, 0));
        assert_ok(db_next(q, &more));
    }
    db_end_query(q);
}

static void says_and_sees(struct person *by, struct person *to, const char *text)
{
    says(by, to, text);
    stage_forward(by->play, CLOCK_MINUTE_MS);
    is(by, "accepted");
    assert_int_equal(stage_copies(to, by, text), 1);
}

/* alice has written to bob, and the server is backed up; then she has a second device. */
static struct pair pair_after(struct snapshot *copy)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    is_copied(c.p, copy);
    c.second = stage_second_device(c.alice, "second");
    says(c.second, c.bob, "on the second");
    sees(c.bob, c.alice, "on the second");
    stage_forward(c.p, CLOCK_HOUR_MS);
    return c;
}

static void a_device_that_was_forgotten_is_there_again(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct pair c = pair_after(&copy);
    struct buf before = BUF(1 << 16), after = BUF(1 << 16);

    (void)state;
    read_lists(c.p, &before);
    is_put_back(c.p, &copy);
    assert_int_equal(lists_of(c.p), 2);
    stage_forward(c.p, 15 * CLOCK_MINUTE_MS);
    read_lists(c.p, &after);
    assert_bytes(buf_view(&after), buf_view(&before)); /* nothing was signed anew */
    assert_true(engine_is_drained(stage_engine(c.second)));
    says_and_sees(c.bob, c.alice, "to both");
    assert_int_equal(stage_copies(c.second, c.bob, "to both"), 1);
    says_and_sees(c.second, c.bob, "from the second");
    assert_int_equal(stage_copies(c.alice, c.bob, "from the second"), 1);
    assert_false(stage_heard(c.alice, PROBLEM_TWO_LISTS));
    assert_false(stage_heard(c.bob, PROBLEM_TWO_LISTS));
    buf_free(&before);
    buf_free(&after);
    play_end(c.p);
}

/* The one that added it is away: it brings the list that it came with. */
static void a_device_that_was_forgotten_comes_by_itself(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct pair c = pair_after(&copy);

    (void)state;
    leaves(c.alice);
    is_put_back(c.p, &copy);
    stage_forward(c.p, 15 * CLOCK_MINUTE_MS);
    assert_int_equal(lists_of(c.p), 3);
    assert_true(engine_is_drained(stage_engine(c.second)));
    says_and_sees(c.bob, c.second, "nobody else is here");
    play_end(c.p);
}

/* It was added, and removed who had added it: the server knows that one alone. */
static void who_was_removed_by_a_forgotten_list_stays_so(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct pair c = pair_after(&copy);

    (void)state;
    leaves(c.alice);
    assert_int_equal(stage_revoke(c.second, c.alice), E_OK);
    assert_int_equal(stage_told_of_list(c.second), E_OK);
    says_and_sees(c.bob, c.second, "to the one that is left");
    leaves(c.second);
    is_put_back(c.p, &copy);

    returns(c.alice); /* which knows nothing of that, and the server neither */
    says(c.alice, c.bob, "with the server's help");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.bob, c.alice, "with the server's help"), 0);
    says(c.bob, c.second, "not to the one that is gone");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    is(c.bob, "queued");
    assert_false(stage_was_removed(c.alice));

    returns(c.second);
    stage_forward(c.p, 25 * CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(c.alice));
    assert_int_equal(lists_of(c.p), 4);
    is(c.bob, "accepted");
    assert_int_equal(stage_copies(c.second, c.bob, "not to the one that is gone"), 1);
    assert_int_equal(stage_copies(c.bob, c.alice, "with the server's help"), 0);
    play_end(c.p);
}

/* Of many lists more than an answer holds, and both devices bring them at once. */
static void many_lists_are_brought_by_whoever_is_there(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct pair c = pair_begin();
    uint64_t all;

    (void)state;
    is_copied(c.p, &copy);
    for (unsigned i = 0; i < 12; i++) {
        struct person *gone = stage_device_by_hand(c.alice, "gone");

        stage_remove_device(c.alice, gone);
        stage_forward(c.p, CLOCK_MINUTE_MS);
    }
    all = lists_of(c.p);
    assert_int_equal(all, 27);
    leaves(c.second);
    returns(c.second);
    is_put_back(c.p, &copy);
    assert_int_equal(lists_of(c.p), 3);
    stage_forward(c.p, 25 * CLOCK_MINUTE_MS);
    assert_int_equal(lists_of(c.p), all);
    says_and_sees(c.bob, c.alice, "to both");
    assert_int_equal(stage_copies(c.second, c.bob, "to both"), 1);
    play_end(c.p);
}

/* ---- a server that lies */

/* tell: no lists; or those of an account as they were at first. */
static bool as_it_was(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Person *p = ((Tacet__Wire__PersonAnswer *)body)->person;
    struct device_list list;

    (void)f, (void)a;
    if (p == NULL)
        return true;
    while (p->n_lists > 0 &&
           device_list_parse(frame_bytes(p->lists[p->n_lists - 1]), l->ctx, &list).code == E_OK &&
           list.version > 1)
        p->n_lists--;
    return true;
}

/* How many lists does alice send? */
static bool count_lists(void *ctx, struct person *who, struct buf *frame)
{
    struct uploads *u = ctx;
    struct arena a = ARENA(2 * LIMIT_FRAME);
    struct frame f;

    u->n += who == u->by && frame_parse(buf_view(frame), &a, &f).code == E_OK && f.op == OP_LIST;
    arena_free(&a);
    return true;
}

static void a_server_that_only_says_so_is_told_of_once_and_given_them_seldom(void **state)
{
    struct pair c = pair_met();
    struct network_id nid = engine_own(stage_engine(c.alice))->nid;
    struct lie lie = {.op = OP_PERSON,
                      .form = &tacet__wire__person_answer__descriptor,
                      .tell = as_it_was,
                      .ctx = &nid};
    struct uploads sent = {.by = c.alice};
    uint64_t all = lists_of(c.p), n;
    unsigned told;

    (void)state;
    lie_begin(c.p, &lie);
    stage_tamper_up(c.p, count_lists, &sent);
    told = stage_told(c.alice, PROBLEM_STATEMENT, &n);
    for (unsigned i = 0; i < 30; i++) { /* an hour */
        stage_hang_up(c.alice);
        stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    }
    assert_in_range(sent.n, 1, 7);
    assert_int_equal(stage_told(c.alice, PROBLEM_STATEMENT, &n), told + 1);
    assert_int_equal(stage_problem_code(c.alice), E_STALE);
    assert_int_equal(lists_of(c.p), all);
    stage_tamper_up(c.p, NULL, NULL);
    lie_end(c.p);
    says_and_sees(c.bob, c.alice, "nothing has happened");
    assert_int_equal(stage_copies(c.second, c.bob, "nothing has happened"), 1);
    play_end(c.p);
}

/* Bob knows a list that the server has forgotten; nobody is there to bring it. */
static void who_waits_for_a_list_is_told_once(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct pair c = pair_after(&copy);
    uint64_t n;

    (void)state;
    leaves(c.alice);
    leaves(c.second);
    is_put_back(c.p, &copy);
    says(c.bob, c.alice, "waits");
    stage_forward(c.p, 3 * CLOCK_HOUR_MS);
    is(c.bob, "queued");
    assert_int_equal(stage_told(c.bob, PROBLEM_STATEMENT, &n), 1);
    assert_int_equal(stage_problem_code(c.bob), E_STALE);
    returns(c.alice);
    returns(c.second);
    stage_forward(c.p, 25 * CLOCK_MINUTE_MS);
    is(c.bob, "accepted");
    assert_int_equal(stage_copies(c.alice, c.bob, "waits"), 1);
    assert_int_equal(stage_copies(c.second, c.bob, "waits"), 1);
    assert_int_equal(stage_told(c.bob, PROBLEM_STATEMENT, &n), 1);
    play_end(c.p);
}

/* A device that knew nothing of the forgotten list has signed another one of its number. */
static void two_lists_of_one_number_are_told_and_the_first_stands(void **state)
{
    struct snapshot copy = {NULL, 0};
    struct pair c = pair_met();
    struct person *third, *fourth;
    uint64_t n;

    (void)state;
    is_copied(c.p, &copy);
    leaves(c.second);
    third = stage_device_by_hand(c.alice, "third");
    says_and_sees(c.bob, c.alice, "to three");
    leaves(c.alice);
    leaves(third);
    is_put_back(c.p, &copy);
    returns(c.second);
    fourth = stage_device_by_hand(c.second, "fourth");
    returns(c.alice);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_told(c.alice, PROBLEM_TWO_LISTS, &n), 1);
    says(c.bob, c.alice, "to whom?");
    stage_forward(c.p, CLOCK_HOUR_MS);
    is(c.bob, "queued");
    assert_int_equal(stage_told(c.bob, PROBLEM_TWO_LISTS, &n), 1);
    sees_nothing(fourth);
    assert_int_equal(stage_told(c.alice, PROBLEM_TWO_LISTS, &n), 1);
    assert_false(stage_heard(c.second, PROBLEM_TWO_LISTS)); /* it knows no other */
    play_end(c.p);
}

const struct CMUnitTest devices_forgotten[] = {
    cmocka_unit_test(a_device_that_was_forgotten_is_there_again),
    cmocka_unit_test(a_device_that_was_forgotten_comes_by_itself),
    cmocka_unit_test(who_was_removed_by_a_forgotten_list_stays_so),
    cmocka_unit_test(many_lists_are_brought_by_whoever_is_there),
    cmocka_unit_test(a_server_that_only_says_so_is_told_of_once_and_given_them_seldom),
    cmocka_unit_test(who_waits_for_a_list_is_told_once),
    cmocka_unit_test(two_lists_of_one_number_are_told_and_the_first_stands),
};
const size_t devices_forgotten_n = sizeof devices_forgotten / sizeof devices_forgotten[0];
