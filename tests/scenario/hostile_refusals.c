/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_refusals: a server that will not take what it is given. */
#include <stdio.h>

#include "scenario/hostile.h"
#include "scenario/stage_internal.h"

static bool never_arrives(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(64 * LIMIT_FRAME);
    struct frame f;
    unsigned *refusals = ctx;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_SEND) { /* so that the server has something to refuse, and stores nothing */
        f.body = BYTES_LITERAL("");
        buf_cut(frame, 0);
        frame_write(&f, frame);
        (*refusals)++;
    }
    arena_free(&a);
    return true;
}

/* The code and body that every upload is answered with. */
struct refusal {
    enum err_code code;
    struct bytes body;
};

static bool refuse_any(void *ctx, struct person *who, struct buf *frame)
{
    const struct refusal *refusal = ctx;
    struct arena a = ARENA(64 * LIMIT_FRAME);
    struct frame f;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_SEND) {
        f.code = (uint32_t)refusal->code;
        f.body = refusal->body;
        buf_cut(frame, 0);
        frame_write(&f, frame);
    }
    arena_free(&a);
    return true;
}

/* Every upload from now on. */
static void refuses(struct play *p, struct refusal *refusal, unsigned *refusals)
{
    stage_tamper_up(p, never_arrives, refusals);
    stage_tamper_down(p, refuse_any, refusal);
}

static void refuses_no_more(struct play *p)
{
    stage_tamper_up(p, NULL, NULL);
    stage_tamper_down(p, NULL, NULL);
}

static bool first_never_arrives(void *ctx, struct person *who, struct buf *frame)
{
    unsigned *refusals = ctx;

    return *refusals > 0 || never_arrives(refusals, who, frame);
}

/* Refusals that could mend themselves: eight within the hour are enough. */
static void after_eight_refusals_the_message_fails_and_the_next_one_arrives(void **state)
{
    static const enum err_code codes[] = {E_STALE, E_ABSENT, E_CONFLICT,
                                          E_LIMIT, E_AGAIN,  E_REMOVED};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct refusal refusal = {codes[i], {NULL, 0}};
        unsigned refusals = 0;

        says(alice, bob, "before");
        sees(bob, alice, "before");
        refuses(p, &refusal, &refusals);
        says(alice, bob, "refused");
        stage_forward(p, 59 * CLOCK_MINUTE_MS);
        assert_int_equal(refusals, 8);
        is(alice, "failed");
        failed_with(alice, codes[i]);
        refuses_no_more(p);
        says(alice, bob, "after");
        is(alice, "accepted");
        sees_behind(bob, alice, "after", 1);
        play_end(p);
    }
}

/* Another message came in between, so that what the refusal taught had something to send. */
static void an_upload_that_is_refused_is_sent_again_once(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct command first = {
        .kind = COMMAND_SEND, .handle = BYTES_LITERAL("bob"), .text = BYTES_LITERAL("first")};
    struct lie lie = {.op = OP_SEND,
                      .to = alice,
                      .code = E_MALFORMED,
                      .tell = lie_refuse,
                      .at = E_STALE,
                      .most = 1};
    unsigned refusals = 0;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    stage_tamper_up(p, first_never_arrives, &refusals);
    lie_begin(p, &lie);
    assert_ok(engine_command(stage_engine(alice), &first, stage_clock(alice)));
    says(alice, bob, "second");
    assert_int_equal(lie.told, 1);
    is(alice, "accepted");
    sees(bob, alice, "first");
    sees(bob, alice, "second");
    lie_end(p);
    stage_tamper_up(p, NULL, NULL);
    play_end(p);
}

/* The last one, too, though it is the end of the message. */
static void every_refusal_that_cannot_be_so_is_told(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct refusal refusal = {E_STALE, BYTES_LITERAL("\xff")};
    unsigned refusals = 0;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    refuses(p, &refusal, &refusals);
    says(alice, bob, "refused");
    stage_forward(p, 59 * CLOCK_MINUTE_MS);
    is(alice, "failed");
    assert_int_equal(refusals, 8);
    assert_int_equal(alice->told[PROBLEM_STATEMENT], 8);
    play_end(p);
}

/* A full disk or mailbox, for long: no message fails for what its server's operator must mend. */
static void a_server_in_trouble_is_waited_for(void **state)
{
    static const enum err_code codes[] = {E_FULL, E_IO};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct refusal refusal = {codes[i], {NULL, 0}};
        unsigned refusals = 0;

        says(alice, bob, "before");
        sees(bob, alice, "before");
        refuses(p, &refusal, &refusals);
        says(alice, bob, "waits");
        says(alice, bob, "waits behind it");
        stage_forward(p, 40 * CLOCK_MINUTE_MS);
        is(alice, "queued");
        assert_in_range(refusals, 30, 45); /* once a minute */
        refuses_no_more(p);
        stage_forward(p, 2 * CLOCK_MINUTE_MS);
        is(alice, "accepted");
        sees_behind(bob, alice, "waits", 0);
        sees_behind(bob, alice, "waits behind it", 0);
        sees_nothing(bob);
        play_end(p);
    }
}

static void no_message_waits_longer_than_its_time(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct refusal refusal = {E_FULL, {NULL, 0}};
    unsigned refusals = 0;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    leaves(bob);
    refuses(p, &refusal, &refusals);
    says(alice, bob, "meet today");
    leaves(alice); /* a month of one try a minute takes a while, here too */
    stage_forward(p, 30 * CLOCK_DAY_MS - 2 * CLOCK_MINUTE_MS);
    returns(alice);
    is(alice, "queued");
    stage_forward(p, 3 * CLOCK_MINUTE_MS);
    is(alice, "failed");
    failed_with(alice, E_EXPIRED);
    refuses_no_more(p);
    says(alice, bob, "a month later");
    is(alice, "accepted");
    returns(bob);
    sees_behind(bob, alice, "a month later", 1);
    sees_nothing(bob);
    play_end(p);
}

static void a_program_that_begins_anew_does_not_wait_to_try_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct refusal refusal = {E_FULL, {NULL, 0}};
    unsigned refusals = 0;

    (void)state;
    refuses(p, &refusal, &refusals);
    says(alice, bob, "refused");
    assert_int_equal(refusals, 1);
    leaves(alice);
    returns(alice);
    assert_int_equal(refusals, 2); /* once more, and then it waits */
    refuses_no_more(p);
    is(alice, "queued");
    leaves(alice);
    returns(alice);
    is(alice, "accepted");
    sees_behind(bob, alice, "refused", 0);
    play_end(p);
}

/* So many people, to each of whom so many messages wait, because the server says that they have
 * another key. */
static void cannot_write_to(struct person *who, unsigned people, unsigned messages)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct contact c;

    for (unsigned i = 0; i < people; i++) {
        char handle[TEXT_HANDLE_MAX + 1];

        snprintf(handle, sizeof handle, "p%u-%u", people, i);
        for (unsigned k = 0; k < messages; k++)
            says_to(who, handle, "waits");
        assert_ok(people_by_handle(v, bytes_text(handle), &c));
        c.known = c.changed = true;
        memset(c.aid.b, (int)i + 1, sizeof c.aid.b);
        memset(c.other.b, 0xff, sizeof c.other.b);
        assert_ok(vault_begin(v));
        assert_ok(vault_end(v, people_put(v, &c)));
    }
}

static void messages_that_wait_for_one_hold_up_nobody_else(void **state)
{
    static const unsigned people[] = {70, 1}, messages[] = {1, 1100};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        uint64_t outgoing, parked;

        stage_hang_up(alice);
        cannot_write_to(alice, people[i], messages[i]);
        says(alice, bob, "and to you");
        stage_forward(p, 2 * CLOCK_MINUTE_MS);
        sees(bob, alice, "and to you");
        assert_ok(engine_waiting(stage_engine(alice), &outgoing, &parked));
        assert_int_equal(outgoing, people[i] * messages[i]);
        play_end(p);
    }
}

static void what_cannot_mend_fails_at_once(void **state)
{
    static const enum err_code codes[] = {E_MALFORMED, E_FORGED, E_DENIED, E_VERSION};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct refusal refusal = {codes[i], {NULL, 0}};
        unsigned refusals = 0;

        refuses(p, &refusal, &refusals);
        says(alice, bob, "refused");
        assert_int_equal(refusals, 1);
        is(alice, "failed");
        failed_with(alice, codes[i]);
        refuses_no_more(p);
        says(alice, bob, "after"); /* with the capsule that the first one did not bring */
        sees_behind(bob, alice, "after", 0);
        play_end(p);
    }
}

/* The upload was stored, and the server says that its number was taken by another. */
static void a_false_conflict_shows_the_message_once(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_SEND, .to = alice, .tell = lie_refuse, .at = E_CONFLICT, .most = 3};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Once.");
    lie_end(p);
    assert_int_equal(lie.told, 3);
    is(alice, "accepted");
    sees(bob, alice, "Once.");
    says(alice, bob, "Twice.");
    sees_behind(bob, alice, "Twice.", 0);
    sees_nothing(bob);
    play_end(p);
}

static bool roster_never_arrives(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(64 * LIMIT_FRAME);
    struct frame f;
    unsigned *lost = ctx;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_REGISTER) {
        f.body = BYTES_LITERAL("");
        buf_cut(frame, 0);
        frame_write(&f, frame);
        (*lost)++;
    }
    arena_free(&a);
    return true;
}

/* The upload is told that its roster is absent; what is the matter was said of the roster. */
static void a_roster_that_is_refused_is_why_the_message_is(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    unsigned lost = 0;

    (void)state;
    stage_tamper_up(p, roster_never_arrives, &lost);
    says(alice, bob, "to whom?");
    assert_int_equal(lost, 1);
    is(alice, "failed");
    failed_with(alice, E_TRUNCATED);
    stage_tamper_up(p, NULL, NULL);
    says(alice, bob, "to Bob");
    sees_behind(bob, alice, "to Bob", 0);
    play_end(p);
}

static void an_upload_that_is_accepted_is_accepted_whatever_was_said_of_its_roster(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_REGISTER, .to = alice, .tell = lie_refuse, .at = E_STALE};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Once.");
    lie_end(p);
    assert_int_equal(lie.told, 1);
    is(alice, "accepted");
    sees(bob, alice, "Once.");
    says(alice, bob, "Twice."); /* the roster is not registered again */
    sees(bob, alice, "Twice.");
    play_end(p);
}

static void a_refusal_whose_reason_does_not_check_teaches_nothing(void **state)
{
    static const uint8_t garbage[] = {0xff, 0xff};
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    Tacet__Wire__Person person = TACET__WIRE__PERSON__INIT, *persons[] = {&person};
    Tacet__Wire__Stale stale = TACET__WIRE__STALE__INIT;
    struct buf body = BUF(LIMIT_FRAME);
    struct refusal refusal = {E_STALE, BYTES(garbage)};
    unsigned refusals = 0;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    refuses(p, &refusal, &refusals);
    says(alice, bob, "waits");
    is(alice, "queued");
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));

    person.statement = frame_data(BYTES(garbage));
    stale.persons = persons;
    stale.n_persons = 1;
    frame_pack(&stale, &body);
    refusal = (struct refusal){E_REMOVED, buf_view(&body)};
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "queued");
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    assert_in_range(refusals, 2, 4);

    refuses_no_more(p);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    sees_behind(bob, alice, "waits", 0);
    buf_free(&body);
    play_end(p);
}

/* The frame becomes a refusal that says the server's versions. */
static bool say_versions(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)body;
    (void)a;
    f->code = E_VERSION;
    f->body = l->bytes;
    return true;
}

static void a_mismatch_of_versions_says_who_must_update(void **state)
{
    static const struct {
        uint32_t version, least;
        enum problem problem;
    } cases[] = {
        {FRAME_PROTOCOL_VERSION + 2, FRAME_PROTOCOL_VERSION + 1, PROBLEM_OLD_SELF},
        {FRAME_PROTOCOL_LEAST - 1, FRAME_PROTOCOL_LEAST - 1, PROBLEM_OLD_SERVER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice");
        Tacet__Wire__Versions v = TACET__WIRE__VERSIONS__INIT;
        struct buf body = BUF(64);
        struct lie lie = {.op = OP_SIGN_IN, .tell = say_versions};

        v.version = cases[i].version;
        v.least = cases[i].least;
        frame_pack(&v, &body);
        lie.bytes = buf_view(&body);
        leaves(alice);
        lie_begin(p, &lie);
        returns(alice);
        assert_true(stage_heard(alice, cases[i].problem));
        assert_true(stage_link_ended(alice, E_VERSION));
        lie_end(p);
        buf_free(&body);
        play_end(p);
    }
}

const struct CMUnitTest hostile_refusals[] = {
    cmocka_unit_test(after_eight_refusals_the_message_fails_and_the_next_one_arrives),
    cmocka_unit_test(an_upload_that_is_refused_is_sent_again_once),
    cmocka_unit_test(every_refusal_that_cannot_be_so_is_told),
    cmocka_unit_test(a_server_in_trouble_is_waited_for),
    cmocka_unit_test(no_message_waits_longer_than_its_time),
    cmocka_unit_test(a_program_that_begins_anew_does_not_wait_to_try_again),
    cmocka_unit_test(messages_that_wait_for_one_hold_up_nobody_else),
    cmocka_unit_test(what_cannot_mend_fails_at_once),
    cmocka_unit_test(a_false_conflict_shows_the_message_once),
    cmocka_unit_test(a_roster_that_is_refused_is_why_the_message_is),
    cmocka_unit_test(an_upload_that_is_accepted_is_accepted_whatever_was_said_of_its_roster),
    cmocka_unit_test(a_refusal_whose_reason_does_not_check_teaches_nothing),
    cmocka_unit_test(a_mismatch_of_versions_says_who_must_update),
};
const size_t hostile_refusals_n = sizeof hostile_refusals / sizeof hostile_refusals[0];
