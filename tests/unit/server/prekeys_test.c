/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static uint64_t row_of(struct world *w, const struct person *p)
{
    struct device d;

    assert_ok(devices_get(w->db, &p->did, &d));
    return d.row;
}

static void numbers_rise(void **state)
{
    struct world *w = *state;
    struct person ann;
    struct bytes third;

    person_enter(w, &ann, "ann");
    third = person_prekey(w, &ann, 3);
    assert_int_equal(person_publish_prekey(w, &ann, third), E_OK);
    assert_int_equal(person_publish_prekey(w, &ann, third), E_OK); /* its answer was lost */
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 3)), E_CONFLICT);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 2)), E_CONFLICT);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 4)), E_OK);
    person_free(&ann);
}

static void prekeys_that_do_not_hold_are_refused(void **state)
{
    struct world *w = *state;
    struct person ann, bob;
    struct bytes old;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &bob, 2)), E_FORGED);
    w->now_ms += CLOCK_HOUR_MS + 1;
    struct bytes ahead = person_prekey(w, &ann, 2);
    w->now_ms -= CLOCK_HOUR_MS + 1;
    assert_int_equal(person_publish_prekey(w, &ann, ahead), E_CLOCK);
    old = person_prekey(w, &ann, 2);
    w->now_ms += PREKEY_LIFE_MS;
    assert_int_equal(person_publish_prekey(w, &ann, old), E_EXPIRED);
    w->now_ms -= CLOCK_DAY_MS; /* made long ago, by a device that was cut off: it still holds */
    assert_int_equal(person_publish_prekey(w, &ann, old), E_OK);
    person_next_list(w, &ann);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 3)), E_STALE);
    assert_int_equal(person_publish_list(w, &ann, ann.list_statement), E_OK);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 3)), E_OK);
    person_free(&ann);
    person_free(&bob);
}

static void a_superseded_prekey_passes_for_a_day(void **state)
{
    struct world *w = *state;
    struct person ann;
    uint64_t row;

    person_enter(w, &ann, "ann");
    row = row_of(w, &ann);
    assert_ok(prekeys_usable(w->db, row, 1, w->now_ms));
    assert_err(prekeys_usable(w->db, row, 2, w->now_ms), E_STALE);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 65536 + 7)), E_OK);
    assert_ok(prekeys_usable(w->db, row, 65536 + 7, w->now_ms));
    assert_ok(prekeys_usable_low16(w->db, row, 7, w->now_ms));
    assert_err(prekeys_usable(w->db, row, 7, w->now_ms), E_STALE);
    w->now_ms += CLOCK_DAY_MS;
    assert_ok(prekeys_usable_low16(w->db, row, 1, w->now_ms));
    w->now_ms += 1;
    assert_err(prekeys_usable_low16(w->db, row, 1, w->now_ms), E_STALE);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 65536 + 8)), E_OK);
    assert_int_equal(scratch_number(w->db, "SELECT count(*) FROM prekey"), 2); /* 1 is not kept */
    person_free(&ann);
}

static void only_so_many_prekeys_are_kept(void **state)
{
    struct world *w = *state;
    struct person ann;
    uint32_t number = 1;

    person_enter(w, &ann, "ann");
    while (number < PREKEYS_KEPT_MAX) {
        w->now_ms += CLOCK_SECOND_MS;
        number++;
        assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, number)), E_OK);
    }
    number++;
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, number)), E_AGAIN);
    w->now_ms += CLOCK_DAY_MS;
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, number)), E_OK);
    person_free(&ann);
}

static void a_prekey_expires(void **state)
{
    struct world *w = *state;
    struct person ann;
    uint64_t row;
    bool valid;

    person_enter(w, &ann, "ann");
    row = row_of(w, &ann);
    w->now_ms += PREKEY_LIFE_MS - 1;
    assert_ok(prekeys_usable(w->db, row, 1, w->now_ms));
    assert_ok(prekeys_valid(w->db, row, w->now_ms, &valid));
    assert_true(valid);
    w->now_ms += 1;
    assert_err(prekeys_usable(w->db, row, 1, w->now_ms), E_STALE);
    assert_ok(prekeys_valid(w->db, row, w->now_ms, &valid));
    assert_false(valid);
    person_free(&ann);
}

/* ---- ML-KEM keys */

static enum err_code publish_with(struct world *w, struct person *p, struct bytes kem)
{
    Tacet__Wire__PublishPrekey in = TACET__WIRE__PUBLISH_PREKEY__INIT;

    in.statement = frame_data(person_prekey(w, p, p->prekey + 1));
    in.kem = frame_data(kem);
    return world_ask(w, &p->session, OP_PREKEY, &in).code;
}

static void a_prekey_without_its_own_ml_kem_key_is_refused(void **state)
{
    struct world *w = *state;
    struct mlkem_private *secret;
    uint8_t other[PREKEY_KEM_SIZE];
    struct person ann;

    person_enter(w, &ann, "ann");
    assert_ok(mlkem_generate(&secret, other));
    mlkem_private_free(secret);
    assert_int_equal(publish_with(w, &ann, bytes(NULL, 0)), E_MALFORMED);
    assert_int_equal(publish_with(w, &ann, bytes(w->kem, PREKEY_KEM_SIZE - 1)), E_MALFORMED);
    assert_int_equal(publish_with(w, &ann, BYTES(other)), E_FORGED);
    assert_int_equal(publish_with(w, &ann, BYTES(w->kem)), E_OK);
    memset(w->kem, 0xff, sizeof w->kem); /* signed, and still no key */
    assert_int_equal(publish_with(w, &ann, BYTES(w->kem)), E_MALFORMED);
    person_free(&ann);
}

static struct answer ask_kem(struct world *w, struct person *asks, const struct device_id *did,
                             const uint32_t *number, size_t n)
{
    Tacet__Wire__AskKemKeys in = TACET__WIRE__ASK_KEM_KEYS__INIT;
    Tacet__Wire__KemName name[LIMIT_KEM_KEYS + 1], *names[LIMIT_KEM_KEYS + 1];

    for (size_t i = 0; i < n; i++) {
        tacet__wire__kem_name__init(&name[i]);
        name[i].did = frame_data(ID_BYTES(*did));
        name[i].number = number[i];
        names[i] = &name[i];
    }
    in.names = names;
    in.n_names = n;
    return world_ask(w, &asks->session, OP_KEM_KEYS, &in);
}

/* How many bytes of a key each of the first two numbers has. */
static void assert_kem(struct world *w, struct person *asks, const struct device_id *did,
                       size_t first, size_t second)
{
    static const uint32_t numbers[] = {1, 2};
    const size_t want[] = {first, second};
    struct answer a = ask_kem(w, asks, did, numbers, 2);
    Tacet__Wire__KemKeys *m;

    assert_int_equal(a.code, E_OK);
    world_read(w, a, kem_keys, &m);
    assert_int_equal(m->n_keys, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(m->keys[i].len, want[i]);
        if (want[i] > 0)
            assert_bytes(frame_bytes(m->keys[i]), BYTES(w->kem));
    }
}

static void an_ml_kem_key_is_served_as_long_as_its_prekey_passes(void **state)
{
    struct world *w = *state;
    static const struct device_id nobody = {{9}};
    struct person ann, bob;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    assert_kem(w, &ann, &bob.did, PREKEY_KEM_SIZE, 0);
    assert_int_equal(person_publish_prekey(w, &bob, person_prekey(w, &bob, 2)), E_OK);
    assert_kem(w, &ann, &bob.did, PREKEY_KEM_SIZE, PREKEY_KEM_SIZE);
    w->now_ms += CLOCK_DAY_MS;
    assert_kem(w, &ann, &bob.did, PREKEY_KEM_SIZE, PREKEY_KEM_SIZE);
    w->now_ms += 1;
    assert_kem(w, &ann, &bob.did, 0, PREKEY_KEM_SIZE);
    w->now_ms += PREKEY_LIFE_MS;
    assert_kem(w, &ann, &bob.did, 0, 0);
    assert_kem(w, &ann, &nobody, 0, 0);
    person_free(&ann);
    person_free(&bob);
}

static void as_many_keys_are_asked_for_as_an_upload_has_capsules(void **state)
{
    struct world *w = *state;
    uint32_t numbers[LIMIT_KEM_KEYS + 1];
    Tacet__Wire__AskKemKeys in = TACET__WIRE__ASK_KEM_KEYS__INIT;
    Tacet__Wire__KemName name = TACET__WIRE__KEM_NAME__INIT, *names[] = {&name};
    Tacet__Wire__KemKeys *m;
    struct person ann;
    struct answer a;

    person_enter(w, &ann, "ann");
    for (size_t i = 0; i <= LIMIT_KEM_KEYS; i++)
        numbers[i] = 1;
    assert_int_equal(LIMIT_KEM_KEYS, LIMIT_CAPSULES);
    assert_int_equal(ask_kem(w, &ann, &ann.did, numbers, 0).code, E_MALFORMED);
    assert_int_equal(ask_kem(w, &ann, &ann.did, numbers, LIMIT_KEM_KEYS + 1).code, E_LIMIT);
    a = ask_kem(w, &ann, &ann.did, numbers, LIMIT_KEM_KEYS);
    assert_int_equal(a.code, E_OK);
    world_read(w, a, kem_keys, &m);
    assert_int_equal(m->n_keys, LIMIT_KEM_KEYS);
    assert_bytes(frame_bytes(m->keys[LIMIT_KEM_KEYS - 1]), BYTES(w->kem));
    for (size_t i = 0; i < LIMIT_KEM_KEYS; i++) /* the longest question still fits */
        numbers[i] = UINT32_MAX;
    assert_int_equal(ask_kem(w, &ann, &ann.did, numbers, LIMIT_KEM_KEYS).code, E_OK);
    name.did = frame_data(bytes(ann.did.b, 15));
    in.names = names;
    in.n_names = 1;
    assert_int_equal(world_ask(w, &ann.session, OP_KEM_KEYS, &in).code, E_MALFORMED);
    person_free(&ann);
}

static void person_answers_by_handle_and_by_id(void **state)
{
    struct world *w = *state;
    Tacet__Wire__AskPerson in = TACET__WIRE__ASK_PERSON__INIT;
    Tacet__Wire__PersonAnswer *answer;
    struct person ann, bob;
    struct bytes prekey;
    struct answer a;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    prekey = person_prekey(w, &bob, 2);
    assert_int_equal(person_publish_prekey(w, &bob, prekey), E_OK);
    in.aid = frame_data(ID_BYTES(bob.aid));
    a = world_ask(w, &ann.session, OP_PERSON, &in);
    assert_int_equal(a.code, E_OK);
    world_read(w, a, person_answer, &answer);
    assert_int_equal(answer->person->n_lists, 1);
    assert_bytes(frame_bytes(answer->person->lists[0]), bob.list_statement);
    assert_int_equal(answer->person->n_prekeys, 1);
    assert_bytes(frame_bytes(answer->person->prekeys[0]), prekey);
    assert_bytes(person_ask(w, &ann, "bob", 0).body, a.body);

    in.handle = frame_data(BYTES_LITERAL("bob")); /* one of the two */
    assert_int_equal(world_ask(w, &ann.session, OP_PERSON, &in).code, E_MALFORMED);
    assert_int_equal(person_ask(w, &ann, "", 0).code, E_MALFORMED);
    assert_int_equal(person_ask(w, &ann, "eve", 0).code, E_ABSENT);
    world_invite(w, "eve", 0, NULL);
    assert_int_equal(person_ask(w, &ann, "eve", 0).code, E_ABSENT); /* not yet a person */
    person_free(&ann);
    person_free(&bob);
}

static void a_long_chain_of_lists_comes_in_parts(void **state)
{
    struct world *w = *state;
    Tacet__Wire__PersonAnswer *answer;
    struct person ann;
    struct answer a;
    uint32_t from = 1;

    person_enter(w, &ann, "ann");
    for (int i = 0; i < PREKEYS_LISTS_MAX + 5; i++) {
        w->now_ms += CLOCK_SECOND_MS;
        person_next_list(w, &ann);
        assert_int_equal(person_publish_list(w, &ann, ann.list_statement), E_OK);
    }
    do {
        a = person_ask(w, &ann, "ann", from);
        assert_int_equal(a.code, E_OK);
        world_read(w, a, person_answer, &answer);
        assert_true(answer->person->n_lists <= PREKEYS_LISTS_MAX);
        from += (uint32_t)answer->person->n_lists;
    } while (answer->person->n_lists > 0);
    assert_int_equal(from, ann.list.version + 1);
    person_free(&ann);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(numbers_rise),
        world_test(prekeys_that_do_not_hold_are_refused),
        world_test(a_superseded_prekey_passes_for_a_day),
        world_test(only_so_many_prekeys_are_kept),
        world_test(a_prekey_expires),
        world_test(a_prekey_without_its_own_ml_kem_key_is_refused),
        world_test(an_ml_kem_key_is_served_as_long_as_its_prekey_passes),
        world_test(as_many_keys_are_asked_for_as_an_upload_has_capsules),
        world_test(person_answers_by_handle_and_by_id),
        world_test(a_long_chain_of_lists_comes_in_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
