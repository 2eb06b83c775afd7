/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_statements: what the server says about people is altered, swapped, old or withheld. */
#include "scenario/hostile.h"

#include <stdio.h>

#define PERSONS .op = OP_PERSON, .form = &tacet__wire__person_answer__descriptor

/* What the server answers when somebody asks for `about`, recorded honestly. */
static const Tacet__Wire__PersonAnswer *answer_about(struct play *p, struct person *asks,
                                                     struct person *about, struct arena *a)
{
    static struct buf frame;
    struct lie record = {.op = OP_PERSON, .to = asks, .tell = lie_record, .ctx = &frame};
    struct frame f;
    Tacet__Wire__PersonAnswer *m;

    frame = BUF(LIMIT_FRAME);
    lie_begin(p, &record);
    looks_up(p, asks, stage_handle(about));
    lie_end(p);
    assert_ok(frame_parse(buf_view(&frame), a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__person_answer__descriptor, a, &m));
    buf_free(&frame);
    return m;
}

/* ---- one lie each; ctx is the true answer about carol */

static bool alter_statement(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__PersonAnswer *)body)->person->statement, l->at);
    return true;
}

static bool say_removed(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person->statement.data[l->at] = DIRECTORY_REMOVED;
    return true;
}

static bool alter_certificate(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__PersonAnswer *)body)->certificate, l->at);
    return true;
}

static bool alter_list(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__PersonAnswer *)body)->person->lists[0], l->at);
    return true;
}

static bool alter_prekey(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__PersonAnswer *)body)->person->prekeys[0], l->at);
    return true;
}

static bool swap_person(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    const Tacet__Wire__PersonAnswer *carol = l->ctx;

    (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person = carol->person;
    return true;
}

static bool swap_list(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    const Tacet__Wire__PersonAnswer *carol = l->ctx;

    (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person->lists[0] = carol->person->lists[0];
    return true;
}

static bool swap_prekey(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    const Tacet__Wire__PersonAnswer *carol = l->ctx;

    (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person->prekeys[0] = carol->person->prekeys[0];
    return true;
}

static bool withhold_lists(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person->n_lists = 0;
    return true;
}

static bool withhold_person(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__PersonAnswer *)body)->person = NULL;
    return true;
}

static const struct {
    const char *what;
    bool (*tell)(struct lie *l, struct frame *f, void *body, struct arena *a);
    size_t at;
    enum err_code code;
} lies[] = {
    {"statement's version", alter_statement, 0, E_MALFORMED},
    {"statement's account", alter_statement, 5, E_FORGED},
    {"statement's root key", alter_statement, 37, E_FORGED},
    {"statement's state", alter_statement, 105, E_MALFORMED},
    {"a removal", say_removed, 105, E_FORGED},
    {"statement's signature", alter_statement, SIZE_MAX, E_FORGED},
    {"certificate's key", alter_certificate, 1, E_FORGED},
    {"certificate's signature", alter_certificate, SIZE_MAX, E_FORGED},
    {"list's account", alter_list, 1, E_FORGED},
    {"list's device", alter_list, 78, E_FORGED},
    {"list's signature of the root", alter_list, SIZE_MAX - 150, E_FORGED},
    {"list's signature of the device", alter_list, SIZE_MAX, E_FORGED},
    {"prekey's number", alter_prekey, 51, E_FORGED},
    {"prekey's point", alter_prekey, 53, E_FORGED},
    {"prekey's signature", alter_prekey, SIZE_MAX, E_FORGED},
    {"another person", swap_person, 0, E_FORGED},
    {"another person's list", swap_list, 0, E_FORGED},
    {"another person's prekey", swap_prekey, 0, E_FORGED},
    {"no list", withhold_lists, 0, E_STALE},
};

static void a_lie_about_a_person_is_told_and_the_message_waits_for_the_truth(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct person *carol = joins(p, "carol");
        struct arena a = ARENA(1 << 20);
        struct lie lie = {PERSONS, .to = alice, .tell = lies[i].tell, .at = lies[i].at};

        print_message("lie: %s\n", lies[i].what);
        lie.ctx = (void *)(uintptr_t)answer_about(p, bob, carol, &a);
        lie_begin(p, &lie);
        says(alice, bob, "Are you you?");
        assert_true(stage_heard(alice, PROBLEM_STATEMENT));
        assert_string_equal(err_name(stage_problem_code(alice)), err_name(lies[i].code));
        is(alice, "queued");
        stage_forward(p, 5 * CLOCK_MINUTE_MS);
        is(alice, "queued");
        assert_in_range(lie.told, 2, 6); /* she asks again, and not all the time */
        lie_end(p);
        stage_forward(p, 2 * CLOCK_MINUTE_MS);
        is(alice, "accepted");
        sees(bob, alice, "Are you you?");
        arena_free(&a);
        play_end(p);
    }
}

static void an_answer_without_a_person_costs_the_link_and_no_more(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {PERSONS, .to = alice, .tell = withhold_person, .most = 3};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Hello?");
    assert_true(stage_link_ended(alice, E_MALFORMED));
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(lie.told, 3);
    is(alice, "accepted");
    sees(bob, alice, "Hello?");
    lie_end(p);
    play_end(p);
}

static void a_prekey_never_goes_back(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct arena a = ARENA(1 << 20);
    struct lie lie = {PERSONS, .to = alice, .tell = swap_prekey};

    (void)state;
    lie.ctx = (void *)(uintptr_t)answer_about(p, alice, bob, &a);
    stage_forward(p, 25 * CLOCK_HOUR_MS); /* bob has another prekey by now */
    looks_up(p, alice, "bob");
    lie_begin(p, &lie);
    looks_up(p, alice, "bob");
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(alice), E_STALE);
    lie_end(p);
    says(alice, bob, "Under the newer one.");
    sees(bob, alice, "Under the newer one.");
    arena_free(&a);
    play_end(p);
}

/* ---- another account */

static void another_account_of_a_handle_stops_the_conversation_until_it_is_accepted(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *other;
    struct command accept = {.kind = COMMAND_ACCEPT, .handle = BYTES_LITERAL("bob")};
    char digits[64];

    (void)state;
    says(alice, bob, "Before.");
    sees(bob, alice, "Before.");
    snprintf(digits, sizeof digits, "%s", safety_number(alice, bob));
    assert_int_equal(confirms(alice, bob, digits), E_OK);
    removes(p, "bob");
    other = joins(p, "bob");
    looks_up(p, alice, "bob");
    assert_true(stage_heard(alice, PROBLEM_KEY_CHANGED));

    says(alice, other, "To whom?");
    failed_with(alice, E_CONFLICT);
    says(other, alice, "It is me, really.");
    sees_nothing(alice);
    assert_int_equal(parked_by(alice), 1);
    assert_true(has_verified(alice, other)); /* of the first account; that is not what goes on */

    assert_ok(engine_command(stage_engine(alice), &accept, stage_now(p)));
    stage_settle(p);
    sees(alice, other, "It is me, really.");
    assert_false(has_verified(alice, other));
    assert_string_not_equal(safety_number(alice, other), digits);
    says(alice, other, "Good.");
    sees(other, alice, "Good.");
    sees_nothing(bob);
    play_end(p);
}

/* A statement that the directory key signs, and nobody but a lying server would. */
static void false_statement(struct play *p, struct person *about, struct person *account,
                            enum directory_state says, struct buf *out)
{
    const struct identity *me = &engine_own(stage_engine(account))->me;
    struct directory_statement s = {.number = 9,
                                    .aid = me->who.aid,
                                    .ark = me->ark,
                                    .role = DIRECTORY_MEMBER,
                                    .state = says,
                                    .made_ms = stage_now(p),
                                    .handle = bytes_text(stage_handle(about))};

    assert_ok(directory_sign(&s, &me->who.nid, stage_directory_key(p), out));
}

static bool swap_with_statement(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__PersonAnswer *m = body;

    (void)swap_person(l, f, body, a);
    m->person->statement = frame_data(l->bytes);
    return true;
}

static void a_conversation_goes_on_when_the_network_takes_the_other_account_back(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *eve = joins(p, "eve");
    struct buf statement = BUF(DIRECTORY_STATEMENT_MAX);
    struct arena a = ARENA(1 << 20);
    struct lie lie = {PERSONS, .to = alice, .tell = swap_with_statement};

    (void)state;
    says(alice, bob, "Before.");
    sees(bob, alice, "Before.");
    lie.ctx = (void *)(uintptr_t)answer_about(p, bob, eve, &a);
    false_statement(p, bob, eve, DIRECTORY_ACTIVE, &statement);
    lie.bytes = buf_view(&statement);
    lie_begin(p, &lie);
    looks_up(p, alice, "bob");
    assert_true(stage_heard(alice, PROBLEM_KEY_CHANGED));
    says(bob, alice, "Do you hear me?");
    sees_nothing(alice);
    lie_end(p);
    looks_up(p, alice, "bob");
    says(alice, bob, "After.");
    sees(bob, alice, "After.");
    sees(alice, bob, "Do you hear me?");
    buf_free(&statement);
    arena_free(&a);
    play_end(p);
}

const struct CMUnitTest hostile_statements[] = {
    cmocka_unit_test(a_lie_about_a_person_is_told_and_the_message_waits_for_the_truth),
    cmocka_unit_test(an_answer_without_a_person_costs_the_link_and_no_more),
    cmocka_unit_test(a_prekey_never_goes_back),
    cmocka_unit_test(another_account_of_a_handle_stops_the_conversation_until_it_is_accepted),
    cmocka_unit_test(a_conversation_goes_on_when_the_network_takes_the_other_account_back),
};
const size_t hostile_statements_n = sizeof hostile_statements / sizeof hostile_statements[0];
