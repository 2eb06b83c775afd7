/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/measure.h"

#include <fcntl.h>
#include <unistd.h>

#include "assert_err.h"

static void a_descriptor_more_is_one_more(void **state)
{
    size_t before = measure_descriptors();
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(measure_descriptors(), before + 1);
    close(fd);
    assert_int_equal(measure_descriptors(), before);
}

static void a_process_keeps_some_memory_and_a_program_some_disk(void **state)
{
    assert_in_range(measure_resident(), 100 * 1024, (uint64_t)1 << 40);
    assert_in_range(measure_file("/proc/self/exe"), 1024, (uint64_t)1 << 40);
    assert_int_equal(measure_file("/nowhere/at/all"), 0);
}

static void room_is_told_where_there_is_a_disk(void **state)
{
    uint64_t bytes = 7;

    assert_false(measure_disk_free("/nowhere/at/all", &bytes));
    assert_int_equal(bytes, 7);
    assert_true(measure_disk_free("/tmp", &bytes));
}

static void the_steady_clock_does_not_go_back(void **state)
{
    uint64_t us = measure_steady_us();

    assert_true(measure_steady_us() >= us);
    assert_true(measure_steady_ms() >= us / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_descriptor_more_is_one_more),
        cmocka_unit_test(a_process_keeps_some_memory_and_a_program_some_disk),
        cmocka_unit_test(room_is_told_where_there_is_a_disk),
        cmocka_unit_test(the_steady_clock_does_not_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
