/* SPDX-License-Identifier: Apache-2.0 */
/* The statement of the server's keys, and the operator's orders about them, over a keystore whose
 * keys are nothing but their pins. */
#include "server/networks/keystore.h"
#include "server/networks/pins.h"

#include "world.h"

/* ---- a keystore */

static struct shelf {
    struct keystore keystore;
    struct server_pin key, next;
    bool has_next;
    unsigned renewed;
    enum err_code fails; /* every change */
} shelf;

static struct err look(void *ctx, struct keystore_key *out)
{
    (void)ctx;
    *out = (struct keystore_key){shelf.key, 1000};
    return OK;
}

static struct err look_next(void *ctx, struct keystore_key *out)
{
    (void)ctx;
    *out = (struct keystore_key){shelf.next, 2000};
    return shelf.has_next ? OK : FAIL(E_ABSENT);
}

static struct err renew(void *ctx, uint64_t now_ms)
{
    (void)ctx, (void)now_ms;
    shelf.renewed++;
    return shelf.fails == E_OK ? OK : FAIL(shelf.fails);
}

static struct err make_next(void *ctx, uint64_t now_ms)
{
    (void)ctx, (void)now_ms;
    if (shelf.fails != E_OK)
        return FAIL(shelf.fails);
    shelf.has_next = true;
    shelf.next.b[0]++;
    return OK;
}

/* The pin is what is called a certificate here. */
static struct err put_next(void *ctx, struct bytes certificate, struct bytes key)
{
    (void)ctx, (void)key;
    if (certificate.n != sizeof shelf.next.b)
        return FAIL(E_MALFORMED);
    shelf.has_next = true;
    memcpy(shelf.next.b, certificate.at, certificate.n);
    return OK;
}

static struct err promote(void *ctx)
{
    (void)ctx;
    if (shelf.has_next && !shelf.keystore.outside)
        shelf.key = shelf.next;
    return shelf.fails == E_OK ? OK : FAIL(shelf.fails);
}

static struct err drop_next(void *ctx)
{
    (void)ctx;
    shelf.has_next = false;
    return OK;
}

static void stock(struct world *w)
{
    shelf = (struct shelf){.keystore = {&shelf, false, look, look_next, renew, make_next, put_next,
                                        promote, drop_next},
                           .key = {{7}}, /* as the world's */
                           .next = {{100}}};
    w->server.keystore = &shelf.keystore;
}

/* ---- orders */

static struct answer order(struct world *w, enum op op)
{
    Tacet__Wire__AskTls in = TACET__WIRE__ASK_TLS__INIT;

    return world_ask(w, &w->control, op, &in);
}

static enum err_code announce(struct world *w, struct bytes certificate)
{
    Tacet__Wire__AnnounceTls in = TACET__WIRE__ANNOUNCE_TLS__INIT;

    in.certificate = frame_data(certificate);
    return world_ask(w, &w->control, OP_TLS_ANNOUNCE, &in).code;
}

static enum err_code switch_to(struct world *w, uint32_t early)
{
    Tacet__Wire__SwitchTls in = TACET__WIRE__SWITCH_TLS__INIT;

    in.early = early;
    return world_ask(w, &w->control, OP_TLS_SWITCH, &in).code;
}

static Tacet__Wire__TlsKeys *shown(struct world *w)
{
    Tacet__Wire__TlsKeys *keys = NULL;
    struct answer a = order(w, OP_TLS_SHOW);

    assert_int_equal(a.code, E_OK);
    world_read(w, a, tls_keys, &keys);
    return keys;
}

/* The newest statement, as a client checks it. */
static struct server_keys said(struct world *w)
{
    struct bytes statement;
    struct server_keys newest, checked;

    assert_ok(pins_newest(w->db, &w->arena, &statement, &newest));
    if (newest.number == 0)
        return newest;
    assert_ok(
        server_keys_check(statement, &w->nid, networks_key(w->networks), w->now_ms, &checked));
    assert_true(server_keys_same(&newest, &checked));
    return newest;
}

/* New connections are to be shown this key. */
static bool has_changed_to(const struct world *w, const struct server_pin *pin)
{
    const struct effect *e = world_effect(w, EFFECT_KEYS);

    return e != NULL && bytes_same(e->frame, ID_BYTES(*pin));
}

static struct invitation invite(struct world *w, const char *handle)
{
    struct invitation i;

    assert_int_equal(world_invite(w, handle, 0, &i).code, E_OK);
    return i;
}

/* ---- claims */

static void without_an_announcement_there_is_no_statement(void **state)
{
    struct world *w = *state;
    Tacet__Wire__TlsKeys *k;

    stock(w);
    k = shown(w);
    assert_int_equal(said(w).number, 0);
    assert_int_equal(k->number, 0);
    assert_bytes(frame_bytes(k->in_force->pin), ID_BYTES(shelf.key));
    assert_int_equal(k->in_force->expires_ms, 1000);
    assert_null(k->announced);
    assert_int_equal(switch_to(w, 1), E_ABSENT);
    assert_int_equal(order(w, OP_TLS_WITHDRAW).code, E_ABSENT);
}

static void an_announced_key_comes_into_force_after_30_days(void **state)
{
    struct world *w = *state;
    struct server_pin first;
    struct server_keys s;

    stock(w);
    first = shelf.key;
    assert_int_equal(announce(w, bytes(NULL, 0)), E_OK);
    assert_null(world_effect(w, EFFECT_KEYS));
    s = said(w);
    assert_int_equal(s.number, 1);
    assert_int_equal(s.pins, 2);
    assert_true(ID_SAME(s.pin[0], first));
    assert_true(ID_SAME(s.pin[1], shelf.next));
    assert_int_equal(shown(w)->announced_ms, w->now_ms);
    assert_int_equal(shown(w)->announced->expires_ms, 2000);
    assert_int_equal(announce(w, bytes(NULL, 0)), E_CONFLICT);
    assert_memory_equal(invite(w, "ada").pin, first.b, sizeof first.b);

    w->now_ms += PINS_ANNOUNCED_MS - 1;
    assert_int_equal(switch_to(w, 0), E_LIMIT);
    assert_true(ID_SAME(shelf.key, first));
    w->now_ms++;
    assert_int_equal(switch_to(w, 0), E_OK);
    assert_true(has_changed_to(w, &shelf.next));
    s = said(w);
    assert_int_equal(s.number, 2);
    assert_int_equal(s.pins, 1);
    assert_true(ID_SAME(s.pin[0], shelf.next));
    assert_memory_equal(invite(w, "bob").pin, shelf.next.b, sizeof shelf.next.b);
    assert_false(shelf.has_next);
}

static void a_key_that_is_in_force_is_not_announced(void **state)
{
    struct world *w = *state;

    stock(w);
    assert_int_equal(announce(w, ID_BYTES(shelf.key)), E_STALE);
    assert_int_equal(announce(w, BYTES_LITERAL("no PEM")), E_MALFORMED);
    assert_int_equal(said(w).number, 0);
    assert_false(shelf.has_next);
}

static void withdrawing_takes_the_key_back_under_a_new_number(void **state)
{
    struct world *w = *state;
    struct server_pin first;

    stock(w);
    first = shelf.key;
    assert_int_equal(announce(w, bytes(NULL, 0)), E_OK);
    assert_int_equal(order(w, OP_TLS_WITHDRAW).code, E_OK);
    assert_false(shelf.has_next);
    assert_int_equal(said(w).number, 2);
    assert_int_equal(said(w).pins, 1);
    assert_true(ID_SAME(said(w).pin[0], first));
    assert_int_equal(announce(w, bytes(NULL, 0)), E_OK);
    assert_int_equal(said(w).number, 3);
}

static void renewing_says_nothing_new_and_shows_the_new_certificate(void **state)
{
    struct world *w = *state;

    stock(w);
    assert_int_equal(order(w, OP_TLS_RENEW).code, E_OK);
    assert_int_equal(shelf.renewed, 1);
    assert_true(has_changed_to(w, &shelf.key));
    assert_int_equal(said(w).number, 0);
    shelf.fails = E_FULL;
    assert_int_equal(order(w, OP_TLS_RENEW).code, E_FULL);
    assert_null(world_effect(w, EFFECT_KEYS));
}

static void what_fails_on_the_way_changes_nothing_that_clients_hear(void **state)
{
    struct world *w = *state;

    stock(w);
    shelf.fails = E_IO;
    assert_int_equal(announce(w, bytes(NULL, 0)), E_IO);
    assert_int_equal(said(w).number, 0);
    shelf.fails = E_OK;
    assert_int_equal(announce(w, bytes(NULL, 0)), E_OK);
    shelf.fails = E_IO; /* the key is in its place already when it fails */
    assert_int_equal(switch_to(w, 1), E_IO);
    assert_int_equal(said(w).number, 1);
    assert_null(world_effect(w, EFFECT_KEYS));
    assert_int_equal(order(w, OP_TLS_WITHDRAW).code, E_CONFLICT); /* the old one is gone */
    assert_int_equal(order(w, OP_TLS_RENEW).code, E_CONFLICT);
    shelf.fails = E_OK;
    assert_int_equal(switch_to(w, 1), E_OK);
    assert_int_equal(said(w).number, 2);
    assert_true(has_changed_to(w, &shelf.key));
}

static void a_reload_takes_the_key_in_force_or_one_whose_time_has_come(void **state)
{
    static const struct server_pin strange = {{99}};
    struct world *w = *state;
    struct server_pin first, next = {{50}};

    stock(w);
    shelf.keystore.outside = true;
    first = shelf.key;
    assert_int_equal(order(w, OP_TLS_RELOAD).code, E_OK);
    assert_true(has_changed_to(w, &first));
    shelf.key = strange;
    assert_int_equal(order(w, OP_TLS_RELOAD).code, E_STALE);
    assert_null(world_effect(w, EFFECT_KEYS));
    shelf.key = first;
    assert_int_equal(announce(w, ID_BYTES(next)), E_OK);
    assert_int_equal(switch_to(w, 1), E_STALE); /* it is not in the files yet */
    shelf.key = strange;
    assert_int_equal(order(w, OP_TLS_RELOAD).code, E_STALE);
    shelf.key = next;
    assert_int_equal(order(w, OP_TLS_RELOAD).code, E_LIMIT);
    assert_int_equal(said(w).number, 1);
    w->now_ms += PINS_ANNOUNCED_MS;
    assert_int_equal(order(w, OP_TLS_RELOAD).code, E_OK);
    assert_true(has_changed_to(w, &next));
    assert_int_equal(said(w).number, 2);
    assert_int_equal(shown(w)->outside, 1);
}

static void a_device_is_told_the_newest_and_the_certificate_it_checks_by(void **state)
{
    struct world *w = *state;
    Tacet__Wire__AskServerKeys in = TACET__WIRE__ASK_SERVER_KEYS__INIT;
    Tacet__Wire__ServerKeys *out;
    struct server_keys s;
    struct person ada;
    struct answer a;

    stock(w);
    person_enter(w, &ada, "ada");
    a = world_ask(w, &ada.session, OP_SERVER_KEYS, &in);
    assert_int_equal(a.code, E_OK);
    assert_int_equal(a.body.n, 0);
    assert_int_equal(announce(w, bytes(NULL, 0)), E_OK);
    a = world_ask(w, &ada.session, OP_SERVER_KEYS, &in);
    world_read(w, a, server_keys, &out);
    world_check_certificate(w, frame_bytes(out->certificate));
    assert_ok(server_keys_check(frame_bytes(out->statement), &w->nid, networks_key(w->networks),
                                w->now_ms, &s));
    assert_int_equal(s.number, 1);
    person_free(&ada);
}

static void a_start_finishes_a_switch_and_refuses_a_stranger(void **state)
{
    static const struct server_pin strange = {{99}};
    struct world *w = *state;
    struct server_pin first, next;
    bool changed;

    stock(w);
    first = shelf.key;
    assert_ok(pins_start(w->networks, w->db, &strange, true, w->now_ms, &changed));
    assert_ok(pins_start(w->networks, w->db, &first, true, w->now_ms, &changed));
    assert_false(changed); /* nobody was told anything yet, but by invitations */
    assert_err(pins_start(w->networks, w->db, &strange, false, w->now_ms, &changed), E_CONFLICT);
    assert_int_equal(announce(w, bytes(NULL, 0)), E_OK);
    next = shelf.next;
    assert_ok(pins_start(w->networks, w->db, &first, false, w->now_ms, &changed));
    assert_false(changed);
    assert_err(pins_start(w->networks, w->db, &strange, false, w->now_ms, &changed), E_CONFLICT);
    assert_int_equal(said(w).number, 1);
    assert_ok(pins_start(w->networks, w->db, &next, false, w->now_ms, &changed));
    assert_true(changed);
    assert_true(ID_SAME(said(w).pin[0], next));
    assert_int_equal(said(w).pins, 1);
    assert_err(pins_start(w->networks, w->db, &first, false, w->now_ms, &changed), E_CONFLICT);
    assert_ok(pins_start(w->networks, w->db, &strange, true, w->now_ms, &changed));
    assert_true(ID_SAME(said(w).pin[0], strange));
    assert_int_equal(said(w).number, 3);
    world_again(w);
    assert_int_equal(said(w).number, 3);
}

static void a_server_without_a_keystore_has_no_such_orders(void **state)
{
    struct world *w = *state;

    assert_int_equal(order(w, OP_TLS_SHOW).code, E_ABSENT);
    assert_int_equal(announce(w, bytes(NULL, 0)), E_ABSENT);
    assert_int_equal(switch_to(w, 1), E_ABSENT);
}

static void the_server_gives_itself_orders_as_its_operator_would(void **state)
{
    struct world *w = *state;
    struct request *rq;

    stock(w);
    assert_ok(api_order(features_routes(), &w->arena, OP_TLS_RELOAD, &rq));
    world_run(w, &rq, 1);
    assert_ok(rq->outcome);
    assert_true(has_changed_to(w, &shelf.key));
    assert_int_equal(world_effects(w, EFFECT_SEND), 0);
    assert_int_equal(world_effects(w, EFFECT_DONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(without_an_announcement_there_is_no_statement),
        world_test(an_announced_key_comes_into_force_after_30_days),
        world_test(a_key_that_is_in_force_is_not_announced),
        world_test(withdrawing_takes_the_key_back_under_a_new_number),
        world_test(renewing_says_nothing_new_and_shows_the_new_certificate),
        world_test(what_fails_on_the_way_changes_nothing_that_clients_hear),
        world_test(a_reload_takes_the_key_in_force_or_one_whose_time_has_come),
        world_test(a_device_is_told_the_newest_and_the_certificate_it_checks_by),
        world_test(a_start_finishes_a_switch_and_refuses_a_stranger),
        world_test(a_server_without_a_keystore_has_no_such_orders),
        world_test(the_server_gives_itself_orders_as_its_operator_would),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
