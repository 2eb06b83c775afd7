/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_history.h"

#include "base/clock.h"
#include "people.h"

/* Versions 1 to 5; the phone stands in 1 and 2, and list 3 revokes it.  The laptop stands in all.
 */
static struct device_list list[5];
static const struct device_list *known[5];
static const struct device_id laptop = {{1}}, phone = {{2}}, stranger = {{3}};

static int begin(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        list[i] = (struct device_list){.version = (uint32_t)i + 1,
                                       .made_ms = PEOPLE_NOW_MS + i * CLOCK_DAY_MS,
                                       .devices = i < 2 ? 2 : 1,
                                       .revoked = i < 2 ? 0 : 1};
        list[i].device[0] = (struct device_entry){.did = laptop, .role = DEVICE_PLAIN};
        list[i].device[1] = (struct device_entry){.did = phone, .role = DEVICE_PLAIN};
        list[i].gone[0] = (struct device_revoked){phone, 3, DEVICE_REVOKED};
        known[i] = &list[i];
    }
    return 0;
}

static void a_device_of_the_newest_list_stands(void **state)
{
    struct device_history h = {known, 5};
    const struct device_entry *entry;
    const struct device_list *revoked_by = &list[0];

    (void)state;
    assert_ok(device_history_find(&h, &laptop, &entry, &revoked_by));
    assert_ptr_equal(entry, &list[4].device[0]);
    assert_null(revoked_by);
}

static void a_revoked_device_is_found_as_it_stood_last(void **state)
{
    struct device_history h = {known, 5};
    const struct device_entry *entry;
    const struct device_list *revoked_by;

    (void)state;
    assert_ok(device_history_find(&h, &phone, &entry, &revoked_by));
    assert_ptr_equal(entry, &list[1].device[1]);
    assert_ptr_equal(revoked_by, &list[2]);
}

static void who_was_never_there_is_refused(void **state)
{
    struct device_history h = {known, 5};
    const struct device_entry *entry;
    const struct device_list *revoked_by;

    (void)state;
    assert_err(device_history_find(&h, &stranger, &entry, &revoked_by), E_FORGED);
}

static void lists_that_are_needed_must_be_asked_for(void **state)
{
    const struct device_list *without_third[] = {&list[1], &list[3]};
    const struct device_list *without_first[] = {&list[2], &list[4]};
    const struct device_entry *entry;
    const struct device_list *revoked_by;
    enum device_sender got = 0;

    (void)state;
    assert_err(device_history_find(&(struct device_history){NULL, 0}, &phone, &entry, &revoked_by),
               E_ABSENT);
    assert_err(device_history_find(&(struct device_history){without_third, 2}, &phone, &entry,
                                   &revoked_by),
               E_ABSENT);
    assert_err(device_history_find(&(struct device_history){without_first, 2}, &phone, &entry,
                                   &revoked_by),
               E_ABSENT);
    assert_err(
        device_history_sender(&(struct device_history){without_third, 2}, 2, &phone, 0, 0, &got),
        E_ABSENT);
    assert_err(
        device_history_sender(&(struct device_history){without_first, 2}, 2, &phone, 0, 0, &got),
        E_ABSENT);
    assert_int_equal(got, 0);
}

/* A message of the phone under list 2. */
static enum device_sender sender(uint64_t received_ms, uint64_t now_ms)
{
    struct device_history h = {known, 5};
    enum device_sender got = 0;

    assert_ok(device_history_sender(&h, 2, &phone, received_ms, now_ms, &got));
    return got;
}

static void a_device_that_nobody_revoked_may_write(void **state)
{
    struct device_history all = {known, 5}, then = {known, 2};
    enum device_sender got = 0;

    (void)state;
    assert_ok(device_history_sender(&all, 2, &laptop, UINT64_MAX, UINT64_MAX, &got));
    assert_int_equal(got, DEVICE_SENDER_STANDS);
    got = 0;
    assert_ok(device_history_sender(&then, 2, &phone, 0, UINT64_MAX, &got));
    assert_int_equal(got, DEVICE_SENDER_STANDS);
}

static void what_a_revoked_device_wrote_before_is_taken_for_thirty_days(void **state)
{
    uint64_t revoked = list[2].made_ms, last = revoked - 1;

    (void)state;
    assert_int_equal(sender(last, revoked), DEVICE_SENDER_LEFT);
    assert_int_equal(sender(last, last + 30 * CLOCK_DAY_MS), DEVICE_SENDER_LEFT);
    assert_int_equal(sender(last, last + 30 * CLOCK_DAY_MS + 1), DEVICE_SENDER_REVOKED);
    assert_int_equal(sender(revoked, revoked), DEVICE_SENDER_REVOKED);
    assert_int_equal(sender(revoked + 1, revoked + 1), DEVICE_SENDER_REVOKED);
}

static void a_device_that_is_not_in_the_list_named_is_refused(void **state)
{
    struct device_history h = {known, 5};
    enum device_sender got = 0;

    (void)state;
    assert_err(device_history_sender(&h, 3, &phone, 0, 0, &got), E_FORGED);
    assert_err(device_history_sender(&h, 6, &laptop, 0, 0, &got), E_ABSENT);
    assert_int_equal(got, 0);
}

/* Whether it stands or was revoked. */
static void a_recovery_key_sends_and_signs_nothing(void **state)
{
    struct device_history all = {known, 5}, early = {known, 2};
    const struct device_entry *entry;
    const struct device_list *revoked_by;
    enum device_sender sender;

    (void)state;
    list[0].device[1].role = list[1].device[1].role = DEVICE_RECOVERY;
    assert_err(device_history_find(&early, &phone, &entry, &revoked_by), E_FORGED);
    assert_err(device_history_find(&all, &phone, &entry, &revoked_by), E_FORGED);
    assert_err(device_history_sender(&early, 2, &phone, PEOPLE_NOW_MS, PEOPLE_NOW_MS, &sender),
               E_FORGED);
    begin(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_of_the_newest_list_stands),
        cmocka_unit_test(a_revoked_device_is_found_as_it_stood_last),
        cmocka_unit_test(who_was_never_there_is_refused),
        cmocka_unit_test(lists_that_are_needed_must_be_asked_for),
        cmocka_unit_test(a_device_that_nobody_revoked_may_write),
        cmocka_unit_test(what_a_revoked_device_wrote_before_is_taken_for_thirty_days),
        cmocka_unit_test(a_device_that_is_not_in_the_list_named_is_refused),
        cmocka_unit_test(a_recovery_key_sends_and_signs_nothing),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
