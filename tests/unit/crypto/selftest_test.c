/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/selftest.h"

static void every_primitive_gives_its_known_answer(void **state)
{
    (void)state;
    assert_ok(selftest_run());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_primitive_gives_its_known_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
