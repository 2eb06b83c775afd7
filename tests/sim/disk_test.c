/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/disk.h"

#include <sqlite3.h>
#include <stdio.h>

#include "assert_err.h"
#include "sim/disk_stores.h"

#define NUMBERS    12
#define CRASHES    2000 /* more changes than the story has */
#define ROUNDS     40
#define NEVER_BACK 3 /* every third number is rolled back */

/* What became of each number, as far as its writer was told. */
enum told { NOTHING, DONE, UNDONE, FAILED };
struct story {
    enum told told[NUMBERS + 1];
};

static void tell(const struct store_kind *kind, struct store *s, struct story *story, int number)
{
    bool commit = number % NEVER_BACK != 0;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_bears_a_crash_at_every_change),
        cmocka_unit_test(our_database_bears_a_crash_at_every_change),
        cmocka_unit_test(a_vault_bears_a_crash_at_every_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
