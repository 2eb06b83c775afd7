/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for a recovery key, and who comes back with one.  [PROTOCOL 15.6] */
#include "fleet.h"
#include "server/linking/linking.h"

struct lost {
    struct world *w;
    struct person ann, bob;
    struct session stranger;
    struct bytes slot, blob;
    struct device_id key; /* of which it is */
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

/* Into Ann's list, in the place of none. */
static void list_key(struct lost *x, struct person *key)
{
    fleet_make(x->w, &x->ann, key);
    fleet_add_as(&x->ann, key, DEVICE_RECOVERY);
    person_next_list(x->w, &x->ann);
    assert_int_equal(person_publish_list(x->w, &x->ann, x->ann.list_statement), E_OK);
    x->key = key->did;
}

static enum err_code keep(struct lost *x, struct person *by, struct bytes slot, struct bytes blob)
{
    Tacet__Wire__KeepRecovery in = TACET__WIRE__KEEP_RECOVERY__INIT;

    in.slot = frame_data(slot);
    in.blob = frame_data(blob);
    in.did = frame_data(ID_BYTES(x->key));
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
    struct person key;
    Tacet__Wire__Recovered *out;

    begin(&x, state);
    list_key(&x, &key);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK); /* its answer was lost */
    world_again(x.w);
    assert_int_equal(recover(&x, x.slot, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), x.blob);
    world_check_certificate(x.w, frame_bytes(out->certificate));
    assert_int_equal(out->person->n_lists, 2);
    assert_bytes(frame_bytes(out->person->lists[1]), x.ann.list_statement);
    assert_int_equal(out->person->n_prekeys, 0);
    assert_bytes(frame_bytes(out->root), BYTES(networks_root(x.w->server.networks)->b));
    fleet_free(&key);
    end(&x);
}

static void an_account_keeps_one(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;
    struct bytes other, second;
    struct person key, bobs;

    begin(&x, state);
    list_key(&x, &key);
    other = world_random(x.w, LINKING_SLOT_SIZE);
    second = world_random(x.w, 400);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    assert_int_equal(keep(&x, &x.ann, other, second), E_OK);
    assert_int_equal(recover(&x, x.slot, &out), E_ABSENT);
    assert_int_equal(recover(&x, other, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), second);
    fleet_make(x.w, &x.bob, &bobs);
    fleet_add_as(&x.bob, &bobs, DEVICE_RECOVERY);
    person_next_list(x.w, &x.bob);
    assert_int_equal(person_publish_list(x.w, &x.bob, x.bob.list_statement), E_OK);
    assert_int_equal(keep(&x, &x.bob, other, x.blob), E_STALE);
    x.key = bobs.did;
    assert_int_equal(keep(&x, &x.bob, other, x.blob), E_CONFLICT); /* Ann's stays */
    assert_int_equal(recover(&x, other, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), second);
    fleet_free(&key);
    fleet_free(&bobs);
    end(&x);
}

/* Of two devices that make one, or of one that was away since, the one whose key is in force has
 * its blob here, whatever comes when. */
static void what_is_of_no_key_in_force_takes_nothings_place(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;
    struct bytes other;
    struct person key, before;

    begin(&x, state);
    other = world_random(x.w, LINKING_SLOT_SIZE);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_STALE);
    list_key(&x, &before);
    fleet_revoke(&x.ann, &before);
    list_key(&x, &key);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    x.key = before.did;
    assert_int_equal(keep(&x, &x.ann, other, x.blob), E_STALE);
    x.key = x.ann.did;
    assert_int_equal(keep(&x, &x.ann, other, x.blob), E_STALE);
    assert_int_equal(recover(&x, other, &out), E_ABSENT);
    assert_int_equal(recover(&x, x.slot, &out), E_OK);
    fleet_free(&key);
    fleet_free(&before);
    end(&x);
}

static void what_has_no_form_or_is_too_large_is_not_kept(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;
    struct bytes large, nothing = {NULL, 0};
    struct person key;

    begin(&x, state);
    list_key(&x, &key);
    large = world_random(x.w, LINKING_RECOVERY_MOST + 1);
    assert_int_equal(keep(&x, &x.ann, bytes(x.slot.at, 15), x.blob), E_MALFORMED);
    assert_int_equal(keep(&x, &x.ann, x.slot, nothing), E_MALFORMED);
    assert_int_equal(keep(&x, &x.ann, x.slot, large), E_LIMIT);
    assert_int_equal(recover(&x, x.slot, &out), E_ABSENT);
    assert_int_equal(recover(&x, bytes(x.slot.at, 15), &out), E_MALFORMED);
    large.n--;
    assert_int_equal(keep(&x, &x.ann, x.slot, large), E_OK);
    fleet_free(&key);
    end(&x);
}

static void it_goes_with_its_account(void **state)
{
    struct lost x;
    Tacet__Wire__Recovered *out;
    struct person key;

    begin(&x, state);
    list_key(&x, &key);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_OK);
    assert_int_equal(world_remove(x.w, "ann"), E_OK);
    assert_int_equal(recover(&x, x.slot, &out), E_ABSENT);
    assert_int_equal(scratch_number(x.w->db, "SELECT count(*) FROM recovery"), 0);
    assert_int_equal(keep(&x, &x.ann, x.slot, x.blob), E_REMOVED);
    fleet_free(&key);
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

static void a_list_that_nobody_of_the_newest_one_signed_brings_nothing(void **state)
{
    struct lost x;
    struct person eve, phone;
    int64_t before;

    begin(&x, state);
    before = (int64_t)scratch_number(x.w->db, "SELECT count(*) FROM device_list");
    assert_int_equal(recover_list(&x, BYTES_LITERAL("x")), E_MALFORMED);
    fleet_make(x.w, &x.ann, &phone);
    fleet_add(&x.ann, &phone);
    person_next_list(x.w, &x.ann);
    fleet_tell(&x.ann, &phone);
    person_sign_list(x.w, &phone);
    assert_int_equal(recover_list(&x, phone.list_statement), E_DENIED); /* by the one it adds */
    person_make(x.w, &eve);
    assert_int_equal(recover_list(&x, eve.list_statement), E_ABSENT);
    assert_int_equal(scratch_number(x.w->db, "SELECT count(*) FROM device_list"), before);
    assert_int_equal(world_remove(x.w, "ann"), E_OK);
    assert_int_equal(recover_list(&x, x.ann.list_statement), E_REMOVED);
    fleet_free(&phone);
    person_free(&eve);
    end(&x);
}

/* Whoever brings it: a device that a server forgot, which was put back, brings the list that it
 * came with.  What it says is the account's own word.  [PROTOCOL 15.10] */
static void a_list_that_was_forgotten_may_be_brought_by_anybody(void **state)
{
    struct lost x;
    struct person phone;
    struct buf first = BUF(DEVICE_LIST_MAX_SIZE), tampered = BUF(DEVICE_LIST_MAX_SIZE);
    struct bytes second;

    begin(&x, state);
    buf_bytes(&first, x.ann.list_statement);
    fleet_make(x.w, &x.ann, &phone);
    fleet_add(&x.ann, &phone);
    person_next_list(x.w, &x.ann);
    second = x.ann.list_statement;
    buf_bytes(&tampered, second);
    tampered.at[second.n - 1] ^= 1;
    assert_int_equal(recover_list(&x, buf_view(&tampered)), E_FORGED);
    assert_int_equal(recover_list(&x, second), E_OK);
    assert_int_equal(recover_list(&x, second), E_OK); /* its answer was lost */
    assert_int_equal(recover_list(&x, buf_view(&first)), E_CONFLICT);
    fleet_tell(&x.ann, &phone);
    assert_int_equal(person_sign_in(x.w, &phone).code, E_OK);
    fleet_free(&phone);
    buf_free(&first);
    buf_free(&tampered);
    end(&x);
}

/* ---- With a key in the list. */

struct back {
    struct lost x;
    struct person key, desk; /* desk: the device that there is afterwards */
};

static void end_with_key(struct back *y)
{
    fleet_free(&y->key);
    fleet_free(&y->desk);
    end(&y->x);
}

static void begin_with_key(struct back *y, void **state)
{
    struct lost *x = &y->x;

    begin(x, state);
    list_key(x, &y->key);
    fleet_make(x->w, &x->ann, &y->desk);
    assert_int_equal(keep(x, &x->ann, x->slot, x->blob), E_OK);
    fleet_tell(&x->ann, &y->key);
}

/* By the key: the desk is there, and Ann's first device is not. */
static void sign_back(struct back *y)
{
    fleet_revoke(&y->key, &y->x.ann);
    fleet_add(&y->key, &y->desk);
    person_next_list(y->x.w, &y->key);
}

static int64_t kept(struct back *y)
{
    return scratch_number(y->x.w->db, "SELECT count(*) FROM recovery");
}

static void a_recovery_key_is_nobody_to_the_server(void **state)
{
    struct back y;

    begin_with_key(&y, state);
    assert_int_equal(scratch_number(y.x.w->db, "SELECT count(*) FROM device"), 2);
    assert_int_equal(person_sign_in(y.x.w, &y.key).code, E_DENIED);
    end_with_key(&y);
}

static void who_has_lost_every_device_comes_back_on_one_connection(void **state)
{
    struct back y;
    struct world *w;
    Tacet__Wire__Versions versions = fleet_versions();
    Tacet__Wire__RecoverList in = TACET__WIRE__RECOVER_LIST__INIT;
    Tacet__Wire__Recovered *out;

    begin_with_key(&y, state);
    w = y.x.w;
    world_again(w);
    assert_int_equal(recover(&y.x, y.x.slot, &out), E_OK);
    assert_bytes(frame_bytes(out->blob), y.x.blob);
    assert_bytes(frame_bytes(out->person->lists[out->person->n_lists - 1]), y.key.list_statement);
    sign_back(&y);
    in.versions = &versions;
    in.statement = frame_data(y.key.list_statement);
    assert_int_equal(world_ask(w, &y.x.stranger, OP_RECOVER_LIST, &in).code, E_OK);
    assert_int_equal(world_effects(w, EFFECT_GONE), 1);
    assert_true(ID_SAME(world_effect(w, EFFECT_GONE)->did, y.x.ann.did));
    assert_int_equal(fleet_holds(w, &y.x.ann), 0);
    y.desk.session = y.x.stranger;
    fleet_tell(&y.key, &y.desk);
    assert_int_equal(person_sign_in(w, &y.desk).code, E_OK);
    assert_int_equal(person_publish_prekey(w, &y.desk, person_prekey(w, &y.desk, 1)), E_OK);
    assert_int_equal(recover_list(&y.x, y.key.list_statement), E_OK); /* its answer was lost */
    assert_int_equal(kept(&y), 1);                                    /* for the next time */
    end_with_key(&y);
}

static void what_names_the_key_is_checked_as_any_list(void **state)
{
    struct back y;
    struct device_list before;
    struct sign_private *dsk;

    begin_with_key(&y, state);
    before = y.key.list;
    dsk = y.key.dsk;
    y.key.dsk = y.desk.dsk; /* somebody who has the account's key alone */
    sign_back(&y);
    assert_int_equal(recover_list(&y.x, y.key.list_statement), E_FORGED);
    y.key.dsk = dsk;
    y.key.list = before;
    person_next_list(y.x.w, &y.key);
    person_next_list(y.x.w, &y.key);
    assert_int_equal(recover_list(&y.x, y.key.list_statement), E_CONFLICT);
    assert_int_equal(world_effects(y.x.w, EFFECT_GONE), 0);
    end_with_key(&y);
}

static void what_is_kept_goes_with_the_last_key(void **state)
{
    struct back y;
    struct person other;

    begin_with_key(&y, state);
    fleet_make(y.x.w, &y.x.ann, &other);
    fleet_revoke(&y.x.ann, &y.key); /* another one in its place */
    fleet_add_as(&y.x.ann, &other, DEVICE_RECOVERY);
    person_next_list(y.x.w, &y.x.ann);
    assert_int_equal(person_publish_list(y.x.w, &y.x.ann, y.x.ann.list_statement), E_OK);
    assert_int_equal(world_effects(y.x.w, EFFECT_GONE), 0);
    assert_int_equal(kept(&y), 1);
    fleet_revoke(&y.x.ann, &other);
    person_next_list(y.x.w, &y.x.ann);
    assert_int_equal(person_publish_list(y.x.w, &y.x.ann, y.x.ann.list_statement), E_OK);
    assert_int_equal(kept(&y), 0);
    assert_int_equal(keep(&y.x, &y.x.ann, y.x.slot, y.x.blob), E_STALE);
    assert_int_equal(kept(&y), 0);
    fleet_free(&other);
    end_with_key(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(what_is_kept_is_given_to_who_names_it),
        world_test(an_account_keeps_one),
        world_test(what_is_of_no_key_in_force_takes_nothings_place),
        world_test(what_has_no_form_or_is_too_large_is_not_kept),
        world_test(it_goes_with_its_account),
        world_test(on_a_connection_it_is_asked_for_once),
        world_test(a_list_that_nobody_of_the_newest_one_signed_brings_nothing),
        world_test(a_list_that_was_forgotten_may_be_brought_by_anybody),
        world_test(a_recovery_key_is_nobody_to_the_server),
        world_test(who_has_lost_every_device_comes_back_on_one_connection),
        world_test(what_names_the_key_is_checked_as_any_list),
        world_test(what_is_kept_goes_with_the_last_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
