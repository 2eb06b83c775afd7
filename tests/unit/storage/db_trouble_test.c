/* SPDX-License-Identifier: Apache-2.0 */
/* db over a driver that fails as it is told to, and over SQLite on a file that may not grow. */
#include <signal.h>
#include <sys/resource.h>

#include "scratch.h"
#include "storage/driver.h"

struct fake {
    struct db db;
    bool open;
    const char *failing; /* the SQL that fails now, or NULL */
    enum err_code code;
    unsigned asked; /* calls that reached the driver */
};

static struct err run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                      uint64_t *changed)
{
    struct fake *f = (struct fake *)db;
    bool fails = f->failing != NULL && strcmp(sql, f->failing) == 0;

    f->asked++;
    if (strcmp(sql, "BEGIN") == 0)
        f->open = true;
    else if (strcmp(sql, "ROLLBACK") == 0 || (strcmp(sql, "COMMIT") == 0 && !fails))
        f->open = false;
    return fails ? FAIL(f->code) : OK;
}

static bool in_transaction(struct db *db)
{
    return ((struct fake *)db)->open;
}

static const struct db_driver DRIVER = {
    .begin_sql = "BEGIN", .run = run, .in_transaction = in_transaction};

static struct err write_once(struct fake *f)
{
    TRY(db_begin(&f->db));
    TRY(db_run(&f->db, "INSERT", DB_NO_VALUES, NULL));
    return db_commit(&f->db);
}

static void after_a_failed_commit_nothing_is_believed_any_more(void **state)
{
    struct fake f = {.db.driver = &DRIVER, .failing = "COMMIT", .code = E_IO};
    struct db_query *q;

    assert_err(write_once(&f), E_IO);
    assert_false(f.open);
    assert_int_equal(db_trouble(&f.db), E_IO);
    f.failing = NULL; /* the disk says that all is well again */
    f.asked = 0;
    assert_err(write_once(&f), E_IO);
    assert_err(db_run(&f.db, "INSERT", DB_NO_VALUES, NULL), E_IO);
    assert_err(db_begin_query(&f.db, "SELECT", DB_NO_VALUES, &q), E_IO);
    assert_int_equal(f.asked, 0);
    assert_int_equal(db_trouble(&f.db), E_IO);
}

static void a_full_disk_is_told_once_and_may_end(void **state)
{
    struct fake f = {.db.driver = &DRIVER, .failing = "COMMIT", .code = E_FULL};

    assert_err(write_once(&f), E_FULL);
    assert_int_equal(db_trouble(&f.db), E_FULL);
    assert_int_equal(db_trouble(&f.db), E_OK);
    f.failing = NULL;
    assert_ok(write_once(&f));
    assert_int_equal(db_trouble(&f.db), E_OK);
}

static void what_fails_before_the_commit_is_no_trouble(void **state)
{
    struct fake f = {.db.driver = &DRIVER, .failing = "INSERT", .code = E_IO};

    assert_err(write_once(&f), E_IO);
    db_rollback(&f.db);
    f.failing = NULL;
    assert_ok(write_once(&f));
    assert_int_equal(db_trouble(&f.db), E_OK);
}

static void may_grow_to(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_file_that_may_grow_no_more_is_a_full_disk(void **state)
{
    static const char make[] = "CREATE TABLE thing (body BLOB)";
    static const char insert[] = "INSERT INTO thing (body) VALUES (zeroblob(200000))";
    struct scratch *s = *state;

    signal(SIGXFSZ, SIG_IGN);
    assert_ok(db_script(s->db, make));
    may_grow_to(100000);
    assert_ok(db_begin(s->db));
    assert_ok(db_run(s->db, insert, DB_NO_VALUES, NULL));
    assert_err(db_commit(s->db), E_FULL);
    assert_int_equal(db_trouble(s->db), E_FULL);
    may_grow_to(RLIM_INFINITY);
    assert_ok(db_run(s->db, insert, DB_NO_VALUES, NULL));
    assert_int_equal(scratch_number(s->db, "SELECT count(*) FROM thing"), 1);
    assert_int_equal(db_trouble(s->db), E_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_failed_commit_nothing_is_believed_any_more),
        cmocka_unit_test(a_full_disk_is_told_once_and_may_end),
        cmocka_unit_test(what_fails_before_the_commit_is_no_trouble),
        scratch_test(a_file_that_may_grow_no_more_is_a_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
