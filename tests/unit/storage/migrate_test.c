/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/migrate.h"

#include "scratch.h"

static const char *const queue_steps[] = {
    "CREATE TABLE queue (device BLOB, cursor INTEGER); CREATE INDEX by_device ON queue (device)",
    ("ALTER TABLE queue ADD COLUMN expires_ms INTEGER;"
     "INSERT INTO queue (cursor, expires_ms) VALUES (1, 2);"),
    "INSERT INTO queue (cursor) VALUES (3)",
};
static const char *const room_steps[] = {"CREATE TABLE room (name BLOB)"};

static struct schema queue_up_to(size_t n)
{
    return (struct schema){"queue", queue_steps, n};
}

static int64_t rows(struct db *db)
{
    return scratch_number(db, "SELECT count(*) FROM queue");
}

static int64_t step_of_queue(struct db *db)
{
    return scratch_number(db, "SELECT step FROM schema_step WHERE feature = 'queue'");
}

static void all_steps_are_run_on_a_new_database(void **state)
{
    struct scratch *s = *state;
    const struct schema all[] = {queue_up_to(3), {"room", room_steps, 1}};

    assert_ok(migrate(s->db, all, 2));
    assert_int_equal(rows(s->db), 2);
    assert_int_equal(step_of_queue(s->db), 3);
    assert_int_equal(scratch_number(s->db, "SELECT count(*) FROM room"), 0);
}

static void each_step_is_run_once(void **state)
{
    struct scratch *s = *state;

    for (size_t n = 1; n <= 3; n++) {
        const struct schema some[] = {queue_up_to(n)};

        assert_ok(migrate(s->db, some, 1));
        assert_ok(migrate(s->db, some, 1));
        assert_ok(migrate(scratch_again(s), some, 1));
        assert_int_equal(rows(s->db), (int64_t)n - 1);
        assert_int_equal(step_of_queue(s->db), (int64_t)n);
    }
}

static void a_feature_can_come_later(void **state)
{
    struct scratch *s = *state;
    const struct schema all[] = {queue_up_to(3), {"room", room_steps, 1}};

    assert_ok(migrate(s->db, all, 1));
    assert_ok(migrate(s->db, all, 2));
    assert_int_equal(rows(s->db), 2);
    assert_int_equal(scratch_number(s->db, "SELECT count(*) FROM room"), 0);
}

static void a_feature_without_steps_is_fine(void **state)
{
    struct scratch *s = *state;
    const struct schema none[] = {{"idle", NULL, 0}};

    assert_ok(migrate(s->db, none, 1));
    assert_ok(migrate(s->db, NULL, 0));
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    struct scratch *s = *state;
    const struct schema newer[] = {queue_up_to(3)},
                        older[] = {{"room", room_steps, 1}, queue_up_to(2)};

    assert_ok(migrate(s->db, newer, 1));
    assert_err(migrate(s->db, older, 2), E_VERSION);
    assert_int_equal(step_of_queue(s->db), 3);
    assert_int_equal(
        scratch_number(s->db, "SELECT count(*) FROM sqlite_schema WHERE name = 'room'"), 0);
    assert_ok(migrate(s->db, newer, 1));
}

static void a_feature_that_the_program_does_not_know_is_refused(void **state)
{
    struct scratch *s = *state;
    const struct schema all[] = {queue_up_to(3), {"room", room_steps, 1}};

    assert_ok(migrate(s->db, all, 2));
    assert_err(migrate(s->db, all, 1), E_VERSION);
    assert_err(migrate(s->db, NULL, 0), E_VERSION);
    assert_ok(migrate(s->db, all, 2));
}

static void a_step_number_that_makes_no_sense_is_refused(void **state)
{
    struct scratch *s = *state;
    const struct schema all[] = {queue_up_to(3)};

    assert_ok(migrate(s->db, all, 1));
    assert_ok(db_script(s->db, "UPDATE schema_step SET step = -1"));
    assert_err(migrate(s->db, all, 1), E_VERSION);
}

static void a_step_that_fails_undoes_all_of_them(void **state)
{
    static const char *const bad_steps[] = {
        "CREATE TABLE fine (x INTEGER)",
        "CREATE TABLE also_fine (x INTEGER); CREATE TABLE fine (x INTEGER)",
    };
    struct scratch *s = *state;
    const struct schema all[] = {queue_up_to(3), {"bad", bad_steps, 2}};

    assert_err(migrate(s->db, all, 2), E_IO);
    assert_int_equal(scratch_number(scratch_again(s), "SELECT count(*) FROM sqlite_schema"), 0);
    assert_ok(migrate(s->db, all, 1));
}

static void a_migration_can_stand_inside_a_transaction(void **state)
{
    struct scratch *s = *state;
    const struct schema all[] = {queue_up_to(3)};

    assert_ok(db_begin(s->db));
    assert_ok(migrate(s->db, all, 1));
    db_rollback(s->db);
    assert_int_equal(scratch_number(s->db, "SELECT count(*) FROM sqlite_schema"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(all_steps_are_run_on_a_new_database),
        scratch_test(each_step_is_run_once),
        scratch_test(a_feature_can_come_later),
        scratch_test(a_feature_without_steps_is_fine),
        scratch_test(a_newer_schema_is_refused_and_left_alone),
        scratch_test(a_feature_that_the_program_does_not_know_is_refused),
        scratch_test(a_step_number_that_makes_no_sense_is_refused),
        scratch_test(a_step_that_fails_undoes_all_of_them),
        scratch_test(a_migration_can_stand_inside_a_transaction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
