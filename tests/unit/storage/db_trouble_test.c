/* SPDX-License-Identifier: Apache-2.0 */
/* db over a driver that fails as it is told to, and over SQLite on a file that may not grow. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

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
    else if (!fails && (strcmp(sql, "ROLLBACK") == 0 || strcmp(sql, "COMMIT") == 0))
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

static void a_transaction_that_could_not_be_rolled_back_is_once_there_is_memory(void **state)
{
    struct fake f = {.db.driver = &DRIVER, .failing = "ROLLBACK", .code = E_NOMEM};

    assert_ok(db_begin(&f.db));
    db_rollback(&f.db);
    assert_true(f.open);
    assert_err(db_run(&f.db, "INSERT", DB_NO_VALUES, NULL), E_NOMEM);
    assert_err(write_once(&f), E_NOMEM);
    assert_true(f.open);
    f.failing = NULL;
    assert_ok(write_once(&f));
    assert_false(f.open);
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

/* ---- SQLite on a disk that does not keep what it was given */

static struct {
    const char *files; /* the end of their names; NULL: all is well */
    int number;
    unsigned syncs; /* of these, that failed */
} spoiled;

/* SQLite's calls find this one before that of the C library. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    char link[64], name[512];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, name, sizeof name - 1);
    assert_true(n > 0);
    name[n] = '\0';
    if (spoiled.files == NULL || strlen(spoiled.files) > (size_t)n ||
        strcmp(&name[(size_t)n - strlen(spoiled.files)], spoiled.files) != 0)
        return (int)syscall(SYS_fdatasync, fd);
    spoiled.syncs++;
    errno = spoiled.number;
    return -1;
}

static void spoil(const char *files, int number)
{
    spoiled.files = files;
    spoiled.number = number;
    spoiled.syncs = 0;
}

static const char INSERT_THING[] = "INSERT INTO thing (body) VALUES (zeroblob(1000000))";
static const char COUNT_THINGS[] = "SELECT count(*) FROM thing";

static void refuses_all(struct scratch *s)
{
    assert_int_equal(db_trouble(s->db), E_IO);
    spoil(NULL, 0); /* the disk says that all is well again */
    assert_err(db_begin(s->db), E_IO);
    assert_err(db_run(s->db, INSERT_THING, DB_NO_VALUES, NULL), E_IO);
    assert_int_equal(db_trouble(s->db), E_IO);
}

static void whatever_a_failed_sync_names_as_its_cause_nothing_is_believed_any_more(void **state)
{
    static const int numbers[] = {EIO, ENOSPC, EDQUOT, EINTR};
    struct scratch *s = *state;

    assert_ok(db_script(s->db, "CREATE TABLE thing (body BLOB)"));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_ok(db_run(s->db, INSERT_THING, DB_NO_VALUES, NULL));
        assert_ok(db_begin(s->db));
        assert_ok(db_run(s->db, INSERT_THING, DB_NO_VALUES, NULL));
        spoil("-wal", numbers[i]);
        assert_err(db_commit(s->db), E_IO);
        assert_int_equal(spoiled.syncs, 1);
        refuses_all(s);
        scratch_again(s); /* reads what there really is */
        assert_int_equal(scratch_number(s->db, COUNT_THINGS), i + 1);
    }
}

/* That it was accepted stands in the log, and is found there. */
static void a_checkpoint_that_is_not_synced_is_trouble_and_loses_nothing(void **state)
{
    struct scratch *s = *state;
    int64_t kept = 0;

    assert_ok(db_script(s->db, "CREATE TABLE thing (body BLOB)"));
    spoil("a.db", EIO);
    while (db_trouble(s->db) == E_OK) {
        assert_true(kept < 100);
        kept += db_run(s->db, INSERT_THING, DB_NO_VALUES, NULL).code == E_OK;
    }
    assert_true(kept > 1);
    assert_int_equal(spoiled.syncs, 1);
    refuses_all(s);
    scratch_again(s);
    assert_in_range(scratch_number(s->db, COUNT_THINGS), kept, kept + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_failed_commit_nothing_is_believed_any_more),
        cmocka_unit_test(a_full_disk_is_told_once_and_may_end),
        cmocka_unit_test(what_fails_before_the_commit_is_no_trouble),
        cmocka_unit_test(a_transaction_that_could_not_be_rolled_back_is_once_there_is_memory),
        scratch_test(a_file_that_may_grow_no_more_is_a_full_disk),
        scratch_test(whatever_a_failed_sync_names_as_its_cause_nothing_is_believed_any_more),
        scratch_test(a_checkpoint_that_is_not_synced_is_trouble_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
