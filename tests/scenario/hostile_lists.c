/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_lists: device lists and rosters that are cut, old, forked or not the ones asked for. */
#include "scenario/forger.h"
#include "scenario/hostile.h"

#define PERSONS .op = OP_PERSON, .form = &tacet__wire__person_answer__descriptor

static bool without_the_first(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Person *p = ((Tacet__Wire__PersonAnswer *)body)->person;

    (void)l, (void)f, (void)a;
    p->lists++;
    p->n_lists--;
    return true;
}

static bool without_the_last(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person->n_lists--;
    return true;
}

static bool last_before_first(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Person *p = ((Tacet__Wire__PersonAnswer *)body)->person;
    ProtobufCBinaryData first = p->lists[0];

    (void)l, (void)f, (void)a;
    p->lists[0] = p->lists[1];
    p->lists[1] = first;
    return true;
}

static bool another_last(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person->lists[1] = frame_data(l->bytes);
    return true;
}

/* Another version 2 of who's list, signed by the very same keys. */
static void fork_of_list(struct play *p, struct person *who, struct buf *out)
{
    const struct own *own = engine_own(stage_engine(who));
    struct device_list fork = own->list;

    fork.made_ms = stage_now(p);
    assert_ok(device_list_sign(&fork, &own->nid, own->me.ark_secret, &own->me.who.did,
                               own->me.dsk_secret, out));
}

static const struct {
    const char *what;
    bool (*tell)(struct lie *l, struct frame *f, void *body, struct arena *a);
    enum err_code code;
} lies[] = {
    {"a history without its beginning", without_the_first, E_STALE},
    {"a history without its end", without_the_last, E_STALE},
    {"a history back to front", last_before_first, E_STALE},
    {"another end than its device knows", another_last, E_FORGED},
};

static void a_history_that_is_cut_or_forked_is_not_believed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf fork = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    forge_next_list(p, bob);
    stage_forward(p, 25 * CLOCK_HOUR_MS); /* his prekey names version 2 now */
    fork_of_list(p, bob, &fork);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct lie lie = {PERSONS, .to = alice, .tell = lies[i].tell, .bytes = buf_view(&fork)};

        print_message("lie: %s\n", lies[i].what);
        lie_begin(p, &lie);
        looks_up(p, alice, "bob");
        lie_end(p);
        assert_true(stage_heard(alice, PROBLEM_STATEMENT));
        assert_string_equal(err_name(stage_problem_code(alice)), err_name(lies[i].code));
    }
    says(alice, bob, "to version 2");
    is(alice, "accepted");
    sees_behind(bob, alice, "to version 2", 0);
    buf_free(&fork);
    play_end(p);
}

static uint32_t list_known(struct person *who, struct person *of)
{
    const struct account_id *aid = &engine_own(stage_engine(of))->me.who.aid;
    struct device_list list;

    assert_ok(people_newest_list(engine_vault(stage_engine(who)), engine_own(stage_engine(who)),
                                 aid, &list));
    return list.version;
}

static void a_list_never_goes_back_or_aside(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf fork = BUF(DEVICE_LIST_MAX_SIZE);
    struct lie older = {PERSONS, .to = alice, .tell = without_the_last};
    struct lie other = {PERSONS, .to = alice, .tell = another_last};

    (void)state;
    forge_next_list(p, bob);
    looks_up(p, alice, "bob");
    assert_int_equal(list_known(alice, bob), 2);
    lie_begin(p, &older);
    looks_up(p, alice, "bob");
    assert_int_equal(list_known(alice, bob), 2);
    fork_of_list(p, bob, &fork);
    other.bytes = buf_view(&fork);
    lie_begin(p, &other);
    looks_up(p, alice, "bob");
    lie_end(p);
    says(alice, bob, "to version 2");
    is(alice, "accepted");
    sees_behind(bob, alice, "to version 2", 0);
    buf_free(&fork);
    play_end(p);
}

/* ---- rosters */

static bool alter_roster(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__RosterAnswer *)body)->roster, l->at);
    return true;
}

static bool another_roster(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__RosterAnswer *)body)->roster = frame_data(l->bytes);
    return true;
}

static void a_roster_of_another_digest_is_no_answer(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_ROSTER,
                      .form = &tacet__wire__roster_answer__descriptor,
                      .to = bob,
                      .tell = alter_roster,
                      .at = SIZE_MAX - 2};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "To whom?");
    assert_int_equal(lie.told, 1);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_STATEMENT));
    lie.tell = another_roster;
    lie.bytes = BYTES_LITERAL("a roster");
    leaves(bob);
    returns(bob);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_STATEMENT));
    assert_int_equal(parked_by(bob), 1);
    lie_end(p);
    leaves(bob);
    returns(bob);
    sees_behind(bob, alice, "To whom?", 0);
    assert_int_equal(parked_by(bob), 0);
    play_end(p);
}

static void a_roster_that_the_server_will_not_give_leaves_the_message_parked(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_ROSTER, .to = bob, .tell = lie_refuse, .at = E_ABSENT};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "one");
    says(alice, bob, "two");
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_PARKED));
    assert_int_equal(parked_by(bob), 2);
    stage_forward(p, CLOCK_DAY_MS + CLOCK_HOUR_MS);
    assert_in_range(lie.told, 2, 10);
    lie_end(p);
    says(alice, bob, "three"); /* and the roster that all of them need */
    sees_behind(bob, alice, "one", 0);
    sees_behind(bob, alice, "two", 0);
    sees_behind(bob, alice, "three", 0);
    play_end(p);
}

const struct CMUnitTest hostile_lists[] = {
    cmocka_unit_test(a_history_that_is_cut_or_forked_is_not_believed),
    cmocka_unit_test(a_list_never_goes_back_or_aside),
    cmocka_unit_test(a_roster_of_another_digest_is_no_answer),
    cmocka_unit_test(a_roster_that_the_server_will_not_give_leaves_the_message_parked),
};
const size_t hostile_lists_n = sizeof hostile_lists / sizeof hostile_lists[0];
