/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/sqlite/sqlite.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "scratch.h"

static const char INSERT[] = "INSERT INTO thing (number, body) VALUES ($1, $2)";
static const char COUNT[] = "SELECT count(*) FROM thing";

static struct db *with_table(void **state)
{
    struct scratch *s = *state;

    assert_ok(db_script(s->db, "CREATE TABLE thing (number INTEGER PRIMARY KEY, body BLOB)"));
    return s->db;
}

static struct err insert(struct db *db, int64_t number, size_t size)
{
    static const uint8_t body[8192] = {1};

    return db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(number), DB_BYTES_OF(bytes(body, size))),
                  NULL);
}

static void the_settings_are_in_force(void **state)
{
    struct scratch *s = *state;
    struct arena a = ARENA(100);
    struct db_value out;

    assert_int_equal(scratch_number(s->db, "PRAGMA synchronous"), 2);
    assert_int_equal(scratch_number(s->db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(scratch_number(s->db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(scratch_number(s->db, "PRAGMA temp_store"), 2);
    assert_int_equal(scratch_number(s->db, "PRAGMA secure_delete"), 0);
    assert_int_equal(scratch_number(s->db, "PRAGMA busy_timeout"), 0);
    assert_ok(db_one(s->db, &a, "PRAGMA journal_mode", DB_NO_VALUES, &out, 1));
    assert_bytes(out.bytes, BYTES_LITERAL("wal"));
    assert_ok(db_one(s->db, &a, "PRAGMA locking_mode", DB_NO_VALUES, &out, 1));
    assert_bytes(out.bytes, BYTES_LITERAL("exclusive"));
    arena_free(&a);
    db_close(s->db);
    s->db = NULL;
    assert_ok(sqlite_open(&s->db, s->file, false, true));
    assert_int_equal(scratch_number(s->db, "PRAGMA secure_delete"), 1);
}

static bool file_has(const char *path, struct bytes what)
{
    static uint8_t content[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t n;

    assert_non_null(file);
    n = fread(content, 1, sizeof content, file);
    fclose(file);
    return memmem(content, n, what.at, what.n) != NULL;
}

static void secure_delete_overwrites_what_is_deleted(void **state)
{
    struct scratch *s = *state;
    struct bytes secret = BYTES_LITERAL("the eagle has landed at nine");

    db_close(s->db);
    s->db = NULL;
    assert_ok(sqlite_open(&s->db, s->file, false, true));
    with_table(state);
    assert_ok(db_run(s->db, INSERT, DB_VALUES(DB_NUMBER_OF(1), DB_BYTES_OF(secret)), NULL));
    scratch_again(s);
    assert_true(file_has(s->file, secret));
    db_close(s->db);
    assert_ok(sqlite_open(&s->db, s->file, false, true));
    assert_ok(db_run(s->db, "DELETE FROM thing", DB_NO_VALUES, NULL));
    scratch_again(s);
    assert_false(file_has(s->file, secret));
}

static void a_second_opener_is_refused(void **state)
{
    struct scratch *s = *state;
    struct db *second = NULL;

    assert_err(sqlite_open(&second, s->file, true, false), E_CONFLICT);
    assert_err(sqlite_open(&second, s->file, false, true), E_CONFLICT);
    assert_null(second);
    with_table(state);
    assert_ok(insert(s->db, 1, 10));
    assert_err(sqlite_open(&second, s->file, false, false), E_CONFLICT);
    scratch_again(s);
    assert_int_equal(scratch_number(s->db, COUNT), 1);
}

/* What became of a child that ran `play`: its exit code. */
static int in_a_child(struct scratch *s, void (*play)(struct scratch *))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        play(s);
        _exit(99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void opens(struct scratch *s)
{
    struct db *db = NULL;

    _exit((int)sqlite_open(&db, s->file, true, false).code);
}

static void a_second_process_is_refused_until_the_first_closes(void **state)
{
    struct scratch *s = *state;

    with_table(state);
    assert_int_equal(in_a_child(s, opens), E_CONFLICT);
    assert_ok(insert(s->db, 1, 10));
    assert_int_equal(in_a_child(s, opens), E_CONFLICT);
    db_close(s->db);
    s->db = NULL;
    assert_int_equal(in_a_child(s, opens), E_OK);
}

static void dies_in_mid_transaction(struct scratch *s)
{
    struct db *db = NULL;

    if (sqlite_open(&db, s->file, false, false).code != E_OK || db_begin(db).code != E_OK ||
        insert(db, 1, 10).code != E_OK || db_commit(db).code != E_OK || db_begin(db).code != E_OK ||
        insert(db, 2, 10).code != E_OK || db_begin(db).code != E_OK ||
        insert(db, 3, 10).code != E_OK || db_commit(db).code != E_OK)
        _exit(1);
    _exit(0);
}

static void a_process_that_dies_leaves_what_it_committed_and_nothing_else(void **state)
{
    struct scratch *s = *state;

    with_table(state);
    db_close(s->db);
    s->db = NULL;
    assert_int_equal(in_a_child(s, dies_in_mid_transaction), 0);
    assert_ok(sqlite_open(&s->db, s->file, false, false));
    assert_int_equal(scratch_number(s->db, COUNT), 1);
    assert_int_equal(scratch_number(s->db, "SELECT max(number) FROM thing"), 1);
}

static void closing_rolls_back_what_is_open(void **state)
{
    struct scratch *s = *state;
    struct db_query *q;
    bool more;

    with_table(state);
    assert_ok(insert(s->db, 1, 10));
    assert_ok(db_begin(s->db));
    assert_ok(insert(s->db, 2, 10));
    assert_ok(db_begin(s->db));
    assert_ok(insert(s->db, 3, 10));
    assert_ok(db_begin_query(s->db, "SELECT number FROM thing", DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more)); /* and never ended */
    scratch_again(s);
    assert_int_equal(scratch_number(s->db, COUNT), 1);
    db_close(NULL);
}

static void a_file_that_is_not_there_is_absent(void **state)
{
    struct scratch *s = *state;
    struct db *db = NULL;
    char path[400];

    snprintf(path, sizeof path, "%s/none.db", s->folder);
    assert_err(sqlite_open(&db, path, false, false), E_ABSENT);
    assert_int_not_equal(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/none/none.db", s->folder);
    assert_err(sqlite_open(&db, path, false, false), E_ABSENT);
    assert_err(sqlite_open(&db, path, true, false), E_IO);
    assert_err(sqlite_open(&db, s->folder, true, false), E_IO);
    assert_null(db);
}

static void a_database_is_never_kept_in_memory_by_mistake(void **state)
{
    struct db *db = NULL;

    assert_err(sqlite_open(&db, "", true, false), E_IO);
    assert_err(sqlite_open(&db, ":memory:", true, false), E_IO);
    assert_null(db);
}

static void a_file_that_is_no_database_is_refused_and_left_alone(void **state)
{
    static const size_t sizes[] = {2, 40, 99, 100, 512, 5000};
    static const char line[] = "This is a diary and not a database.\n";
    struct scratch *s = *state;
    struct db *db = NULL;
    char path[400];

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct stat after;
        FILE *file;

        snprintf(path, sizeof path, "%s/diary", s->folder);
        file = fopen(path, "wb");
        assert_non_null(file);
        for (size_t k = 0; k < sizes[i]; k++)
            putc(line[k % (sizeof line - 1)], file);
        fclose(file);
        assert_err(sqlite_open(&db, path, true, false), E_MALFORMED);
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(after.st_size, sizes[i]);
        assert_null(db);
    }
}

static void a_damaged_database_is_malformed(void **state)
{
    struct scratch *s = *state;
    uint8_t noise[SQLITE_PAGE];
    FILE *file;

    with_table(state);
    for (int64_t i = 0; i < 20; i++)
        assert_ok(insert(s->db, i, 1000));
    db_close(s->db);
    s->db = NULL;
    file = fopen(s->file, "r+b");
    assert_non_null(file);
    memset(noise, 0x5a, sizeof noise);
    fseek(file, SQLITE_PAGE, SEEK_SET);
    assert_int_equal(fwrite(noise, 1, sizeof noise, file), sizeof noise);
    fclose(file);
    assert_ok(sqlite_open(&s->db, s->file, false, false));
    assert_err(insert(s->db, 21, 10), E_MALFORMED);
}

static void the_umask_is_obeyed(void **state)
{
    struct scratch *s = *state;
    struct db *db = NULL;
    mode_t before = umask(077);
    struct stat made;
    char path[400];

    snprintf(path, sizeof path, "%s/private.db", s->folder);
    assert_ok(sqlite_open(&db, path, true, false));
    umask(before);
    assert_int_equal(stat(path, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0600);
    snprintf(path, sizeof path, "%s/private.db-wal", s->folder);
    assert_int_equal(stat(path, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0600);
    snprintf(path, sizeof path, "%s/private.db-shm", s->folder);
    assert_int_not_equal(stat(path, &made), 0);
    db_close(db);
}

static void a_full_disk_is_full(void **state)
{
    struct db *db = with_table(state);
    int64_t stored = 0;
    struct err err = OK;

    assert_ok(db_script(db, "PRAGMA max_page_count = 10"));
    while (stored < 100 && (err = insert(db, stored, 4000)).code == E_OK)
        stored++;
    assert_err(err, E_FULL);
    assert_in_range(stored, 5, 20);
    assert_int_equal(scratch_number(db, COUNT), stored);
    assert_ok(db_script(db, "PRAGMA max_page_count = 1000"));
    assert_ok(insert(db, 1000, 4000));
}

static void a_transaction_on_a_full_disk_is_whole_or_absent(void **state)
{
    struct db *db = with_table(state);
    struct err err = OK;

    assert_ok(db_script(db, "PRAGMA max_page_count = 10"));
    assert_ok(db_begin(db));
    for (int64_t i = 0; i < 100; i++) {
        struct err now = insert(db, i, 4000);

        err = err.code == E_OK ? now : err; /* a caller that goes on regardless */
    }
    assert_err(err, E_FULL);
    if (db_commit(db).code == E_OK)
        assert_in_range(scratch_number(db, COUNT), 5, 20);
    else
        assert_int_equal(scratch_number(db, COUNT), 0);
    assert_ok(db_script(db, "PRAGMA max_page_count = 1000"));
    assert_ok(insert(db, 1000, 4000));
}

static void a_query_can_be_ended_after_the_disk_was_full(void **state)
{
    static const char fill[] = "INSERT INTO thing (body) SELECT zeroblob(90000) RETURNING number";
    struct db *db = with_table(state);
    struct db_query *q;
    bool more = true;

    assert_ok(db_script(db, "PRAGMA max_page_count = 10"));
    assert_ok(db_begin(db));
    assert_ok(db_begin_query(db, fill, DB_NO_VALUES, &q));
    assert_err(db_next(q, &more), E_FULL);
    assert_false(more);
    db_end_query(q);
    db_rollback(db);
    assert_int_equal(scratch_number(db, COUNT), 0);
}

static void a_value_that_is_too_large_is_refused(void **state)
{
    struct db *db = with_table(state);

    assert_err(
        db_run(db, "INSERT INTO thing (body) VALUES (zeroblob(2000000000))", DB_NO_VALUES, NULL),
        E_LIMIT);
    assert_ok(insert(db, 1, 10));
}

/* More texts than are kept: each still runs, and a query that is open meanwhile goes on. */
static void there_may_be_more_statements_than_are_kept(void **state)
{
    static char texts[1500][48];
    struct db *db = with_table(state);
    struct db_query *q;
    bool more;

    assert_ok(insert(db, 1, 10));
    assert_ok(insert(db, 2, 10));
    assert_ok(db_begin_query(db, "SELECT number FROM thing ORDER BY number", DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more));
    for (int i = 0; i < 1500; i++) {
        snprintf(texts[i], sizeof texts[i], "SELECT %d + count(*) FROM thing", i);
        assert_int_equal(scratch_number(db, texts[i]), i + 2);
    }
    assert_int_equal(scratch_number(db, texts[3]), 5);
    assert_ok(db_next(q, &more));
    assert_true(more);
    assert_int_equal(db_number(q, 0), 2);
    db_end_query(q);
}

static void a_statement_survives_a_change_of_the_schema(void **state)
{
    struct db *db = with_table(state);

    assert_ok(insert(db, 1, 10));
    assert_ok(db_script(db, "ALTER TABLE thing ADD COLUMN more INTEGER DEFAULT 5"));
    assert_ok(insert(db, 2, 10));
    assert_int_equal(scratch_number(db, "SELECT sum(more) FROM thing"), 10);
}

static void double_quotes_never_make_a_string(void **state)
{
    struct scratch *s = *state;

    assert_err(db_run(s->db, "SELECT \"nothing of this name\"", DB_NO_VALUES, NULL), E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_settings_are_in_force),
        scratch_test(secure_delete_overwrites_what_is_deleted),
        scratch_test(a_second_opener_is_refused),
        scratch_test(a_second_process_is_refused_until_the_first_closes),
        scratch_test(a_process_that_dies_leaves_what_it_committed_and_nothing_else),
        scratch_test(closing_rolls_back_what_is_open),
        scratch_test(a_file_that_is_not_there_is_absent),
        scratch_test(a_database_is_never_kept_in_memory_by_mistake),
        scratch_test(a_file_that_is_no_database_is_refused_and_left_alone),
        scratch_test(a_damaged_database_is_malformed),
        scratch_test(the_umask_is_obeyed),
        scratch_test(a_full_disk_is_full),
        scratch_test(a_transaction_on_a_full_disk_is_whole_or_absent),
        scratch_test(a_query_can_be_ended_after_the_disk_was_full),
        scratch_test(a_value_that_is_too_large_is_refused),
        scratch_test(there_may_be_more_statements_than_are_kept),
        scratch_test(a_statement_survives_a_change_of_the_schema),
        scratch_test(double_quotes_never_make_a_string),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
