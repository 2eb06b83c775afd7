/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_change.h"

#include "lineage.h"

static struct device_entry third(enum device_role role)
{
    struct device_entry e = person_list(&ada, 3).device[2];

    e.role = role;
    return e;
}

static struct device_list begun(void)
{
    struct device_list l;

    assert_ok(device_change_begin(&first, PEOPLE_NOW_MS, &l));
    return l;
}

static void what_is_begun_follows_and_changes_nothing(void **state)
{
    struct device_list l = begun(), want = second();

    (void)state;
    want.made_ms = first.made_ms;
    memset(want.hash, 0, sizeof want.hash);
    want.signer = (struct device_id){{0}};
    assert_memory_equal(&l, &want, sizeof want);
    assert_ok(follows(l, 0));
}

static void a_list_is_not_dated_before_the_one_before_it(void **state)
{
    struct device_list l;

    (void)state;
    assert_ok(device_change_begin(&first, 5, &l));
    assert_int_equal(l.made_ms, first.made_ms);
    assert_ok(device_change_begin(&first, first.made_ms + 5, &l));
    assert_int_equal(l.made_ms, first.made_ms + 5);
}

static void nothing_follows_the_last_version(void **state)
{
    struct device_list last = first, l = {.version = 77};

    (void)state;
    last.version = UINT32_MAX;
    assert_err(device_change_begin(&last, PEOPLE_NOW_MS, &l), E_LIMIT);
    assert_int_equal(l.version, 77);
}

/* Whatever its place is: each of three comes in to the two others. */
static void who_comes_in_stands_in_order(void **state)
{
    struct device_list all = person_list(&ada, 3);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct device_list l = begun();

        l.device[0] = all.device[i == 0 ? 1 : 0];
        l.device[1] = all.device[i == 2 ? 1 : 2];
        assert_ok(device_change_add(&l, &all.device[i]));
        assert_int_equal(l.devices, 3);
        assert_memory_equal(l.device, all.device, sizeof l.device);
    }
}

static void a_device_and_a_recovery_key_come_in(void **state)
{
    struct device_list l = begun();
    struct device_entry key = third(DEVICE_RECOVERY);

    (void)state;
    assert_ok(device_change_add(&l, &key));
    assert_ok(follows(l, 1));
    assert_ptr_equal(device_list_recovery(&l), device_list_find(&l, &key.did));
}

static void nobody_comes_in_twice_or_comes_back(void **state)
{
    struct device_list l = begun();
    struct device_entry e = l.device[1];

    (void)state;
    assert_err(device_change_add(&l, &e), E_CONFLICT);
    assert_ok(device_change_revoke(&l, &e.did));
    assert_err(device_change_add(&l, &e), E_CONFLICT);
}

static void there_are_ten_devices_and_one_recovery_key_at_most(void **state)
{
    struct device_list l = begun();
    struct device_entry e = {.role = DEVICE_RECOVERY};

    (void)state;
    assert_ok(device_change_add(&l, &e));
    e.did.b[15] = 1;
    assert_err(device_change_add(&l, &e), E_LIMIT);
    e.role = DEVICE_PLAIN;
    while (l.devices < DEVICE_LIST_ENTRIES_MAX) {
        assert_ok(device_change_add(&l, &e));
        e.did.b[15]++;
    }
    assert_int_equal(device_list_count(&l), LIMIT_LIST_DEVICES);
    assert_err(device_change_add(&l, &e), E_LIMIT);
    assert_int_equal(l.devices, DEVICE_LIST_ENTRIES_MAX);
}

static void who_goes_is_revoked_by_this_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct device_list l = begun();

        /* By a name that lies in the list itself. */
        assert_ok(device_change_revoke(&l, &l.device[i].did));
        assert_int_equal(l.devices, 1);
        assert_true(ID_SAME(l.device[0].did, ada.did[1 - i]));
        assert_int_equal(l.revoked, 1);
        assert_true(ID_SAME(l.gone[0].did, ada.did[i]));
        assert_ok(follows(l, 1 - i));
        assert_err(follows(l, i), E_FORGED);
    }
}

static void who_is_not_there_does_not_go(void **state)
{
    struct device_list l = begun();

    (void)state;
    assert_err(device_change_revoke(&l, &ada.did[2]), E_ABSENT);
    assert_int_equal(l.revoked, 0);
}

static void the_revoked_stand_in_order(void **state)
{
    struct device_list l = begun();

    (void)state;
    assert_ok(device_change_revoke(&l, &ada.did[1]));
    assert_ok(device_change_revoke(&l, &ada.did[0]));
    assert_int_equal(l.revoked, 2);
    assert_true(ID_SAME(l.gone[0].did, ada.did[0]));
    assert_true(ID_SAME(l.gone[1].did, ada.did[1]));
}

static void where_a_hundred_are_remembered_one_that_went_first_is_forgotten(void **state)
{
    struct device_list before = first, l;

    (void)state;
    before.version = 9;
    before.revoked = LIMIT_LIST_REVOKED;
    for (size_t i = 0; i < LIMIT_LIST_REVOKED; i++)
        before.gone[i] =
            (struct device_revoked){{{0, (uint8_t)i}}, i == 40 || i == 60 ? 3 : 4, DEVICE_REVOKED};
    assert_ok(device_change_begin(&before, PEOPLE_NOW_MS, &l));
    assert_ok(device_change_revoke(&l, &ada.did[0]));
    assert_int_equal(l.revoked, LIMIT_LIST_REVOKED);
    assert_null(device_list_find_revoked(&l, &before.gone[40].did));
    assert_non_null(device_list_find_revoked(&l, &before.gone[60].did));
    assert_ok(follows_on(&before, l, 1));
}

static void what_this_list_revokes_is_not_forgotten_by_it(void **state)
{
    struct device_list l = begun();

    (void)state;
    l.revoked = LIMIT_LIST_REVOKED;
    for (size_t i = 0; i < LIMIT_LIST_REVOKED; i++)
        l.gone[i] = (struct device_revoked){{{0, (uint8_t)i}}, l.version, DEVICE_REVOKED};
    assert_err(device_change_revoke(&l, &ada.did[0]), E_LIMIT);
    assert_int_equal(l.devices, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_begun_follows_and_changes_nothing),
        cmocka_unit_test(a_list_is_not_dated_before_the_one_before_it),
        cmocka_unit_test(nothing_follows_the_last_version),
        cmocka_unit_test(who_comes_in_stands_in_order),
        cmocka_unit_test(a_device_and_a_recovery_key_come_in),
        cmocka_unit_test(nobody_comes_in_twice_or_comes_back),
        cmocka_unit_test(there_are_ten_devices_and_one_recovery_key_at_most),
        cmocka_unit_test(who_goes_is_revoked_by_this_list),
        cmocka_unit_test(who_is_not_there_does_not_go),
        cmocka_unit_test(the_revoked_stand_in_order),
        cmocka_unit_test(where_a_hundred_are_remembered_one_that_went_first_is_forgotten),
        cmocka_unit_test(what_this_list_revokes_is_not_forgotten_by_it),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
