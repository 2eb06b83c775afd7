/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that a list adds, and those that it removes.  [PROTOCOL 11, 15.7] */
#include "fleet.h"
#include "letter.h"

static const char ROWS[] = "SELECT count(*) FROM device WHERE state = 1";

struct home {
    struct world *w;
    struct person ann, phone, bob;
};

static void begin(struct home *x, void **state)
{
    *x = (struct home){.w = *state};
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob, "bob");
    fleet_enter(x->w, &x->ann, &x->phone);
}

static void end(struct home *x)
{
    fleet_free(&x->phone);
    person_free(&x->ann);
    person_free(&x->bob);
}

/* From Bob to both of Ann's devices. */
static void write_to_both(struct home *x, struct letter *l)
{
    letter_make(x->w, l, &x->bob, &x->ann);
    l->upload.recipients = 2;
    l->entry[UPLOAD_ENTRY_SIZE] = (uint8_t)(x->phone.prekey >> 8);
    l->entry[UPLOAD_ENTRY_SIZE + 1] = (uint8_t)x->phone.prekey;
    letter_write(x->w, l);
}

static enum err_code remove_phone(struct home *x)
{
    fleet_revoke(&x->ann, &x->phone);
    person_next_list(x->w, &x->ann);
    return person_publish_list(x->w, &x->ann, x->ann.list_statement);
}

static void a_device_that_a_list_adds_gets_what_is_sent_from_then_on(void **state)
{
    struct home x;
    struct letter l;
    Tacet__Wire__PersonAnswer *answer;
    struct answer a;

    begin(&x, state);
    a = person_ask(x.w, &x.bob, "ann", 2);
    world_read(x.w, a, person_answer, &answer);
    assert_int_equal(answer->person->n_lists, 1);
    assert_int_equal(answer->person->n_prekeys, 2);
    write_to_both(&x, &l);
    assert_int_equal(letter_send(x.w, &x.bob, &l).code, E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_MAIL), 2);
    assert_int_equal(person_page(x.w, &x.phone)->n_items, 1);
    assert_int_equal(person_page(x.w, &x.ann)->n_items, 1);
    end(&x);
}

/* In the pair of the account with itself.  [PROTOCOL 2.4] */
static void devices_of_one_account_talk_among_themselves(void **state)
{
    struct home x;
    struct letter l;

    begin(&x, state);
    letter_make(x.w, &l, &x.ann, &x.phone);
    l.roster.accounts = 1;
    l.account[0] = letter_account(&x.ann);
    assert_ok(names_pair_room(&x.w->nid, &x.ann.aid, &x.ann.aid, &l.roster.room));
    letter_write_roster(x.w, &l);
    letter_write(x.w, &l);
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_OK);
    assert_int_equal(person_page(x.w, &x.phone)->n_items, 1);
    assert_int_equal(person_page(x.w, &x.ann)->n_items, 0);
    end(&x);
}

static void what_one_device_sends_goes_to_the_others_of_its_account_too(void **state)
{
    struct home x;
    struct letter l;

    begin(&x, state);
    letter_make(x.w, &l, &x.ann, &x.bob);
    assert_int_equal(letter_send(x.w, &x.ann, &l).code, E_MALFORMED); /* to Bob's alone */
    l.upload.recipients = 2;
    l.entry[UPLOAD_ENTRY_SIZE] = 0; /* everybody's first prekey */
    l.entry[UPLOAD_ENTRY_SIZE + 1] = 1;
    letter_write(x.w, &l);
    assert_int_equal(letter_upload(x.w, &x.ann, &l).code, E_OK);
    assert_int_equal(person_page(x.w, &x.phone)->n_items, 1);
    assert_int_equal(person_page(x.w, &x.bob)->n_items, 1);
    assert_int_equal(person_page(x.w, &x.ann)->n_items, 0);
    end(&x);
}

static void a_device_without_a_prekey_signs_in_and_hears_of_none(void **state)
{
    struct home x;
    struct person desk;
    Tacet__Wire__Welcome *welcome;
    struct answer a;

    begin(&x, state);
    fleet_make(x.w, &x.ann, &desk);
    assert_int_equal(person_sign_in(x.w, &desk).code, E_DENIED); /* it is in no list yet */
    fleet_add(&x.ann, &desk);
    person_next_list(x.w, &x.ann);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_OK);
    person_connect(x.w, &desk);
    a = person_sign_in(x.w, &desk);
    assert_int_equal(a.code, E_OK);
    world_read(x.w, a, welcome, &welcome);
    assert_int_equal(welcome->prekey, 0);
    assert_int_equal(welcome->uploads, 0);
    fleet_free(&desk);
    end(&x);
}

static void nothing_is_left_of_a_device_that_is_removed(void **state)
{
    struct home x;
    struct letter l;

    begin(&x, state);
    write_to_both(&x, &l);
    assert_int_equal(letter_send(x.w, &x.bob, &l).code, E_OK);
    assert_int_equal(fleet_holds(x.w, &x.phone), 3); /* a message, a mailbox and a prekey */
    assert_int_equal(remove_phone(&x), E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_GONE), 1);
    assert_true(ID_SAME(world_effect(x.w, EFFECT_GONE)->did, x.phone.did));
    assert_int_equal(fleet_holds(x.w, &x.phone), 0);
    assert_int_equal(scratch_number(x.w->db, ROWS), 2);
    assert_int_equal(person_page(x.w, &x.ann)->n_items, 1); /* which keeps the body */
    person_acknowledge(x.w, &x.ann, x.ann.session.cursor);
    assert_int_equal(world_mail(x.w), 0);
    world_again(x.w);
    assert_int_equal(fleet_holds(x.w, &x.phone), 0);
    end(&x);
}

static void who_was_removed_may_ask_nothing_more(void **state)
{
    struct home x;
    struct letter l;

    begin(&x, state);
    fleet_tell(&x.ann, &x.phone);
    assert_int_equal(remove_phone(&x), E_OK);
    /* on the connection that is being closed */
    letter_make(x.w, &l, &x.phone, &x.bob);
    assert_int_equal(letter_upload(x.w, &x.phone, &l).code, E_REMOVED);
    assert_int_equal(person_publish_prekey(x.w, &x.phone, person_prekey(x.w, &x.phone, 2)),
                     E_REMOVED);
    assert_int_equal(person_ask(x.w, &x.phone, "bob", 0).code, E_REMOVED);
    assert_int_equal(person_publish_list(x.w, &x.phone, x.ann.list_statement), E_REMOVED);
    end(&x);
}

static void senders_are_told_and_made_to_stop(void **state)
{
    struct home x;
    struct letter l;
    Tacet__Wire__Stale *stale;
    struct answer a;

    begin(&x, state);
    write_to_both(&x, &l);
    assert_int_equal(letter_register(x.w, &x.bob, &l).code, E_OK);
    assert_int_equal(remove_phone(&x), E_OK);
    a = letter_upload(x.w, &x.bob, &l);
    assert_int_equal(a.code, E_STALE);
    world_read(x.w, a, stale, &stale);
    assert_int_equal(stale->n_persons, 1);
    assert_bytes(frame_bytes(stale->persons[0]->lists[stale->persons[0]->n_lists - 1]),
                 x.ann.list_statement);
    assert_int_equal(stale->persons[0]->n_prekeys, 1);
    assert_int_equal(world_mail(x.w), 0);
    letter_make(x.w, &l, &x.bob, &x.ann); /* under the list without it */
    assert_int_equal(letter_send(x.w, &x.bob, &l).code, E_OK);
    assert_int_equal(fleet_holds(x.w, &x.phone), 0);
    end(&x);
}

/* Of a living account: the account's own word, so that the device may believe it. */
static void a_removed_device_is_shown_the_list_without_it(void **state)
{
    struct home x;
    Tacet__Wire__Stale *stale;
    const Tacet__Wire__Person *person;
    struct device_list list, before = {.version = 0};
    struct directory_statement word;
    struct answer a;

    begin(&x, state);
    before = x.ann.list;
    assert_int_equal(remove_phone(&x), E_OK);
    world_again(x.w);
    person_connect(x.w, &x.phone);
    a = person_sign_in(x.w, &x.phone);
    assert_int_equal(a.code, E_REMOVED);
    assert_int_equal(world_effects(x.w, EFFECT_SIGNED_IN), 0);
    world_read(x.w, a, stale, &stale);
    world_check_certificate(x.w, frame_bytes(stale->certificate));
    assert_int_equal(stale->n_persons, 1);
    person = stale->persons[0];
    assert_ok(directory_check(frame_bytes(person->statement), &x.w->nid,
                              networks_key(x.w->networks), x.w->now_ms, &word));
    assert_int_equal(word.state, DIRECTORY_ACTIVE);
    assert_int_equal(person->n_prekeys, 0);
    assert_int_equal(person->n_lists, 3);
    assert_ok(device_list_check(frame_bytes(person->lists[2]), &x.w->nid, &x.ann.ark_point, &before,
                                x.w->now_ms, &list));
    assert_non_null(device_list_find_revoked(&list, &x.phone.did));
    end(&x);
}

/* A connection that nobody knows is sent little: the newest lists, and as many as 8 KiB hold. */
static void a_long_history_is_told_from_its_end(void **state)
{
    struct home x;
    Tacet__Wire__Stale *stale;
    const Tacet__Wire__Person *person;
    size_t total = 0;
    struct answer a;

    begin(&x, state);
    assert_int_equal(remove_phone(&x), E_OK);
    for (int i = 0; i < 40; i++) {
        x.w->now_ms += CLOCK_MINUTE_MS;
        person_next_list(x.w, &x.ann);
        assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_OK);
    }
    person_connect(x.w, &x.phone);
    a = person_sign_in(x.w, &x.phone);
    assert_int_equal(a.code, E_REMOVED);
    assert_in_range(a.body.n, 1, 8192 + 2048);
    world_read(x.w, a, stale, &stale);
    person = stale->persons[0];
    assert_bytes(frame_bytes(person->lists[person->n_lists - 1]), x.ann.list_statement);
    for (size_t i = 0; i < person->n_lists; i++)
        total += person->lists[i].len;
    assert_in_range(total, 8192 - x.ann.list_statement.n, 8192);
    end(&x);
}

static void who_was_removed_never_comes_back(void **state)
{
    struct home x;
    struct device_list without;

    begin(&x, state);
    assert_int_equal(remove_phone(&x), E_OK);
    without = x.ann.list;
    fleet_add(&x.ann, &x.phone);
    x.ann.list.revoked = 0;
    person_next_list(x.w, &x.ann);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_FORGED);
    x.ann.list = without;
    person_connect(x.w, &x.phone);
    assert_int_equal(person_sign_in(x.w, &x.phone).code, E_REMOVED);
    end(&x);
}

/* A list has room for 100 that were revoked.  What it may forget then, the server remembers. */
static void also_not_when_the_list_has_forgotten_it(void **state)
{
    struct home x;
    struct device_list *l;
    size_t i = 0;

    begin(&x, state);
    l = &x.ann.list;
    assert_int_equal(remove_phone(&x), E_OK);
    /* As if 99 others had been removed, of which one is told of in its place. */
    x.w->now_ms += CLOCK_MINUTE_MS;
    for (l->revoked = 0; l->revoked < LIMIT_LIST_REVOKED; l->revoked++, i++) {
        memset(l->gone[i].did.b, 0, sizeof l->gone[i].did.b);
        l->gone[i].did.b[0] = (uint8_t)i;
        l->gone[i].at_version = l->version;
        l->gone[i].reason = DEVICE_REVOKED;
    }
    person_sign_list(x.w, &x.ann);
    assert_ok(db_run(x.w->db, "UPDATE device_list SET statement = $2 WHERE version = $1",
                     DB_VALUES(DB_NUMBER_OF(l->version), DB_BYTES_OF(x.ann.list_statement)), NULL));
    fleet_add(&x.ann, &x.phone);
    person_next_list(x.w, &x.ann);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_FORGED);
    assert_int_equal(scratch_number(x.w->db, ROWS), 2);
    end(&x);
}

static void ten_devices_and_no_more(void **state)
{
    struct home x;
    struct person more[LIMIT_LIST_DEVICES];
    size_t n;

    begin(&x, state);
    for (n = 0; n < LIMIT_LIST_DEVICES - 2; n++) {
        x.w->now_ms += CLOCK_MINUTE_MS;
        fleet_enter(x.w, &x.ann, &more[n]);
    }
    assert_int_equal(scratch_number(x.w->db, ROWS), LIMIT_LIST_DEVICES + 1); /* and Bob's */
    assert_int_equal(remove_phone(&x), E_OK);
    fleet_make(x.w, &x.ann, &more[n]); /* in its place */
    fleet_add(&x.ann, &more[n]);
    person_next_list(x.w, &x.ann);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_OK);
    assert_int_equal(scratch_number(x.w->db, ROWS), LIMIT_LIST_DEVICES + 1);
    for (size_t i = 0; i <= n; i++)
        fleet_free(&more[i]);
    end(&x);
}

/* Of two lists made at once, the second one is made anew on top of the first. */
static void of_two_lists_of_one_version_the_first_stands(void **state)
{
    struct home x;
    struct person desk;

    begin(&x, state);
    fleet_tell(&x.ann, &x.phone);
    fleet_make(x.w, &x.ann, &desk);
    fleet_add(&x.ann, &desk);
    person_next_list(x.w, &x.ann);
    x.w->now_ms++;
    person_next_list(x.w, &x.phone);
    assert_int_equal(person_publish_list(x.w, &x.phone, x.phone.list_statement), E_OK);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_CONFLICT);
    assert_int_equal(scratch_number(x.w->db, ROWS), 3);
    fleet_tell(&x.phone, &x.ann);
    fleet_add(&x.ann, &desk);
    person_next_list(x.w, &x.ann);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_OK);
    assert_int_equal(scratch_number(x.w->db, ROWS), 4);
    fleet_free(&desk);
    end(&x);
}

static void a_list_whose_answer_was_lost_removes_nobody_twice(void **state)
{
    struct home x;

    begin(&x, state);
    assert_int_equal(remove_phone(&x), E_OK);
    assert_int_equal(person_publish_list(x.w, &x.ann, x.ann.list_statement), E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_GONE), 0);
    end(&x);
}

static void with_the_account_all_of_its_devices_are_removed(void **state)
{
    struct home x;

    begin(&x, state);
    assert_int_equal(world_remove(x.w, "ann"), E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_GONE), 2);
    assert_int_equal(fleet_holds(x.w, &x.phone) + fleet_holds(x.w, &x.ann), 0);
    assert_int_equal(scratch_number(x.w->db, ROWS), 1);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_device_that_a_list_adds_gets_what_is_sent_from_then_on),
        world_test(devices_of_one_account_talk_among_themselves),
        world_test(what_one_device_sends_goes_to_the_others_of_its_account_too),
        world_test(a_device_without_a_prekey_signs_in_and_hears_of_none),
        world_test(nothing_is_left_of_a_device_that_is_removed),
        world_test(who_was_removed_may_ask_nothing_more),
        world_test(senders_are_told_and_made_to_stop),
        world_test(a_removed_device_is_shown_the_list_without_it),
        world_test(a_long_history_is_told_from_its_end),
        world_test(who_was_removed_never_comes_back),
        world_test(also_not_when_the_list_has_forgotten_it),
        world_test(ten_devices_and_no_more),
        world_test(of_two_lists_of_one_version_the_first_stands),
        world_test(a_list_whose_answer_was_lost_removes_nobody_twice),
        world_test(with_the_account_all_of_its_devices_are_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
