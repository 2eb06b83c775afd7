/* SPDX-License-Identifier: Apache-2.0 */
/* linking_adds: a device is added once, by the person's word alone, whatever happens on the way.
 * [PROTOCOL 15.1, 15.2, 15.3, 15.4] */
#include "scenario/linking.h"

#define STEPS_MAX 60

static void a_device_is_added_by_a_link(void **state)
{
    struct pair c = link_begin();
    char *link = stage_offers(c.alice);
    const struct prekey *first;
    struct event old, fresh;
    struct newcomer asked;

    (void)state;
    told_of_adding(c.alice, ADDING_OPEN, E_OK);
    c.second = stage_asks(c.alice, "second", link);
    stage_forward(c.p, LINKING_STEP_MS);
    fresh = stage_told_of_adding(c.second);
    assert_int_equal(fresh.adding.step, ADDING_ASKED);
    assert_ok(newcomer_load(engine_vault(stage_engine(c.second)), &asked));
    assert_false(stage_has_joined(c.second));
    assert_int_equal(stage_confirms(c.alice), E_OK);
    old = stage_told_of_adding(c.alice);
    assert_int_equal(old.adding.step, ADDING_DONE);
    assert_true(ID_SAME(old.adding.did, fresh.adding.did));
    stage_forward(c.p, LINKING_STEP_MS);
    assert_true(stage_has_joined(c.second));
    assert_string_equal(engine_own(stage_engine(c.second))->network_name, "Ministry of X");
    first = &engine_own(stage_engine(c.second))->prekey[0].statement;
    assert_int_equal(first->number, 1);
    assert_memory_equal(first->point, asked.ask.point, sizeof first->point);
    newcomer_free(&asked);
    assert_int_equal(newcomer_load(engine_vault(stage_engine(c.second)), &asked).code, E_ABSENT);
    has_devices(&c, 2);
    both_are_there(&c);
    all_is_well(&c);
    free(link);
    play_end(c.p);
}

static void both_show_the_same_code_and_the_name(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct event old = stage_told_of_adding(c.alice), fresh = stage_told_of_adding(c.second);

    (void)state;
    assert_int_equal(old.adding.step, ADDING_ASKED);
    assert_string_equal(old.adding.code, fresh.adding.code);
    assert_int_equal(strlen(old.adding.code), 14);
    assert_string_equal(old.adding.name, "second");
    assert_string_equal(old.adding.from, STAGE_FROM);
    assert_memory_equal(old.adding.digest, fresh.adding.digest, sizeof old.adding.digest);
    free(link);
    play_end(c.p);
}

static void a_device_is_called_as_it_called_itself(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct device_id did = stage_told_of_adding(c.second).adding.did;
    struct vault *v = engine_vault(stage_engine(c.alice));
    struct arena a = ARENA(4096);
    struct bytes name;

    (void)state;
    assert_int_equal(registers_get(v, REGISTERS_DEVICE_NAME, ID_BYTES(did), &a, &name).code,
                     E_ABSENT);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    assert_ok(registers_get(v, REGISTERS_DEVICE_NAME, ID_BYTES(did), &a, &name));
    assert_true(bytes_same(name, BYTES_LITERAL("second")));
    arena_free(&a);
    free(link);
    play_end(c.p);
}

/* A server hangs up on whoever does not sign in. */
static void a_connection_that_ends_while_it_asks_is_no_news(void **state)
{
    char *link;
    struct pair c = link_asked(&link);

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        stage_hang_up(c.second);
        stage_forward(c.p, LINKING_STEP_MS);
        assert_false(stage_link_ended(c.second, E_CLOSED));
    }
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_true(stage_has_joined(c.second));
    free(link);
    play_end(c.p);
}

static void who_is_refused_is_not_added(void **state)
{
    char *link;
    struct pair c = link_asked(&link);

    (void)state;
    assert_int_equal(stage_cancels(c.alice), E_OK);
    told_of_adding(c.alice, ADDING_OVER, E_DENIED);
    assert_int_equal(stage_confirms(c.alice), E_ABSENT);
    assert_int_equal(stage_cancels(c.alice), E_ABSENT);
    stage_forward(c.p, 11 * CLOCK_MINUTE_MS);
    told_of_adding(c.second, ADDING_OVER, E_ABSENT);
    assert_false(stage_has_joined(c.second));
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

static void a_link_lives_for_ten_minutes(void **state)
{
    struct pair c = link_begin();
    char *link = stage_offers(c.alice);

    (void)state;
    stage_forward(c.p, 10 * CLOCK_MINUTE_MS - 1);
    told_of_adding(c.alice, ADDING_OPEN, E_OK);
    stage_forward(c.p, 1);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    c.second = stage_asks(c.alice, "second", link);
    told_of_adding(c.second, ADDING_OVER, E_ABSENT);
    assert_true(stage_link_ended(c.second, E_ABSENT));
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

static void what_is_confirmed_after_ten_minutes_is_not(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct event asked = stage_told_of_adding(c.alice);

    (void)state;
    stage_cut_off(c.alice, true);
    stage_forward(c.p, 10 * CLOCK_MINUTE_MS);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    assert_int_equal(stage_confirms_digest(c.alice, BYTES(asked.adding.digest)), E_ABSENT);
    free(link);
    play_end(c.p);
}

static void a_clock_that_is_put_back_ends_a_link(void **state)
{
    struct pair c = link_begin();
    char *link = stage_offers(c.alice);

    (void)state;
    stage_skew(c.alice, -(int64_t)CLOCK_HOUR_MS);
    leaves(c.alice);
    returns(c.alice);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    free(link);
    play_end(c.p);
}

static void a_link_is_good_for_one_device(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct person *late = stage_asks(c.alice, "late", link);

    (void)state;
    told_of_adding(late, ADDING_OVER, E_CONFLICT);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    leaves(late);
    returns(late);
    told_of_adding(late, ADDING_OVER, E_CONFLICT);
    assert_false(stage_has_joined(late));
    has_devices(&c, 2);
    free(link);
    play_end(c.p);
}

static void another_link_takes_the_place_of_the_first(void **state)
{
    char *link, *next;
    struct pair c = link_asked(&link);
    struct event asked = stage_told_of_adding(c.alice);
    struct person *second = stage_told_of_adding(c.second).kind != 0 ? c.second : NULL;

    (void)state;
    assert_non_null(second);
    next = stage_offers(c.alice);
    assert_non_null(next);
    assert_string_not_equal(link, next);
    assert_int_equal(stage_confirms_digest(c.alice, BYTES(asked.adding.digest)), E_ABSENT);
    stage_forward(c.p, LINKING_STEP_MS);
    told_of_adding(c.second, ADDING_OVER, E_ABSENT);
    c.second = stage_asks(c.alice, "again", next);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    both_are_there(&c);
    free(link);
    free(next);
    play_end(c.p);
}

static void ten_devices_are_the_most(void **state)
{
    struct pair c = link_begin();
    char *link;

    (void)state;
    for (char name[] = "b"; name[0] < 'j'; name[0]++)
        stage_device_by_hand(c.alice, name);
    leaves(c.alice);
    returns(c.alice);
    link = stage_offers(c.alice); /* for the tenth */
    assert_non_null(link);
    c.second = stage_asks(c.alice, "tenth", link);
    stage_forward(c.p, LINKING_STEP_MS);
    stage_device_by_hand(c.alice, "j");              /* which another one added in between */
    assert_int_equal(stage_confirms(c.alice), E_OK); /* as far as alice knows */
    told_of_adding(c.alice, ADDING_OVER, E_LIMIT);
    assert_null(stage_offers(c.alice));
    has_devices(&c, 10);
    free(link);
    play_end(c.p);
}

static void what_is_confirmed_without_a_connection_is_done_with_one(void **state)
{
    char *link;
    struct pair c = link_asked(&link);

    (void)state;
    stage_cut_off(c.alice, true);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    leaves(c.alice);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    stage_cut_off(c.alice, false);
    returns(c.alice);
    told_of_adding(c.alice, ADDING_DONE, E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_true(stage_has_joined(c.second));
    both_are_there(&c);
    free(link);
    play_end(c.p);
}

static void or_not_when_its_link_is_over_by_then(void **state)
{
    char *link;
    struct pair c = link_asked(&link);

    (void)state;
    stage_cut_off(c.alice, true);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    leaves(c.alice);
    stage_forward(c.p, 11 * CLOCK_MINUTE_MS);
    stage_cut_off(c.alice, false);
    returns(c.alice);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    has_devices(&c, 1);
    assert_int_equal(engine_own(stage_engine(c.alice))->list.version, 1);
    free(link);
    play_end(c.p);
}

/* Two lists of one number: the one that comes second is made anew on top of the other. */
static void a_device_is_added_beside_another_change(void **state)
{
    struct pair c = pair_met();
    struct person *third = stage_second_device(c.alice, "third");
    char *link = stage_offers(c.second);
    struct person *fourth = stage_asks(c.second, "fourth", link);

    (void)state;
    stage_forward(c.p, LINKING_STEP_MS);
    stage_cut_off(c.second, true);
    assert_int_equal(stage_confirms(c.second), E_OK);
    assert_int_equal(stage_revoke(c.alice, third), E_OK);
    stage_cut_off(c.second, false);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    told_of_adding(c.second, ADDING_DONE, E_OK);
    assert_true(stage_has_joined(fourth));
    assert_true(stage_was_removed(third));
    has_devices(&c, 3);
    free(link);
    play_end(c.p);
}

/* ---- programs that end */

/* Whose program ends, and did it? */
struct dying {
    struct person *who;
    bool ended;
};

static void come_back(struct pair *c, struct dying *d)
{
    if (d->who == NULL || stage_is_running(d->who))
        return;
    d->ended = true;
    returns(d->who);
    stage_forward(c->p, LINKING_STEP_MS);
}

/* The person confirms what is asked, as often as it is. */
static void go_on(struct pair *c, struct dying *d)
{
    for (unsigned i = 0; i < 4; i++) {
        struct event told;

        stage_forward(c->p, LINKING_STEP_MS);
        come_back(c, d);
        told = stage_told_of_adding(c->alice);
        if (told.adding.step == ADDING_ASKED)
            stage_confirms_digest(c->alice, BYTES(told.adding.digest));
        come_back(c, d);
    }
}

static char *offer_whatever_ends(struct pair *c, struct dying *d)
{
    char *link = stage_offers(c->alice);

    come_back(c, d);
    if (link == NULL)
        link = stage_offers(c->alice);
    assert_non_null(link);
    return link;
}

static bool ends_before(unsigned step, bool new_one)
{
    struct pair c = link_begin();
    struct dying d = {.who = new_one ? NULL : c.alice};
    char *link;

    if (!new_one)
        stage_crash_at(c.alice, step);
    link = offer_whatever_ends(&c, &d);
    c.second = stage_asks(c.alice, "second", link);
    if (new_one) {
        d.who = c.second;
        stage_crash_at(c.second, step);
    }
    go_on(&c, &d);
    stage_crash_at(d.who, 0);
    assert_int_equal(engine_own(stage_engine(c.alice))->list.version, 2);
    assert_true(engine_own(stage_engine(c.second))->joined);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    has_devices(&c, 2);
    both_are_there(&c);
    all_is_well(&c);
    free(link);
    play_end(c.p);
    return d.ended;
}

static void the_one_that_is_there_may_end_at_any_step(void **state)
{
    unsigned step = 1;

    (void)state;
    while (ends_before(step, false))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 10);
}

static void the_new_one_may_end_at_any_step(void **state)
{
    unsigned step = 1;

    (void)state;
    while (ends_before(step, true))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 10);
}

/* ---- an answer that does not reach the new one */

static bool never_arrives(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(2 * LIMIT_FRAME);
    struct frame f;
    bool goes;

    (void)who;
    goes = frame_parse(buf_view(frame), &a, &f).code != E_OK || f.op != *(const uint32_t *)ctx;
    arena_free(&a);
    return goes;
}

/* The server had no room for it any more; its device is none. */
static void a_device_that_was_not_answered_in_time_is_taken_back(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    uint32_t answers = OP_LINK_ANSWER;

    (void)state;
    stage_tamper_up(c.p, never_arrives, &answers);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, 11 * CLOCK_MINUTE_MS);
    has_devices(&c, 2);
    stage_tamper_up(c.p, NULL, NULL);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    told_of_adding(c.second, ADDING_OVER, E_ABSENT);
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

/* It was given, and only this was lost. */
static void a_device_that_has_its_answer_stays(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct lie lie = {.op = OP_LINK_ANSWER, .to = c.alice, .tell = lie_refuse, .at = E_ABSENT};

    (void)state;
    lie_begin(c.p, &lie);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_true(stage_has_joined(c.second));
    told_of_adding(c.alice, ADDING_ASKED, E_OK); /* and no more yet */
    leaves(c.alice);
    returns(c.alice);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    lie_end(c.p);
    told_of_adding(c.alice, ADDING_DONE, E_OK);
    has_devices(&c, 2);
    both_are_there(&c);
    free(link);
    play_end(c.p);
}

const struct CMUnitTest linking_adds[] = {
    cmocka_unit_test(a_device_is_added_by_a_link),
    cmocka_unit_test(both_show_the_same_code_and_the_name),
    cmocka_unit_test(a_device_is_called_as_it_called_itself),
    cmocka_unit_test(a_connection_that_ends_while_it_asks_is_no_news),
    cmocka_unit_test(who_is_refused_is_not_added),
    cmocka_unit_test(a_link_lives_for_ten_minutes),
    cmocka_unit_test(what_is_confirmed_after_ten_minutes_is_not),
    cmocka_unit_test(a_clock_that_is_put_back_ends_a_link),
    cmocka_unit_test(a_link_is_good_for_one_device),
    cmocka_unit_test(another_link_takes_the_place_of_the_first),
    cmocka_unit_test(ten_devices_are_the_most),
    cmocka_unit_test(what_is_confirmed_without_a_connection_is_done_with_one),
    cmocka_unit_test(or_not_when_its_link_is_over_by_then),
    cmocka_unit_test(a_device_is_added_beside_another_change),
    cmocka_unit_test(the_one_that_is_there_may_end_at_any_step),
    cmocka_unit_test(the_new_one_may_end_at_any_step),
    cmocka_unit_test(a_device_that_was_not_answered_in_time_is_taken_back),
    cmocka_unit_test(a_device_that_has_its_answer_stays),
};
const size_t linking_adds_n = sizeof linking_adds / sizeof linking_adds[0];
