/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/ballast_file.h"

#include <sys/stat.h>

#include "../storage/scratch.h"
#include "server/main/house.h"

#define SIZE (1u << 20)

static uint64_t free_bytes; /* as the system says */
static uint64_t now_ms = 1;

static bool measure(const char *path, uint64_t *bytes)
{
    *bytes = free_bytes;
    return true;
}

static void start_of(struct ballast *b, const struct scratch *s, uint64_t size)
{
    static struct ballast_file file;
    static struct ballast_place place;

    file = (struct ballast_file){s->folder, measure};
    place = ballast_file_place(&file);
    *b = (struct ballast){.place = &place, .db = s->db, .size = size, .margin = size};
    ballast_open(b, now_ms);
}

static void start(struct ballast *b, const struct scratch *s)
{
    start_of(b, s, SIZE);
}

static void start_held(struct ballast *b, const struct scratch *s)
{
    free_bytes = UINT64_C(2) * SIZE;
    start(b, s);
    assert_int_equal(b->state, BALLAST_HELD);
    free_bytes = 0;
}

/* Bytes of a file in the folder, and of the disk under it; -1: there is none. */
static int64_t size_of(const struct scratch *s, const char *name, int64_t *allocated)
{
    char path[HOUSE_PATH_SIZE];
    struct stat st;

    assert_ok(house_path(s->folder, name, path));
    if (stat(path, &st) != 0)
        return -1;
    *allocated = st.st_blocks * 512;
    return st.st_size;
}

static void assert_size(const struct scratch *s, int64_t want)
{
    int64_t allocated = 0;

    assert_int_equal(size_of(s, HOUSE_BALLAST, &allocated), want);
    assert_true(allocated >= want);
}

static void set_size(const struct scratch *s, off_t size)
{
    char path[HOUSE_PATH_SIZE];

    assert_ok(house_path(s->folder, HOUSE_BALLAST, path));
    assert_int_equal(truncate(path, size), 0);
}

static void it_is_made_where_there_is_room_for_it_and_as_much_again(void **state)
{
    struct scratch *s = *state;
    struct ballast b;

    free_bytes = UINT64_C(2) * SIZE - 1;
    start(&b, s);
    assert_int_equal(b.state, BALLAST_NONE);
    assert_false(b.refuses); /* as good as without one */
    assert_size(s, -1);
    free_bytes++;
    ballast_settle(&b, now_ms, false);
    assert_int_equal(b.state, BALLAST_NONE);
    ballast_settle(&b, now_ms, true);
    assert_int_equal(b.state, BALLAST_HELD);
    assert_false(b.refuses);
    assert_size(s, SIZE);
}

static void what_was_given_is_the_logs(void **state)
{
    struct scratch *s = *state;
    struct ballast b;
    int64_t allocated = 0;

    start_held(&b, s);
    assert_true(ballast_give(&b, now_ms));
    assert_int_equal(b.state, BALLAST_GIVEN);
    assert_true(b.refuses);
    assert_size(s, 0);
    assert_true(size_of(s, "a.db-wal", &allocated) >= SIZE / 2);
    assert_true(allocated >= SIZE / 2);
}

static void it_comes_back_with_room_and_not_before(void **state)
{
    struct scratch *s = *state;
    struct ballast b;

    start_held(&b, s);
    assert_true(ballast_give(&b, now_ms));
    free_bytes = UINT64_C(2) * SIZE - 1;
    ballast_settle(&b, now_ms, true);
    assert_true(b.refuses);
    assert_size(s, 0);
    free_bytes++;
    ballast_settle(&b, now_ms, false); /* before the next batch, without waiting for the minute */
    assert_int_equal(b.state, BALLAST_HELD);
    assert_false(b.refuses);
    assert_size(s, SIZE);
}

static void the_next_start_knows_that_it_was_given(void **state)
{
    struct scratch *s = *state;
    struct ballast b, next;
    int64_t allocated = 0;

    start_held(&b, s);
    assert_true(ballast_give(&b, now_ms));
    scratch_again(s);
    start(&next, s);
    assert_int_equal(next.state, BALLAST_GIVEN);
    assert_true(next.refuses);
    assert_true(size_of(s, "a.db-wal", &allocated) >= SIZE / 2); /* and takes what it had again */
    free_bytes = UINT64_C(2) * SIZE;
    start(&next, s);
    assert_int_equal(next.state, BALLAST_HELD);
    free_bytes = 0;
    start(&next, s);
    assert_int_equal(next.state, BALLAST_HELD);
    set_size(s, SIZE - 1); /* it was cut off while it was made */
    start(&next, s);
    assert_int_equal(next.state, BALLAST_GIVEN);
}

static void one_that_somebody_deleted_is_made_again_when_it_is_missed(void **state)
{
    struct scratch *s = *state;
    struct ballast b;
    char path[HOUSE_PATH_SIZE];

    start_held(&b, s);
    assert_ok(house_path(s->folder, HOUSE_BALLAST, path));
    assert_ok(house_erase(path));
    assert_true(ballast_give(&b, now_ms));
    assert_true(b.refuses);
    assert_size(s, 0);
    free_bytes = UINT64_C(2) * SIZE;
    ballast_settle(&b, now_ms, false);
    assert_size(s, SIZE);
}

static void without_one_a_full_disk_refuses_nothing_beforehand(void **state)
{
    struct scratch *s = *state;
    struct ballast b;

    free_bytes = 0;
    start(&b, s);
    assert_false(ballast_give(&b, now_ms));
    assert_int_equal(b.state, BALLAST_NONE);
    assert_false(b.refuses);
    assert_size(s, -1);
}

static void make_spare(struct db *db, unsigned bytes)
{
    assert_ok(db_script(db, "CREATE TABLE IF NOT EXISTS thing (body BLOB)"));
    assert_ok(db_run(db, "INSERT INTO thing VALUES (zeroblob($1))", DB_VALUES(DB_NUMBER_OF(bytes)),
                     NULL));
    assert_ok(db_run(db, "DELETE FROM thing", DB_NO_VALUES, NULL));
}

static void what_was_deleted_in_the_database_is_room_until_half_of_it_is_filled(void **state)
{
    struct scratch *s = *state;
    struct ballast b;

    make_spare(s->db, SIZE / 2 + SIZE / 4);
    start_held(&b, s);
    assert_true(ballast_give(&b, now_ms));
    ballast_settle(&b, now_ms, false);
    assert_true(b.refuses);
    make_spare(s->db, SIZE + SIZE / 4);
    ballast_settle(&b, now_ms, false);
    assert_false(b.refuses);
    assert_int_equal(b.state, BALLAST_GIVEN);
    assert_ok(db_run(s->db, "INSERT INTO thing VALUES (zeroblob(524288))", DB_NO_VALUES, NULL));
    ballast_settle(&b, now_ms, false);
    assert_false(b.refuses); /* less than where it began, more than half */
    assert_ok(db_run(s->db, "INSERT INTO thing VALUES (zeroblob(524288))", DB_NO_VALUES, NULL));
    ballast_settle(&b, now_ms, false);
    assert_true(b.refuses);
}

static void a_disk_that_is_full_again_is_believed_for_a_moment(void **state)
{
    struct scratch *s = *state;
    struct ballast b;

    make_spare(s->db, 2 * SIZE);
    start_held(&b, s);
    assert_true(ballast_give(&b, now_ms));
    ballast_settle(&b, now_ms, false);
    assert_false(b.refuses);
    assert_true(ballast_give(&b, now_ms));
    assert_true(b.refuses);
    now_ms += BALLAST_PAUSE_MS - 1;
    ballast_settle(&b, now_ms, true);
    assert_true(b.refuses);
    now_ms++;
    ballast_settle(&b, now_ms, false);
    assert_false(b.refuses);
}

/* As under a quota, of which only writing tells. */
static void room_that_is_not_there_is_not_tried_at_once_again(void **state)
{
    struct scratch *s = *state;
    struct ballast b;

    free_bytes = UINT64_MAX;
    start_of(&b, s, UINT64_C(1) << 60);
    assert_int_equal(b.state, BALLAST_NONE);
    assert_int_equal(b.tried_ms, now_ms);
    assert_size(s, -1);
    b.size = b.margin = SIZE;
    now_ms += BALLAST_PAUSE_MS - 1;
    ballast_settle(&b, now_ms, true);
    assert_int_equal(b.state, BALLAST_NONE);
    now_ms++;
    ballast_settle(&b, now_ms, false);
    assert_int_equal(b.state, BALLAST_NONE);
    ballast_settle(&b, now_ms, true);
    assert_int_equal(b.state, BALLAST_HELD);
}

#define ballast_test(f) cmocka_unit_test_setup_teardown(f, scratch_begin, scratch_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ballast_test(it_is_made_where_there_is_room_for_it_and_as_much_again),
        ballast_test(what_was_given_is_the_logs),
        ballast_test(it_comes_back_with_room_and_not_before),
        ballast_test(the_next_start_knows_that_it_was_given),
        ballast_test(one_that_somebody_deleted_is_made_again_when_it_is_missed),
        ballast_test(without_one_a_full_disk_refuses_nothing_beforehand),
        ballast_test(what_was_deleted_in_the_database_is_room_until_half_of_it_is_filled),
        ballast_test(a_disk_that_is_full_again_is_believed_for_a_moment),
        ballast_test(room_that_is_not_there_is_not_tried_at_once_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
