/* SPDX-License-Identifier: Apache-2.0 */
/* linking_lies: a server that wants a device in somebody's account, or one for itself, and has
 * nothing but its own word.  It gets none.  [PROTOCOL 15.9] */
#include "scenario/linking.h"

/* Records of what went over the wire to one person, of one operation. */
static struct lie recorder(struct person *to, uint32_t op, struct buf *out)
{
    return (struct lie){.op = op, .to = to, .tell = lie_record, .ctx = out};
}

/* tell: the box is `bytes`. */
static bool show_box(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__LinkAsked *m = body;

    (void)f, (void)a;
    m->box = frame_data(l->bytes);
    return true;
}

/* tell: the answer is `bytes`; or with none, byte `at` of the true one is altered. */
static bool give_answer(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__LinkAnswer *m = body;

    (void)f, (void)a;
    if (l->bytes.n > 0)
        m->answer = frame_data(l->bytes);
    else if (m->answer.len > 0)
        lie_flip(&m->answer, l->at);
    return true;
}

#define LOOKS   .op = OP_LINK_LOOK, .form = &tacet__wire__link_asked__descriptor
#define ANSWERS .op = OP_LINK_ASK, .form = &tacet__wire__link_answer__descriptor

/* The box that somebody asked with, from a frame that was on its way to who looked. */
static void box_in(struct buf *frame, struct buf *box)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    Tacet__Wire__LinkAsked *m;
    struct frame f;

    assert_ok(frame_parse(buf_view(frame), &a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__link_asked__descriptor, &a, &m));
    assert_true(m->box.len > 0);
    buf_bytes(box, frame_bytes(m->box));
    arena_free(&a);
}

static void ends_with_nobody(struct pair *c, enum err_code code)
{
    told_of_adding(c->alice, ADDING_OVER, code);
    has_devices(c, 1);
    assert_int_equal(engine_own(stage_engine(c->alice))->list.version, 1);
}

/* ---- boxes */

static void a_box_of_an_earlier_link_is_none_of_this_one(void **state)
{
    struct pair c = link_begin();
    struct buf frame = BUF(LIMIT_FRAME), box = BUF(LIMIT_FRAME);
    struct lie record = recorder(c.alice, OP_LINK_LOOK, &frame), lie;
    char *link = stage_offers(c.alice), *next;

    (void)state;
    c.second = stage_asks(c.alice, "earlier", link);
    lie_begin(c.p, &record);
    stage_forward(c.p, LINKING_STEP_MS);
    box_in(&frame, &box);
    next = stage_offers(c.alice);
    lie = (struct lie){LOOKS, .to = c.alice, .tell = show_box, .bytes = buf_view(&box)};
    lie_begin(c.p, &lie);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    assert_int_equal(lie.told, 1);
    ends_with_nobody(&c, E_FORGED);
    buf_free(&frame);
    buf_free(&box);
    free(link);
    free(next);
    play_end(c.p);
}

static void a_box_that_was_made_up_is_none(void **state)
{
    struct pair c = link_begin();
    uint8_t made_up[1500] = {1, 2, 3};
    struct lie lie = {LOOKS, .to = c.alice, .tell = show_box, .bytes = BYTES(made_up)};
    char *link = stage_offers(c.alice);

    (void)state;
    lie_begin(c.p, &lie);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    ends_with_nobody(&c, E_FORGED);
    free(link);
    play_end(c.p);
}

static void an_ask_before_there_is_a_link_is_nothing(void **state)
{
    char *link;
    struct pair c = link_begin();
    struct buf frame = BUF(LIMIT_FRAME);
    struct lie record = recorder(c.alice, OP_LINK_LOOK, &frame);

    (void)state;
    lie_begin(c.p, &record);
    link = stage_offers(c.alice);
    c.second = stage_asks(c.alice, "second", link);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    assert_int_equal(stage_cancels(c.alice), E_OK);
    stage_told_of_adding(c.alice);
    stage_inject(c.alice, buf_view(&frame)); /* unasked: it costs the connection */
    assert_int_equal(stage_told_of_adding(c.alice).kind, 0);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_told_of_adding(c.alice).kind, 0);
    has_devices(&c, 1);
    buf_free(&frame);
    free(link);
    play_end(c.p);
}

/* tell: it is held back, at ctx. */
static bool hold(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    return lie_record(l, f, body, a) && false;
}

/* Its slot is kept open, and its box held back until the ten minutes are over. */
static void an_ask_that_comes_after_ten_minutes_is_not_taken(void **state)
{
    struct pair c = link_begin();
    struct buf frame = BUF(LIMIT_FRAME), box = BUF(LIMIT_FRAME);
    struct lie lie = {.op = OP_LINK_LOOK, .to = c.alice, .tell = hold, .ctx = &frame};
    char *link = stage_offers(c.alice);

    (void)state;
    stage_forward(c.p, 10 * CLOCK_MINUTE_MS - 5 * CLOCK_SECOND_MS);
    c.second = stage_asks(c.alice, "second", link);
    lie_begin(c.p, &lie);
    stage_forward(c.p, 5 * CLOCK_SECOND_MS);
    lie_end(c.p);
    box_in(&frame, &box);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    stage_inject(c.alice, buf_view(&frame)); /* the answer to a question that it asked */
    assert_int_equal(stage_told_of_adding(c.alice).kind, 0);
    assert_true(engine_is_ready(stage_engine(c.alice)));
    has_devices(&c, 1);
    buf_free(&frame);
    buf_free(&box);
    free(link);
    play_end(c.p);
}

static void a_slot_that_is_not_kept_is_told(void **state)
{
    struct pair c = link_begin();
    struct lie lie = {.op = OP_LINK_LOOK, .to = c.alice, .tell = lie_refuse, .at = E_ABSENT};
    char *link = stage_offers(c.alice);

    (void)state;
    lie_begin(c.p, &lie);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    ends_with_nobody(&c, E_ABSENT);
    free(link);
    play_end(c.p);
}

/* ---- answers */

static void refuses(struct pair *c, struct lie *lie, bool confirm)
{
    struct event told;

    lie_begin(c->p, lie);
    if (confirm) {
        assert_int_equal(stage_confirms(c->alice), E_OK);
        stage_forward(c->p, LINKING_STEP_MS);
    } else {
        leaves(c->second); /* the same link once more */
        returns(c->second);
    }
    lie_end(c->p);
    assert_true(lie->told > 0);
    told = stage_told_of_adding(c->second);
    assert_int_equal(told.adding.step, ADDING_OVER);
    assert_true(told.code == E_FORGED || told.code == E_MALFORMED || told.code == E_TRUNCATED);
    assert_true(stage_link_ended(c->second, told.code));
    assert_false(stage_has_joined(c->second));
}

static void an_altered_answer_is_refused_and_the_true_one_opens(void **state)
{
    const size_t places[] = {0, 1, 66, 67, 67 + 1567, 67 + 1568, SIZE_MAX};
    char *link;
    struct pair c = link_asked(&link);

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct lie lie = {ANSWERS, .to = c.second, .tell = give_answer, .at = places[i]};

        refuses(&c, &lie, i == 0);
    }
    leaves(c.second);
    returns(c.second);
    assert_true(stage_has_joined(c.second));
    both_are_there(&c);
    free(link);
    play_end(c.p);
}

static void answer_in(struct buf *frame, struct buf *answer)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    Tacet__Wire__LinkAnswer *m;
    struct frame f;

    assert_ok(frame_parse(buf_view(frame), &a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__link_answer__descriptor, &a, &m));
    assert_true(m->answer.len > 0);
    buf_bytes(answer, frame_bytes(m->answer));
    arena_free(&a);
}

static void an_answer_to_somebody_else_is_refused(void **state)
{
    char *link, *bobs;
    struct pair c = link_asked(&link);
    struct buf frame = BUF(LIMIT_FRAME), answer = BUF(LIMIT_FRAME);
    struct person *other;
    struct lie record, lie;

    (void)state;
    bobs = stage_offers(c.bob); /* whose other device is the server's, say */
    other = stage_asks(c.bob, "bobs", bobs);
    stage_forward(c.p, LINKING_STEP_MS);
    record = recorder(other, OP_LINK_ASK, &frame);
    lie_begin(c.p, &record);
    assert_int_equal(stage_confirms(c.bob), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    answer_in(&frame, &answer);
    lie = (struct lie){ANSWERS, .to = c.second, .tell = give_answer, .bytes = buf_view(&answer)};
    refuses(&c, &lie, true);
    buf_free(&frame);
    buf_free(&answer);
    free(link);
    free(bobs);
    play_end(c.p);
}

static void an_answer_before_anybody_confirmed_is_none(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    uint8_t made_up[3000] = {2};
    struct lie lie = {ANSWERS, .to = c.second, .tell = give_answer, .bytes = BYTES(made_up)};

    (void)state;
    refuses(&c, &lie, false);
    leaves(c.second);
    returns(c.second);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_true(stage_has_joined(c.second));
    free(link);
    play_end(c.p);
}

/* ---- lists */

/* tell: in my account's lists a byte is altered; there is one device more, say. */
static bool alter_lists(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__PersonAnswer *m = body;

    (void)f, (void)a;
    for (size_t i = 0; m->person != NULL && i < m->person->n_lists; i++)
        lie_flip(&m->person->lists[i], l->at);
    return true;
}

static void a_list_that_the_server_made_up_adds_nobody(void **state)
{
    struct pair c = pair_begin();
    const size_t places[] = {40, 120, 300, SIZE_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct lie lie = {.op = OP_PERSON,
                          .form = &tacet__wire__person_answer__descriptor,
                          .tell = alter_lists,
                          .at = places[i]};

        lie_begin(c.p, &lie);
        leaves(c.alice);
        returns(c.alice);
        leaves(c.second);
        returns(c.second);
        lie_end(c.p);
        assert_true(lie.told > 0);
        assert_int_equal(device_list_count(&engine_own(stage_engine(c.alice))->list), 2);
        assert_int_equal(device_list_count(&engine_own(stage_engine(c.second))->list), 2);
    }
    play_end(c.p);
}

/* It keeps the list, and says that it did not take it: what it shows later is what the person
 * confirmed, and nothing else. */
static void a_list_that_is_taken_and_denied_has_whom_the_person_confirmed(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct lie lie = {.op = OP_LIST, .to = c.alice, .tell = lie_refuse, .at = E_DENIED};
    struct device_id did = stage_told_of_adding(c.second).adding.did;

    (void)state;
    lie_begin(c.p, &lie);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    lie_end(c.p);
    told_of_adding(c.alice, ADDING_OVER, E_DENIED);
    has_devices(&c, 2);
    assert_non_null(device_list_find_device(&engine_own(stage_engine(c.alice))->list, &did));
    stage_forward(c.p, 11 * CLOCK_MINUTE_MS);
    assert_false(stage_has_joined(c.second)); /* nobody answered it */
    free(link);
    play_end(c.p);
}

/* Told when the link's time is over, and nothing is lost. */
static void a_list_that_is_refused_for_ever_is_told(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct lie lie = {.op = OP_LIST, .to = c.alice, .tell = lie_refuse, .at = E_FULL};

    (void)state;
    lie_begin(c.p, &lie);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, 12 * CLOCK_MINUTE_MS);
    told_of_adding(c.alice, ADDING_LATE, E_EXPIRED);
    told_of_adding(c.second, ADDING_OVER, E_ABSENT);
    says(c.bob, c.alice, "still there?");
    sees(c.alice, c.bob, "still there?");
    lie_end(c.p);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    told_of_adding(c.alice, ADDING_OVER, E_EXPIRED);
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

/* ---- the server's word */

static void an_answer_that_is_not_handed_over_adds_a_device_that_the_person_sees(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct device_id did = stage_told_of_adding(c.second).adding.did;
    struct lie lie = {ANSWERS, .to = c.second, .tell = lie_drop};

    (void)state;
    lie_begin(c.p, &lie);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    told_of_adding(c.alice, ADDING_DONE, E_OK);
    stage_forward(c.p, 15 * CLOCK_MINUTE_MS);
    lie_end(c.p);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    told_of_adding(c.second, ADDING_OVER, E_ABSENT);
    assert_false(stage_has_joined(c.second));
    assert_non_null(device_list_find_device(&engine_own(stage_engine(c.alice))->list, &did));
    assert_int_equal(stage_revokes_id(c.alice, &did), E_OK);
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

static void a_server_that_says_removed_to_a_new_device_ends_nothing(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct lie lie = {ANSWERS, .to = c.second, .tell = lie_refuse, .at = E_REMOVED};
    struct lie late = {.op = OP_SIGN_IN, .to = c.second, .tell = lie_refuse, .at = E_REMOVED};

    (void)state;
    lie_begin(c.p, &lie);
    stage_forward(c.p, LINKING_STEP_MS);
    told_of_adding(c.second, ADDING_OVER, E_REMOVED);
    leaves(c.second);
    lie_begin(c.p, &late);
    returns(c.second);
    assert_int_equal(stage_confirms(c.alice), E_OK);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    assert_true(stage_has_joined(c.second));
    assert_false(stage_was_removed(c.second));
    leaves(c.second);
    returns(c.second);
    both_are_there(&c);
    free(link);
    play_end(c.p);
}

const struct CMUnitTest linking_lies[] = {
    cmocka_unit_test(a_box_of_an_earlier_link_is_none_of_this_one),
    cmocka_unit_test(a_box_that_was_made_up_is_none),
    cmocka_unit_test(an_ask_before_there_is_a_link_is_nothing),
    cmocka_unit_test(an_ask_that_comes_after_ten_minutes_is_not_taken),
    cmocka_unit_test(a_slot_that_is_not_kept_is_told),
    cmocka_unit_test(an_altered_answer_is_refused_and_the_true_one_opens),
    cmocka_unit_test(an_answer_to_somebody_else_is_refused),
    cmocka_unit_test(an_answer_before_anybody_confirmed_is_none),
    cmocka_unit_test(a_list_that_the_server_made_up_adds_nobody),
    cmocka_unit_test(a_list_that_is_taken_and_denied_has_whom_the_person_confirmed),
    cmocka_unit_test(a_list_that_is_refused_for_ever_is_told),
    cmocka_unit_test(an_answer_that_is_not_handed_over_adds_a_device_that_the_person_sees),
    cmocka_unit_test(a_server_that_says_removed_to_a_new_device_ends_nothing),
};
const size_t linking_lies_n = sizeof linking_lies / sizeof linking_lies[0];
