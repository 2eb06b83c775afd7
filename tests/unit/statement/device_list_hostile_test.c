/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to smuggle a device into a list, or to bring one back that was let go.  [PROTOCOL 4.3] */
#include "lineage.h"

static void a_new_device_does_not_let_itself_in(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[2] = person_list(&ada, 3).device[2];
    l.devices = 3;
    assert_ok(follows(l, 1));
    assert_err(follows(l, 2), E_FORGED);
}

/* A third list: the second, in which device 0 is revoked, and what each test changes. */
struct thread {
    struct device_list second, third;
};

static void begin_thread(struct thread *t)
{
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    t->second = second();
    t->second.device[0] = t->second.device[1];
    t->second.devices = t->second.revoked = 1;
    t->second.gone[0] = (struct device_revoked){ada.did[0], 2, DEVICE_REVOKED};
    assert_ok(
        device_list_sign(&t->second, &nid, ada.ark.secret, &ada.did[1], ada.dsk[1].secret, &out));
    t->third = t->second;
    t->third.version = 3;
    memcpy(t->third.previous, t->second.hash, sizeof t->third.previous);
    buf_free(&out);
}

static struct err ends(const struct thread *t, size_t signer)
{
    return follows_on(&t->second, t->third, signer);
}

static void a_device_may_be_added_and_another_revoked_in_one_list(void **state)
{
    struct thread t;

    (void)state;
    begin_thread(&t);
    assert_ok(ends(&t, 1));
    t.third.device[1] = person_list(&ada, 3).device[2];
    t.third.devices = 2;
    assert_ok(ends(&t, 1));
}

static void a_revoked_device_never_comes_back(void **state)
{
    struct thread t;

    (void)state;
    begin_thread(&t);
    t.third.device[1] = t.third.device[0]; /* with its revocation forgotten */
    t.third.device[0] = first.device[0];
    t.third.devices = 2;
    t.third.revoked = 0;
    assert_err(ends(&t, 1), E_FORGED);
    assert_err(ends(&t, 0), E_FORGED); /* by its own word */
}

static void a_revocation_is_neither_forgotten_nor_dated_otherwise(void **state)
{
    struct thread t;

    (void)state;
    begin_thread(&t);
    t.third.revoked = 0;
    assert_err(ends(&t, 1), E_FORGED);
    begin_thread(&t);
    t.third.gone[0].at_version = 3; /* as if it had stood until now */
    assert_err(ends(&t, 1), E_FORGED);
}

static void a_revocation_is_dated_by_the_list_that_brings_it(void **state)
{
    struct thread t;

    (void)state;
    begin_thread(&t); /* who stood in the second list did not go with it */
    t.second.device[0] = first.device[0];
    t.second.device[1] = first.device[1];
    t.second.devices = 2;
    t.second.revoked = 0;
    assert_err(ends(&t, 1), E_FORGED);
    t.third.gone[0].at_version = 3;
    assert_ok(ends(&t, 1));
    begin_thread(&t); /* nor is another version put in its place later */
    t.second.version = 3;
    t.third.version = 4;
    assert_ok(ends(&t, 1));
    t.third.gone[0].at_version = 3;
    assert_err(ends(&t, 1), E_FORGED);
}

static void nobody_leaves_without_a_word(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[0] = l.device[1];
    l.devices = 1;
    assert_err(follows(l, 1), E_FORGED);
    l.gone[0] = (struct device_revoked){ada.did[0], 2, DEVICE_REVOKED};
    l.revoked = 1;
    assert_ok(follows(l, 1));
}

static void nobody_is_revoked_who_was_not_there(void **state)
{
    struct device_list l = second();
    struct thread t;

    (void)state;
    l.gone[0] = (struct device_revoked){ada.did[2], 2, DEVICE_REVOKED};
    l.revoked = 1;
    assert_err(follows(l, 0), E_FORGED);
    begin_thread(&t); /* nor is a revocation made up for the past */
    t.third.gone[t.third.revoked++] = (struct device_revoked){{{0xff, 0xff}}, 2, DEVICE_REVOKED};
    assert_err(ends(&t, 1), E_FORGED);
}

static void who_stays_keeps_the_date_when_it_came(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[1].added_ms--;
    assert_err(follows(l, 0), E_FORGED);
}

static void who_stays_keeps_its_role(void **state)
{
    struct device_list l = second(), with = second();

    (void)state;
    l.device[1].role = DEVICE_RECOVERY; /* a device turns into a recovery key */
    assert_err(follows(l, 0), E_FORGED);
    with.device[1].role = DEVICE_RECOVERY;
    l = with;
    l.version = 3;
    memcpy(l.previous, with.hash, sizeof l.previous);
    assert_ok(follows_on(&with, l, 0));
    l.device[1].role = DEVICE_PLAIN; /* a recovery key turns into a device */
    assert_err(follows_on(&with, l, 0), E_FORGED);
}

static void that_history_was_given_is_not_taken_back(void **state)
{
    struct device_list l = second(), given = second();

    (void)state;
    given.device[1].capabilities = DEVICE_GIVEN_HISTORY;
    assert_ok(follows(given, 0));
    l.version = 3;
    memcpy(l.previous, given.hash, sizeof l.previous);
    assert_err(follows_on(&given, l, 0), E_FORGED);
    l.device[1].capabilities = DEVICE_GIVEN_HISTORY;
    assert_ok(follows_on(&given, l, 0));
}

/* The first two are a device and a recovery key; only the device was lost. */
static void a_recovery_key_that_was_there_puts_a_new_device_in_place_of_all_others(void **state)
{
    struct device_list with = second(), l = second();

    (void)state;
    with.device[1].role = DEVICE_RECOVERY;
    l.version = 3;
    memcpy(l.previous, with.hash, sizeof l.previous);
    l.device[0] = with.device[1];
    l.device[1] = person_list(&ada, 3).device[2];
    l.gone[0] = (struct device_revoked){ada.did[0], 3, DEVICE_REVOKED};
    l.revoked = 1;
    assert_ok(follows_on(&with, l, 1));
    assert_err(follows_on(&with, l, 2), E_FORGED); /* not the new one by itself */
    assert_err(follows_on(&with, l, 0), E_FORGED); /* nor who found what was lost */
}

static void a_recovery_key_does_not_let_itself_in(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[2] = person_list(&ada, 3).device[2];
    l.device[2].role = DEVICE_RECOVERY;
    l.devices = 3;
    assert_ok(follows(l, 1));
    assert_err(follows(l, 2), E_FORGED);
}

static void the_same_key_does_not_come_in_under_another_id(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[2] = l.device[1];
    memset(l.device[2].did.b, 0xff, sizeof l.device[2].did.b);
    l.devices = 3;
    assert_err(follows(l, 0), E_FORGED);
}

static void a_stranger_with_one_of_the_two_keys_lets_nobody_in(void **state)
{
    struct device_list l = second(), got;
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    l.device[2] = person_list(&ada, 3).device[2];
    l.devices = 3;
    /* A thief of the device alone, and then of the account root alone. */
    assert_ok(device_list_sign(&l, &nid, eve.ark.secret, &ada.did[0], ada.dsk[0].secret, &out));
    assert_err(device_list_check(buf_view(&out), &nid, &ada.ark.pub, &first, PEOPLE_NOW_MS, &got),
               E_FORGED);
    buf_free(&out);
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], eve.dsk[0].secret, &out));
    assert_err(device_list_check(buf_view(&out), &nid, &ada.ark.pub, &first, PEOPLE_NOW_MS, &got),
               E_FORGED);
    buf_free(&out);
}

static void another_accounts_device_does_not_come_in(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[2] = person_list(&eve, 1).device[0];
    l.device[2].did.b[0] = 0xff; /* sorted, and then as it is */
    l.devices = 3;
    assert_err(follows(l, 0), E_FORGED);
    l = second();
    l.device[0] = person_list(&eve, 1).device[0];
    l.devices = 1;
    assert_err(follows(l, 0), E_FORGED);
}

static void another_accounts_list_follows_nothing_of_ours(void **state)
{
    struct device_list l = person_list(&eve, 1), got;
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    l.version = 2;
    memcpy(l.previous, first.hash, sizeof l.previous);
    assert_ok(device_list_sign(&l, &nid, eve.ark.secret, &eve.did[0], eve.dsk[0].secret, &out));
    assert_err(device_list_check(buf_view(&out), &nid, &ada.ark.pub, &first, PEOPLE_NOW_MS, &got),
               E_FORGED);
    assert_err(device_list_check(buf_view(&out), &nid, &eve.ark.pub, &first, PEOPLE_NOW_MS, &got),
               E_FORGED);
    buf_free(&out);
}

/* With a hundred revoked, one of them makes room for the next; and the one forgotten stays out. */
static void the_oldest_revocation_goes_when_there_is_no_room(void **state)
{
    struct thread t;

    (void)state;
    begin_thread(&t);
    t.second.version = 3;
    t.second.device[0] = first.device[0];
    t.second.device[1] = first.device[1];
    t.second.devices = 2;
    t.second.revoked = LIMIT_LIST_REVOKED;
    for (size_t i = 0; i < LIMIT_LIST_REVOKED; i++)
        t.second.gone[i] = (struct device_revoked){{{0, (uint8_t)i}}, 2, DEVICE_REVOKED};
    t.third = t.second;
    t.third.version = 4;
    memcpy(t.third.previous, t.second.hash, sizeof t.third.previous);
    t.third.device[0] = first.device[1];
    t.third.devices = 1;
    memmove(&t.third.gone[0], &t.third.gone[1], 99 * sizeof t.third.gone[0]);
    t.third.gone[99] = (struct device_revoked){ada.did[0], 4, DEVICE_REVOKED};
    assert_ok(ends(&t, 1));
    t.third.revoked = 99; /* fewer than there were */
    t.third.device[0] = first.device[0];
    t.third.device[1] = first.device[1];
    t.third.devices = 2;
    assert_err(ends(&t, 1), E_FORGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_device_does_not_let_itself_in),
        cmocka_unit_test(a_device_may_be_added_and_another_revoked_in_one_list),
        cmocka_unit_test(a_revoked_device_never_comes_back),
        cmocka_unit_test(a_revocation_is_neither_forgotten_nor_dated_otherwise),
        cmocka_unit_test(a_revocation_is_dated_by_the_list_that_brings_it),
        cmocka_unit_test(nobody_leaves_without_a_word),
        cmocka_unit_test(nobody_is_revoked_who_was_not_there),
        cmocka_unit_test(who_stays_keeps_the_date_when_it_came),
        cmocka_unit_test(who_stays_keeps_its_role),
        cmocka_unit_test(that_history_was_given_is_not_taken_back),
        cmocka_unit_test(a_recovery_key_that_was_there_puts_a_new_device_in_place_of_all_others),
        cmocka_unit_test(a_recovery_key_does_not_let_itself_in),
        cmocka_unit_test(the_same_key_does_not_come_in_under_another_id),
        cmocka_unit_test(a_stranger_with_one_of_the_two_keys_lets_nobody_in),
        cmocka_unit_test(another_accounts_device_does_not_come_in),
        cmocka_unit_test(another_accounts_list_follows_nothing_of_ours),
        cmocka_unit_test(the_oldest_revocation_goes_when_there_is_no_room),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
