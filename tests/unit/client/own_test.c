/* SPDX-License-Identifier: Apache-2.0 */
#include "client/own_prekeys.h"

#include "unit/client/safe.h"
#include "unit/statement/people.h"

#define DOMAIN BYTES_LITERAL("x.example")

static struct own created(struct safe *s)
{
    struct key root = key_new(1);
    struct invitation link = {.pin = {5}, .token = {6}, .address = "127.0.0.1:8443"};
    struct own own;

    assert_ok(names_network(&root.pub, DOMAIN, &link.nid));
    assert_ok(own_create(s->vault, &link, PEOPLE_NOW_MS, &own));
    key_free(&root);
    return own;
}

/* As the next start of the program finds it. */
static struct own loaded(struct safe *s)
{
    struct own own;

    safe_again(s);
    assert_ok(own_load(s->vault, &own));
    return own;
}

static void make_prekey(struct own *o, struct vault *v, uint64_t now_ms)
{
    assert_ok(vault_begin(v));
    assert_ok(own_prekeys_make_next(o, v, now_ms));
    assert_ok(vault_commit(v));
}

static void confirm(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms)
{
    assert_ok(vault_begin(v));
    assert_ok(own_prekeys_acknowledged(o, v, number, now_ms));
    assert_ok(vault_commit(v));
}

static void delete_prekeys(struct own *o, struct vault *v, bool drained, uint64_t now_ms)
{
    assert_ok(vault_begin(v));
    assert_ok(own_prekeys_delete_old(o, v, drained, now_ms));
    assert_ok(vault_commit(v));
}

static void what_was_created_is_there_at_the_next_start(void **state)
{
    struct safe *s = *state;
    struct own made = created(s), got = loaded(s);

    assert_true(ID_SAME(got.nid, made.nid));
    assert_true(ID_SAME(got.me.who.did, made.me.who.did));
    assert_string_equal(got.address, "127.0.0.1:8443");
    assert_memory_equal(got.pin, made.pin, sizeof got.pin);
    assert_memory_equal(got.token, made.token, sizeof got.token);
    assert_false(got.joined);
    assert_int_equal(got.list.version, 1);
    assert_memory_equal(got.list.hash, made.list.hash, sizeof got.list.hash);
    assert_int_equal(got.prekeys, 1);
    assert_memory_equal(got.prekey[0].statement.point, made.prekey[0].statement.point,
                        AGREE_PUBLIC_SIZE);
    own_free(&made);
    own_free(&got);
}

static void a_vault_without_a_profile_is_absent(void **state)
{
    struct safe *s = *state;
    struct own own;

    assert_err(own_load(s->vault, &own), E_ABSENT);
}

static void its_statements_check(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    struct arena a = ARENA(1 << 16);
    struct device_list list;
    struct prekey prekey;
    struct bytes statement, kem;

    assert_ok(own_list_statement(&own, s->vault, &a, &statement));
    assert_ok(device_list_check(statement, &own.nid, &own.me.ark, NULL, PEOPLE_NOW_MS, &list));
    assert_ok(own_prekeys_statement(&own, s->vault, 1, &a, &statement, &kem));
    assert_ok(prekey_check(statement, &own.nid, &own.me.dsk, PEOPLE_NOW_MS, &prekey));
    assert_memory_equal(prekey.list_hash, list.hash, sizeof list.hash);
    assert_ok(prekey_check_kem(&prekey, kem));
    assert_err(own_prekeys_statement(&own, s->vault, 2, &a, &statement, &kem), E_ABSENT);
    own_free(&own);
    arena_free(&a);
}

/* ---- joining */

struct court { /* what a server answers with */
    struct key root, directory;
    struct buf certificate, me;
    struct own_joined answer;
};

static void hold_court(struct court *c, const struct own *own, const struct account_id *aid,
                       const struct point *ark, enum directory_state says)
{
    struct directory_certificate certificate = {.made_ms = PEOPLE_NOW_MS,
                                                .expires_ms = PEOPLE_NOW_MS + DIRECTORY_LIFE_MS,
                                                .name = BYTES_LITERAL("Ministry of X")};
    struct directory_statement me = {.number = 1,
                                     .aid = *aid,
                                     .ark = *ark,
                                     .role = DIRECTORY_MEMBER,
                                     .state = says,
                                     .made_ms = PEOPLE_NOW_MS,
                                     .handle = BYTES_LITERAL("alice")};

    *c = (struct court){.root = key_new(1),
                        .directory = key_new(2),
                        .certificate = BUF(DIRECTORY_CERTIFICATE_MAX),
                        .me = BUF(DIRECTORY_STATEMENT_MAX)};
    certificate.key = c->directory.pub;
    assert_ok(directory_certify(&certificate, &own->nid, c->root.secret, &c->certificate));
    assert_ok(directory_sign(&me, &own->nid, c->directory.secret, &c->me));
    c->answer = (struct own_joined){BYTES(c->root.pub.b), DOMAIN, buf_view(&c->certificate),
                                    buf_view(&c->me)};
}

static void adjourn(struct court *c)
{
    key_free(&c->root);
    key_free(&c->directory);
    buf_free(&c->certificate);
    buf_free(&c->me);
}

static void joining_is_kept_and_the_token_is_not(void **state)
{
    static const uint8_t nothing[INVITATION_TOKEN_SIZE];
    struct safe *s = *state;
    struct own own = created(s);
    struct court c;

    hold_court(&c, &own, &own.me.who.aid, &own.me.ark, DIRECTORY_ACTIVE);
    assert_ok(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS));
    own_free(&own);
    own = loaded(s);
    assert_true(own.joined);
    assert_string_equal(own.handle, "alice");
    assert_string_equal(own.domain, "x.example");
    assert_string_equal(own.network_name, "Ministry of X");
    assert_memory_equal(own.token, nothing, sizeof nothing);
    assert_int_not_equal(own.prekey[0].acknowledged_ms, 0);
    adjourn(&c);
    own_free(&own);
}

static void another_network_or_account_than_the_invitations_is_forged(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    struct person other = person_new(&own.nid, 30, 1);
    struct key wrong = key_new(9);
    struct court c;

    hold_court(&c, &own, &own.me.who.aid, &own.me.ark, DIRECTORY_ACTIVE);
    c.answer.root = BYTES(wrong.pub.b);
    assert_err(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS), E_FORGED);
    c.answer.root = bytes(c.root.pub.b, 66);
    assert_err(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS), E_MALFORMED);
    c.answer.root = BYTES(c.root.pub.b);
    c.answer.domain = BYTES_LITERAL("y.example");
    assert_err(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS), E_FORGED);
    c.answer.domain = DOMAIN;
    assert_err(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS - 2 * CLOCK_HOUR_MS), E_CLOCK);
    adjourn(&c);

    hold_court(&c, &own, &other.aid, &other.ark.pub, DIRECTORY_ACTIVE);
    assert_err(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS), E_FORGED);
    adjourn(&c);
    hold_court(&c, &own, &own.me.who.aid, &own.me.ark, DIRECTORY_REMOVED);
    assert_err(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS), E_FORGED);
    adjourn(&c);
    assert_false(own.joined);
    key_free(&wrong);
    person_free(&other);
    own_free(&own);
}

static void a_profile_is_dated_again_under_the_same_names(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    struct device_id did = own.me.who.did;
    uint8_t hash[NAMES_H32_SIZE];
    uint64_t earlier = PEOPLE_NOW_MS - CLOCK_DAY_MS, later = PEOPLE_NOW_MS + CLOCK_DAY_MS;

    memcpy(hash, own.list.hash, sizeof hash);
    assert_ok(vault_begin(s->vault));
    assert_ok(own_date_again(&own, s->vault, later));
    assert_ok(vault_commit(s->vault));
    assert_memory_equal(own.list.hash, hash, sizeof hash); /* one from the past still passes */
    assert_int_equal(own.prekey[0].statement.made_ms, later);
    assert_ok(vault_begin(s->vault));
    assert_ok(own_date_again(&own, s->vault, earlier));
    assert_ok(vault_commit(s->vault));
    own_free(&own);
    own = loaded(s);
    assert_int_equal(own.list.made_ms, earlier);
    assert_int_equal(own.list.version, 1);
    assert_int_equal(own.prekeys, 1);
    assert_int_equal(own.prekey[0].statement.number, 1);
    assert_int_equal(own.prekey[0].statement.made_ms, earlier);
    assert_true(ID_SAME(own.me.who.did, did));
    own_free(&own);
}

/* ---- prekeys */

static void prekeys_are_numbered_and_the_newest_is_first(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);

    for (uint32_t number = 1; number <= 5; number++) {
        confirm(&own, s->vault, number, PEOPLE_NOW_MS);
        make_prekey(&own, s->vault, PEOPLE_NOW_MS);
        assert_int_equal(own.prekey[0].statement.number, number + 1);
    }
    own_free(&own);
    own = loaded(s);
    assert_int_equal(own.prekeys, 6);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(own.prekey[i].statement.number, 6 - i);
    assert_int_equal(own_prekeys_find(&own, 3)->statement.number, 3);
    assert_int_equal(own_prekeys_find_low(&own, 3)->statement.number, 3);
    assert_null(own_prekeys_find(&own, 7));
    assert_null(own_prekeys_find(&own, 0x10003));
    assert_null(own_prekeys_find_low(&own, 7));
    own_free(&own);
}

static void one_that_was_never_confirmed_gives_way_to_the_next(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);

    confirm(&own, s->vault, 1, PEOPLE_NOW_MS);
    for (int i = 0; i < 3; i++)
        make_prekey(&own, s->vault, PEOPLE_NOW_MS);
    own_free(&own);
    own = loaded(s);
    assert_int_equal(own.prekeys, 2);
    assert_int_equal(own.prekey[0].statement.number, 4);
    assert_int_equal(own.prekey[1].statement.number, 1);
    own_free(&own);
}

static void no_more_are_kept_than_there_is_room_for(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);

    for (uint32_t number = 1; number <= OWN_PREKEYS_MAX + 3; number++) {
        confirm(&own, s->vault, number, PEOPLE_NOW_MS);
        make_prekey(&own, s->vault, PEOPLE_NOW_MS);
    }
    assert_int_equal(own.prekeys, OWN_PREKEYS_MAX);
    assert_int_equal(scratch_number(s->db, "SELECT count(*) FROM record WHERE kind = 3"),
                     OWN_PREKEYS_MAX);
    own_free(&own);
}

static void a_new_one_is_due_after_a_day_or_an_hour_unconfirmed(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    uint64_t now = PEOPLE_NOW_MS;

    assert_false(own_prekeys_is_due(&own, now + CLOCK_HOUR_MS - 1));
    assert_true(own_prekeys_is_due(&own, now + CLOCK_HOUR_MS));
    confirm(&own, s->vault, 1, now);
    assert_false(own_prekeys_is_due(&own, now + PREKEY_ROTATION_MS - 1));
    assert_true(own_prekeys_is_due(&own, now + PREKEY_ROTATION_MS));
    assert_int_equal(own_prekeys_next_rotation(&own), now + PREKEY_ROTATION_MS);
    assert_true(own_prekeys_is_due(&own, now - CLOCK_HOUR_MS - 1)); /* made by a wrong clock */
    assert_false(own_prekeys_is_due(&own, now - CLOCK_HOUR_MS));
    own_free(&own);
}

static void an_old_one_goes_when_drained_a_day_after_or_31_days_after_the_next(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    uint64_t now = PEOPLE_NOW_MS, later = now + 5 * CLOCK_DAY_MS;

    confirm(&own, s->vault, 1, now);
    delete_prekeys(&own, s->vault, true, now + 100 * CLOCK_DAY_MS); /* there is no next */
    assert_int_equal(own.prekeys, 1);
    make_prekey(&own, s->vault, now);
    delete_prekeys(&own, s->vault, true, now + 100 * CLOCK_DAY_MS); /* nor a confirmed one */
    assert_int_equal(own.prekeys, 2);
    confirm(&own, s->vault, 2, later);
    delete_prekeys(&own, s->vault, true, later + PREKEY_ROTATION_MS - 1);
    assert_int_equal(own.prekeys, 2);
    delete_prekeys(&own, s->vault, false, later + PREKEY_DELETION_MOST_MS - 1);
    assert_int_equal(own.prekeys, 2);
    assert_false(own_prekeys_deletion_is_due(&own, false, later + PREKEY_DELETION_MOST_MS - 1));
    assert_true(own_prekeys_deletion_is_due(&own, false, later + PREKEY_DELETION_MOST_MS));
    delete_prekeys(&own, s->vault, true, later + PREKEY_ROTATION_MS + CLOCK_MINUTE_MS);
    assert_int_equal(own.prekeys, 1);
    own_free(&own);
    own = loaded(s);
    assert_int_equal(own.prekeys, 1);
    assert_int_equal(own.prekey[0].statement.number, 2);
    own_free(&own);
}

static void confirming_counts_the_first_time(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);

    confirm(&own, s->vault, 1, 1000);
    confirm(&own, s->vault, 1, 2000);
    confirm(&own, s->vault, 9, 3000); /* no such number */
    assert_int_equal(own.prekey[0].acknowledged_ms, 1000);
    own_free(&own);
}

/* ---- the server's keys */

static struct err learn(struct own *o, struct safe *s, const struct court *c, uint32_t number,
                        size_t pins, uint8_t first)
{
    struct server_keys k = {.number = number, .made_ms = PEOPLE_NOW_MS, .pins = pins};
    struct buf b = BUF(SERVER_KEYS_MAX_SIZE);
    struct err err;

    for (size_t i = 0; i < pins; i++)
        k.pin[i].b[0] = (uint8_t)(first + i);
    assert_ok(server_keys_sign(&k, &o->nid, c->directory.secret, &b));
    err = own_learn_server(o, s->vault, buf_view(&b), buf_view(&c->certificate), PEOPLE_NOW_MS);
    buf_free(&b);
    return err;
}

static void the_invitations_pin_holds_until_there_is_a_statement(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    struct court c;
    uint8_t pins[2][INVITATION_PIN_SIZE] = {{20}, {21}};

    hold_court(&c, &own, &own.me.who.aid, &own.me.ark, DIRECTORY_ACTIVE);
    assert_ok(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS));
    assert_bytes(own_pins(&own), BYTES(own.pin));
    assert_ok(own_learn_server(&own, s->vault, bytes(NULL, 0), bytes(NULL, 0), PEOPLE_NOW_MS));
    own_free(&own);
    own = loaded(s); /* a vault without that record is as every vault was before */
    assert_int_equal(own.server.number, 0);
    assert_bytes(own_pins(&own), BYTES(own.pin));

    assert_ok(learn(&own, s, &c, 4, 2, 20));
    assert_bytes(own_pins(&own), bytes(pins, sizeof pins));
    own_free(&own);
    own = loaded(s);
    assert_int_equal(own.server.number, 4);
    assert_bytes(own_pins(&own), bytes(pins, sizeof pins));
    adjourn(&c);
    own_free(&own);
}

static void what_is_known_of_the_server_never_goes_back(void **state)
{
    struct safe *s = *state;
    struct own own = created(s);
    struct court c, other;

    hold_court(&c, &own, &own.me.who.aid, &own.me.ark, DIRECTORY_ACTIVE);
    hold_court(&other, &own, &own.me.who.aid, &own.me.ark, DIRECTORY_ACTIVE);
    assert_ok(own_join(&own, s->vault, &c.answer, PEOPLE_NOW_MS));
    assert_ok(learn(&own, s, &c, 4, 2, 20));
    assert_ok(learn(&own, s, &c, 4, 2, 20));
    assert_err(learn(&own, s, &c, 3, 2, 20), E_STALE);
    assert_err(learn(&own, s, &c, 4, 1, 20), E_CONFLICT);
    assert_err(own_learn_server(&own, s->vault, bytes(NULL, 0), bytes(NULL, 0), PEOPLE_NOW_MS),
               E_STALE);
    key_free(&other.directory);
    other.directory = key_new(9); /* not the one that the certificate is of */
    assert_err(learn(&own, s, &other, 5, 1, 30), E_FORGED);
    assert_int_equal(own.server.number, 4);
    own_free(&own);
    own = loaded(s);
    assert_int_equal(own.server.number, 4);
    assert_ok(learn(&own, s, &c, 7, 1, 21)); /* those in between were missed */
    assert_int_equal(own.server.pins, 1);
    adjourn(&c);
    adjourn(&other);
    own_free(&own);
}

/* Two days behind: a day for those who had it, and one more. */
static void a_prekey_that_was_replaced_days_before_is_noticed(void **state)
{
    static struct own o;
    const uint64_t then = UINT64_C(1790000000000);

    (void)state;
    o.prekeys = 2;
    o.prekey[0].statement.number = 65536 + 2;
    o.prekey[1].statement.number = 65536 + 1;
    assert_false(
        own_prekeys_was_superseded(&o, 1, then + 3 * CLOCK_DAY_MS)); /* not confirmed yet */
    o.prekey[0].acknowledged_ms = then;
    assert_false(own_prekeys_was_superseded(&o, 1, then + 2 * CLOCK_DAY_MS));
    assert_true(own_prekeys_was_superseded(&o, 1, then + 2 * CLOCK_DAY_MS + 1));
    assert_false(own_prekeys_was_superseded(&o, 2, then + 30 * CLOCK_DAY_MS));
    assert_false(own_prekeys_was_superseded(&o, 7, then + 30 * CLOCK_DAY_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prekey_that_was_replaced_days_before_is_noticed),
        safe_test(what_was_created_is_there_at_the_next_start),
        safe_test(a_vault_without_a_profile_is_absent),
        safe_test(its_statements_check),
        safe_test(joining_is_kept_and_the_token_is_not),
        safe_test(another_network_or_account_than_the_invitations_is_forged),
        safe_test(a_profile_is_dated_again_under_the_same_names),
        safe_test(prekeys_are_numbered_and_the_newest_is_first),
        safe_test(one_that_was_never_confirmed_gives_way_to_the_next),
        safe_test(no_more_are_kept_than_there_is_room_for),
        safe_test(a_new_one_is_due_after_a_day_or_an_hour_unconfirmed),
        safe_test(an_old_one_goes_when_drained_a_day_after_or_31_days_after_the_next),
        safe_test(confirming_counts_the_first_time),
        safe_test(the_invitations_pin_holds_until_there_is_a_statement),
        safe_test(what_is_known_of_the_server_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
