/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for a recovery key, and who comes back with one.  [PROTOCOL 15.6] */
#include "fleet.h"
#include "server/linking/linking.h"

struct lost {
    struct world *w;
    struct person ann, bob;
    struct session stranger;
    struct bytes slot, blob;
};

static void connect(struct lost *x)
{
    api_session(&x->stranger, ++x->w->ids, SESSION_CLIENT, features_routes(),
                world_random(x->w, 32), x->w->now_ms);
}

static void begin(struct lost *x, void **state)
{
    *x = (struct lost){.w = *state};
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob, "bob");
    x->slot = world_random(x->w, LINKING_SLOT_SIZE);
    x->blob = world_random(x->w, 400);
    connect(x);
}

static void end(struct lost *x)
{
    person_free(&x->ann);
    person_free(&x->bob);
}

static enum err_code keep(struct lost *x, struct person *by, struct bytes slot, struct bytes blob)
{
    Tacet__Wire__KeepRecovery in = TACET__WIRE__KEEP_RECOVERY__INIT;

    in.slot = frame_data(slot);
    in.blob = frame_data(blob);
    return world_ask(x->w, &by->session, OP_RECOVERY_KEEP, &in).code;
}

static enum err_code recover(struct lost *x, struct bytes slot, Tacet__Wire__Recovered **out)
{
    Tacet__Wire__Versions versions = fleet_versions();
    Tacet__Wire__Recover in = TACET__WIRE__RECOVER__INIT;
    struct answer a;

    connect(x);
    in.versions = &versions;
    in.slot = frame_data(slot);
    a = world_ask(x->w, &x->stranger, OP_RECOVER, &in);
    if (a.code == E_OK)
        world_read(x->w, a, recovered, out);
    return a.code;
}

static enum err_code recover_list(struct lost *x, struct bytes list)
{
    Tacet__Wire__Versions versions = fleet_versions();
    Tacet__Wire__RecoverList in = TACET__WIRE__RECOVER_LIST__INIT;

    connect(x);
    in.versions = &versions;
    in.statement = frame_data(list);
    return world_ask(x->w, &x->stranger, OP_RECOVER_LIST, &in).code;
}

static void what_is_kept_is_given_to_who_names_it(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;

    begin(&x, state);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK); /* its answer was lost */
    world_again(x.w);
    assert_int_equal(recover(&x, x.slot, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), x.blob);
    world_check_certificate(x.w, frame_bytes(out->certificate));
    assert_int_equal(out->person->n_lists, 1);
    assert_bytes(frame_bytes(out->person->lists[0]), x.ann.list_statement);
    assert_int_equal(out->person->n_prekeys, 0);
    end(&x);
}

static void an_account_keeps_one(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;
    struct bytes other, second;

    begin(&x, state);
    other = world_random(x.w, LINKING_SLOT_SIZE);
    second = world_random(x.w, 400);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    assert_int_equal(keep(&x, &x.ann, other, second), E_OK);
    assert_int_equal(recover(&x, x.slot, &out), E_ABSENT);
    assert_int_equal(recover(&x, other, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), second);
    assert_int_equal(keep(&x, &x.bob, other, x.blob), E_CONFLICT); /* Ann's stays */
    assert_int_equal(recover(&x, other, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), second);
    end(&x);
}

static void what_has_no_form_or_is_too_large_is_not_kept(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;
    struct bytes large, nothing = {NULL, 0};

    begin(&x, state);
    large = world_random(x.w, LINKING_RECOVERY_MOST + 1);
    assert_int_equal(keep(&x, &x.ann, bytes(x.slot.at, 15), x.blob), E_MALFORMED);
    assert_int_equal(keep(&x, &x.ann, x.slot, nothing), E_MALFORMED);
    assert_int_equal(keep(&x, &x.ann, x.slot, large), E_LIMIT);
    assert_int_equal(recover(&x, x.slot, &out), E_ABSENT);
    assert_int_equal(recover(&x, bytes(x.slot.at, 15), &out), E_MALFORMED);
    large.n--;
    assert_int_equal(keep(&x, &x.ann, x.slot, large), E_OK);
    end(&x);
}

static void it_goes_with_its_account(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;

    begin(&x, state);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    assert_int_equal(world_remove(x.w, "ann"), E_OK);
    assert_int_equal(recover(&x, x.slot, &out), E_ABSENT);
    assert_int_equal(scratch_number(x.w->db, "SELECT count(*) FROM recovery"), 0);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_REMOVED);
    end(&x);
}

/* A guess costs a connection. */
static void on_a_connection_it_is_asked_for_once(void **state)
{
    struct lost x;
    Tacet__Wire__Versions versions = fleet_versions();
    Tacet__Wire__Recover in = TACET__WIRE__RECOVER__INIT;
    Tacet__Wire__RecoverList list = TACET__WIRE__RECOVER_LIST__INIT;
    struct request *rq;

    begin(&x, state);
    assert_int_equal(world_ask(x.w, &x.stranger, OP_RECOVER, &in).code, E_MALFORMED);
    in.versions = &versions;
    assert_err(world_try(x.w, &x.stranger, OP_RECOVER, ++x.w->ids, &in, &rq), E_LIMIT);
    assert_int_equal(world_ask(x.w, &x.stranger, OP_RECOVER_LIST, &list).code, E_MALFORMED);
    list.versions = &versions;
    assert_err(world_try(x.w, &x.stranger, OP_RECOVER_LIST, ++x.w->ids, &list, &rq), E_LIMIT);
    assert_int_equal(world_ask(x.w, &x.ann.session, OP_RECOVER, &in).code, E_DENIED);
    assert_int_equal(world_ask(x.w, &x.ann.session, OP_RECOVER_LIST, &list).code, E_DENIED);
    end(&x);
}

static void a_list_that_no_recovery_key_signed_recovers_nothing(void **state)
{
    struct lost x;
    struct person eve, phone;

    begin(&x, state);
    assert_int_equal(recover_list(&x, BYTES_LITERAL("x")), E_MALFORMED);
    assert_int_equal(recover_list(&x, x.ann.list_statement), E_DENIED);
    person_next_list(x.w, &x.ann);
    assert_int_equal(recover_list(&x, x.ann.list_statement), E_DENIED); /* by a device */
    fleet_make(x.w, &x.ann, &phone);
    x.ann.list.version = 1;
    fleet_add(&x.ann, &phone);
    person_next_list(x.w, &x.ann);
    fleet_tell(&x.ann, &phone);
    person_sign_list(x.w, &phone);
    assert_int_equal(recover_list(&x, phone.list_statement), E_DENIED); /* by the one it adds */
    person_make(x.w, &eve);
    assert_int_equal(recover_list(&x, eve.list_statement), E_ABSENT);
    assert_int_equal(scratch_number(x.w->db, "SELECT count(*) FROM device_list"), 2);
    assert_int_equal(world_remove(x.w, "ann"), E_OK);
    assert_int_equal(recover_list(&x, x.ann.list_statement), E_REMOVED);
    fleet_free(&phone);
    person_free(&eve);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(what_is_kept_is_given_to_who_names_it),
        world_test(an_account_keeps_one),
        world_test(what_has_no_form_or_is_too_large_is_not_kept),
        world_test(it_goes_with_its_account),
        world_test(on_a_connection_it_is_asked_for_once),
        world_test(a_list_that_no_recovery_key_signed_recovers_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
