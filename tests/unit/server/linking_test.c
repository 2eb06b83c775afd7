/* SPDX-License-Identifier: Apache-2.0 */
/* Slots, in which a new device asks and is answered.  [PROTOCOL 15.1, 15.2, 15.4] */
#include "fleet.h"
#include "server/linking/linking.h"

#define ADDRESS "192.0.2.7"

struct linked {
    struct world *w;
    struct person ann, bob;
    struct session stranger; /* who wants to be a device of Ann's */
    struct bytes slot, box, answer;
};

static void connect(struct linked *x, const char *from)
{
    api_session(&x->stranger, ++x->w->ids, SESSION_CLIENT, features_routes(),
                world_random(x->w, 32), x->w->now_ms);
    memcpy(x->stranger.from, from, strlen(from) + 1);
}

static void begin(struct linked *x, void **state)
{
    *x = (struct linked){.w = *state};
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob, "bob");
    x->slot = world_random(x->w, LINKING_SLOT_SIZE);
    x->box = world_random(x->w, 1944);
    x->answer = world_random(x->w, 3000);
    connect(x, ADDRESS);
}

static void end(struct linked *x)
{
    person_free(&x->ann);
    person_free(&x->bob);
}

/* Tokens come back. */
static void let_pass(struct linked *x)
{
    x->w->now_ms += 10 * CLOCK_SECOND_MS;
}

static enum err_code open_slot(struct linked *x, struct person *by, struct bytes slot)
{
    Tacet__Wire__OpenLink in = TACET__WIRE__OPEN_LINK__INIT;

    in.slot = frame_data(slot);
    return world_ask(x->w, &by->session, OP_LINK_OPEN, &in).code;
}

/* *answer: what came back, empty without one. */
static enum err_code ask(struct linked *x, struct bytes slot, struct bytes box,
                         struct bytes *answer)
{
    Tacet__Wire__Versions versions = fleet_versions();
    Tacet__Wire__AskLink in = TACET__WIRE__ASK_LINK__INIT;
    Tacet__Wire__LinkAnswer *out;
    struct answer a;

    in.versions = &versions;
    in.slot = frame_data(slot);
    in.box = frame_data(box);
    a = world_ask(x->w, &x->stranger, OP_LINK_ASK, &in);
    if (a.code == E_OK) {
        world_read(x->w, a, link_answer, &out);
        *answer = frame_bytes(out->answer);
    }
    return a.code;
}

static enum err_code look(struct linked *x, struct person *by, struct bytes slot,
                          Tacet__Wire__LinkAsked **out)
{
    Tacet__Wire__LookLink in = TACET__WIRE__LOOK_LINK__INIT;
    struct answer a;

    in.slot = frame_data(slot);
    a = world_ask(x->w, &by->session, OP_LINK_LOOK, &in);
    if (a.code == E_OK)
        world_read(x->w, a, link_asked, out);
    return a.code;
}

static enum err_code give(struct linked *x, struct person *by, struct bytes slot,
                          struct bytes answer)
{
    Tacet__Wire__AnswerLink in = TACET__WIRE__ANSWER_LINK__INIT;

    in.slot = frame_data(slot);
    in.answer = frame_data(answer);
    return world_ask(x->w, &by->session, OP_LINK_ANSWER, &in).code;
}

static int64_t slots(struct linked *x)
{
    return scratch_number(x->w->db, "SELECT count(*) FROM link_slot");
}

static void again(struct linked *x)
{
    world_again(x->w);
    connect(x, ADDRESS);
    person_connect(x->w, &x->ann);
    assert_int_equal(person_sign_in(x->w, &x->ann).code, E_OK);
}

static void who_asks_is_answered_also_by_a_server_that_was_started_again(void **state)
{
    struct linked x;
    Tacet__Wire__LinkAsked *asked;
    struct bytes answer;

    begin(&x, state);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_OK);
    assert_int_equal(asked->box.len, 0);
    assert_int_equal(asked->from.len, 0);
    again(&x);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_int_equal(answer.n, 0);
    again(&x);
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_OK);
    assert_bytes(frame_bytes(asked->box), x.box);
    assert_bytes(frame_bytes(asked->from), BYTES_LITERAL(ADDRESS));
    assert_int_equal(give(&x, &x.ann, x.slot, x.answer), E_OK);
    again(&x);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_bytes(answer, x.answer);
    end(&x);
}

static void the_first_box_stays_and_may_come_again_from_elsewhere(void **state)
{
    struct linked x;
    Tacet__Wire__LinkAsked *asked;
    struct bytes answer, other;

    begin(&x, state);
    other = world_random(x.w, 1944);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    connect(&x, "198.51.100.9");
    assert_int_equal(ask(&x, x.slot, other, &answer), E_CONFLICT);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_OK);
    assert_bytes(frame_bytes(asked->box), x.box);
    assert_bytes(frame_bytes(asked->from), BYTES_LITERAL(ADDRESS));
    end(&x);
}

static void an_answer_is_given_once_and_to_somebody(void **state)
{
    struct linked x;
    struct bytes answer;

    begin(&x, state);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(give(&x, &x.ann, x.slot, x.answer), E_CONFLICT);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_int_equal(give(&x, &x.ann, x.slot, x.answer), E_OK);
    assert_int_equal(give(&x, &x.ann, x.slot, x.answer), E_OK); /* its answer was lost */
    assert_int_equal(give(&x, &x.ann, x.slot, x.box), E_CONFLICT);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_bytes(answer, x.answer);
    end(&x);
}

static void a_slot_ends_after_ten_minutes(void **state)
{
    struct linked x;
    Tacet__Wire__LinkAsked *asked;
    struct bytes answer;

    begin(&x, state);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    x.w->now_ms += LINKING_SLOT_LIFE_MS - 1;
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK); /* which makes it no longer */
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_ok(linking_expire(x.w->db, x.w->now_ms));
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_OK);
    x.w->now_ms++;
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_ABSENT);
    assert_int_equal(give(&x, &x.ann, x.slot, x.answer), E_ABSENT);
    assert_int_equal(slots(&x), 1);
    assert_ok(linking_expire(x.w->db, x.w->now_ms));
    assert_int_equal(slots(&x), 0);
    assert_ok(linking_expire(x.w->db, x.w->now_ms));
    end(&x);
}

static void a_slot_that_is_over_is_opened_anew_and_empty(void **state)
{
    struct linked x;
    Tacet__Wire__LinkAsked *asked;
    struct bytes answer;

    begin(&x, state);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    x.w->now_ms += LINKING_SLOT_LIFE_MS;
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_OK);
    assert_int_equal(asked->box.len, 0);
    end(&x);
}

static void another_slot_takes_the_place_of_the_first(void **state)
{
    struct linked x;
    struct bytes other, answer;

    begin(&x, state);
    other = world_random(x.w, LINKING_SLOT_SIZE);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(open_slot(&x, &x.bob, x.slot), E_CONFLICT);
    assert_int_equal(open_slot(&x, &x.ann, other), E_OK);
    assert_int_equal(slots(&x), 1);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_int_equal(ask(&x, other, x.box, &answer), E_OK);
    assert_int_equal(open_slot(&x, &x.bob, x.slot), E_OK);
    assert_int_equal(slots(&x), 2);
    end(&x);
}

static void a_slot_is_of_the_device_that_opened_it(void **state)
{
    struct linked x;
    struct person phone;
    Tacet__Wire__LinkAsked *asked;
    struct bytes answer;

    begin(&x, state);
    fleet_enter(x.w, &x.ann, &phone);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_OK);
    assert_int_equal(look(&x, &phone, x.slot, &asked), E_ABSENT);
    assert_int_equal(give(&x, &phone, x.slot, x.answer), E_ABSENT);
    assert_int_equal(look(&x, &x.bob, x.slot, &asked), E_ABSENT);
    assert_int_equal(give(&x, &x.bob, x.slot, x.answer), E_ABSENT);
    assert_int_equal(open_slot(&x, &phone, x.slot), E_OK); /* takes its place: of one account */
    assert_int_equal(look(&x, &phone, x.slot, &asked), E_OK);
    assert_int_equal(asked->box.len, 0);
    assert_int_equal(look(&x, &x.ann, x.slot, &asked), E_ABSENT);
    fleet_free(&phone);
    end(&x);
}

static void what_has_no_form_or_is_too_large_is_refused(void **state)
{
    struct linked x;
    Tacet__Wire__LinkAsked *asked;
    struct bytes answer, nothing = {NULL, 0}, shorter, large;

    begin(&x, state);
    shorter = bytes(x.slot.at, x.slot.n - 1);
    assert_int_equal(open_slot(&x, &x.ann, shorter), E_MALFORMED);
    assert_int_equal(open_slot(&x, &x.ann, nothing), E_MALFORMED);
    assert_int_equal(look(&x, &x.ann, shorter, &asked), E_MALFORMED);
    assert_int_equal(ask(&x, shorter, x.box, &answer), E_MALFORMED);
    assert_int_equal(ask(&x, x.slot, nothing, &answer), E_MALFORMED);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    large = world_random(x.w, LINKING_BOX_MOST + 1);
    let_pass(&x);
    assert_int_equal(ask(&x, x.slot, large, &answer), E_LIMIT);
    large.n--;
    assert_int_equal(ask(&x, x.slot, large, &answer), E_OK);
    large = world_random(x.w, LINKING_ANSWER_MOST + 1);
    assert_int_equal(give(&x, &x.ann, shorter, x.answer), E_MALFORMED);
    assert_int_equal(give(&x, &x.ann, x.slot, nothing), E_MALFORMED);
    assert_int_equal(give(&x, &x.ann, x.slot, large), E_LIMIT);
    large.n--;
    let_pass(&x);
    assert_int_equal(give(&x, &x.ann, x.slot, large), E_OK);
    end(&x);
}

static void versions_that_do_not_meet_say_so(void **state)
{
    struct linked x;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT, *ours;
    Tacet__Wire__AskLink in = TACET__WIRE__ASK_LINK__INIT;
    struct answer a;

    begin(&x, state);
    in.slot = frame_data(x.slot);
    in.box = frame_data(x.box);
    assert_int_equal(world_ask(x.w, &x.stranger, OP_LINK_ASK, &in).code, E_MALFORMED);
    versions.version = versions.least = FRAME_PROTOCOL_VERSION + 1;
    in.versions = &versions;
    a = world_ask(x.w, &x.stranger, OP_LINK_ASK, &in);
    assert_int_equal(a.code, E_VERSION);
    world_read(x.w, a, versions, &ours);
    assert_int_equal(ours->version, FRAME_PROTOCOL_VERSION);
    end(&x);
}

/* Eight at once, then two a second: whoever asks faster is not served at all. */
static void guessing_costs_time(void **state)
{
    struct linked x;
    Tacet__Wire__Versions versions = fleet_versions();
    Tacet__Wire__AskLink in = TACET__WIRE__ASK_LINK__INIT;
    struct request *rq;
    struct bytes answer;

    begin(&x, state);
    in.versions = &versions;
    in.slot = frame_data(x.slot);
    in.box = frame_data(x.box);
    for (int i = 0; i < 8; i++)
        assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_err(world_try(x.w, &x.stranger, OP_LINK_ASK, ++x.w->ids, &in, &rq), E_AGAIN);
    x.w->now_ms += CLOCK_SECOND_MS;
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_err(world_try(x.w, &x.stranger, OP_LINK_ASK, ++x.w->ids, &in, &rq), E_AGAIN);
    end(&x);
}

static void a_device_does_not_ask_and_a_stranger_asks_nothing_else(void **state)
{
    struct linked x;
    Tacet__Wire__OpenLink open = TACET__WIRE__OPEN_LINK__INIT;
    Tacet__Wire__AskLink ask = TACET__WIRE__ASK_LINK__INIT;
    static const enum op of_devices[] = {OP_LINK_OPEN, OP_LINK_LOOK, OP_LINK_ANSWER,
                                         OP_RECOVERY_KEEP, OP_LIST};
    struct request *rq;

    begin(&x, state);
    for (size_t i = 0; i < sizeof of_devices / sizeof of_devices[0]; i++)
        assert_err(world_try(x.w, &x.stranger, of_devices[i], ++x.w->ids, &open, &rq), E_DENIED);
    assert_int_equal(world_ask(x.w, &x.ann.session, OP_LINK_ASK, &ask).code, E_DENIED);
    end(&x);
}

static void the_slot_of_who_is_removed_is_gone(void **state)
{
    struct linked x;
    struct person phone;
    struct bytes answer;

    begin(&x, state);
    fleet_enter(x.w, &x.ann, &phone);
    assert_int_equal(open_slot(&x, &phone, x.slot), E_OK);
    fleet_revoke(&x.ann, &phone);
    person_next_list(x.w, &x.ann);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_OK);
    assert_int_equal(slots(&x), 0);
    assert_int_equal(ask(&x, x.slot, x.box, &answer), E_ABSENT);
    assert_int_equal(open_slot(&x, &phone, x.slot), E_REMOVED);
    assert_int_equal(open_slot(&x, &x.bob, x.slot), E_OK);
    assert_int_equal(world_remove(x.w, "bob"), E_OK);
    assert_int_equal(slots(&x), 0);
    fleet_free(&phone);
    end(&x);
}

/* Whoever reads the database, or a backup of it, cannot ask in anybody's place. */
static void the_database_has_no_slot_by_its_name(void **state)
{
    struct linked x;
    struct db_value v;

    begin(&x, state);
    assert_int_equal(open_slot(&x, &x.ann, x.slot), E_OK);
    assert_ok(db_one(x.w->db, &x.w->arena, "SELECT count(*) FROM link_slot WHERE instr(slot, $1)",
                     DB_VALUES(DB_BYTES_OF(x.slot)), &v, 1));
    assert_int_equal(v.number, 0);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(who_asks_is_answered_also_by_a_server_that_was_started_again),
        world_test(the_first_box_stays_and_may_come_again_from_elsewhere),
        world_test(an_answer_is_given_once_and_to_somebody),
        world_test(a_slot_ends_after_ten_minutes),
        world_test(a_slot_that_is_over_is_opened_anew_and_empty),
        world_test(another_slot_takes_the_place_of_the_first),
        world_test(a_slot_is_of_the_device_that_opened_it),
        world_test(what_has_no_form_or_is_too_large_is_refused),
        world_test(versions_that_do_not_meet_say_so),
        world_test(guessing_costs_time),
        world_test(a_device_does_not_ask_and_a_stranger_asks_nothing_else),
        world_test(the_slot_of_who_is_removed_is_gone),
        world_test(the_database_has_no_slot_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
