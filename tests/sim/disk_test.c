/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/disk.h"

#include <sqlite3.h>
#include <stdio.h>

#include "assert_err.h"
#include "sim/disk_stores.h"

#define NUMBERS   12
#define CRASHES   2000 /* more changes than the story has */
#define ROUNDS    40
#define UNDO_EACH 3 /* every third number is rolled back */

/* What became of each number, as far as its writer was told. */
enum told { NOTHING, DONE, UNDONE, FAILED };
struct story {
    enum told told[NUMBERS + 1];
};

static void tell(const struct store_kind *kind, struct store *s, struct story *story, int number)
{
    bool commit = number % UNDO_EACH != 0;
    struct err err = kind->add(s, number, commit);

    story->told[number] = !commit ? UNDONE : err.code == E_OK ? DONE : FAILED;
}

/* Half of the numbers, a clean end, and the other half; or as far as the disk lets it. */
static void play(const struct store_kind *kind, struct disk *d, struct story *story)
{
    for (int half = 0; half < 2; half++) {
        struct err why;
        struct store *s = kind->open(d, true, &why);

        for (int i = 1; s != NULL && i <= NUMBERS / 2; i++)
            tell(kind, s, story, half * NUMBERS / 2 + i);
        kind->close(s);
    }
}

/* How many numbers are not as their writer was told. */
static int broken_promises(const struct store_kind *kind, struct store *s,
                           const struct story *story)
{
    int broken = 0;

    for (int i = 1; i <= NUMBERS; i++) {
        int n = kind->halves(s, i);

        if (story->told[i] == DONE)
            broken += n != 2;
        else if (story->told[i] == FAILED)
            broken += n != 0 && n != 2;
        else
            broken += n != 0;
    }
    return broken;
}

/* The power goes while the program that starts again finds out what there is. */
static void crash_in_recovery(const struct store_kind *kind, struct disk *d, uint64_t n)
{
    struct err why;

    disk_crash_at(d, n);
    kind->close(kind->open(d, true, &why));
    disk_restart(d);
}

static void check(const struct store_kind *kind, struct disk *d, const struct story *story,
                  uint64_t n)
{
    struct err why;
    struct store *s = kind->open(d, true, &why);

    if (s == NULL || !kind->is_whole(s) || broken_promises(kind, s, story) > 0)
        fail_msg("%s: crash at %llu: %s, %d", kind->name, (unsigned long long)n, err_name(why.code),
                 s == NULL ? -1 : broken_promises(kind, s, story));
    kind->close(s);
}

static void crash_everywhere(const struct store_kind *kind, int claims)
{
    uint64_t n = 0;
    bool crashed = true;

    while (crashed && ++n < CRASHES) {
        struct disk *d = disk_new(n);
        struct story story = {{NOTHING}};

        disk_claim(d, claims);
        disk_crash_at(d, n);
        play(kind, d, &story);
        crashed = disk_is_off(d);
        disk_restart(d);
        crash_in_recovery(kind, d, 1 + n % 11);
        check(kind, d, &story, n);
        disk_free(d);
    }
    assert_false(crashed);
    assert_true(n > 50);
}

static void a_journal_bears_a_crash_at_every_change(void **state)
{
    crash_everywhere(&store_journal, 0);
}

static void our_database_bears_a_crash_at_every_change(void **state)
{
    crash_everywhere(&store_db, 0);
    crash_everywhere(&store_db, SQLITE_IOCAP_POWERSAFE_OVERWRITE);
}

static void a_vault_bears_a_crash_at_every_change(void **state)
{
    crash_everywhere(&store_vault, 0);
}

/* ---- other trouble */

static struct store *opened(const struct store_kind *kind, struct disk *d)
{
    struct err why;
    struct store *s = kind->open(d, true, &why);

    assert_ok(why);
    return s;
}

/* Without this, nothing above would show anything. */
static void a_disk_that_skips_syncs_loses_what_was_committed(void **state)
{
    const struct store_kind *kinds[] = {&store_journal, &store_db, &store_vault};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        int lost = 0;

        for (uint64_t seed = 0; seed < ROUNDS; seed++) {
            struct disk *d = disk_new(seed);
            struct story story = {{NOTHING}};
            struct store *s;
            struct err why;

            disk_skip_syncs(d, true);
            play(kinds[k], d, &story);
            disk_restart(d);
            s = kinds[k]->open(d, true, &why);
            lost += s == NULL || broken_promises(kinds[k], s, &story) > 0;
            kinds[k]->close(s);
            disk_free(d);
        }
        assert_in_range(lost, 1, ROUNDS);
    }
}

static void a_full_disk_refuses_and_goes_on_when_there_is_room(void **state)
{
    const struct store_kind *kinds[] = {&store_journal, &store_db, &store_vault};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct disk *d = disk_new(k);
        struct story story = {{NOTHING}};
        struct store *s = opened(kinds[k], d);
        int refused = 0;

        tell(kinds[k], s, &story, 1);
        for (int i = 2; i < NUMBERS - 1; i++) {
            disk_limit(d, (uint64_t)i * 3001);
            tell(kinds[k], s, &story, i);
            refused += story.told[i] == FAILED;
            disk_limit(d, i % 2 == 0 ? UINT64_MAX : 0);
        }
        disk_limit(d, UINT64_MAX);
        tell(kinds[k], s, &story, NUMBERS - 1);
        assert_int_equal(story.told[NUMBERS - 1], DONE);
        assert_in_range(refused, 1, NUMBERS);
        assert_int_equal(broken_promises(kinds[k], s, &story), 0);
        kinds[k]->close(s);
        disk_restart(d);
        check(kinds[k], d, &story, 0);
        disk_free(d);
    }
}

static void our_database_calls_a_full_disk_full(void **state)
{
    struct disk *d = disk_new(1);
    struct store *s = opened(&store_db, d);

    disk_limit(d, 1000);
    assert_err(store_db.add(s, 4, true), E_FULL);
    disk_limit(d, 100000);
    assert_ok(store_db.add(s, 4, true));
    store_db.close(s);
    disk_free(d);
}

/* Whichever sync fails, nothing is believed after it, and a start finds what was promised. */
static void a_sync_that_fails_ends_trust_until_the_next_start(void **state)
{
    for (uint64_t n = 1; n <= ROUNDS; n++) {
        struct disk *d = disk_new(n);
        struct story story = {{NOTHING}};
        struct store *s = opened(&store_db, d);
        bool broken = false;

        disk_fail_sync(d, n);
        for (int i = 1; i <= NUMBERS; i++) {
            tell(&store_db, s, &story, i);
            assert_false(broken && story.told[i] == DONE);
            broken = broken || story.told[i] == FAILED;
        }
        store_db.close(s);
        if (n % 2 == 0)
            disk_revive(d);
        else
            disk_restart(d);
        check(&store_db, d, &story, n);
        disk_free(d);
    }
}

/* The system goes on to show what it never wrote.  A program that starts again and builds on it
 * must not lose, with the next power cut, what it promised since. */
static void a_start_after_a_failed_sync_builds_on_nothing_that_is_not_there(void **state)
{
    for (uint64_t n = 1; n <= 4 * ROUNDS; n++) {
        struct disk *d = disk_new(n);
        struct story story = {{NOTHING}};
        struct store *first = opened(&store_db, d), *second;

        disk_fail_sync(d, 1 + n % 2);
        tell(&store_db, first, &story, 5); /* small ones: no checkpoint writes them again */
        tell(&store_db, first, &story, 11);
        disk_revive(d);
        second = opened(&store_db, d);
        tell(&store_db, second, &story, 10);
        assert_int_equal(story.told[10], DONE);
        disk_restart(d);
        check(&store_db, d, &story, n);
        store_db.close(first);
        store_db.close(second);
        disk_free(d);
    }
}

/* Whichever sync of a first start fails: what is promised after it, or after another start if that
 * one said so, bears a power cut. */
static void a_sync_that_fails_at_the_first_start_loses_nothing_later(void **state)
{
    const struct store_kind *kinds[] = {&store_db, &store_vault};

    for (uint64_t n = 1; n <= 4 * ROUNDS; n++) {
        const struct store_kind *kind = kinds[n % 2];
        struct disk *d = disk_new(n);
        struct story story = {{NOTHING}};
        struct err why;
        struct store *s;

        disk_fail_sync(d, 1 + n / 2 % 6); /* what is behind those is no part of a start */
        s = kind->open(d, true, &why);
        if (s == NULL) {
            disk_revive(d);
            s = opened(kind, d);
        }
        disk_fail_sync(d, 0);
        tell(kind, s, &story, 1);
        assert_int_equal(story.told[1], DONE);
        disk_restart(d);
        check(kind, d, &story, n);
        kind->close(s);
        disk_free(d);
    }
}

static void a_read_or_write_fails_once(void **state)
{
    struct disk *d = disk_new(1);
    struct story story = {{NOTHING}};
    struct store *s = opened(&store_journal, d);

    disk_fail_write(d, 2);
    tell(&store_journal, s, &story, 1);
    assert_int_equal(story.told[1], FAILED);
    tell(&store_journal, s, &story, 2);
    assert_int_equal(story.told[2], DONE);
    store_journal.close(s);
    s = opened(&store_journal, d);
    disk_fail_read(d, 1);
    assert_int_equal(store_journal.halves(s, 2), -1);
    assert_int_equal(store_journal.halves(s, 2), 2);
    store_journal.close(s);
    check(&store_journal, d, &story, 0);
    disk_free(d);
}

static void what_was_open_is_dead_after_a_restart(void **state)
{
    struct disk *d = disk_new(1);
    struct store *before = opened(&store_db, d), *after;

    assert_ok(store_db.add(before, 1, true));
    disk_restart(d);
    after = opened(&store_db, d);
    assert_err(store_db.add(before, 2, true), E_IO);
    assert_ok(store_db.add(after, 4, true));
    store_db.close(before);
    assert_ok(store_db.add(after, 5, true));
    assert_int_equal(store_db.halves(after, 2), 0);
    assert_int_equal(store_db.halves(after, 4), 2);
    store_db.close(after);
    disk_free(d);
}

static void an_open_database_is_nobody_elses(void **state)
{
    struct disk *d = disk_new(1), *other = disk_new(2);
    struct store *s = opened(&store_db, d), *elsewhere = opened(&store_db, other);
    struct err why;

    assert_null(store_db.open(d, false, &why));
    assert_err(why, E_CONFLICT);
    store_db.close(elsewhere);
    store_db.close(s);
    assert_null(store_vault.open(d, false, &why));
    assert_err(why, E_ABSENT);
    disk_free(d);
    disk_free(other);
}

static void a_program_that_dies_loses_nothing_that_was_written(void **state)
{
    struct disk *d = disk_new(1);
    struct story story = {{NOTHING}};
    struct store *s;

    disk_skip_syncs(d, true);
    s = opened(&store_db, d);
    for (int i = 1; i <= NUMBERS; i++)
        tell(&store_db, s, &story, i);
    disk_revive(d);
    check(&store_db, d, &story, 0);
    store_db.close(s);
    disk_free(d);
}

static void a_disk_goes_back_to_its_image_and_so_does_another(void **state)
{
    struct disk *d = disk_new(1), *other = disk_new(2);
    struct disk_image *image;
    struct story then = {{NOTHING}}, now;
    struct store *s = opened(&store_vault, d);
    uint64_t digest;

    tell(&store_vault, s, &then, 1);
    image = disk_snapshot(d);
    digest = disk_digest(d);
    now = then;
    tell(&store_vault, s, &now, 2);
    assert_true(disk_digest(d) != digest);
    disk_roll_back(d, image);
    assert_true(disk_digest(d) == digest);
    store_vault.close(s);
    disk_restart(d);
    assert_true(disk_digest(d) == digest);
    disk_roll_back(other, image);
    disk_image_free(image);
    check(&store_vault, d, &then, 0);
    check(&store_vault, other, &then, 0);
    disk_free(d);
    disk_free(other);
}

static void a_file_beside_the_databases_takes_room(void **state)
{
    struct disk *d = disk_new(12);

    assert_int_equal(disk_room(d), UINT64_MAX);
    disk_limit(d, 1000);
    assert_int_equal(disk_file_size(d, "beside"), -1);
    assert_true(disk_file_resize(d, "beside", 600));
    assert_false(disk_file_resize(d, "beside", 1001));
    assert_int_equal(disk_file_size(d, "beside"), 600);
    assert_int_equal(disk_room(d), 400);
    assert_true(disk_file_resize(d, "beside", 100));
    assert_int_equal(disk_room(d), 900);
    disk_crash_at(d, 1);
    assert_false(disk_file_resize(d, "beside", 0));
    assert_true(disk_is_off(d));
    disk_revive(d);
    assert_int_equal(disk_file_size(d, "beside"), 100);
    disk_file_delete(d, "beside");
    assert_int_equal(disk_file_size(d, "beside"), -1);
    assert_int_equal(disk_room(d), 1000);
    disk_free(d);
}

static uint64_t digest_of(uint64_t seed, uint64_t crash, struct disk_counts *counts)
{
    struct disk *d = disk_new(seed);
    struct story story = {{NOTHING}};
    uint64_t digest;

    disk_begin_run(seed);
    disk_crash_at(d, crash);
    play(&store_journal, d, &story);
    play(&store_db, d, &story);
    disk_restart(d);
    play(&store_db, d, &story);
    *counts = disk_counts(d);
    digest = disk_digest(d);
    disk_free(d);
    return digest;
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct disk_counts one, two, three;
    int differ = 0;

    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t digest = digest_of(seed, 100, &one);

        assert_true(digest_of(seed, 100, &two) == digest);
        assert_memory_equal(&one, &two, sizeof one);
        differ += digest_of(seed + 1, 100, &three) != digest;
    }
    assert_true(differ > 0);
    assert_true(one.writes > 0 && one.syncs > 0 && one.reads > 0 && one.bytes > one.writes);
    assert_true(one.changes >= one.writes + one.syncs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_bears_a_crash_at_every_change),
        cmocka_unit_test(our_database_bears_a_crash_at_every_change),
        cmocka_unit_test(a_vault_bears_a_crash_at_every_change),
        cmocka_unit_test(a_disk_that_skips_syncs_loses_what_was_committed),
        cmocka_unit_test(a_full_disk_refuses_and_goes_on_when_there_is_room),
        cmocka_unit_test(our_database_calls_a_full_disk_full),
        cmocka_unit_test(a_sync_that_fails_ends_trust_until_the_next_start),
        cmocka_unit_test(a_start_after_a_failed_sync_builds_on_nothing_that_is_not_there),
        cmocka_unit_test(a_sync_that_fails_at_the_first_start_loses_nothing_later),
        cmocka_unit_test(a_read_or_write_fails_once),
        cmocka_unit_test(what_was_open_is_dead_after_a_restart),
        cmocka_unit_test(an_open_database_is_nobody_elses),
        cmocka_unit_test(a_program_that_dies_loses_nothing_that_was_written),
        cmocka_unit_test(a_disk_goes_back_to_its_image_and_so_does_another),
        cmocka_unit_test(a_file_beside_the_databases_takes_room),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
