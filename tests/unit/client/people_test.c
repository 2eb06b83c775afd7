/* SPDX-License-Identifier: Apache-2.0 */
#include "client/people.h"

#include "unit/client/safe.h"
#include "unit/statement/people.h"

#define NOW PEOPLE_NOW_MS
#define BOB BYTES_LITERAL("bob")

/* A network that says things about people; each saying is signed when it is made. */
struct town {
    struct safe *safe;
    struct own me; /* no more of it than people_learn() looks at */
    struct key root, directory;
    struct arena arena;
    struct bytes certificate;
};

static struct bytes keep(struct town *t, struct buf *b)
{
    struct bytes kept;

    assert_ok(arena_copy(&t->arena, buf_view(b), &kept));
    buf_free(b);
    return kept;
}

static int town_begin(void **state)
{
    struct town *t = calloc(1, sizeof *t);
    struct directory_certificate c = {
        .made_ms = NOW, .expires_ms = NOW + DIRECTORY_LIFE_MS, .name = BYTES_LITERAL("X")};
    struct buf b = BUF(DIRECTORY_CERTIFICATE_MAX);
    void *safe;

    assert_non_null(t);
    safe_begin(&safe);
    t->safe = safe;
    t->root = key_new(1);
    t->directory = key_new(2);
    t->arena = ARENA(1 << 20);
    t->me.nid = people_network("x.example");
    t->me.root = t->root.pub;
    t->me.me.who.aid.b[0] = 1;
    c.key = t->directory.pub;
    assert_ok(directory_certify(&c, &t->me.nid, t->root.secret, &b));
    t->certificate = keep(t, &b);
    *state = t;
    return 0;
}

static int town_end(void **state)
{
    struct town *t = *state;
    void *safe = t->safe;

    key_free(&t->root);
    key_free(&t->directory);
    arena_free(&t->arena);
    safe_end(&safe);
    free(t);
    return 0;
}

#define town_test(f) cmocka_unit_test_setup_teardown(f, town_begin, town_end)

static struct bytes statement(struct town *t, const struct person *p, uint32_t number,
                              enum directory_state says, struct bytes handle)
{
    struct directory_statement s = {.number = number,
                                    .aid = p->aid,
                                    .ark = p->ark.pub,
                                    .role = DIRECTORY_MEMBER,
                                    .state = says,
                                    .made_ms = NOW,
                                    .handle = handle};
    struct buf b = BUF(DIRECTORY_STATEMENT_MAX);

    assert_ok(directory_sign(&s, &t->me.nid, t->directory.secret, &b));
    return keep(t, &b);
}

/* The next version of *list. */
static struct bytes next_list(struct town *t, const struct person *p, struct device_list *list)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    if (list->version == 0) {
        *list = person_list(p, p->devices);
    } else {
        list->version++;
        memcpy(list->previous, list->hash, sizeof list->previous);
    }
    assert_ok(device_list_sign(list, &t->me.nid, p->ark.secret, &p->did[0], p->dsk[0].secret, &b));
    return keep(t, &b);
}

static struct bytes prekey_of(struct town *t, const struct person *p, size_t device,
                              uint32_t number, const struct device_list *list)
{
    struct prekey k = {.aid = p->aid,
                       .did = p->did[device],
                       .number = number,
                       .made_ms = NOW,
                       .list_version = list->version};
    struct agree_private *secret;
    struct buf b = BUF(PREKEY_SIZE);

    k.kem_digest[0] = 1;
    memcpy(k.list_hash, list->hash, sizeof k.list_hash);
    assert_ok(agree_generate(&secret, k.point));
    assert_ok(prekey_sign(&k, &t->me.nid, p->dsk[device].secret, &b));
    agree_private_free(secret);
    return keep(t, &b);
}

static struct bytes prekey(struct town *t, const struct person *p, uint32_t number,
                           const struct device_list *list)
{
    return prekey_of(t, p, 0, number, list);
}

/* In a transaction. */
static struct err learn_all(struct town *t, const struct people_news *news, uint64_t now_ms,
                            struct contact *c, struct people_learned *learned)
{
    struct vault *v = t->safe->vault;

    TRY(vault_begin(v));
    return vault_end(v, people_learn(v, &t->me, news, now_ms, c, learned));
}

/* `expired` may be NULL. */
static struct err learn(struct town *t, const struct people_news *news, uint64_t now_ms,
                        struct contact *c, bool *expired)
{
    struct people_learned learned = {.expired = false};
    struct err err = learn_all(t, news, now_ms, c, &learned);

    if (expired != NULL)
        *expired = learned.expired;
    return err;
}

/* A saying about bob: his first list and prekey. */
struct saying {
    struct bytes list[3], prekey[1];
    struct device_list newest;
    struct people_news news;
};

static void say(struct town *t, const struct person *p, struct saying *s)
{
    *s = (struct saying){.newest = {.version = 0}};
    s->list[0] = next_list(t, p, &s->newest);
    s->prekey[0] = prekey(t, p, 1, &s->newest);
    s->news = (struct people_news){.handle = BOB,
                                   .statement = statement(t, p, 1, DIRECTORY_ACTIVE, BOB),
                                   .certificate = t->certificate,
                                   .list = s->list,
                                   .prekey = s->prekey,
                                   .lists = 1,
                                   .prekeys = 1};
}

static void what_checks_is_learned_and_found_again(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct vault *v = t->safe->vault;
    struct contact c, found;
    struct device_list list;
    struct prekey p;
    struct saying s;

    say(t, &bob, &s);
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_true(c.known);
    assert_false(c.verified || c.removed || c.changed);
    assert_ok(people_by_handle(v, BOB, &found));
    assert_int_equal(found.number, c.number);
    assert_int_equal(found.asked_ms, NOW);
    assert_ok(people_by_account(v, &bob.aid, &found));
    assert_int_equal(found.number, c.number);
    assert_string_equal(found.handle, "bob");
    assert_ok(people_next(v, 0, &found));
    assert_err(people_next(v, found.number, &found), E_ABSENT);
    assert_ok(people_newest_list(v, &t->me, &bob.aid, &list));
    assert_int_equal(list.version, 1);
    assert_ok(people_prekey(v, &bob.did[0], &p));
    assert_int_equal(p.number, 1);
    person_free(&bob);
}

static void an_answer_about_somebody_else_is_forged(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1), carol = person_new(&t->me.nid, 20, 1);
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    s.news.handle = BYTES_LITERAL("carol");
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_FORGED);
    s.news.aid = &carol.aid;
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_FORGED);
    assert_err(people_next(t->safe->vault, 0, &c), E_ABSENT); /* nothing of it was kept */
    s.news.aid = &bob.aid;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    person_free(&bob);
    person_free(&carol);
}

static void i_am_nobodys_contact(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    t->me.me.who.aid = bob.aid;
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_CONFLICT);
    person_free(&bob);
}

static void numbers_never_go_back(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct vault *v = t->safe->vault;
    struct people_learned learned;
    struct contact c;
    struct prekey p;
    struct saying s;

    say(t, &bob, &s);
    s.news.statement = statement(t, &bob, 5, DIRECTORY_ACTIVE, BOB);
    s.prekey[0] = prekey(t, &bob, 7, &s.newest);
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_ok(learn(t, &s.news, NOW, &c, NULL)); /* the same again is no step back */

    s.prekey[0] = prekey(t, &bob, 6, &s.newest);
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.behind && learned.tell_behind && !learned.news && !learned.lists_behind);
    assert_ok(people_prekey(v, &bob.did[0], &p));
    assert_int_equal(p.number, 7);
    s.news.statement = statement(t, &bob, 4, DIRECTORY_REMOVED, BOB);
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.behind && !learned.tell_behind); /* which was told */
    assert_int_equal(c.statement, 5);
    assert_false(c.removed);
    s.news.statement = statement(t, &bob, 5, DIRECTORY_ACTIVE, BOB);
    s.prekey[0] = prekey(t, &bob, 8, &s.newest);
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.news && !learned.behind);
    assert_ok(people_prekey(v, &bob.did[0], &p));
    assert_int_equal(p.number, 8);
    s.news.prekeys = 0; /* there was one */
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.behind && learned.tell_behind);
    person_free(&bob);
}

/* Of two devices, one is shown as it was, and the other has another prekey. */
static void what_is_older_keeps_nobody_from_what_is_newer(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 2);
    struct people_learned learned;
    struct contact c;
    struct prekey p;
    struct saying s;
    struct bytes both[2];

    say(t, &bob, &s);
    s.news.prekey = both;
    s.news.prekeys = 2;
    both[0] = prekey_of(t, &bob, 0, 5, &s.newest);
    both[1] = prekey_of(t, &bob, 1, 5, &s.newest);
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    both[0] = prekey_of(t, &bob, 0, 4, &s.newest);
    both[1] = prekey_of(t, &bob, 1, 6, &s.newest);
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.behind && learned.news);
    assert_ok(people_prekey(t->safe->vault, &bob.did[0], &p));
    assert_int_equal(p.number, 5);
    assert_ok(people_prekey(t->safe->vault, &bob.did[1], &p));
    assert_int_equal(p.number, 6);
    person_free(&bob);
}

static void a_server_that_has_forgotten_lists_is_behind(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct people_learned learned;
    struct device_list list;
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    s.list[1] = next_list(t, &bob, &s.newest);
    s.news.lists = 2;
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_false(learned.behind);
    assert_int_equal(learned.shown, 2);

    s.news.lists = 1; /* the first */
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.lists_behind && learned.tell_behind);
    assert_int_equal(learned.shown, 1);
    s.news.lists = 0; /* of nothing that was asked for nothing can be missing */
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_false(learned.lists_behind);
    s.news.asked_from = 2;
    assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
    assert_true(learned.lists_behind && learned.tell_behind);
    assert_int_equal(learned.shown, 0);
    assert_ok(people_newest_list(t->safe->vault, &t->me, &bob.aid, &list));
    assert_int_equal(list.version, 2);
    person_free(&bob);
}

static void of_two_lists_of_one_number_the_first_stands(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct people_learned learned;
    struct device_list first, list;
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    first = s.newest;
    s.list[1] = next_list(t, &bob, &s.newest);
    s.news.lists = 2;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    first.made_ms++; /* so that the one that follows is another one */
    s.newest = first;
    s.list[1] = next_list(t, &bob, &s.newest);
    s.list[2] = next_list(t, &bob, &s.newest);
    s.news.lists = 3;
    for (unsigned again = 0; again < 2; again++) {
        assert_ok(learn_all(t, &s.news, NOW, &c, &learned));
        assert_true(learned.forked && !learned.news);
        assert_int_equal(learned.tell_forked, again == 0);
    }
    assert_ok(people_newest_list(t->safe->vault, &t->me, &bob.aid, &list));
    assert_int_equal(list.version, 2);
    assert_memory_not_equal(list.hash, s.newest.hash, sizeof list.hash);
    person_free(&bob);
}

static void lists_come_one_after_the_other(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct vault *v = t->safe->vault;
    struct device_list list;
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    s.list[1] = next_list(t, &bob, &s.newest);
    s.list[2] = next_list(t, &bob, &s.newest);
    s.news.list = &s.list[1];
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_STALE); /* where is the first? */
    s.news.lists = 0;
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_STALE);
    s.news.list = s.list;
    s.news.lists = 2;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    s.news.list = &s.list[2]; /* from what is known on */
    s.news.lists = 1;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_ok(people_newest_list(v, &t->me, &bob.aid, &list));
    assert_int_equal(list.version, 3);
    for (uint32_t version = 1; version <= 3; version++)
        assert_ok(people_list(v, &t->me, &bob.aid, version, &list));
    assert_err(people_list(v, &t->me, &bob.aid, 4, &list), E_ABSENT);
    person_free(&bob);
}

static void a_prekey_that_names_a_list_we_were_not_shown_is_stale_or_forged(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct device_list other;
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    other = s.newest;
    other.hash[0] ^= 1;
    s.prekey[0] = prekey(t, &bob, 1, &other);
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_FORGED);
    s.list[1] = next_list(t, &bob, &s.newest);
    s.prekey[0] = prekey(t, &bob, 1, &s.newest);
    assert_err(learn(t, &s.news, NOW, &c, NULL), E_STALE);
    s.news.lists = 2;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    person_free(&bob);
}

static void the_first_account_of_a_handle_is_kept_until_another_is_accepted(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1), other = person_new(&t->me.nid, 20, 1);
    struct vault *v = t->safe->vault;
    struct contact c, found;
    struct saying first, second;

    say(t, &bob, &first);
    say(t, &other, &second);
    assert_ok(learn(t, &first.news, NOW, &c, NULL));
    c.verified = true;
    assert_ok(vault_begin(v));
    assert_ok(people_put(v, &c));
    assert_err(people_accept(v, &c), E_CONFLICT); /* nothing to accept */
    assert_ok(vault_commit(v));

    assert_ok(learn(t, &second.news, NOW, &c, NULL));
    assert_true(c.changed && c.verified);
    assert_true(ID_SAME(c.aid, bob.aid) && ID_SAME(c.other, other.aid));
    assert_err(people_by_account(v, &other.aid, &found), E_ABSENT);

    assert_ok(learn(t, &first.news, NOW, &c, NULL)); /* the network takes it back */
    assert_false(c.changed);
    assert_ok(learn(t, &second.news, NOW, &c, NULL));

    assert_ok(vault_begin(v));
    assert_ok(people_accept(v, &c));
    assert_ok(vault_commit(v));
    assert_false(c.changed || c.verified);
    assert_true(ID_SAME(c.aid, other.aid) && ID_SAME(c.ark, other.ark.pub));
    assert_ok(people_by_account(v, &other.aid, &found));
    assert_err(people_by_account(v, &bob.aid, &found), E_ABSENT);
    person_free(&bob);
    person_free(&other);
}

/* Whoever believes that bob is carol now must not read carol under bob's name. */
static void an_account_is_not_accepted_under_a_second_handle(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1), carol = person_new(&t->me.nid, 20, 1);
    struct vault *v = t->safe->vault;
    struct contact c, found;
    struct saying first, lie, truth;

    say(t, &bob, &first);
    say(t, &carol, &lie);
    truth = lie;
    truth.news.handle = BYTES_LITERAL("carol");
    truth.news.statement = statement(t, &carol, 1, DIRECTORY_ACTIVE, truth.news.handle);
    assert_ok(learn(t, &first.news, NOW, &c, NULL));
    assert_ok(learn(t, &lie.news, NOW, &c, NULL));
    assert_true(c.changed);
    assert_ok(learn(t, &truth.news, NOW, &found, NULL));
    assert_ok(vault_begin(v));
    assert_err(people_accept(v, &c), E_CONFLICT);
    vault_rollback(v);
    assert_ok(people_by_account(v, &carol.aid, &found));
    assert_string_equal(found.handle, "carol");
    person_free(&bob);
    person_free(&carol);
}

static void a_removed_account_is_known_as_such(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    s.news.statement = statement(t, &bob, 2, DIRECTORY_REMOVED, BOB);
    s.news.lists = s.news.prekeys = 0;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_true(c.known && c.removed);
    person_free(&bob);
}

static void what_a_removed_account_sent_can_be_opened(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct device_list list;
    struct contact c;
    struct saying s;

    say(t, &bob, &s);
    s.news.statement = statement(t, &bob, 2, DIRECTORY_REMOVED, BOB);
    s.news.prekeys = 0;
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_true(c.removed);
    assert_ok(people_newest_list(t->safe->vault, &t->me, &bob.aid, &list));
    assert_non_null(device_list_find(&list, &bob.did[0]));
    person_free(&bob);
}

static void without_a_certificate_only_whom_we_know_goes_on(void **state)
{
    struct town *t = *state;
    struct person bob = person_new(&t->me.nid, 10, 1), other = person_new(&t->me.nid, 20, 1);
    uint64_t later = NOW + DIRECTORY_LIFE_MS;
    struct contact c;
    struct prekey p;
    struct saying s, of_other;
    bool expired;

    say(t, &bob, &s);
    say(t, &other, &of_other);
    assert_err(learn(t, &s.news, later, &c, &expired), E_EXPIRED);
    assert_ok(learn(t, &s.news, NOW, &c, &expired));
    assert_false(expired);
    s.prekey[0] = prekey(t, &bob, 2, &s.newest);
    s.news.statement = statement(t, &bob, 2, DIRECTORY_REMOVED, BOB);
    assert_ok(learn(t, &s.news, later, &c, &expired));
    assert_true(expired);
    assert_false(c.removed); /* of the directory's word nothing */
    assert_ok(people_prekey(t->safe->vault, &bob.did[0], &p));
    assert_int_equal(p.number, 2);
    assert_err(learn(t, &of_other.news, later, &c, &expired), E_FORGED); /* another's lists */
    person_free(&bob);
    person_free(&other);
}

static void an_ml_kem_key_is_kept_until_a_newer_prekey_is_learned(void **state)
{
    struct town *t = *state;
    struct vault *v = t->safe->vault;
    struct person bob = person_new(&t->me.nid, 10, 1);
    struct contact c;
    struct saying s;
    struct bytes kem;

    say(t, &bob, &s);
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_err(people_kem(v, &bob.did[0], 1, &t->arena, &kem), E_ABSENT);
    assert_ok(vault_begin(v));
    assert_ok(people_put_kem(v, &bob.did[0], 1, BYTES_LITERAL("a key")));
    assert_ok(vault_commit(v));
    assert_ok(learn(t, &s.news, NOW, &c, NULL)); /* the same prekey again */
    assert_ok(people_kem(v, &bob.did[0], 1, &t->arena, &kem));
    assert_bytes(kem, BYTES_LITERAL("a key"));
    s.prekey[0] = prekey(t, &bob, 2, &s.newest);
    assert_ok(learn(t, &s.news, NOW, &c, NULL));
    assert_err(people_kem(v, &bob.did[0], 1, &t->arena, &kem), E_ABSENT);
    assert_err(people_kem(v, &bob.did[0], 2, &t->arena, &kem), E_ABSENT);
    person_free(&bob);
}

static void a_contact_may_be_known_by_its_handle_alone(void **state)
{
    struct town *t = *state;
    struct vault *v = t->safe->vault;
    struct contact c, found;
    uint8_t fingerprint[64];

    assert_ok(vault_begin(v));
    assert_ok(people_add(v, BOB, &c));
    assert_err(people_add(v, BYTES_LITERAL("No Handle"), &found), E_MALFORMED);
    assert_ok(vault_commit(v));
    assert_ok(people_by_handle(v, BOB, &found));
    assert_false(found.known);
    assert_err(people_fingerprint(&t->me, &found, fingerprint), E_ABSENT);
    assert_err(people_by_handle(v, BYTES_LITERAL("carol"), &found), E_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        town_test(what_checks_is_learned_and_found_again),
        town_test(an_answer_about_somebody_else_is_forged),
        town_test(i_am_nobodys_contact),
        town_test(numbers_never_go_back),
        town_test(what_is_older_keeps_nobody_from_what_is_newer),
        town_test(a_server_that_has_forgotten_lists_is_behind),
        town_test(of_two_lists_of_one_number_the_first_stands),
        town_test(lists_come_one_after_the_other),
        town_test(a_prekey_that_names_a_list_we_were_not_shown_is_stale_or_forged),
        town_test(the_first_account_of_a_handle_is_kept_until_another_is_accepted),
        town_test(an_account_is_not_accepted_under_a_second_handle),
        town_test(a_removed_account_is_known_as_such),
        town_test(what_a_removed_account_sent_can_be_opened),
        town_test(without_a_certificate_only_whom_we_know_goes_on),
        town_test(an_ml_kem_key_is_kept_until_a_newer_prekey_is_learned),
        town_test(a_contact_may_be_known_by_its_handle_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
