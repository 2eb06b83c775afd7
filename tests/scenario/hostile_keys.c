/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_keys: by which keys the server is known: announced, changed, forged, taken back,
 * withheld. */
#include "scenario/hostile.h"

#define KEYS .op = OP_SERVER_KEYS, .form = &tacet__wire__server_keys__descriptor

static enum err_code order(struct play *p, enum op op)
{
    Tacet__Wire__AskTls m = TACET__WIRE__ASK_TLS__INIT;

    return stage_operate(p, op, &m, NULL);
}

static enum err_code switches(struct play *p, uint32_t early)
{
    Tacet__Wire__SwitchTls m = TACET__WIRE__SWITCH_TLS__INIT;

    m.early = early;
    return stage_operate(p, OP_TLS_SWITCH, &m, NULL);
}

static const struct server_keys *known_to(struct person *who)
{
    return &engine_own(stage_engine(who))->server;
}

/* Connects anew; with what it came back? */
static bool comes_back(struct person *who)
{
    leaves(who);
    returns(who);
    return engine_is_ready(stage_engine(who));
}

static void talk(struct person *one, struct person *other)
{
    says(one, other, "Is it you?");
    sees(other, one, "Is it you?");
    says(other, one, "It is.");
    sees(one, other, "It is.");
}

/* ---- honest */

static void a_key_that_was_announced_for_a_month_cuts_nobody_off(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol;
    struct server_pin before = stage_key(p), after;

    (void)state;
    assert_int_equal(known_to(alice)->number, 0);
    assert_int_equal(switches(p, 1), E_ABSENT);
    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_OK);
    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_CONFLICT);
    assert_true(comes_back(alice));
    assert_int_equal(known_to(alice)->pins, 2);
    assert_int_equal(known_to(bob)->number, 0); /* he never hung up, and asks once a day */
    stage_forward(p, 29 * CLOCK_DAY_MS);
    assert_int_equal(known_to(bob)->pins, 2);
    assert_int_equal(switches(p, 0), E_LIMIT);
    stage_forward(p, CLOCK_DAY_MS);
    leaves(alice);
    assert_int_equal(switches(p, 0), E_OK);
    after = stage_key(p);
    assert_false(ID_SAME(before, after));

    stage_hang_up(bob);
    returns(alice);
    stage_forward(p, CLOCK_MINUTE_MS);
    talk(alice, bob);
    assert_int_equal(known_to(alice)->number, 2);
    assert_int_equal(known_to(alice)->pins, 1);
    assert_true(ID_SAME(known_to(bob)->pin[0], after));
    carol = joins(p, "carol"); /* her invitation names the new key */
    talk(carol, alice);
    server_dies(p);
    server_comes_back(p);
    stage_forward(p, CLOCK_MINUTE_MS);
    talk(bob, carol);
    assert_false(stage_heard(alice, PROBLEM_STATEMENT));
    assert_false(stage_heard(bob, PROBLEM_STATEMENT));
    play_end(p);
}

static void who_was_away_while_a_key_was_announced_is_told_that_it_is_another_server(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    leaves(bob);
    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_OK);
    assert_true(comes_back(alice));
    assert_int_equal(switches(p, 1), E_OK);
    assert_true(comes_back(alice));
    assert_false(comes_back(bob));
    assert_true(stage_link_ended(bob, E_FORGED));
    assert_int_equal(known_to(bob)->number, 0);
    play_end(p);
}

static void a_key_that_was_withdrawn_is_accepted_no_more(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    struct server_pin announced;

    (void)state;
    assert_int_equal(order(p, OP_TLS_WITHDRAW), E_ABSENT);
    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_OK);
    assert_true(comes_back(alice));
    announced = known_to(alice)->pin[1];
    stage_show_key(p, &announced);
    assert_true(comes_back(alice));
    assert_int_equal(order(p, OP_TLS_WITHDRAW), E_OK);
    assert_true(comes_back(alice));
    assert_int_equal(known_to(alice)->pins, 1);
    assert_false(comes_back(alice)); /* it still shows the withdrawn one */
    assert_true(stage_link_ended(alice, E_FORGED));
    announced = stage_key(p);
    stage_show_key(p, &announced);
    assert_true(comes_back(alice));
    play_end(p);
}

static void a_key_that_nobody_announced_is_no_server_of_ours(void **state)
{
    static const struct server_pin strange = {{0x66}};
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct server_pin ours = stage_key(p);

    (void)state;
    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_OK);
    assert_true(comes_back(alice));
    stage_show_key(p, &strange);
    assert_false(comes_back(alice));
    assert_true(stage_link_ended(alice, E_FORGED));
    assert_false(comes_back(bob));
    stage_show_key(p, &ours);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    talk(alice, bob);
    play_end(p);
}

/* ---- lies */

static bool say_bytes(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__ServerKeys *)body)->statement = frame_data(l->bytes);
    return true;
}

static bool alter(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__ServerKeys *)body)->statement, l->at);
    return true;
}

static bool alter_certificate(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__ServerKeys *)body)->certificate, l->at);
    return true;
}

/* A statement with the pins 1, 2, ... as the directory itself might sign it, or somebody else. */
static void say_keys(struct play *p, uint32_t number, size_t pins, const struct network_id *nid,
                     const struct sign_private *key, struct buf *out)
{
    struct server_keys s = {.number = number, .made_ms = stage_now(p), .pins = pins};

    for (size_t i = 0; i < pins; i++)
        s.pin[i].b[0] = (uint8_t)(i + 1);
    assert_ok(server_keys_sign(&s, nid, key, out));
}

/* Alice knows number 2 by now.  She hears the lie, believes nothing of it, and goes on. */
static void is_not_believed(struct play *p, struct person *alice, struct lie *lie,
                            enum err_code code)
{
    struct server_keys before = *known_to(alice);

    lie->to = alice;
    lie_begin(p, lie);
    (void)stage_heard(alice, PROBLEM_STATEMENT);
    assert_true(comes_back(alice));
    assert_int_equal(lie->told, 1);
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(alice), code);
    assert_true(server_keys_same(known_to(alice), &before));
    lie_end(p);
    assert_true(comes_back(alice));
    assert_true(server_keys_same(known_to(alice), &before));
    assert_false(stage_heard(alice, PROBLEM_STATEMENT));
}

static struct person *with_second_statement(struct play *p)
{
    struct person *alice = joins(p, "alice");

    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_OK);
    assert_true(comes_back(alice));
    assert_int_equal(switches(p, 1), E_OK);
    assert_true(comes_back(alice));
    assert_int_equal(known_to(alice)->number, 2);
    return alice;
}

static void what_the_directory_did_not_sign_for_this_network_is_not_believed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = with_second_statement(p);
    struct network_id nid = engine_own(stage_engine(alice))->nid, other = nid;
    const struct sign_private *dsk = engine_own(stage_engine(alice))->me.dsk_secret;
    struct buf forged = BUF(512), foreign = BUF(512);
    struct lie lies[] = {
        {KEYS, .tell = alter, .at = 4},
        {KEYS, .tell = alter, .at = 14},
        {KEYS, .tell = say_bytes},
        {KEYS, .tell = say_bytes},
    };

    (void)state;
    other.b[0] ^= 1;
    say_keys(p, 3, 1, &nid, dsk, &forged);
    say_keys(p, 3, 1, &other, stage_directory_key(p), &foreign);
    lies[2].bytes = buf_view(&forged);
    lies[3].bytes = buf_view(&foreign);
    for (size_t i = 0; i < 4; i++)
        is_not_believed(p, alice, &lies[i], E_FORGED);
    buf_free(&forged);
    buf_free(&foreign);
    play_end(p);
}

/* Of what says nothing new she need not look at either. */
static void news_needs_both_signatures(void **state)
{
    struct play *p = play_begin();
    struct person *alice = with_second_statement(p);
    struct lie lies[] = {{KEYS, .tell = alter, .at = SIZE_MAX},
                         {KEYS, .tell = alter_certificate, .at = SIZE_MAX}};

    (void)state;
    leaves(alice);
    assert_int_equal(order(p, OP_TLS_ANNOUNCE), E_OK);
    for (size_t i = 0; i < 2; i++) {
        lie_begin(p, &lies[i]);
        returns(alice);
        assert_true(stage_heard(alice, PROBLEM_STATEMENT));
        assert_int_equal(stage_problem_code(alice), E_FORGED);
        assert_int_equal(known_to(alice)->number, 2);
        leaves(alice);
    }
    lie_end(p);
    returns(alice);
    assert_int_equal(known_to(alice)->number, 3);
    play_end(p);
}

static void statements_never_go_back_nor_say_two_things_under_one_number(void **state)
{
    struct play *p = play_begin();
    struct person *alice = with_second_statement(p);
    struct network_id nid = engine_own(stage_engine(alice))->nid;
    struct buf old = BUF(512), same = BUF(512), ahead = BUF(512);
    struct lie rolled_back = {KEYS, .tell = say_bytes}, other = {KEYS, .tell = say_bytes},
               none = {KEYS, .tell = say_bytes}, early = {KEYS, .tell = say_bytes};

    (void)state;
    say_keys(p, 1, 2, &nid, stage_directory_key(p), &old);
    say_keys(p, 2, 1, &nid, stage_directory_key(p), &same);
    rolled_back.bytes = buf_view(&old);
    other.bytes = buf_view(&same);
    is_not_believed(p, alice, &rolled_back, E_STALE);
    is_not_believed(p, alice, &other, E_CONFLICT);
    is_not_believed(p, alice, &none, E_STALE); /* as if there never was one */
    stage_skew(alice, -2 * (int64_t)CLOCK_HOUR_MS);
    say_keys(p, 3, 1, &nid, stage_directory_key(p), &ahead);
    early.bytes = buf_view(&ahead);
    lie_begin(p, &early);
    leaves(alice);
    returns(alice);
    assert_int_equal(known_to(alice)->number, 2);
    lie_end(p);
    buf_free(&old);
    buf_free(&same);
    buf_free(&ahead);
    play_end(p);
}

static void five_pins_and_none_are_no_statement(void **state)
{
    struct play *p = play_begin();
    struct person *alice = with_second_statement(p);
    uint8_t many[14 + 5 * 32 + SIGN_SIZE] = {1, 0, 0, 0, 9},
                               empty[14 + SIGN_SIZE] = {1, 0, 0, 0, 9};
    struct lie too_many = {KEYS, .tell = say_bytes, .bytes = BYTES(many)},
               no_pin = {KEYS, .tell = say_bytes, .bytes = BYTES(empty)};

    (void)state;
    many[13] = 5;
    is_not_believed(p, alice, &too_many, E_MALFORMED);
    is_not_believed(p, alice, &no_pin, E_MALFORMED);
    play_end(p);
}

static void a_server_that_does_not_know_the_question_is_asked_in_vain(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_SERVER_KEYS, .tell = lie_refuse, .at = E_ABSENT};

    (void)state;
    lie_begin(p, &lie);
    assert_true(comes_back(alice));
    assert_true(engine_is_drained(stage_engine(alice)));
    assert_true(comes_back(bob));
    assert_int_equal(lie.told, 2);
    talk(alice, bob);
    assert_false(stage_heard(alice, PROBLEM_STATEMENT));
    lie_end(p);
    play_end(p);
}

const struct CMUnitTest hostile_keys[] = {
    cmocka_unit_test(a_key_that_was_announced_for_a_month_cuts_nobody_off),
    cmocka_unit_test(who_was_away_while_a_key_was_announced_is_told_that_it_is_another_server),
    cmocka_unit_test(a_key_that_was_withdrawn_is_accepted_no_more),
    cmocka_unit_test(a_key_that_nobody_announced_is_no_server_of_ours),
    cmocka_unit_test(what_the_directory_did_not_sign_for_this_network_is_not_believed),
    cmocka_unit_test(news_needs_both_signatures),
    cmocka_unit_test(statements_never_go_back_nor_say_two_things_under_one_number),
    cmocka_unit_test(five_pins_and_none_are_no_statement),
    cmocka_unit_test(a_server_that_does_not_know_the_question_is_asked_in_vain),
};
const size_t hostile_keys_n = sizeof hostile_keys / sizeof hostile_keys[0];
