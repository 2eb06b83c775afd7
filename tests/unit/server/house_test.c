/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assert_err.h"

struct place {
    char dir[64], file[128];
};

static int begin(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    assert_non_null(p);
    snprintf(p->dir, sizeof p->dir, "/tmp/tacet-house-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->file, sizeof p->file, "%s/key", p->dir);
    *state = p;
    return 0;
}

static int end(void **state)
{
    struct place *p = *state;

    unlink(p->file);
    assert_int_equal(rmdir(p->dir), 0);
    free(p);
    return 0;
}

static void an_empty_directory_becomes_private_and_a_full_one_is_left(void **state)
{
    struct place *p = *state;
    struct stat st;

    assert_int_equal(chmod(p->dir, 0777), 0);
    assert_ok(house_make(p->dir));
    assert_int_equal(stat(p->dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_ok(house_write(p->file, BYTES_LITERAL("key")));
    assert_err(house_make(p->dir), E_CONFLICT);
}

static void a_directory_that_others_write_in_is_refused(void **state)
{
    struct place *p = *state;

    assert_ok(house_check(p->dir));
    assert_int_equal(chmod(p->dir, 0720), 0);
    assert_err(house_check(p->dir), E_DENIED);
    assert_int_equal(chmod(p->dir, 0702), 0);
    assert_err(house_check(p->dir), E_DENIED);
    assert_int_equal(chmod(p->dir, 0755), 0); /* its files are private all the same */
    assert_ok(house_check(p->dir));
    assert_err(house_check(p->file), E_ABSENT);
}

static void what_was_written_is_read_and_never_written_over(void **state)
{
    struct place *p = *state;
    struct buf b = BUF(HOUSE_FILE_MAX);
    struct stat st;

    assert_err(house_read(p->file, &b), E_ABSENT);
    assert_ok(house_write(p->file, BYTES_LITERAL("key")));
    assert_err(house_write(p->file, BYTES_LITERAL("another")), E_CONFLICT);
    assert_ok(house_read(p->file, &b));
    assert_bytes(buf_view(&b), BYTES_LITERAL("key"));
    assert_int_equal(stat(p->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    buf_free(&b);
}

/* What is in it now; and nothing else lies in the directory. */
static void holds(const struct place *p, struct bytes content)
{
    struct buf b = BUF(HOUSE_FILE_MAX);
    struct stat st;
    char draft[160];

    assert_ok(house_read(p->file, &b));
    assert_bytes(buf_view(&b), content);
    assert_int_equal(stat(p->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(draft, sizeof draft, "%s.new", p->file);
    assert_int_not_equal(access(draft, F_OK), 0);
    buf_free(&b);
}

static void a_file_is_replaced_moved_and_erased_whole(void **state)
{
    struct place *p = *state;
    char other[160];

    snprintf(other, sizeof other, "%s-2", p->file);
    assert_ok(house_replace(p->file, BYTES_LITERAL("first")));
    holds(p, BYTES_LITERAL("first"));
    assert_int_equal(chmod(p->file, 0644), 0);
    assert_ok(house_replace(p->file, BYTES_LITERAL("second")));
    holds(p, BYTES_LITERAL("second"));
    assert_ok(house_write(other, BYTES_LITERAL("third")));
    assert_ok(house_move(other, p->file));
    holds(p, BYTES_LITERAL("third"));
    assert_err(house_move(other, p->file), E_ABSENT);
    assert_ok(house_erase(p->file));
    assert_ok(house_erase(p->file));
    assert_int_not_equal(access(p->file, F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_directory_becomes_private_and_a_full_one_is_left),
        TEST(a_directory_that_others_write_in_is_refused),
        TEST(what_was_written_is_read_and_never_written_over),
        TEST(a_file_is_replaced_moved_and_erased_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
