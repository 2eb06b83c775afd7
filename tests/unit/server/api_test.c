/* SPDX-License-Identifier: Apache-2.0 */
#include "letter.h"
#include "storage/driver.h"

/* ---- Frames. */

static enum err_code refused(struct world *w, struct session *s, uint32_t op)
{
    struct request *rq;

    assert_ok(world_try(w, s, op, ++w->ids, NULL, &rq));
    return rq->refused;
}

static void callers_may_ask_what_their_row_says(void **state)
{
    struct world *w = *state;
    struct person ann;

    person_make(w, &ann);
    person_connect(w, &ann);
    assert_int_equal(refused(w, &w->control, OP_PERSON), E_DENIED);
    assert_int_equal(refused(w, &w->control, OP_SIGN_IN), E_DENIED);
    ann.session.signed_in = true;
    assert_int_equal(refused(w, &ann.session, OP_PERSON), E_OK);
    assert_int_equal(refused(w, &ann.session, OP_SIGN_IN), E_DENIED);
    assert_int_equal(refused(w, &ann.session, OP_JOIN), E_DENIED);
    assert_int_equal(refused(w, &ann.session, OP_REMOVE), E_DENIED);
    assert_int_equal(refused(w, &ann.session, OP_DELIVER), E_DENIED);
    assert_int_equal(refused(w, &ann.session, 99), E_ABSENT);
    person_free(&ann);
}

static void who_has_not_signed_in_is_refused_without_an_answer(void **state)
{
    struct world *w = *state;
    struct request *rq;
    struct person ann;

    person_make(w, &ann);
    person_connect(w, &ann);
    assert_err(world_try(w, &ann.session, OP_PERSON, 1, NULL, &rq), E_DENIED);
    assert_err(world_try(w, &ann.session, OP_INVITE, 2, NULL, &rq), E_DENIED);
    assert_err(world_try(w, &ann.session, OP_DELIVER, 3, NULL, &rq), E_DENIED);
    assert_err(world_try(w, &ann.session, 99, 4, NULL, &rq), E_ABSENT);
    assert_int_equal(ann.session.waiting, 0);
    person_free(&ann);
}

static void what_cannot_be_answered_is_fatal(void **state)
{
    struct world *w = *state;
    struct frame answer = {.op = OP_PERSON, .id = 1, .code = 1};
    struct buf b = BUF(100);
    struct request *rq;
    struct person ann;

    person_make(w, &ann);
    person_connect(w, &ann);
    assert_err(world_try(w, &ann.session, OP_PERSON, 0, NULL, &rq), E_DENIED);
    assert_err(api_frame(&ann.session, &w->arena, BYTES_LITERAL("no frame"), &rq), E_MALFORMED);
    frame_write(&answer, &b);
    assert_err(api_frame(&ann.session, &w->arena, buf_view(&b), &rq), E_MALFORMED);
    buf_free(&b);
    person_free(&ann);
}

static void a_body_larger_than_its_row_is_refused(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Revoke in = TACET__WIRE__REVOKE__INIT;

    in.handle = frame_data(world_random(w, 63));
    assert_int_equal(world_ask(w, &w->control, OP_REVOKE, &in).code, E_LIMIT);
}

static void who_asks_too_fast_must_wait(void **state)
{
    struct world *w = *state;
    struct person ann;
    int asked = 0;

    person_make(w, &ann);
    person_connect(w, &ann);
    ann.session.signed_in = true;
    while (refused(w, &ann.session, OP_PERSON) == E_OK)
        asked++;
    assert_int_equal(asked, API_TOKENS_FULL / API_COST_NORMAL);
    assert_int_equal(refused(w, &ann.session, OP_PERSON), E_AGAIN);
    w->now_ms += CLOCK_SECOND_MS;
    for (int i = 0; i < API_TOKENS_PER_SECOND / API_COST_NORMAL; i++)
        assert_int_equal(refused(w, &ann.session, OP_PERSON), E_OK);
    assert_int_equal(refused(w, &ann.session, OP_PERSON), E_AGAIN);
    w->now_ms -= CLOCK_HOUR_MS; /* a clock that is set back gives nothing */
    assert_int_equal(refused(w, &ann.session, OP_PERSON), E_AGAIN);
    person_free(&ann);
}

static void only_so_many_uploads_may_be_unanswered(void **state)
{
    struct world *w = *state;
    struct request *rq[LIMIT_UNANSWERED + 1];
    struct person ann;

    person_enter(w, &ann, "ann");
    for (int i = 0; i <= LIMIT_UNANSWERED; i++)
        rq[i] = world_frame(w, &ann.session, OP_SEND, NULL);
    assert_int_equal(rq[LIMIT_UNANSWERED - 1]->refused, E_OK);
    assert_int_equal(rq[LIMIT_UNANSWERED]->refused, E_LIMIT);
    world_run(w, rq, LIMIT_UNANSWERED + 1);
    assert_int_equal(world_effects(w, EFFECT_ANSWERED), LIMIT_UNANSWERED + 1);
    assert_int_equal(ann.session.unanswered, LIMIT_UNANSWERED + 1);
    person_free(&ann);
}

static void only_so_much_may_be_on_its_way(void **state)
{
    struct world *w = *state;
    struct request *rq[API_WAITING_MAX / API_REQUEST_WEIGHT];
    struct err err = OK;
    struct person ann;
    size_t n = 0;

    person_enter(w, &ann, "ann");
    while (err.code == E_OK) { /* soon it is told to wait, and does not */
        assert_true(n < API_WAITING_MAX / API_REQUEST_WEIGHT);
        err = world_try(w, &ann.session, OP_PERSON, ++w->ids, NULL, &rq[n]);
        n += err.code == E_OK;
    }
    assert_int_equal(err.code, E_LIMIT);
    assert_true(n > API_PAGES_MAX + LIMIT_UNANSWERED);
    world_run(w, rq, n);
    for (size_t i = 0; i < w->effects.n; i++)
        if (w->effects.at[i].kind == EFFECT_DONE)
            ann.session.waiting -= w->effects.at[i].number;
    assert_int_equal(ann.session.waiting, 0);
    assert_ok(world_try(w, &ann.session, OP_PERSON, ++w->ids, NULL, &rq[0]));
    person_free(&ann);
}

static void signing_in_is_asked_once(void **state)
{
    struct world *w = *state;
    struct request *rq;
    struct person ann;

    person_enter(w, &ann, "ann");
    person_connect(w, &ann);
    assert_int_equal(person_sign_in(w, &ann).code, E_OK);
    ann.session.signed_in = false;
    assert_err(world_try(w, &ann.session, OP_SIGN_IN, ++w->ids, NULL, &rq), E_LIMIT);
    person_free(&ann);
}

static void programs_whose_versions_do_not_meet_are_told_ours(void **state)
{
    struct world *w = *state;
    Tacet__Wire__SignIn in = TACET__WIRE__SIGN_IN__INIT;
    Tacet__Wire__Versions theirs = TACET__WIRE__VERSIONS__INIT, *ours;
    struct person ann;
    struct answer a;

    theirs.version = theirs.least = FRAME_PROTOCOL_VERSION + 1;
    in.versions = &theirs;
    person_make(w, &ann);
    person_connect(w, &ann);
    a = world_ask(w, &ann.session, OP_SIGN_IN, &in);
    assert_int_equal(a.code, E_VERSION);
    world_read(w, a, versions, &ours);
    assert_int_equal(ours->version, FRAME_PROTOCOL_VERSION);
    assert_int_equal(ours->least, FRAME_PROTOCOL_LEAST);
    person_connect(w, &ann);
    in.versions = NULL;
    assert_int_equal(world_ask(w, &ann.session, OP_SIGN_IN, &in).code, E_MALFORMED);
    person_free(&ann);
}

/* ---- Batches. */

static void a_failing_request_leaves_the_others(void **state)
{
    struct world *w = *state;
    struct person ann, bob;
    struct letter good, bad, also_good;
    struct request *rq[3];

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    letter_make(w, &good, &ann, &bob);
    letter_make(w, &bad, &ann, &bob);
    bad.upload.recipients = 2;
    letter_write(w, &bad);
    letter_make(w, &also_good, &ann, &bob);
    assert_int_equal(letter_register(w, &ann, &good).code, E_OK);
    rq[0] = letter_frame(w, &ann, &good);
    rq[1] = letter_frame(w, &ann, &bad);
    rq[2] = letter_frame(w, &ann, &also_good);
    world_run(w, rq, 3);
    assert_int_equal(world_answer(w, rq[0]).code, E_OK);
    assert_int_equal(world_answer(w, rq[1]).code, E_MALFORMED);
    assert_int_equal(world_answer(w, rq[2]).code, E_OK);
    assert_int_equal(rq[1]->outcome.code, E_MALFORMED);
    assert_non_null(rq[1]->outcome.where);
    assert_int_equal(world_effects(w, EFFECT_ANSWERED), 3);
    assert_int_equal(world_effects(w, EFFECT_MAIL), 2);
    assert_int_equal(person_page(w, &bob)->n_items, 2);
    person_free(&ann);
    person_free(&bob);
}

static const struct db_driver *real;

/* A driver that stores what it is given, and says that it could not. */
static struct err run_and_refuse(struct db *db, const char *sql, const struct db_value *v, size_t n,
                                 uint64_t *changed)
{
    TRY(real->run(db, sql, v, n, changed));
    return strncmp(sql, "INSERT INTO roster", 18) == 0 ? FAIL(E_DENIED) : OK;
}

static void what_a_failed_request_wrote_is_gone(void **state)
{
    struct world *w = *state;
    struct person ann, bob;
    struct db_driver refusing = *w->db->driver;
    Tacet__Wire__RegisterRoster in = TACET__WIRE__REGISTER_ROSTER__INIT;
    struct request *rq[2];
    struct letter l;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    letter_make(w, &l, &ann, &bob);
    in.roster = frame_data(l.roster_bytes);
    real = w->db->driver;
    refusing.run = run_and_refuse;
    for (unsigned round = 0; round < 2; round++) { /* without savepoints at first, and with them */
        rq[0] = world_frame(w, &bob.session, OP_REGISTER, &in);
        rq[1] = letter_frame(w, &ann, &l);
        assert_int_equal(w->server.careful > 0, round > 0);
        w->db->driver = &refusing;
        world_run(w, rq, 2);
        w->db->driver = real;
        assert_int_equal(world_answer(w, rq[0]).code, E_DENIED);
        assert_int_equal(world_answer(w, rq[1]).code, E_ABSENT);
        assert_true(w->server.careful > 0);
    }
    person_free(&ann);
    person_free(&bob);
}

static struct err run_but_not_commit(struct db *db, const char *sql, const struct db_value *v,
                                     size_t n, uint64_t *changed)
{
    if (strcmp(sql, "COMMIT") == 0)
        return FAIL(E_FULL);
    return real->run(db, sql, v, n, changed);
}

/* One batch on a disk that is full. */
static void run_without_room(struct world *w, struct request **rq, size_t n)
{
    struct db_driver failing = *w->db->driver;

    real = w->db->driver;
    failing.run = run_but_not_commit;
    w->db->driver = &failing;
    world_run(w, rq, n);
    w->db->driver = real;
}

static void a_commit_that_fails_refuses_what_writes_and_answers_what_reads(void **state)
{
    struct world *w = *state;
    struct request *rq[3];
    struct person ann, bob;
    struct letter l;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    letter_make(w, &l, &ann, &bob);
    assert_int_equal(letter_register(w, &ann, &l).code, E_OK);
    rq[0] = letter_frame(w, &ann, &l);
    rq[1] = world_frame(w, &ann.session, OP_INVITE, NULL); /* refused before */
    assert_ok(api_deliver(&bob.session, &w->arena, &rq[2]));

    run_without_room(w, rq, 3);
    assert_int_equal(world_answer(w, rq[0]).code, E_FULL);
    assert_int_equal(world_answer(w, rq[1]).code, E_DENIED);
    assert_int_equal(world_effects(w, EFFECT_SEND), 3); /* two answers and the page */
    assert_int_equal(world_effects(w, EFFECT_PAGE), 1);
    assert_int_equal(world_effects(w, EFFECT_ANSWERED), 1);
    assert_int_equal(world_effects(w, EFFECT_DONE), 2); /* the page was nobody's request */
    assert_int_equal(w->effects.n, 7);
    assert_int_equal(world_mail(w), 0);

    /* What was refused so did not use its number up. */
    ann.session.unanswered = 0;
    assert_int_equal(letter_send(w, &ann, &l).code, E_OK);
    person_free(&ann);
    person_free(&bob);
}

static void an_acknowledgement_that_cannot_be_kept_costs_nobody_the_connection(void **state)
{
    struct world *w = *state;
    struct person ann, bob;
    struct letter l;
    Tacet__Wire__Acknowledge in = TACET__WIRE__ACKNOWLEDGE__INIT;
    struct request *rq;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    letter_make(w, &l, &ann, &bob);
    assert_int_equal(letter_send(w, &ann, &l).code, E_OK);
    in.number = person_page(w, &bob)->items[0]->number;
    assert_ok(world_try(w, &bob.session, OP_ACKNOWLEDGE, 0, &in, &rq));
    run_without_room(w, &rq, 1);
    assert_int_equal(rq->outcome.code, E_FULL);
    assert_int_equal(world_effects(w, EFFECT_CLOSE), 0);
    assert_int_equal(world_effects(w, EFFECT_ACKED), 1); /* so that the next page may follow */
    bob.session.cursor = 0;
    assert_int_equal(person_page(w, &bob)->n_items, 1); /* and it is handed out again */
    person_free(&ann);
    person_free(&bob);
}

static bool gives;

/* The disk has room from here on. */
static bool relieve(void *ctx)
{
    struct world *w = ctx;

    assert_int_equal(w->db->depth, 0);
    if (gives)
        w->db->driver = real;
    return gives;
}

/* Of three requests one deletes, one writes and one reads. */
static void run_three(struct world *w, struct request **rq, struct person *ann, struct person *bob)
{
    Tacet__Wire__Acknowledge in = TACET__WIRE__ACKNOWLEDGE__INIT;
    struct letter l;

    letter_make(w, &l, ann, bob);
    assert_int_equal(letter_send(w, ann, &l).code, E_OK);
    bob->session.cursor = 0;
    in.number = person_page(w, bob)->items[0]->number;
    assert_ok(world_try(w, &bob->session, OP_ACKNOWLEDGE, 0, &in, &rq[0]));
    rq[1] = letter_frame(w, ann, &l);
    assert_ok(api_deliver(&bob->session, &w->arena, &rq[2]));
    run_without_room(w, rq, 3);
}

static void with_the_hosts_last_room_what_deletes_is_done_and_what_writes_refused(void **state)
{
    struct world *w = *state;
    const struct relief relief = {w, relieve};
    struct request *rq[3];
    struct person ann, bob;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    w->server.relief = &relief;
    gives = true;
    run_three(w, rq, &ann, &bob);
    assert_int_equal(rq[0]->outcome.code, E_OK);
    assert_int_equal(rq[1]->outcome.code, E_FULL);
    assert_int_equal(rq[2]->outcome.code, E_OK);
    assert_int_equal(world_effects(w, EFFECT_ACKED), 1);
    assert_true(w->server.full);
    assert_int_equal(world_mail(w), 0);
    bob.session.cursor = 0;
    assert_int_equal(person_page(w, &bob)->n_items, 0);
    person_free(&ann);
    person_free(&bob);
}

static void where_the_host_has_no_last_room_all_stays_as_it_was(void **state)
{
    struct world *w = *state;
    const struct relief relief = {w, relieve};
    struct request *rq[3];
    struct person ann, bob;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    w->server.relief = &relief;
    gives = false;
    run_three(w, rq, &ann, &bob);
    assert_int_equal(rq[0]->outcome.code, E_FULL);
    assert_int_equal(rq[1]->outcome.code, E_FULL);
    assert_int_equal(rq[2]->outcome.code, E_OK);
    assert_false(w->server.full);
    bob.session.cursor = 0;
    assert_int_equal(person_page(w, &bob)->n_items, 1);
    person_free(&ann);
    person_free(&bob);
}

static void an_empty_batch_does_nothing(void **state)
{
    struct world *w = *state;

    world_run(w, NULL, 0);
    assert_int_equal(w->effects.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(callers_may_ask_what_their_row_says),
        world_test(who_has_not_signed_in_is_refused_without_an_answer),
        world_test(what_cannot_be_answered_is_fatal),
        world_test(a_body_larger_than_its_row_is_refused),
        world_test(who_asks_too_fast_must_wait),
        world_test(only_so_many_uploads_may_be_unanswered),
        world_test(only_so_much_may_be_on_its_way),
        world_test(signing_in_is_asked_once),
        world_test(programs_whose_versions_do_not_meet_are_told_ours),
        world_test(a_failing_request_leaves_the_others),
        world_test(a_commit_that_fails_refuses_what_writes_and_answers_what_reads),
        world_test(an_acknowledgement_that_cannot_be_kept_costs_nobody_the_connection),
        world_test(what_a_failed_request_wrote_is_gone),
        world_test(with_the_hosts_last_room_what_deletes_is_done_and_what_writes_refused),
        world_test(where_the_host_has_no_last_room_all_stays_as_it_was),
        world_test(an_empty_batch_does_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
