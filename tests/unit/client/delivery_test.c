/* SPDX-License-Identifier: Apache-2.0 */
#include "client/delivery.h"

#include "assert_err.h"

static void a_message_is_queued_sealed_and_accepted(void **state)
{
    enum delivery_state s = DELIVERY_QUEUED;

    assert_ok(delivery_next(s, DELIVERY_SEAL, &s));
    assert_int_equal(s, DELIVERY_SEALED);
    assert_ok(delivery_next(s, DELIVERY_ACCEPT, &s));
    assert_int_equal(s, DELIVERY_ACCEPTED);
}

static void a_refused_message_is_queued_again(void **state)
{
    enum delivery_state s;

    assert_ok(delivery_next(DELIVERY_SEALED, DELIVERY_REFUSE, &s));
    assert_int_equal(s, DELIVERY_QUEUED);
}

static void only_what_was_not_accepted_fails(void **state)
{
    for (int from = DELIVERY_QUEUED; from <= DELIVERY_EXPIRED; from++) {
        enum delivery_state s = DELIVERY_EXPIRED;
        struct err err = delivery_next((enum delivery_state)from, DELIVERY_GIVE_UP, &s);

        if (from == DELIVERY_QUEUED || from == DELIVERY_SEALED) {
            assert_ok(err);
            assert_int_equal(s, DELIVERY_FAILED);
        } else {
            assert_err(err, E_CONFLICT);
            assert_int_equal(s, DELIVERY_EXPIRED); /* as it was */
        }
    }
}

/* Five steps are in the table, and no others. */
static void no_other_step_is_known(void **state)
{
    int known = 0;

    for (int from = 0; from <= DELIVERY_EXPIRED + 1; from++)
        for (int step = 0; step <= DELIVERY_GIVE_UP + 1; step++) {
            enum delivery_state s;
            struct err err = delivery_next((enum delivery_state)from, (enum delivery_step)step, &s);

            assert_true(err.code == E_OK || err.code == E_CONFLICT);
            known += err.code == E_OK;
        }
    assert_int_equal(known, 5);
}

static void every_state_has_a_name_of_its_own(void **state)
{
    for (int x = DELIVERY_QUEUED; x <= DELIVERY_EXPIRED; x++) {
        assert_string_not_equal(delivery_name((enum delivery_state)x), "unknown");
        for (int y = DELIVERY_QUEUED; y < x; y++)
            assert_string_not_equal(delivery_name((enum delivery_state)x),
                                    delivery_name((enum delivery_state)y));
    }
    assert_string_equal(delivery_name((enum delivery_state)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_queued_sealed_and_accepted),
        cmocka_unit_test(a_refused_message_is_queued_again),
        cmocka_unit_test(only_what_was_not_accepted_fails),
        cmocka_unit_test(no_other_step_is_known),
        cmocka_unit_test(every_state_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
