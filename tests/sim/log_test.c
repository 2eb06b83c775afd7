/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a log that a sync did not bring to the disk: in the program to which that
 * happened, and at the next start, wherever that fails or the power goes. */
#include "sim/disk.h"

#include "assert_err.h"
#include "storage/sqlite/sqlite.h"

#define SEEDS   5
#define THINGS  8
#define BODY    9000 /* more than a page */
#define LARGER  30000
#define CHANGES 400 /* more than a start has */
#define PIECE   SQLITE_PAGE

static const char MAKE[] =
    "CREATE TABLE thing (number INTEGER PRIMARY KEY, version INTEGER, body BLOB);"
    "CREATE INDEX thing_version ON thing (version, number);"
    "CREATE TABLE promise (number INTEGER PRIMARY KEY)";
static const char INSERT[] = "INSERT INTO thing (version, body) VALUES (1, $1)";
static const char NEXT[] = "UPDATE thing SET version = version + 1, body = $1";
static const char PROMISE[] = "INSERT INTO promise (number) VALUES (1)";
static const char PROMISES[] = "SELECT count(*) FROM promise";
static const char VERSION[] = "SELECT max(version) FROM thing";
static const char SAME[] =
    "SELECT count(*) FROM thing WHERE version = (SELECT max(version) FROM thing)";
static const char WHOLE[] =
    "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";

/* -1: it cannot be read. */
static int64_t number(struct db *db, const char *sql)
{
    struct arena a = ARENA(1000);
    struct db_value v;
    struct err err = db_one(db, &a, sql, DB_NO_VALUES, &v, 1);

    arena_free(&a);
    return err.code == E_OK ? v.number : -1;
}

/* One transaction that changes every page of all things. */
static struct err next_version(struct db *db, size_t size)
{
    static const uint8_t body[LARGER];
    struct err err;

    TRY(db_begin(db));
    err = db_run(db, NEXT, DB_VALUES(DB_BYTES_OF(bytes(body, size))), NULL);
    if (err.code == E_OK)
        return db_commit(db);
    db_rollback(db);
    return err;
}

static struct db *with_things(struct disk *d)
{
    static const uint8_t body[BODY] = {1};
    struct db *db = NULL;

    assert_ok(sqlite_open_on(&db, disk_vfs(d), "a.db", true, true));
    assert_ok(db_script(db, MAKE));
    assert_ok(db_begin(db));
    for (int i = 0; i < THINGS; i++)
        assert_ok(db_run(db, INSERT, DB_VALUES(DB_BYTES_OF(BYTES(body))), NULL));
    assert_ok(db_commit(db));
    return db;
}

/* Version 2 is in the file, and the log has a promise; of version 3, which makes the file grow, it
 * has what a failed sync left, though whoever reads it sees all. */
static struct db *with_unsynced_log(struct disk *d)
{
    struct db *db = with_things(d);

    assert_ok(next_version(db, BODY));
    assert_ok(db_empty_log(db));
    assert_ok(db_run(db, PROMISE, DB_NO_VALUES, NULL));
    disk_fail_sync(d, 1);
    assert_err(next_version(db, LARGER), E_IO);
    assert_int_equal(db_trouble(db), E_IO);
    return db;
}

/* The program died of it. */
static void leave_unsynced_log(struct disk *d)
{
    struct db *db = with_unsynced_log(d);

    disk_revive(d);
    db_close(db);
}

static struct db *start(struct disk *d, struct err *why)
{
    struct db *db = NULL;

    *why = sqlite_open_on(&db, disk_vfs(d), "a.db", false, true);
    return db;
}

/* After all that may happen: it opens, is whole, has what was promised, all of one version, and
 * what is promised from now on bears another power cut. */
static void holds(struct disk *d, uint64_t seed, uint64_t n)
{
    struct err why;
    struct db *db = start(d, &why);
    int64_t version = db == NULL ? -1 : number(db, VERSION);

    if (db == NULL || number(db, WHOLE) != 1 || version < 2 || version > 3 ||
        number(db, SAME) != THINGS || number(db, PROMISES) != 1)
        fail_msg("seed %llu, change %llu: %s, version %lld", (unsigned long long)seed,
                 (unsigned long long)n, err_name(why.code), (long long)version);
    assert_ok(next_version(db, BODY));
    disk_restart(d);
    db_close(db);
    db = start(d, &why);
    assert_ok(why);
    assert_int_equal(number(db, WHOLE), 1);
    assert_int_equal(number(db, VERSION), version + 1);
    db_close(db);
}

/* A start on what leave_unsynced_log() left, with the power going at the n-th change of it or of
 * the end of the program after it.  False: there are not so many. */
static bool start_and_cut(uint64_t seed, uint64_t n, uint64_t sync_that_fails, bool revive)
{
    struct disk *d = disk_new(seed);
    struct err why;
    struct db *db;
    bool off;

    leave_unsynced_log(d);
    disk_fail_sync(d, sync_that_fails);
    disk_crash_at(d, n);
    db = start(d, &why);
    db_close(db);
    off = disk_is_off(d);
    if (off || !revive)
        disk_restart(d);
    else
        disk_revive(d);
    holds(d, seed, n);
    disk_free(d);
    return off;
}

static void the_power_may_go_at_every_change_of_the_next_start(void **state)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        uint64_t n = 1;

        while (n < CHANGES && start_and_cut(seed, n, 0, false))
            n++;
        assert_in_range(n, 2 * THINGS, CHANGES - 1);
    }
}

/* What the start could not sync does not go into the file when the start gives up, either. */
static void and_where_that_start_cannot_sync_it_either(void **state)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint64_t sync = 1; sync <= 4; sync++) {
            uint64_t n = 1;

            while (n < CHANGES && start_and_cut(seed, n, sync, n % 2 == 0))
                n++;
            assert_in_range(n, THINGS, CHANGES - 1);
        }
}

static void to_write_it_once_more_changes_no_byte(void **state)
{
    struct disk *d = disk_new(1);
    struct err why;
    uint64_t digest, pieces;

    leave_unsynced_log(d);
    digest = disk_digest(d);
    pieces = ((uint64_t)disk_file_size(d, "a.db-wal") + PIECE - 1) / PIECE;
    assert_true(pieces > 2 * THINGS);
    /* The file and the folder are synced behind it, and then comes what goes into the file. */
    for (uint64_t n = 1; n <= pieces + 3; n++) {
        disk_crash_at(d, n);
        assert_null(start(d, &why));
        assert_true(disk_is_off(d));
        disk_revive(d);
        assert_true(disk_digest(d) == digest);
    }
    holds(d, 1, 0);
    disk_free(d);
}

/* How many reads or writes one more start has. */
static uint64_t one_start(bool reads)
{
    struct disk *d = disk_new(1);
    struct disk_counts before, after;
    struct err why;

    leave_unsynced_log(d);
    before = disk_counts(d);
    db_close(start(d, &why));
    assert_ok(why);
    after = disk_counts(d);
    disk_free(d);
    return reads ? after.reads - before.reads : after.writes - before.writes;
}

/* Whatever cannot be read or written, the start says so or does without, and loses nothing. */
static void a_read_or_write_that_fails_costs_a_start_and_nothing_else(void **state)
{
    void (*const fails[])(struct disk *, uint64_t) = {disk_fail_write, disk_fail_read};

    for (size_t f = 0; f < 2; f++) {
        uint64_t most = one_start(f == 1), refused = 0;

        for (uint64_t n = 1; n <= most; n++) {
            struct disk *d = disk_new(n);
            struct err why;
            struct db *db;

            leave_unsynced_log(d);
            fails[f](d, n);
            db = start(d, &why);
            refused += db == NULL;
            assert_true(db != NULL || why.code == E_IO);
            fails[f](d, 0);
            db_close(db);
            disk_restart(d);
            holds(d, n, n);
            disk_free(d);
        }
        assert_in_range(refused, 2 * THINGS, most);
    }
}

/* It needs no room: so what a full disk shows at the start is there after a power cut, too. */
static void on_a_full_disk_it_is_written_once_more_and_only_once(void **state)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk *d = disk_new(seed);
        struct err why;
        struct db *db;
        uint64_t bytes, size;
        int64_t version;

        leave_unsynced_log(d);
        size = (uint64_t)disk_file_size(d, "a.db-wal");
        disk_limit(d, 0);
        bytes = disk_counts(d).bytes;
        db = start(d, &why);
        assert_ok(why);
        assert_true(disk_counts(d).bytes - bytes >= size);
        version = number(db, VERSION);
        assert_in_range(version, 2, 3);
        assert_err(next_version(db, LARGER), E_FULL);
        bytes = disk_counts(d).bytes;
        assert_err(next_version(db, LARGER), E_FULL);
        assert_true(disk_counts(d).bytes - bytes < size);
        disk_restart(d);
        db_close(db);
        db = start(d, &why);
        assert_ok(why);
        assert_int_equal(number(db, VERSION), version);
        db_close(db);
        disk_limit(d, UINT64_MAX);
        holds(d, seed, 0);
        disk_free(d);
    }
}

static void an_empty_log_and_none_cost_nothing(void **state)
{
    struct disk *d = disk_new(1);
    struct db *db = with_things(d);
    struct err why;
    uint64_t bytes;

    assert_ok(db_empty_log(db));
    assert_int_equal(disk_file_size(d, "a.db-wal"), 0);
    disk_revive(d);
    db_close(db);
    bytes = disk_counts(d).bytes;
    db = start(d, &why);
    assert_ok(why);
    db_close(db); /* which takes the log away */
    assert_int_equal(disk_file_size(d, "a.db-wal"), -1);
    db = start(d, &why);
    assert_ok(why);
    assert_true(disk_counts(d).bytes == bytes);
    db_close(db);
    disk_free(d);
}

/* Its end brings into the file what was synced before, and takes the log away. */
static void the_power_may_go_at_every_change_of_that_programs_end(void **state)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        uint64_t n = 0;
        bool off = true;

        while (off && ++n < CHANGES) {
            struct disk *d = disk_new(seed);
            struct db *db = with_unsynced_log(d);

            disk_crash_at(d, n);
            db_close(db);
            off = disk_is_off(d);
            disk_restart(d);
            holds(d, seed, n);
            disk_free(d);
        }
        assert_in_range(n, 2, CHANGES - 1);
    }
}

static void until_its_end_that_program_writes_nothing_any_more(void **state)
{
    struct disk *d = disk_new(1);
    struct db *db = with_unsynced_log(d);
    uint64_t changes = disk_counts(d).changes, digest = disk_digest(d), size;

    assert_err(next_version(db, BODY), E_IO);
    assert_err(db_run(db, PROMISE, DB_NO_VALUES, NULL), E_IO);
    assert_err(db_empty_log(db), E_IO);
    assert_err(db_hold_log(db, 1 << 20), E_IO);
    assert_err(db_copy_begin(db, &size), E_IO);
    assert_int_equal(disk_counts(d).changes, changes);
    assert_true(disk_digest(d) == digest);
    disk_restart(d);
    db_close(db);
    holds(d, 1, 0);
    disk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_power_may_go_at_every_change_of_the_next_start),
        cmocka_unit_test(and_where_that_start_cannot_sync_it_either),
        cmocka_unit_test(to_write_it_once_more_changes_no_byte),
        cmocka_unit_test(a_read_or_write_that_fails_costs_a_start_and_nothing_else),
        cmocka_unit_test(on_a_full_disk_it_is_written_once_more_and_only_once),
        cmocka_unit_test(an_empty_log_and_none_cost_nothing),
        cmocka_unit_test(the_power_may_go_at_every_change_of_that_programs_end),
        cmocka_unit_test(until_its_end_that_program_writes_nothing_any_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
