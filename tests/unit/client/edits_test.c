/* SPDX-License-Identifier: Apache-2.0 */
#include "client/edits.h"

#include "unit/client/safe.h"

static const struct target TO = {.room = {{1}}, .sender = {{2}}, .id = {{3}}};
static const struct account_id WHO = {{1, 1}};

static struct edit edit(uint64_t stamp, uint8_t did, uint8_t id)
{
    return (struct edit){.said = {{{did}}, {{id}}, stamp}, .place = stamp * 2};
}

static void take(struct safe *s, struct edit e)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, edits_take(s->vault, &TO, &WHO, &e)));
}

static struct edits all(struct safe *s)
{
    struct edits e;

    assert_ok(edits_of(s->vault, &TO, &WHO, &e));
    return e;
}

static void versions_stand_in_the_order_in_which_they_were_said(void **state)
{
    struct safe *s = *state;
    static const struct account_id other = {{2}};
    struct edits e;

    take(s, edit(5, 1, 1));
    take(s, edit(3, 9, 2));
    take(s, edit(5, 2, 0)); /* of equal stamps the greater device, */
    take(s, edit(5, 1, 2)); /* then the greater id */
    safe_again(s);
    e = all(s);
    assert_int_equal(e.n, 4);
    assert_int_equal(e.of[0].said.stamp, 3);
    assert_int_equal(e.of[0].place, 6);
    assert_int_equal(e.of[1].said.id.b[0], 1);
    assert_int_equal(e.of[2].said.id.b[0], 2);
    assert_int_equal(e.of[3].said.did.b[0], 2);
    assert_ok(edits_of(s->vault, &TO, &other, &e));
    assert_int_equal(e.n, 0);
}

static void of_too_many_the_last_are_known_whatever_comes_first(void **state)
{
    struct safe *s = *state;
    struct edits e;

    for (uint8_t i = 1; i <= EDITS_MAX + 6; i++)
        take(s, edit(i % 2 == 0 ? 200u - i : i, 1, i));
    e = all(s);
    assert_int_equal(e.n, EDITS_MAX);
    assert_int_equal(e.of[0].said.stamp, 13); /* of 1, 3 ... 69 the last 29, and 35 greater ones */
    assert_int_equal(e.of[EDITS_MAX - 1].said.stamp, 198);
    take(s, edit(12, 1, 99));
    assert_int_equal(all(s).of[0].said.stamp, 13);
}

static void what_never_left_is_no_version(void **state)
{
    struct safe *s = *state;
    struct edit second = edit(6, 1, 2);

    take(s, edit(5, 1, 1));
    take(s, second);
    take(s, edit(7, 1, 3));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, edits_undo(s->vault, &TO, &WHO, &second)));
    assert_int_equal(all(s).n, 2);
    assert_int_equal(all(s).of[0].said.id.b[0], 1);
    assert_int_equal(all(s).of[1].said.id.b[0], 3);
}

static void a_stamp_is_later_than_all_that_was_said(void **state)
{
    struct safe *s = *state;
    struct edits e = all(s);

    assert_int_equal(edits_stamp(&e, 100), 100);
    take(s, edit(300, 1, 1));
    e = all(s);
    assert_int_equal(edits_stamp(&e, 100), 301);
    assert_int_equal(edits_stamp(&e, 300), 301);
    assert_int_equal(edits_stamp(&e, 301), 301);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(versions_stand_in_the_order_in_which_they_were_said),
        safe_test(of_too_many_the_last_are_known_whatever_comes_first),
        safe_test(what_never_left_is_no_version),
        safe_test(a_stamp_is_later_than_all_that_was_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
