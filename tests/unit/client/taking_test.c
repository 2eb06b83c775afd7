/* SPDX-License-Identifier: Apache-2.0 */
#include "client/taking.h"

#include "client/parsed.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1793000000000)

static const struct network_id NID = {{5}};
static const struct bytes TEXT = {(const uint8_t *)"hello", 5};

/* A device that is given history, and who wrote it. */
struct desk {
    struct safe *safe;
    struct own me;
    struct identity bob, mallory;
    struct taking_place place;
    struct ageing ageing;
    struct parsed *parsed;
    struct buf pieces; /* entries */
    struct taking t;
};

static int desk_begin(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    void *safe;

    assert_non_null(d);
    safe_begin(&safe);
    d->safe = safe;
    d->me.nid = NID;
    assert_ok(identity_make(&NID, &d->me.me));
    assert_ok(identity_make(&NID, &d->bob));
    assert_ok(identity_make(&NID, &d->mallory));
    assert_ok(parsed_new(&d->parsed));
    d->place = (struct taking_place){d->safe->vault, &d->me, d->parsed, NOW_MS, &d->ageing};
    assert_ok(ageing_begin(d->safe->vault, NOW_MS, &d->ageing));
    d->pieces = BUF(HISTORY_CUT_MAX);
    d->t = (struct taking){.from = {{3}}, .phase = TAKING_GOING};
    *state = d;
    return 0;
}

static int desk_end(void **state)
{
    struct desk *d = *state;
    void *safe = d->safe;

    buf_free(&d->pieces);
    identity_free(&d->me.me);
    identity_free(&d->bob);
    identity_free(&d->mallory);
    parsed_free(d->parsed);
    safe_end(&safe);
    free(d);
    return 0;
}

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desk_begin, desk_end)

static void put(struct desk *d, const struct history_entry *e)
{
    size_t at = buf_open(&d->pieces);

    history_entry_write(e, &d->pieces);
    buf_close(&d->pieces, at);
    assert_int_equal(d->pieces.failed, E_OK);
}

static void put_person(struct desk *d, const struct identity *who, const struct identity *key)
{
    put(d, &(struct history_entry){.kind = HISTORY_PERSON,
                                   .with = who->who.aid,
                                   .ark = key->ark,
                                   .handle = BYTES_LITERAL("bob")});
}

/* A list of the account of `of` with the device of `with`, signed by the keys of `by`. */
static void put_list(struct desk *d, const struct identity *of, const struct identity *with,
                     const struct identity *by)
{
    struct device_list l = {
        .aid = of->who.aid,
        .version = 1,
        .made_ms = NOW_MS,
        .devices = 1,
        .device = {
            {.did = with->who.did, .dsk = with->dsk, .role = DEVICE_PLAIN, .added_ms = NOW_MS}}};
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    assert_ok(device_list_sign(&l, &NID, by->ark_secret, &with->who.did, with->dsk_secret, &b));
    put(d, &(struct history_entry){.kind = HISTORY_LIST, .list = buf_view(&b)});
    buf_free(&b);
}

static struct core core_of(struct desk *d, const struct identity *by)
{
    struct core core = {.sender = by->who,
                        .id = {{1}},
                        .seq = 1,
                        .sent_ms = NOW_MS - 1000,
                        .ttl_s = 60,
                        .type = PAYLOAD_TEXT};

    assert_ok(names_pair_room(&NID, &d->me.me.who.aid, &by->who.aid, &core.room));
    assert_ok(trailer_digest(&core.id, TEXT, core.digest));
    return core;
}

static void put_message(struct desk *d, const struct identity *with, const struct core *core,
                        const struct identity *signer)
{
    static const uint8_t ctx[SCHEDULE_CTX_SIZE] = {1};
    struct wrap wrap = {.list_version = 1};
    struct buf plain = BUF(1024);
    uint8_t proof[PROOF_SIZE];

    assert_ok(trailer_sign(core, &wrap, BYTES(ctx), signer, &plain));
    proof_write(ctx, buf_view(&plain), proof);
    put(d, &(struct history_entry){.kind = HISTORY_PROVED,
                                   .with = with->who.aid,
                                   .mine = ID_SAME(with->who.aid, d->me.me.who.aid),
                                   .state = ID_SAME(with->who.aid, d->me.me.who.aid) ? 3 : 0,
                                   .kept_ms = NOW_MS,
                                   .proof = BYTES(proof),
                                   .content = TEXT});
    buf_free(&plain);
}

/* Everything in one piece: what came of it, and how many messages of bob's there are then. */
static enum err_code take(struct desk *d, unsigned *n)
{
    struct history h = {.kind = HISTORY_PIECE, .number = d->t.number + 1, .last = true};
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0};
    struct contact bob;
    struct err err;

    h.cut = buf_view(&d->pieces);
    assert_ok(vault_begin(d->safe->vault));
    err = vault_end(d->safe->vault, taking_piece(&d->place, &d->t, &h));
    *n = 0;
    if (people_by_account(d->safe->vault, &d->bob.who.aid, &bob).code == E_OK)
        while (messages_next(d->safe->vault, bob.number, m.place, &a, &m).code == E_OK)
            ++*n;
    arena_free(&a);
    buf_free(&d->pieces);
    return err.code;
}

static void what_bob_signed_is_kept_once(void **state)
{
    struct desk *d = *state;
    struct core core = core_of(d, &d->bob);
    unsigned n;

    for (int i = 0; i < 2; i++) {
        put_person(d, &d->bob, &d->bob);
        put_list(d, &d->bob, &d->bob, &d->bob);
        put_message(d, &d->bob, &core, &d->bob);
        assert_int_equal(take(d, &n), E_OK);
        assert_int_equal(n, 1);
    }
}

static void an_account_is_the_one_of_its_key(void **state)
{
    struct desk *d = *state;
    unsigned n;

    put_person(d, &d->bob, &d->mallory);
    assert_int_equal(take(d, &n), E_FORGED);
}

static void a_list_is_signed_by_its_account(void **state)
{
    struct desk *d = *state;
    struct core core = core_of(d, &d->bob);
    unsigned n;

    core.sender.did = d->mallory.who.did;
    put_person(d, &d->bob, &d->bob);
    put_list(d, &d->bob, &d->mallory, &d->mallory);
    put_message(d, &d->bob, &core, &d->mallory);
    assert_int_equal(take(d, &n), E_FORGED);
    assert_int_equal(n, 0);
}

/* One whose device stands in no list, another key, another room, another account. */
static void what_does_not_fit_is_forged(void **state)
{
    struct desk *d = *state;
    unsigned n;

    for (int i = 0; i < 4; i++) {
        struct core core = core_of(d, i == 3 ? &d->mallory : &d->bob);

        if (i == 2)
            core.room.b[0] ^= 1;
        put_person(d, &d->bob, &d->bob);
        if (i != 0)
            put_list(d, &d->bob, &d->bob, &d->bob);
        put_message(d, &d->bob, &core, i == 1 ? &d->mallory : &d->bob);
        assert_int_equal(take(d, &n), E_FORGED);
        assert_int_equal(n, 0);
    }
}

static void what_is_over_or_of_nobody_is_passed_over(void **state)
{
    struct desk *d = *state;
    struct core core = core_of(d, &d->bob);
    unsigned n;

    put_message(d, &d->mallory, &core, &d->bob); /* of whom nothing was said */
    put_person(d, &d->bob, &d->bob);
    put_list(d, &d->bob, &d->bob, &d->bob);
    core.sent_ms = NOW_MS - 61000;
    put_message(d, &d->bob, &core, &d->bob);
    assert_int_equal(take(d, &n), E_OK);
    assert_int_equal(n, 0);
}

static void a_handle_stays_whose_it_is(void **state)
{
    struct desk *d = *state;
    struct vault *v = d->safe->vault;
    struct core core = core_of(d, &d->bob);
    struct contact c;
    unsigned n;

    assert_ok(vault_begin(v));
    assert_ok(people_introduce(v, BYTES_LITERAL("bob"), &d->mallory.who.aid, &d->mallory.ark, &c));
    assert_ok(people_introduce(v, BYTES_LITERAL("bob"), &d->mallory.who.aid, &d->mallory.ark, &c));
    assert_err(people_introduce(v, BYTES_LITERAL("bob"), &d->bob.who.aid, &d->bob.ark, &c),
               E_CONFLICT);
    assert_ok(vault_commit(v));
    put_person(d, &d->bob, &d->bob);
    put_list(d, &d->bob, &d->bob, &d->bob);
    put_message(d, &d->bob, &core, &d->bob);
    assert_int_equal(take(d, &n), E_OK);
    assert_int_equal(n, 0);
    assert_err(people_by_account(v, &d->bob.who.aid, &c), E_ABSENT);
}

static void an_entry_that_does_not_end_is_refused_at_the_end(void **state)
{
    struct desk *d = *state;
    unsigned n;

    put_person(d, &d->bob, &d->bob);
    buf_cut(&d->pieces, d->pieces.n - 1);
    assert_int_equal(take(d, &n), E_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        desk_test(what_bob_signed_is_kept_once),
        desk_test(an_account_is_the_one_of_its_key),
        desk_test(a_list_is_signed_by_its_account),
        desk_test(what_does_not_fit_is_forged),
        desk_test(what_is_over_or_of_nobody_is_passed_over),
        desk_test(a_handle_stays_whose_it_is),
        desk_test(an_entry_that_does_not_end_is_refused_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
