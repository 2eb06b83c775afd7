/* SPDX-License-Identifier: Apache-2.0 */
#include "client/due.h"

#include "base/clock.h"
#include "unit/client/safe.h"

static void put(struct safe *s, uint64_t contact, uint64_t place, uint64_t at_ms)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, due_put(s->vault, &(struct due){at_ms, contact, place})));
}

static void drop(struct safe *s, uint64_t contact, uint64_t place)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, due_drop(s->vault, contact, place)));
}

static uint64_t of(struct safe *s, uint64_t contact, uint64_t place)
{
    uint64_t at_ms;

    assert_ok(due_get(s->vault, contact, place, &at_ms));
    return at_ms;
}

/* All that is noted is these places, in this order. */
static void is(struct safe *s, const uint64_t *place, size_t n)
{
    struct due d;
    uint64_t number = 0;

    for (size_t i = 0; i < n; i++, number++) {
        assert_ok(due_next(s->vault, &number, &d));
        assert_int_equal(d.place, place[i]);
        assert_int_equal(d.at_ms, of(s, d.contact, d.place));
    }
    assert_err(due_next(s->vault, &number, &d), E_ABSENT);
}

static void messages_are_found_in_the_order_in_which_they_are_due(void **state)
{
    struct safe *s = *state;
    const uint64_t all[] = {2, 3, 1}, rest[] = {2, 1};

    put(s, 7, 1, 9000);
    put(s, 8, 2, 3000);
    put(s, 7, 3, 5000);
    safe_again(s);
    is(s, all, 3);
    drop(s, 7, 3);
    drop(s, 7, 3); /* once more changes nothing */
    is(s, rest, 2);
    assert_int_equal(of(s, 7, 3), 0);
}

static void a_message_has_one_time_which_is_never_earlier_than_was_said(void **state)
{
    struct safe *s = *state;
    const uint64_t places[] = {1};

    put(s, 7, 1, 9000);
    put(s, 7, 1, 4001);
    is(s, places, 1);
    assert_int_equal(of(s, 7, 1), 5000);
    put(s, 7, 1, UINT64_MAX);
    assert_true(of(s, 7, 1) > UINT64_C(1) << 48);
}

/* Places are told apart by their lower bits. */
static void messages_that_would_stand_at_one_number_stand_side_by_side(void **state)
{
    struct safe *s = *state;
    const uint64_t leap = UINT64_C(1) << 22, places[] = {1, 1 + leap, 1 + 2 * leap};
    const uint64_t rest[] = {1, 1 + 2 * leap};

    for (size_t i = 0; i < 3; i++)
        put(s, 7, places[i], 9000);
    is(s, places, 3);
    drop(s, 7, places[1]);
    is(s, rest, 2);
}

static void a_note_that_is_none_is_refused(void **state)
{
    struct safe *s = *state;
    const uint8_t contact[8] = {0, 0, 0, 0, 0, 0, 0, 7}, large[8] = {0xff};
    struct due d;
    uint64_t number = 0, at_ms;

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_DUE, SAFE_NO_KEY, 5, BYTES_LITERAL("short")));
    assert_ok(vault_put(s->vault, VAULT_DUE_OF, BYTES(contact), 1, BYTES(large)));
    assert_ok(vault_commit(s->vault));
    assert_err(due_next(s->vault, &number, &d), E_TRUNCATED);
    assert_err(due_get(s->vault, 7, 1, &at_ms), E_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(messages_are_found_in_the_order_in_which_they_are_due),
        safe_test(a_message_has_one_time_which_is_never_earlier_than_was_said),
        safe_test(messages_that_would_stand_at_one_number_stand_side_by_side),
        safe_test(a_note_that_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
