/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/db.h"

#include "scratch.h"

static const char INSERT[] = "INSERT INTO thing (number, body) VALUES ($1, $2)";
static const char COUNT[] = "SELECT count(*) FROM thing";
static const char ALL[] = "SELECT number, body FROM thing ORDER BY number";
static const char BODY[] = "SELECT body, number FROM thing WHERE number = $1";

static struct db *with_table(void **state)
{
    struct scratch *s = *state;

    assert_ok(db_script(s->db, "CREATE TABLE thing (number INTEGER PRIMARY KEY, body BLOB);"
                               "CREATE TABLE part (thing INTEGER NOT NULL REFERENCES thing"
                               " DEFERRABLE INITIALLY DEFERRED)"));
    return s->db;
}

static struct err insert(struct db *db, int64_t number)
{
    return db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(number), DB_NULL_OF()), NULL);
}

static void changes_are_counted_and_insertions_numbered(void **state)
{
    struct db *db = with_table(state);
    uint64_t before;

    assert_ok(insert(db, 41));
    assert_int_equal(db_inserted(db), 41);
    before = db_changes(db);
    assert_err(insert(db, 41), E_CONFLICT);
    assert_ok(db_run(db, "DELETE FROM thing WHERE number = 7", DB_NO_VALUES, NULL));
    assert_int_equal(scratch_number(db, COUNT), 1);
    assert_int_equal(db_changes(db), before);
    assert_ok(db_begin(db));
    assert_ok(db_run(db, "INSERT INTO thing (body) VALUES (NULL)", DB_NO_VALUES, NULL));
    assert_int_equal(db_inserted(db), 42);
    db_rollback(db);
    assert_true(db_changes(db) > before); /* what was rolled back counts */
}

static void values_come_back_as_they_went_in(void **state)
{
    static const uint8_t body[] = {0, 'a', 0, 0xff, 0};
    struct db *db = with_table(state);
    struct db_query *q;
    bool more;

    assert_ok(
        db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(INT64_MIN), DB_BYTES_OF(BYTES(body))), NULL));
    assert_ok(db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(0), DB_NULL_OF()), NULL));
    assert_ok(
        db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(INT64_MAX), DB_BYTES_OF(bytes(NULL, 0))), NULL));
    assert_ok(db_begin_query(db, ALL, DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more));
    assert_true(more);
    assert_true(db_number(q, 0) == INT64_MIN);
    assert_bytes(db_bytes(q, 1), BYTES(body));
    assert_false(db_is_null(q, 1));
    assert_ok(db_next(q, &more));
    assert_true(more);
    assert_true(db_is_null(q, 1));
    assert_int_equal(db_bytes(q, 1).n, 0);
    assert_ok(db_next(q, &more));
    assert_true(more);
    assert_true(db_number(q, 0) == INT64_MAX);
    assert_false(db_is_null(q, 1)); /* no bytes are bytes, and not NULL */
    assert_int_equal(db_bytes(q, 1).n, 0);
    db_end_query(q);
}

static void a_value_of_another_kind_is_zero_or_empty(void **state)
{
    struct db *db = with_table(state);
    struct db_query *q;
    bool more;

    assert_ok(
        db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(7), DB_BYTES_OF(BYTES_LITERAL("9"))), NULL));
    assert_ok(db_begin_query(db, ALL, DB_NO_VALUES, &q));
    assert_true(db_is_null(q, 0)); /* before the first row */
    assert_ok(db_next(q, &more));
    assert_int_equal(db_bytes(q, 0).n, 0);
    assert_int_equal(db_number(q, 1), 0);
    assert_true(db_is_null(q, 2));
    assert_true(db_is_null(q, -1));
    assert_ok(db_next(q, &more));
    assert_false(more);
    assert_true(db_is_null(q, 0)); /* behind the last */
    db_end_query(q);
}

static void parameters_are_bound_by_their_number_and_not_their_place(void **state)
{
    struct db *db = with_table(state);
    struct db_value out[4];
    struct arena a = ARENA(1000);

    assert_ok(db_one(db, &a, "SELECT $3, $1, $2, $1",
                     DB_VALUES(DB_NUMBER_OF(11), DB_NUMBER_OF(22), DB_NUMBER_OF(33)), out, 4));
    assert_int_equal(out[0].number, 33);
    assert_int_equal(out[1].number, 11);
    assert_int_equal(out[2].number, 22);
    assert_int_equal(out[3].number, 11);
    arena_free(&a);
}

static void the_tenth_parameter_is_not_the_first(void **state)
{
    struct db *db = with_table(state);
    struct db_value in[16], out[16];
    struct arena a = ARENA(1000);

    for (size_t i = 0; i < 16; i++)
        in[i] = DB_NUMBER_OF(100 + i);
    assert_ok(db_one(db, &a,
                     "SELECT $10, $1, $11, $2, $3, $4, $5, $6, $7, $8, $9, $12, $13, $14,"
                     " $16, $15",
                     in, 16, out, 16));
    assert_int_equal(out[0].number, 109);
    assert_int_equal(out[1].number, 100);
    assert_int_equal(out[2].number, 110);
    assert_int_equal(out[3].number, 101);
    assert_int_equal(out[14].number, 115);
    assert_int_equal(out[15].number, 114);
    arena_free(&a);
}

static void parameters_and_values_must_agree(void **state)
{
    struct db *db = with_table(state);
    struct db_query *q;

    assert_err(db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(1)), NULL), E_IO);
    assert_err(db_run(db, COUNT, DB_VALUES(DB_NUMBER_OF(1)), NULL), E_IO);
    assert_err(db_run(db, "DELETE FROM thing WHERE number = $2", DB_VALUES(DB_NUMBER_OF(1)), NULL),
               E_IO);
    assert_err(db_run(db, "DELETE FROM thing WHERE number = ?", DB_VALUES(DB_NUMBER_OF(1)), NULL),
               E_IO);
    assert_err(db_begin_query(db, BODY, DB_NO_VALUES, &q), E_IO);
    assert_ok(insert(db, 1));
}

static void only_one_statement_is_run(void **state)
{
    struct db *db = with_table(state);

    assert_err(db_run(db, "DELETE FROM thing; DELETE FROM part", DB_NO_VALUES, NULL), E_IO);
    assert_err(db_run(db, "", DB_NO_VALUES, NULL), E_IO);
    assert_err(db_run(db, "-- nothing", DB_NO_VALUES, NULL), E_IO);
    assert_err(db_run(db, "no SQL at all", DB_NO_VALUES, NULL), E_IO);
    assert_ok(db_run(db, "DELETE FROM thing; \n", DB_NO_VALUES, NULL));
}

static void changes_are_counted_and_what_changes_nothing_counts_as_none(void **state)
{
    struct db *db = with_table(state);
    uint64_t changed = 99;

    for (int64_t i = 0; i < 5; i++)
        assert_ok(insert(db, i));
    assert_ok(db_run(db, "UPDATE thing SET body = NULL WHERE number < $1",
                     DB_VALUES(DB_NUMBER_OF(3)), &changed));
    assert_int_equal(changed, 3);
    assert_ok(db_run(db, "CREATE INDEX by_body ON thing (body)", DB_NO_VALUES, &changed));
    assert_int_equal(changed, 0);
    assert_ok(db_run(db, "DELETE FROM thing WHERE number > 99", DB_NO_VALUES, &changed));
    assert_int_equal(changed, 0);
}

static void a_violated_constraint_is_a_conflict(void **state)
{
    struct db *db = with_table(state);
    uint64_t changed = 99;

    assert_ok(insert(db, 1));
    assert_err(db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(1), DB_NULL_OF()), &changed), E_CONFLICT);
    assert_int_equal(changed, 99);
    assert_int_equal(scratch_number(db, COUNT), 1);
    assert_ok(insert(db, 2));
    assert_err(db_run(db, "INSERT INTO part (thing) VALUES ($1)", DB_VALUES(DB_NUMBER_OF(7)), NULL),
               E_CONFLICT);
}

static void a_query_begun_twice_is_refused(void **state)
{
    struct db *db = with_table(state);
    struct db_query *q, *again;

    assert_ok(db_begin_query(db, ALL, DB_NO_VALUES, &q));
    assert_err(db_begin_query(db, ALL, DB_NO_VALUES, &again), E_IO);
    db_end_query(q);
    assert_ok(db_begin_query(db, ALL, DB_NO_VALUES, &again));
    db_end_query(again);
}

static void a_query_that_is_over_does_not_start_again(void **state)
{
    struct db *db = with_table(state);
    struct db_query *q;
    bool more = true;

    assert_ok(insert(db, 1));
    assert_ok(db_begin_query(db, ALL, DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more));
    assert_true(more);
    for (int i = 0; i < 3; i++) {
        assert_ok(db_next(q, &more));
        assert_false(more);
    }
    db_end_query(q);
}

static void a_query_keeps_its_values_to_itself(void **state)
{
    struct db *db = with_table(state);
    uint8_t wanted[] = "wanted";
    struct db_query *q;
    bool more;

    assert_ok(db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(1), DB_BYTES_OF(BYTES(wanted))), NULL));
    assert_ok(db_begin_query(db, "SELECT number FROM thing WHERE body = $1",
                             DB_VALUES(DB_BYTES_OF(BYTES(wanted))), &q));
    memset(wanted, 'x', sizeof wanted);
    assert_ok(db_next(q, &more));
    assert_true(more);
    db_end_query(q);
}

static void a_query_can_be_ended_after_an_error(void **state)
{
    static const char overflows[] = "SELECT abs(number) FROM thing ORDER BY rowid DESC";
    struct db *db = with_table(state);
    struct db_query *q;
    bool more;

    assert_ok(insert(db, 1));
    assert_ok(insert(db, INT64_MIN));
    for (int i = 0; i < 2; i++) {
        more = true;
        assert_ok(db_begin_query(db, overflows, DB_NO_VALUES, &q));
        assert_ok(db_next(q, &more));
        assert_true(more);
        assert_err(db_next(q, &more), E_IO);
        assert_false(more);
        assert_err(db_next(q, &more), E_IO);
        db_end_query(q);
    }
    db_end_query(NULL);
}

static void a_query_survives_the_end_of_its_transaction(void **state)
{
    struct db *db = with_table(state);
    struct db_query *q;
    bool more;

    assert_ok(db_begin(db));
    assert_ok(insert(db, 1));
    assert_ok(insert(db, 2));
    assert_ok(db_begin_query(db, ALL, DB_NO_VALUES, &q));
    assert_ok(db_next(q, &more));
    db_rollback(db);
    (void)db_next(q, &more).code; /* an error or the end, as the database likes */
    db_end_query(q);
    assert_int_equal(scratch_number(db, COUNT), 0);
}

static void one_row_lives_in_the_arena(void **state)
{
    struct db *db = with_table(state);
    struct arena a = ARENA(1000);
    struct db_value out[2];

    assert_ok(
        db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(1), DB_BYTES_OF(BYTES_LITERAL("a\0b"))), NULL));
    assert_ok(db_one(db, &a, BODY, DB_VALUES(DB_NUMBER_OF(1)), out, 2));
    assert_ok(db_run(db, "DELETE FROM thing", DB_NO_VALUES, NULL));
    assert_int_equal(out[0].kind, DB_BYTES);
    assert_bytes(out[0].bytes, BYTES_LITERAL("a\0b"));
    assert_int_equal(out[1].kind, DB_NUMBER);
    assert_int_equal(out[1].number, 1);
    arena_free(&a);
}

static void no_row_is_absent(void **state)
{
    struct db *db = with_table(state);
    struct arena a = ARENA(1000);
    struct db_value out[2] = {DB_NUMBER_OF(1), DB_NUMBER_OF(2)};

    assert_err(db_one(db, &a, BODY, DB_VALUES(DB_NUMBER_OF(1)), out, 2), E_ABSENT);
    assert_int_equal(out[0].kind, DB_NULL);
    assert_int_equal(out[1].kind, DB_NULL);
    arena_free(&a);
}

static void a_row_too_large_for_the_arena_gives_nothing(void **state)
{
    struct db *db = with_table(state);
    struct arena a = ARENA(2);
    struct db_value out[2];

    assert_ok(
        db_run(db, INSERT, DB_VALUES(DB_NUMBER_OF(1), DB_BYTES_OF(BYTES_LITERAL("abc"))), NULL));
    assert_err(db_one(db, &a, BODY, DB_VALUES(DB_NUMBER_OF(1)), out, 2), E_NOMEM);
    assert_int_equal(out[0].kind, DB_NULL);
    arena_free(&a);
    a = ARENA(3);
    assert_ok(db_one(db, &a, BODY, DB_VALUES(DB_NUMBER_OF(1)), out, 2));
    arena_free(&a);
}

static void a_change_can_give_its_row_back(void **state)
{
    static const char take_one[] = "DELETE FROM thing WHERE number IN"
                                   " (SELECT number FROM thing ORDER BY number LIMIT 1)"
                                   " RETURNING number";
    struct db *db = with_table(state);
    struct arena a = ARENA(1000);
    struct db_value out;

    assert_ok(insert(db, 1));
    assert_ok(insert(db, 2));
    assert_ok(db_one(db, &a, take_one, DB_NO_VALUES, &out, 1));
    assert_int_equal(out.number, 1);
    assert_int_equal(scratch_number(db, COUNT), 1);
    assert_ok(db_begin(db));
    assert_ok(db_one(db, &a, take_one, DB_NO_VALUES, &out, 1));
    assert_int_equal(out.number, 2);
    assert_ok(db_commit(db));
    assert_int_equal(scratch_number(db, COUNT), 0);
    arena_free(&a);
}

static void a_rollback_undoes_its_own_level_only(void **state)
{
    struct db *db = with_table(state);

    assert_ok(db_begin(db));
    assert_ok(insert(db, 1));
    assert_ok(db_begin(db));
    assert_ok(insert(db, 2));
    assert_ok(db_begin(db));
    assert_ok(insert(db, 3));
    assert_ok(db_commit(db));
    assert_int_equal(scratch_number(db, COUNT), 3);
    db_rollback(db);
    assert_int_equal(scratch_number(db, COUNT), 1);
    assert_ok(db_begin(db));
    assert_ok(insert(db, 4));
    assert_ok(db_commit(db));
    assert_ok(db_commit(db));
    assert_int_equal(scratch_number(db, "SELECT sum(number) FROM thing"), 5);
    assert_ok(db_begin(db));
    assert_ok(insert(db, 6));
    db_rollback(db);
    assert_int_equal(scratch_number(db, "SELECT sum(number) FROM thing"), 5);
}

static void levels_are_limited(void **state)
{
    struct db *db = with_table(state);

    for (int i = 0; i < 1 + DB_DEPTH_MAX; i++) {
        assert_ok(db_begin(db));
        assert_ok(insert(db, i));
    }
    assert_err(db_begin(db), E_LIMIT);
    db_rollback(db);
    for (int i = 0; i < DB_DEPTH_MAX; i++)
        assert_ok(db_commit(db));
    assert_int_equal(scratch_number(db, COUNT), DB_DEPTH_MAX);
    db_rollback(db); /* nothing is open */
    assert_int_equal(scratch_number(db, COUNT), DB_DEPTH_MAX);
}

static void a_failed_statement_does_not_end_its_transaction(void **state)
{
    struct db *db = with_table(state);

    assert_ok(db_begin(db));
    assert_ok(insert(db, 1));
    assert_err(insert(db, 1), E_CONFLICT);
    assert_ok(insert(db, 2));
    assert_ok(db_commit(db));
    assert_int_equal(scratch_number(db, COUNT), 2);
}

static void a_failed_commit_has_rolled_back(void **state)
{
    struct db *db = with_table(state);

    assert_ok(db_begin(db));
    assert_ok(insert(db, 1));
    assert_ok(db_run(db, "INSERT INTO part (thing) VALUES (99)", DB_NO_VALUES, NULL));
    assert_err(db_commit(db), E_CONFLICT);
    assert_int_equal(scratch_number(db, COUNT), 0);
    assert_ok(db_begin(db)); /* depth 1 again, and not a savepoint in what failed */
    assert_ok(insert(db, 2));
    assert_ok(db_commit(db));
    assert_int_equal(scratch_number(db, COUNT), 1);
}

/* The database may end a transaction by itself.  What follows must not run outside it. */
static void nothing_runs_outside_a_transaction_that_was_lost(void **state)
{
    struct db *db = with_table(state);
    struct db_query *q;

    assert_ok(db_begin(db));
    assert_ok(insert(db, 1));
    assert_ok(db_begin(db));
    assert_err(db_run(db, "INSERT OR ROLLBACK INTO thing (number) VALUES (1)", DB_NO_VALUES, NULL),
               E_CONFLICT);
    assert_err(insert(db, 2), E_CONFLICT);
    assert_err(db_script(db, "INSERT INTO thing (number) VALUES (3)"), E_CONFLICT);
    assert_err(db_begin_query(db, ALL, DB_NO_VALUES, &q), E_CONFLICT);
    assert_err(db_begin(db), E_CONFLICT);
    db_rollback(db);
    assert_err(insert(db, 4), E_CONFLICT);
    assert_err(db_commit(db), E_CONFLICT);
    assert_int_equal(scratch_number(db, COUNT), 0);
    assert_ok(insert(db, 5));
    assert_int_equal(scratch_number(db, COUNT), 1);
}

static void a_script_may_not_end_the_transaction_around_it(void **state)
{
    struct db *db = with_table(state);

    assert_ok(db_begin(db));
    assert_err(db_script(db, "INSERT INTO thing (number) VALUES (1); COMMIT"), E_IO);
    assert_err(insert(db, 2), E_IO);
    db_rollback(db);
    assert_ok(insert(db, 3));
}

static void a_script_stops_at_its_first_error(void **state)
{
    struct db *db = with_table(state);

    assert_ok(db_begin(db));
    assert_err(db_script(db, "INSERT INTO thing (number) VALUES (1);"
                             "INSERT INTO thing (number) VALUES (1);"
                             "INSERT INTO thing (number) VALUES (2)"),
               E_CONFLICT);
    assert_int_equal(scratch_number(db, COUNT), 1);
    db_rollback(db);
    assert_int_equal(scratch_number(db, COUNT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(changes_are_counted_and_insertions_numbered),
        scratch_test(values_come_back_as_they_went_in),
        scratch_test(a_value_of_another_kind_is_zero_or_empty),
        scratch_test(parameters_are_bound_by_their_number_and_not_their_place),
        scratch_test(the_tenth_parameter_is_not_the_first),
        scratch_test(parameters_and_values_must_agree),
        scratch_test(only_one_statement_is_run),
        scratch_test(changes_are_counted_and_what_changes_nothing_counts_as_none),
        scratch_test(a_violated_constraint_is_a_conflict),
        scratch_test(a_query_begun_twice_is_refused),
        scratch_test(a_query_that_is_over_does_not_start_again),
        scratch_test(a_query_keeps_its_values_to_itself),
        scratch_test(a_query_can_be_ended_after_an_error),
        scratch_test(a_query_survives_the_end_of_its_transaction),
        scratch_test(one_row_lives_in_the_arena),
        scratch_test(no_row_is_absent),
        scratch_test(a_row_too_large_for_the_arena_gives_nothing),
        scratch_test(a_change_can_give_its_row_back),
        scratch_test(a_rollback_undoes_its_own_level_only),
        scratch_test(levels_are_limited),
        scratch_test(a_failed_statement_does_not_end_its_transaction),
        scratch_test(a_failed_commit_has_rolled_back),
        scratch_test(nothing_runs_outside_a_transaction_that_was_lost),
        scratch_test(a_script_may_not_end_the_transaction_around_it),
        scratch_test(a_script_stops_at_its_first_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
