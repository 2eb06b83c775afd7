/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/platter.h"

#include "assert_err.h"

#define SEEDS 300
#define SIZE  (4 * PLATTER_SECTOR)

/* A synced file of ones, four sectors, and its synced name. */
static struct platter_file *with_ones(struct platter *p)
{
    struct platter_file *f = platter_make(p, "ones");
    uint8_t ones[SIZE];

    memset(ones, 1, sizeof ones);
    platter_write(f, 0, BYTES(ones));
    platter_sync(f);
    platter_sync_names(p);
    return f;
}

static void fill(struct platter_file *f, uint64_t offset, uint8_t what, size_t n)
{
    uint8_t data[SIZE];

    memset(data, what, sizeof data);
    platter_write(f, offset, bytes(data, n));
}

/* What is there of it after a power cut; whoever had it open is gone. */
static struct bytes after_cut(struct platter *p, struct platter_file *f, uint8_t out[2 * SIZE])
{
    platter_drop(f);
    platter_cut(p);
    f = platter_find(p, "ones");
    assert_non_null(f);
    return bytes(out, platter_read(f, 0, out, 2 * SIZE));
}

static void what_was_synced_stays(void **state)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct platter *p = platter_new(seed);
        struct platter_file *f = with_ones(p);
        uint8_t out[2 * SIZE], want[SIZE];

        fill(f, 100, 2, 1000);
        platter_resize(f, 2000);
        platter_sync(f);
        platter_read(f, 0, want, sizeof want);
        assert_bytes(after_cut(p, f, out), bytes(want, 2000));
        platter_free(p);
    }
}

static void what_was_not_synced_is_kept_lost_or_torn_between_sectors(void **state)
{
    int kept = 0, lost = 0, torn = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct platter *p = platter_new(seed);
        struct platter_file *f = with_ones(p);
        uint8_t out[2 * SIZE];
        int twos = 0;

        fill(f, 0, 2, SIZE);
        assert_int_equal(after_cut(p, f, out).n, SIZE);
        for (size_t i = 0; i < SIZE; i += PLATTER_SECTOR) {
            assert_true(out[i] == 1 || out[i] == 2);
            assert_memory_equal(&out[i], &out[i + 1], PLATTER_SECTOR - 1);
            twos += out[i] == 2;
        }
        kept += twos == 4;
        lost += twos == 0;
        torn += twos > 0 && twos < 4;
        platter_free(p);
    }
    assert_true(kept > 0 && lost > 0 && torn > 0);
}

static void a_later_write_may_outlive_an_earlier_one(void **state)
{
    int seen[4] = {0};

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct platter *p = platter_new(seed);
        struct platter_file *f = with_ones(p);
        uint8_t out[2 * SIZE];

        fill(f, 0, 2, 10);
        fill(f, PLATTER_SECTOR, 3, 10);
        after_cut(p, f, out);
        seen[(out[0] == 2) + 2 * (out[PLATTER_SECTOR] == 3)]++;
        platter_free(p);
    }
    assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] > 0 && seen[3] > 0);
}

/* What a file grew over and never got: zeros, or what lay there before. */
static void a_gap_holds_zeros_or_noise(void **state)
{
    int zeros = 0, noise = 0, short_of = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct platter *p = platter_new(seed);
        struct platter_file *f = with_ones(p);
        uint8_t out[2 * SIZE];

        fill(f, SIZE, 2, PLATTER_SECTOR);
        fill(f, SIZE + PLATTER_SECTOR, 3, 10);
        if (after_cut(p, f, out).n <= SIZE + PLATTER_SECTOR)
            short_of++;
        else if (bytes_all_zero(bytes(&out[SIZE], PLATTER_SECTOR)))
            zeros++;
        else
            noise += out[SIZE] != 2 || out[SIZE + 1] != 2;
        platter_free(p);
    }
    assert_true(zeros > 0 && noise > 0 && short_of > 0);
}

static void a_name_is_sure_only_when_the_folder_is_synced(void **state)
{
    int made = 0, removed = 0;

    for (uint64_t seed = 0; seed < 2 * SEEDS; seed++) {
        bool sync = seed < SEEDS;
        struct platter *p = platter_new(seed);
        struct platter_file *f;

        platter_drop(with_ones(p));
        platter_remove(p, "ones");
        f = platter_make(p, "twos");
        fill(f, 0, 2, SIZE);
        platter_sync(f);
        platter_drop(f);
        assert_null(platter_find(p, "ones"));
        if (sync)
            platter_sync_names(p);
        platter_cut(p);
        f = platter_find(p, "twos");
        assert_true(f == NULL || platter_size(f) == SIZE);
        if (sync)
            assert_true(f != NULL && platter_find(p, "ones") == NULL);
        made += !sync && f != NULL;
        removed += !sync && platter_find(p, "ones") == NULL;
        platter_free(p);
    }
    assert_in_range(made, 1, SEEDS - 1);
    assert_in_range(removed, 1, SEEDS - 1);
}

static void what_was_forgotten_is_seen_and_never_written(void **state)
{
    int lost = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct platter *p = platter_new(seed);
        struct platter_file *f = with_ones(p);
        uint8_t out[2 * SIZE];

        fill(f, 0, 2, 10);
        platter_forget(p, f);
        platter_read(f, 0, out, 1);
        assert_int_equal(out[0], 2);
        fill(f, PLATTER_SECTOR, 3, 10);
        platter_sync(f);
        after_cut(p, f, out);
        assert_int_equal(out[PLATTER_SECTOR], 3);
        lost += out[0] == 1;
        platter_free(p);
    }
    assert_in_range(lost, 1, SEEDS - 1);
}

static void so_many_changes_are_written_by_themselves(void **state)
{
    struct platter *p = platter_new(1);
    struct platter_file *f = with_ones(p);
    uint8_t out[2 * SIZE], want[SIZE];

    for (size_t i = 0; i < 10000; i++)
        fill(f, i * 7 % SIZE, (uint8_t)i, 1);
    platter_read(f, 0, want, sizeof want);
    platter_sync(f);
    assert_bytes(after_cut(p, f, out), BYTES(want));
    platter_free(p);
}

static void an_open_file_lives_without_its_name(void **state)
{
    struct platter *p = platter_new(1);
    struct platter_file *f = with_ones(p), *none = platter_make(p, NULL);

    platter_remove(p, "ones");
    platter_sync_names(p);
    fill(f, SIZE, 2, 10);
    fill(none, 0, 2, 10);
    assert_int_equal(platter_size(f), SIZE + 10);
    assert_int_equal(platter_used(p), 0);
    platter_drop(f);
    platter_drop(none);
    platter_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_synced_stays),
        cmocka_unit_test(what_was_not_synced_is_kept_lost_or_torn_between_sectors),
        cmocka_unit_test(a_later_write_may_outlive_an_earlier_one),
        cmocka_unit_test(a_gap_holds_zeros_or_noise),
        cmocka_unit_test(a_name_is_sure_only_when_the_folder_is_synced),
        cmocka_unit_test(what_was_forgotten_is_seen_and_never_written),
        cmocka_unit_test(so_many_changes_are_written_by_themselves),
        cmocka_unit_test(an_open_file_lives_without_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
