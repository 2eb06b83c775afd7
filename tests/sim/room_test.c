/* SPDX-License-Identifier: Apache-2.0 */
/* What our database can still do on a disk that has no room, and what a power cut leaves of it. */
#include "sim/disk.h"

#include "assert_err.h"
#include "storage/sqlite/sqlite.h"

#define THINGS    600
#define BODY      9000 /* more than a page */
#define LOG_BYTES (20u << 20)
#define FEW       12
#define FEW_BYTES (256u << 10)
#define CRASHES   400 /* more changes than there are */

static const char MAKE[] = "CREATE TABLE thing (number INTEGER PRIMARY KEY, body BLOB)";
static const char INSERT[] = "INSERT INTO thing (body) VALUES ($1)";
static const char DELETE[] = "DELETE FROM thing WHERE number = $1";
static const char COUNT[] = "SELECT count(*) FROM thing";
static const char FIRST[] = "SELECT min(number) FROM thing";
static const char WHOLE[] =
    "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";

static int64_t number(struct db *db, const char *sql)
{
    struct arena a = ARENA(1000);
    struct db_value v;

    assert_ok(db_one(db, &a, sql, DB_NO_VALUES, &v, 1));
    arena_free(&a);
    return v.number;
}

static struct db *open_it(struct disk *d, bool create)
{
    struct db *db = NULL;

    assert_ok(sqlite_open_on(&db, disk_vfs(d), "a.db", create, true));
    return db;
}

static struct err fill(struct db *db, int n)
{
    static const uint8_t body[BODY] = {1};
    struct err err = OK;

    TRY(db_begin(db));
    for (int i = 0; i < n && err.code == E_OK; i++)
        err = db_run(db, INSERT, DB_VALUES(DB_BYTES_OF(BYTES(body))), NULL);
    if (err.code == E_OK)
        return db_commit(db);
    db_rollback(db);
    return err;
}

static struct err drop(struct db *db, int64_t n)
{
    struct err err;

    TRY(db_begin(db));
    err = db_run(db, DELETE, DB_VALUES(DB_NUMBER_OF(n)), NULL);
    if (err.code == E_OK)
        return db_commit(db);
    db_rollback(db);
    return err;
}

/* A database with things, whose log is empty as after a start. */
static struct db *with_things(struct disk *d, int n)
{
    struct db *db = open_it(d, true);

    assert_ok(db_script(db, MAKE));
    assert_ok(fill(db, n));
    db_close(db);
    return open_it(d, false);
}

static void a_full_disk_keeps_no_deletion(void **state)
{
    struct disk *d = disk_new(1);
    struct db *db = with_things(d, 10);

    disk_limit(d, 0);
    assert_err(drop(db, 1), E_FULL);
    assert_int_equal(number(db, COUNT), 10);
    db_close(db);
    disk_free(d);
}

static void a_log_that_is_held_keeps_all_of_them(void **state)
{
    struct disk *d = disk_new(2);
    struct db *db = with_things(d, THINGS);
    uint64_t before = disk_counts(d).bytes;

    disk_limit(d, LOG_BYTES + (1u << 20));
    assert_ok(db_hold_log(db, LOG_BYTES));
    disk_limit(d, 0);
    for (int i = 1; i <= THINGS; i++)
        assert_ok(drop(db, i));
    /* That was more than the log holds: it went into the file, and began anew. */
    assert_true(disk_counts(d).bytes - before > 2 * LOG_BYTES);
    assert_int_equal(db_trouble(db), E_OK);
    assert_int_equal(number(db, COUNT), 0);
    assert_int_equal(number(db, WHOLE), 1);
    db_close(db);
    disk_free(d);
}

static void what_was_deleted_is_room_in_the_file(void **state)
{
    struct disk *d = disk_new(3);
    struct db *db = with_things(d, 100);
    uint64_t spare, less;

    assert_ok(db_spare(db, &spare));
    assert_int_equal(spare, 0);
    for (int i = 1; i <= 100; i++)
        assert_ok(drop(db, i));
    assert_ok(db_spare(db, &spare));
    assert_true(spare >= 100 * BODY);
    assert_ok(db_hold_log(db, LOG_BYTES));
    disk_limit(d, 0);
    assert_ok(fill(db, 50));
    assert_ok(db_hold_log(db, LOG_BYTES)); /* into the file, which need not grow */
    assert_ok(db_spare(db, &less));
    assert_true(less + 50 * BODY <= spare);
    db_close(db);
    disk_free(d);
}

static void what_is_not_in_the_file_yet_needs_room_there(void **state)
{
    struct disk *d = disk_new(4);
    struct db *db = with_things(d, 1);
    uint64_t size;

    assert_ok(fill(db, 100));
    disk_limit(d, 50 * BODY);
    assert_err(db_hold_log(db, FEW_BYTES), E_FULL);
    assert_int_equal(db_trouble(db), E_FULL);
    assert_int_equal(number(db, COUNT), 101);
    disk_limit(d, 150 * BODY);
    assert_ok(db_hold_log(db, FEW_BYTES));
    assert_ok(db_copy_begin(db, &size));
    assert_err(db_hold_log(db, FEW_BYTES), E_CONFLICT);
    db_copy_end(db);
    db_close(db);
    disk_free(d);
}

/* What a log held at a start without room goes into the file first, which shortens the log. */
static void a_log_that_was_there_at_the_start_is_held_as_long(void **state)
{
    struct disk *d = disk_new(5);
    struct db *db = with_things(d, 1);

    assert_ok(fill(db, 100));
    disk_revive(d);
    db_close(db);
    disk_limit(d, 0);
    db = open_it(d, false);
    assert_err(db_hold_log(db, LOG_BYTES), E_FULL);
    assert_err(drop(db, 1), E_FULL);
    disk_limit(d, LOG_BYTES + 150 * BODY);
    assert_ok(db_hold_log(db, LOG_BYTES));
    for (int i = 1; i <= 101; i++) {
        disk_limit(d, 0); /* somebody has at once what the log gives back */
        assert_ok(drop(db, i));
    }
    assert_int_equal(number(db, COUNT), 0);
    db_close(db);
    disk_free(d);
}

/* Wherever the power goes: what was deleted stays so, and nothing else is gone. */
static void a_power_cut_takes_nothing_of_it(void **state)
{
    bool off = true;

    for (uint64_t n = 1; off && n <= CRASHES; n++) {
        struct disk *d = disk_new(n);
        struct db *db = with_things(d, FEW);
        int told = 0;

        disk_crash_at(d, n);
        if (db_hold_log(db, FEW_BYTES).code == E_OK)
            while (told < FEW - 1 && drop(db, told + 1).code == E_OK &&
                   (told % 4 != 0 || db_hold_log(db, FEW_BYTES).code == E_OK))
                told++;
        off = disk_is_off(d);
        assert_true(off || told == FEW - 1);
        db_close(db);
        disk_restart(d);
        db = open_it(d, false);
        assert_int_equal(number(db, WHOLE), 1);
        assert_in_range(number(db, FIRST), told + 1, told + 2); /* the last may be kept, untold */
        assert_int_equal(number(db, COUNT), FEW + 1 - number(db, FIRST));
        db_close(db);
        disk_free(d);
    }
    assert_false(off);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_keeps_no_deletion),
        cmocka_unit_test(a_log_that_is_held_keeps_all_of_them),
        cmocka_unit_test(what_was_deleted_is_room_in_the_file),
        cmocka_unit_test(what_is_not_in_the_file_yet_needs_room_there),
        cmocka_unit_test(a_log_that_was_there_at_the_start_is_held_as_long),
        cmocka_unit_test(a_power_cut_takes_nothing_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
