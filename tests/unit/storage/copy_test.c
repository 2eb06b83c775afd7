/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a database that goes on being used. */
#include "storage/db.h"

#include <sys/stat.h>

#include "scratch.h"

static const char INSERT[] = "INSERT INTO thing (body) VALUES ($1)";
static const char COUNT[] = "SELECT count(*) FROM thing";
static const char CHECK[] =
    "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";

static struct db *with_rows(void **state, size_t n)
{
    static const uint8_t body[5000] = {1};
    struct scratch *s = *state;

    if (n == 0)
        return s->db;
    assert_ok(db_script(s->db, "CREATE TABLE IF NOT EXISTS thing (body BLOB)"));
    assert_ok(db_begin(s->db));
    for (size_t i = 0; i < n; i++)
        assert_ok(db_run(s->db, INSERT, DB_VALUES(DB_BYTES_OF(BYTES(body))), NULL));
    assert_ok(db_commit(s->db));
    return s->db;
}

static uint64_t size_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return (uint64_t)st.st_size;
}

/* Reads the copy from `*at` on into the file. */
static void read_on(struct db *db, FILE *to, uint64_t *at, uint64_t until)
{
    uint8_t part[4096];

    while (*at < until) {
        size_t n = until - *at < sizeof part ? (size_t)(until - *at) : sizeof part;

        assert_ok(db_copy_read(db, *at, part, n));
        assert_int_equal(fwrite(part, 1, n, to), n);
        *at += n;
    }
}

static void a_copy_is_as_it_was_at_its_beginning(void **state)
{
    struct scratch *s = *state;
    struct db *db = with_rows(state, 200), *copy = NULL;
    char path[400];
    uint64_t size, at = 0, before;
    FILE *to;

    snprintf(path, sizeof path, "%s/copy.db", s->folder);
    to = fopen(path, "wb");
    assert_ok(db_copy_begin(db, &size));
    assert_true(size >= 200 * 5000);
    read_on(db, to, &at, size / 2);
    before = size_of(s->file);
    with_rows(state, 5000); /* more than the log holds before it would be brought into the file */
    assert_ok(db_run(db, "DELETE FROM thing WHERE rowid < 100", DB_NO_VALUES, NULL));
    assert_int_equal(size_of(s->file), before);
    assert_ok(db_begin(db)); /* a piece may be read inside a transaction */
    read_on(db, to, &at, size);
    db_rollback(db);
    fclose(to);
    db_copy_end(db);
    assert_ok(sqlite_open(&copy, path, false, false));
    assert_int_equal(scratch_number(copy, COUNT), 200);
    assert_int_equal(scratch_number(copy, CHECK), 1);
    db_close(copy);
    assert_int_equal(scratch_number(db, COUNT), 200 + 5000 - 99);
}

static void after_the_end_the_log_is_brought_in_again(void **state)
{
    struct scratch *s = *state;
    struct db *db = with_rows(state, 10);
    uint64_t size;

    assert_ok(db_copy_begin(db, &size));
    with_rows(state, 3000);
    assert_int_equal(size_of(s->file), size);
    db_copy_end(db);
    with_rows(state, 1);
    assert_true(size_of(s->file) > 3000 * 5000);
}

static void there_is_one_at_a_time(void **state)
{
    struct db *db = with_rows(state, 1);
    uint64_t size;

    db_copy_end(db);
    assert_ok(db_copy_begin(db, &size));
    assert_err(db_copy_begin(db, &size), E_CONFLICT);
    db_copy_end(db);
    db_copy_end(db);
    assert_ok(db_copy_begin(db, &size));
}

static void what_lies_behind_the_end_cannot_be_read(void **state)
{
    struct db *db = with_rows(state, 1);
    uint8_t part[10];
    uint64_t size;

    assert_ok(db_copy_begin(db, &size));
    assert_ok(db_copy_read(db, size - 10, part, 10));
    assert_err(db_copy_read(db, size - 9, part, 10), E_IO);
}

/* Somebody else would be let in if a descriptor of ours on the file were closed. */
static void a_copy_does_not_give_up_the_lock(void **state)
{
    struct scratch *s = *state;
    struct db *db = with_rows(state, 1);
    FILE *f = fopen("/proc/locks", "r");
    char line[256], inode[64];
    bool held = false;
    uint64_t size;
    struct stat st;

    assert_ok(db_copy_begin(db, &size));
    db_copy_end(db);
    assert_non_null(f);
    assert_int_equal(stat(s->file, &st), 0);
    snprintf(inode, sizeof inode, ":%lu ", (unsigned long)st.st_ino);
    while (fgets(line, sizeof line, f) != NULL)
        held = held || (strstr(line, inode) != NULL && strstr(line, "WRITE") != NULL);
    fclose(f);
    assert_true(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_copy_is_as_it_was_at_its_beginning),
        scratch_test(after_the_end_the_log_is_brought_in_again),
        scratch_test(there_is_one_at_a_time),
        scratch_test(what_lies_behind_the_end_cannot_be_read),
        scratch_test(a_copy_does_not_give_up_the_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
