/* SPDX-License-Identifier: Apache-2.0 */
/* Wrong passphrases on a disk that fails, is full and loses power, under clocks that jump. */
#include <stdlib.h>

#include "assert_err.h"
#include "client/vault.h"
#include "crypto/password.h"
#include "sim/disk.h"
#include "storage/sqlite/sqlite.h"

#define SEEDS     4
#define STEPS_MAX 100 /* more than an opening makes on the disk */
#define NOON      UINT64_C(1795262400000)

static const struct bytes RIGHT = {(const uint8_t *)"correct horse", 13};
static const struct bytes WRONG = {(const uint8_t *)"battery staple", 14};

struct place {
    struct disk *disk;
    struct db *db;
    struct random random;
    struct vault *vault;
    struct tries tries;
    uint64_t now_ms;
};

static void leave(struct place *p)
{
    vault_close(p->vault);
    p->vault = NULL;
    db_close(p->db);
    p->db = NULL;
}

/* As a program that is started for it. */
static struct err try_with(struct place *p, struct bytes passphrase)
{
    leave(p);
    p->tries = (struct tries){.now_ms = p->now_ms};
    TRY(sqlite_open_on(&p->db, disk_vfs(p->disk), "vault.db", false, true));
    return vault_open_counted(&p->vault, p->db, passphrase, &p->random, &p->tries);
}

static void begin(struct place *p, uint64_t seed)
{
    *p = (struct place){.disk = disk_new(seed), .random = random_system(), .now_ms = NOON};
    assert_ok(sqlite_open_on(&p->db, disk_vfs(p->disk), "vault.db", true, true));
    assert_ok(vault_create(&p->vault, p->db, RIGHT, PASSWORD_COST_LEAST, &p->random));
}

static void end(struct place *p)
{
    leave(p);
    disk_free(p->disk);
}

static void fails(struct place *p, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++)
        assert_err(try_with(p, WRONG), E_DENIED);
}

/* What stands in the file when it is opened next. */
static uint32_t counted(struct place *p)
{
    struct arena a = ARENA(1024);
    struct db_value wrong;

    leave(p);
    assert_ok(sqlite_open_on(&p->db, disk_vfs(p->disk), "vault.db", false, true));
    assert_ok(db_one(p->db, &a, "SELECT wrong FROM tries", DB_NO_VALUES, &wrong, 1));
    arena_free(&a);
    return (uint32_t)wrong.number;
}

static void set_rules(struct place *p, uint32_t free, uint32_t wipe_at)
{
    const struct tries_rules rules = {free, wipe_at};

    assert_ok(tries_set_rules(p->db, &rules));
}

/* ---- counting */

static void wrong_ones_are_counted_and_told_once(void **state)
{
    struct place p;

    begin(&p, 1);
    fails(&p, 3);
    assert_int_equal(p.tries.wrong, 3);
    assert_true(p.tries.last_ms == NOON && p.tries.wait_ms == 0 && !p.tries.spent);
    p.now_ms += CLOCK_HOUR_MS;
    assert_ok(try_with(&p, RIGHT));
    assert_int_equal(p.tries.untold, 3);
    assert_true(p.tries.last_ms == NOON);
    assert_int_equal(counted(&p), 0);
    fails(&p, 1); /* nobody was told yet */
    p.now_ms += CLOCK_HOUR_MS;
    assert_ok(try_with(&p, RIGHT));
    assert_int_equal(p.tries.untold, 4);
    assert_true(p.tries.last_ms == NOON + CLOCK_HOUR_MS);
    assert_ok(tries_told(p.db));
    assert_ok(try_with(&p, RIGHT));
    assert_int_equal(p.tries.untold, 0);
    assert_true(p.tries.last_ms == 0);
    end(&p);
}

static void what_is_no_answer_about_the_passphrase_counts_nothing(void **state)
{
    static uint8_t longest[VAULT_PASSPHRASE_MAX + 1];
    struct place p;

    begin(&p, 1);
    assert_err(try_with(&p, BYTES(longest)), E_LIMIT);
    assert_int_equal(counted(&p), 0);
    assert_ok(db_script(p.db, "UPDATE vault SET header = X'02' || substr(header, 2)"));
    assert_err(try_with(&p, WRONG), E_VERSION);
    assert_int_equal(counted(&p), 0);
    end(&p);
}

static void a_profile_from_before_opens_and_counts(void **state)
{
    struct place p;

    begin(&p, 1);
    assert_ok(db_script(p.db, "DROP TABLE tries; DELETE FROM schema_step WHERE feature = 'tries'"));
    fails(&p, 2);
    assert_ok(try_with(&p, RIGHT));
    assert_int_equal(p.tries.untold, 2);
    end(&p);
}

static void a_row_that_no_program_wrote_opens_nothing(void **state)
{
    static const char *const damage[] = {"UPDATE tries SET wrong = -1",
                                         "UPDATE tries SET wrong = 1000001",
                                         "UPDATE tries SET wipe_at = X'00'", "DELETE FROM tries"};

    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        struct place p;

        begin(&p, 1);
        assert_ok(db_script(p.db, damage[i]));
        assert_err(try_with(&p, RIGHT), E_MALFORMED);
        end(&p);
    }
}

/* ---- waiting */

static void the_wait_doubles_from_a_minute_to_a_day(void **state)
{
    struct place p;
    uint64_t wait = CLOCK_MINUTE_MS;

    begin(&p, 1);
    fails(&p, TRIES_FREE - 1);
    assert_true(p.tries.wait_ms == 0);
    for (uint32_t i = 0; i < 14; i++) {
        assert_err(try_with(&p, WRONG), E_DENIED);
        assert_true(p.tries.wait_ms == wait);
        p.now_ms += wait - 1;
        assert_err(try_with(&p, RIGHT), E_AGAIN); /* whatever it is */
        assert_null(p.vault);
        assert_true(p.tries.wait_ms == 1);
        assert_int_equal(p.tries.wrong, TRIES_FREE + i); /* and that does not count */
        p.now_ms++;
        wait = 2 * wait < CLOCK_DAY_MS ? 2 * wait : CLOCK_DAY_MS;
    }
    assert_true(wait == CLOCK_DAY_MS);
    assert_ok(try_with(&p, RIGHT));
    assert_int_equal(p.tries.untold, TRIES_FREE + 13);
    fails(&p, TRIES_FREE - 1); /* from the beginning */
    assert_ok(try_with(&p, RIGHT));
    end(&p);
}

static void a_clock_that_is_set_back_begins_the_wait_anew(void **state)
{
    struct place p;

    begin(&p, 1);
    fails(&p, TRIES_FREE + 1 - 1);
    p.now_ms -= 1000 * CLOCK_DAY_MS;
    assert_err(try_with(&p, RIGHT), E_AGAIN);
    assert_true(p.tries.wait_ms == CLOCK_MINUTE_MS); /* and not a thousand days */
    p.now_ms += CLOCK_MINUTE_MS - 1;
    assert_err(try_with(&p, RIGHT), E_AGAIN);
    assert_true(p.tries.wait_ms == 1);
    p.now_ms += 1;
    assert_ok(try_with(&p, RIGHT));
    end(&p);
}

/* ---- rules of the profile */

static void rules_are_kept_and_hold(void **state)
{
    struct place p;
    struct tries_rules rules = {TRIES_MOST + 1, 0};

    begin(&p, 1);
    assert_err(tries_set_rules(p.db, &rules), E_LIMIT);
    set_rules(&p, 2, 0);
    fails(&p, 2);
    assert_true(p.tries.wait_ms == CLOCK_MINUTE_MS);
    p.now_ms += CLOCK_MINUTE_MS;
    assert_ok(try_with(&p, RIGHT));
    assert_ok(tries_rules(p.db, &rules));
    assert_int_equal(rules.free, 2);
    assert_int_equal(rules.wipe_at, 0);
    end(&p);
}

static void after_the_last_one_nothing_is_looked_at(void **state)
{
    struct place p;

    begin(&p, 1);
    set_rules(&p, 0, 3);
    fails(&p, 2);
    assert_false(p.tries.spent);
    assert_ok(try_with(&p, RIGHT));
    fails(&p, 3);
    assert_true(p.tries.spent);
    assert_err(try_with(&p, RIGHT), E_AGAIN); /* it was killed before it destroyed the vault */
    assert_true(p.tries.spent);
    assert_ok(vault_destroy_closed(p.db));
    assert_err(try_with(&p, RIGHT), E_ABSENT);
    end(&p);
}

/* ---- trouble */

/* What the disk is told to do before a try; `n` from 1 on. */
typedef void trouble(struct disk *d, uint64_t n);

/* One try in trouble, then the power goes, or the program dies. */
static struct err try_in(struct place *p, struct bytes passphrase, trouble *order, uint64_t n,
                         bool power)
{
    struct err err;

    leave(p);
    order(p->disk, n);
    err = try_with(p, passphrase);
    if (power)
        disk_restart(p->disk);
    else
        disk_revive(p->disk);
    leave(p);
    return err;
}

/* No answer without a count, whatever happens; and none is taken back. */
static void wrong_ones_in_trouble(trouble *order, bool power)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        bool answered = false;
        uint64_t n = 0;

        while (!answered && ++n < STEPS_MAX) {
            struct place p;
            uint32_t after;

            begin(&p, seed * 100 + n);
            fails(&p, 4);
            answered = try_in(&p, WRONG, order, n, power).code == E_DENIED;
            after = counted(&p);
            assert_true(after == 5 || (after == 4 && !answered));
            end(&p);
        }
        assert_true(answered);
        assert_true(n > 1);
    }
}

static void a_power_cut_or_a_failing_disk_takes_no_wrong_one_back(void **state)
{
    wrong_ones_in_trouble(disk_crash_at, true);
    wrong_ones_in_trouble(disk_crash_at, false);
    wrong_ones_in_trouble(disk_fail_write, true);
    wrong_ones_in_trouble(disk_fail_sync, true);
}

/* Without this, the test above would show nothing. */
static void a_disk_that_does_not_sync_takes_some_back(void **state)
{
    int lost = 0;

    for (uint64_t seed = 1; seed <= 10 * SEEDS; seed++) {
        struct place p;

        begin(&p, seed);
        fails(&p, 4);
        leave(&p);
        disk_skip_syncs(p.disk, true);
        assert_err(try_with(&p, WRONG), E_DENIED);
        disk_restart(p.disk);
        leave(&p);
        disk_skip_syncs(p.disk, false);
        lost += counted(&p) == 4;
        end(&p);
    }
    assert_true(lost > 0);
}

static void the_right_one_in_trouble_leaves_at_most_itself(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        bool opened = false;
        uint64_t n = 0;

        while (!opened && ++n < STEPS_MAX) {
            struct place p;
            uint32_t after;

            begin(&p, seed * 100 + n);
            fails(&p, 4);
            opened = try_in(&p, RIGHT, disk_crash_at, n, true).code == E_OK;
            after = counted(&p);
            assert_true(after == 0 || (!opened && (after == 4 || after == 5)));
            assert_ok(try_with(&p, RIGHT));
            assert_true(p.tries.untold == 4 || (!opened && p.tries.untold == 5));
            end(&p);
        }
        assert_true(opened);
        assert_true(n > 4);
    }
}

static void a_full_disk_can_be_read_where_nothing_was_wrong_yet(void **state)
{
    struct place p;

    begin(&p, 1);
    leave(&p);
    disk_limit(p.disk, 0);
    assert_err(try_with(&p, WRONG), E_DENIED);
    assert_ok(try_with(&p, RIGHT));
    leave(&p);
    disk_limit(p.disk, UINT64_MAX);
    fails(&p, 1);
    leave(&p);
    disk_limit(p.disk, 0);
    assert_err(try_with(&p, WRONG), E_FULL);
    assert_err(try_with(&p, RIGHT), E_FULL); /* neither was looked at */
    disk_limit(p.disk, UINT64_MAX);
    assert_ok(try_with(&p, RIGHT));
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_ones_are_counted_and_told_once),
        cmocka_unit_test(what_is_no_answer_about_the_passphrase_counts_nothing),
        cmocka_unit_test(a_profile_from_before_opens_and_counts),
        cmocka_unit_test(a_row_that_no_program_wrote_opens_nothing),
        cmocka_unit_test(the_wait_doubles_from_a_minute_to_a_day),
        cmocka_unit_test(a_clock_that_is_set_back_begins_the_wait_anew),
        cmocka_unit_test(rules_are_kept_and_hold),
        cmocka_unit_test(after_the_last_one_nothing_is_looked_at),
        cmocka_unit_test(a_power_cut_or_a_failing_disk_takes_no_wrong_one_back),
        cmocka_unit_test(a_disk_that_does_not_sync_takes_some_back),
        cmocka_unit_test(the_right_one_in_trouble_leaves_at_most_itself),
        cmocka_unit_test(a_full_disk_can_be_read_where_nothing_was_wrong_yet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
