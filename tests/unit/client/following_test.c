/* SPDX-License-Identifier: Apache-2.0 */
#include "client/following.h"

#include "unit/client/safe.h"

static uint32_t newest(struct safe *s, uint8_t who)
{
    uint32_t version = 99;

    assert_ok(following_newest(s->vault, &(struct account_id){{who}}, &version));
    return version;
}

static void note(struct safe *s, uint8_t who, uint32_t version)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, following_note(s->vault, &(struct account_id){{who}}, version)));
}

static void the_newest_list_that_somebody_used_is_kept_of_each(void **state)
{
    struct safe *s = *state;

    assert_int_equal(newest(s, 1), 0);
    note(s, 1, 3);
    note(s, 2, 7);
    note(s, 1, 2); /* comes late */
    assert_int_equal(newest(s, 1), 3);
    note(s, 1, 4);
    safe_again(s);
    assert_int_equal(newest(s, 1), 4);
    assert_int_equal(newest(s, 2), 7);
    assert_int_equal(newest(s, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(the_newest_list_that_somebody_used_is_kept_of_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
