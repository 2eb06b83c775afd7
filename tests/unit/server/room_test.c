/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/room.h"

#include <sys/resource.h>

#include "assert_err.h"

static void what_the_system_allows_is_taken_and_some_is_kept(void **state)
{
    struct rlimit limit = {500, 1000};

    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(room_for_clients(), 1000 - ROOM_KEPT);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 1000);
    limit = (struct rlimit){60, 60};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(room_for_clients(), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_system_allows_is_taken_and_some_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
