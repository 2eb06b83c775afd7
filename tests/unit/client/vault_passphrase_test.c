/* SPDX-License-Identifier: Apache-2.0 */
/* A vault whose passphrase is changed, on a disk that fails and loses power. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"
#include "client/vault.h"
#include "client/vault_key.h"
#include "sim/disk.h"
#include "storage/sqlite/sqlite.h"

#define RECORDS   20
#define SEEDS     4
#define STEPS_MAX 100 /* more than a change of the passphrase makes on the disk */
#define FILE_MAX  (1 << 20)
#define PIECE     12 /* bytes of a header that are nowhere by chance */

static const struct bytes ONE = {(const uint8_t *)"correct horse", 13};
static const struct bytes OTHER = {(const uint8_t *)"battery staple", 14};
static const char HEADER[] = "SELECT header FROM vault";
static const char OFTEN[] = "PRAGMA wal_autocheckpoint = 8";

struct place {
    struct disk *disk;
    struct db *db;
    struct random random;
    struct vault *vault;
    uint8_t first[VAULT_KEY_HEADER_SIZE]; /* the header under ONE */
};

static struct err open_with(struct place *p, struct bytes passphrase)
{
    if (p->db == NULL) {
        TRY(sqlite_open_on(&p->db, disk_vfs(p->disk), "vault.db", false, true));
        TRY(db_script(p->db, OFTEN));
    }
    return vault_open(&p->vault, p->db, passphrase, &p->random);
}

static void leave(struct place *p)
{
    vault_close(p->vault);
    p->vault = NULL;
    db_close(p->db);
    p->db = NULL;
}

/* The power goes, or the program dies. */
static void leave_by_crash(struct place *p, bool power)
{
    disk_limit(p->disk, UINT64_MAX);
    if (power)
        disk_restart(p->disk);
    else
        disk_revive(p->disk);
    leave(p);
}

static void put(struct place *p, uint64_t number)
{
    assert_ok(vault_begin(p->vault));
    assert_ok(vault_put(p->vault, VAULT_CONTACT, BYTES_LITERAL("key"), number, ONE));
    assert_ok(vault_commit(p->vault));
}

static void holds_all(struct place *p)
{
    bool has;

    for (uint64_t i = 1; i <= RECORDS; i++) {
        assert_ok(vault_has(p->vault, VAULT_CONTACT, BYTES_LITERAL("key"), i, &has));
        assert_true(has);
    }
}

static void keep_header(struct place *p, uint8_t out[VAULT_KEY_HEADER_SIZE])
{
    struct arena a = ARENA(4096);
    struct db_value header;

    assert_ok(db_one(p->db, &a, HEADER, DB_NO_VALUES, &header, 1));
    assert_int_equal(header.bytes.n, VAULT_KEY_HEADER_SIZE);
    memcpy(out, header.bytes.at, VAULT_KEY_HEADER_SIZE);
    arena_free(&a);
}

/* Under ONE, with records, some of them in the log. */
static void begin(struct place *p, uint64_t seed, uint8_t cost)
{
    *p = (struct place){.disk = disk_new(seed), .random = random_system()};
    assert_ok(sqlite_open_on(&p->db, disk_vfs(p->disk), "vault.db", true, true));
    assert_ok(db_script(p->db, OFTEN));
    assert_ok(vault_create(&p->vault, p->db, ONE, cost, &p->random));
    for (uint64_t i = 1; i <= RECORDS; i++)
        put(p, i);
    keep_header(p, p->first);
}

static void end(struct place *p)
{
    leave(p);
    disk_free(p->disk);
}

static struct err change(struct place *p)
{
    return vault_change_passphrase(p->vault, ONE, OTHER, PASSWORD_COST_LEAST);
}

/* ---- what stands in the files */

/* Of a file as the program that has it open sees it: how many bytes there are. */
static size_t read_all(struct place *p, const char *name, uint8_t *out)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(disk_vfs(p->disk));
    sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
    sqlite3_int64 n = 0;
    int there = 0, flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB;

    assert_int_equal(vfs->xAccess(vfs, name, SQLITE_ACCESS_EXISTS, &there), SQLITE_OK);
    if (there) {
        assert_int_equal(vfs->xOpen(vfs, name, file, flags, NULL), SQLITE_OK);
        assert_int_equal(file->pMethods->xFileSize(file, &n), SQLITE_OK);
        assert_in_range(n, 0, FILE_MAX);
        if (n > 0)
            assert_int_equal(file->pMethods->xRead(file, out, (int)n, 0), SQLITE_OK);
        file->pMethods->xClose(file);
    }
    free(file);
    return (size_t)n;
}

/* How many pieces of a header behind format and cost stand in the database or its log. */
static int pieces(struct place *p, const uint8_t header[VAULT_KEY_HEADER_SIZE])
{
    static const char *const names[] = {"vault.db", "vault.db-wal"};
    static uint8_t content[FILE_MAX];
    int found = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t n = read_all(p, names[i], content);

        for (size_t at = 2; at + PIECE <= VAULT_KEY_HEADER_SIZE; at++)
            found += n > 0 && memmem(content, n, header + at, PIECE) != NULL;
    }
    return found;
}

/* ---- changing */

static void the_new_passphrase_opens_it_and_the_old_one_does_not(void **state)
{
    struct place p;

    begin(&p, 1, PASSWORD_COST_LEAST);
    assert_ok(change(&p));
    put(&p, RECORDS + 1); /* who has it open goes on */
    holds_all(&p);
    leave(&p);
    assert_err(open_with(&p, ONE), E_DENIED);
    assert_ok(open_with(&p, OTHER));
    holds_all(&p);
    assert_ok(vault_change_passphrase(p.vault, OTHER, ONE, PASSWORD_COST_LEAST));
    leave(&p);
    assert_err(open_with(&p, OTHER), E_DENIED);
    assert_ok(open_with(&p, ONE));
    end(&p);
}

static void who_does_not_know_the_old_passphrase_changes_nothing(void **state)
{
    static uint8_t longest[VAULT_PASSPHRASE_MAX + 1];
    struct place p;
    const uint8_t none = PASSWORD_COST_MOST + 1;
    struct vault *v;
    uint64_t digest;

    begin(&p, 1, PASSWORD_COST_LEAST);
    v = p.vault;
    digest = disk_digest(p.disk);
    assert_err(vault_change_passphrase(v, OTHER, OTHER, PASSWORD_COST_LEAST), E_DENIED);
    assert_err(vault_change_passphrase(v, bytes(NULL, 0), OTHER, PASSWORD_COST_LEAST), E_DENIED);
    assert_err(vault_change_passphrase(v, BYTES(longest), OTHER, PASSWORD_COST_LEAST), E_LIMIT);
    assert_err(vault_change_passphrase(v, ONE, BYTES(longest), PASSWORD_COST_LEAST), E_LIMIT);
    assert_err(vault_change_passphrase(v, ONE, OTHER, none), E_LIMIT);
    assert_true(disk_digest(p.disk) == digest);
    leave(&p);
    assert_err(open_with(&p, OTHER), E_DENIED);
    assert_ok(open_with(&p, ONE));
    end(&p);
}

static void salt_and_nonce_are_fresh_and_the_cost_never_falls(void **state)
{
    struct place p;
    uint8_t second[VAULT_KEY_HEADER_SIZE], third[VAULT_KEY_HEADER_SIZE];

    begin(&p, 1, PASSWORD_COST_LEAST + 1);
    assert_ok(vault_change_passphrase(p.vault, ONE, ONE, PASSWORD_COST_LEAST));
    keep_header(&p, second);
    assert_int_equal(second[1], PASSWORD_COST_LEAST + 1);
    assert_ok(vault_change_passphrase(p.vault, ONE, OTHER, PASSWORD_COST_LEAST + 2));
    keep_header(&p, third);
    assert_int_equal(third[1], PASSWORD_COST_LEAST + 2);
    assert_memory_not_equal(p.first + 2, second + 2, PASSWORD_SALT_SIZE);
    assert_memory_not_equal(p.first + VAULT_KEY_HEADER_PLAIN, second + VAULT_KEY_HEADER_PLAIN,
                            AEAD_NONCE_SIZE);
    assert_memory_not_equal(second + 2, third + 2, PASSWORD_SALT_SIZE);
    end(&p);
}

/* ---- destroying */

static void nothing_opens_a_vault_that_was_destroyed(void **state)
{
    struct place p;
    bool has;

    begin(&p, 1, PASSWORD_COST_LEAST);
    assert_true(pieces(&p, p.first) > 0);
    assert_ok(vault_destroy(p.vault));
    assert_int_equal(pieces(&p, p.first), 0); /* while it is open */
    assert_ok(vault_has(p.vault, VAULT_CONTACT, BYTES_LITERAL("key"), 1, &has));
    assert_false(has); /* under keys that are gone it is not found */
    leave(&p);
    assert_int_equal(pieces(&p, p.first), 0);
    assert_err(open_with(&p, ONE), E_ABSENT);
    end(&p);
}

/* ---- what stays */

static const char PLAINLY[] = "UPDATE vault SET header = zeroblob(length(header))";

static void nothing_that_the_old_passphrase_opened_is_left_in_the_files(void **state)
{
    struct place p;
    uint8_t second[VAULT_KEY_HEADER_SIZE];

    begin(&p, 1, PASSWORD_COST_LEAST);
    assert_true(pieces(&p, p.first) > 0);
    assert_ok(change(&p));
    assert_int_equal(pieces(&p, p.first), 0); /* while it is open */
    keep_header(&p, second);
    assert_true(pieces(&p, second) > 0);
    leave(&p);
    assert_int_equal(pieces(&p, p.first), 0);
    assert_true(pieces(&p, second) > 0);
    end(&p);
}

/* Without this, the test above would show nothing. */
static void a_header_that_is_merely_replaced_stays_for_a_while(void **state)
{
    struct place p;

    begin(&p, 1, PASSWORD_COST_LEAST);
    assert_ok(db_run(p.db, PLAINLY, DB_NO_VALUES, NULL));
    assert_true(pieces(&p, p.first) > 0);
    end(&p);
}

/* ---- trouble */

/* Exactly one of the two opens it, with all that it held: is it the new one? */
static bool new_one_opens(struct place *p)
{
    struct err err = open_with(p, OTHER);
    bool new_one = err.code == E_OK;

    if (new_one) {
        struct vault *other = NULL;

        assert_err(vault_open(&other, p->db, ONE, &p->random), E_DENIED);
        assert_int_equal(pieces(p, p->first), 0);
    } else {
        assert_err(err, E_DENIED);
        assert_ok(open_with(p, ONE));
    }
    holds_all(p);
    return new_one;
}

/* What the disk is told to do before the change; `n` from 1 on. */
typedef void trouble(struct disk *d, uint64_t n);

static void no_trouble(struct disk *d, uint64_t n)
{
}

/* The change in trouble, a power cut, and trouble while what there is is found out. */
static struct err change_in(struct place *p, trouble *order, uint64_t n, trouble *again,
                            int opened[2])
{
    struct err err;
    bool new_one;

    order(p->disk, n);
    err = change(p);
    disk_limit(p->disk, UINT64_MAX);
    leave(p);
    disk_restart(p->disk);
    again(p->disk, 1 + n % 5);
    assert_int_not_equal(open_with(p, BYTES_LITERAL("neither")).code, E_OK);
    leave(p);
    disk_restart(p->disk);
    new_one = new_one_opens(p);
    assert_true(err.code == (new_one ? E_OK : E_FULL) || err.code == E_IO);
    opened[new_one]++;
    return err;
}

static void trouble_everywhere(trouble *order, trouble *again)
{
    int opened[2] = {0, 0};

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t n = 0;
        bool whole = false;

        while (!whole && ++n < STEPS_MAX) {
            struct place p;

            begin(&p, seed * 100 + n, PASSWORD_COST_LEAST);
            whole = change_in(&p, order, n, again, opened).code == E_OK;
            end(&p);
        }
        assert_true(whole);
        assert_true(n > 3);
    }
    assert_true(opened[0] > SEEDS);
    assert_true(opened[1] >= SEEDS);
}

static void a_power_cut_at_any_write_leaves_the_old_or_the_new_one(void **state)
{
    trouble_everywhere(disk_crash_at, no_trouble);
    trouble_everywhere(disk_crash_at, disk_crash_at);
}

static void a_write_or_sync_that_fails_leaves_the_old_or_the_new_one(void **state)
{
    trouble_everywhere(disk_fail_write, no_trouble);
    trouble_everywhere(disk_fail_sync, disk_crash_at);
}

/* What the log gives back is enough; without a log there is nothing to give back. */
static void a_full_disk_refuses_and_leaves_the_old_one(void **state)
{
    struct place p;

    begin(&p, 1, PASSWORD_COST_LEAST);
    for (uint64_t room = 0; room <= 8192; room += 1024) {
        assert_ok(db_empty_log(p.db)); /* of what was refused before, too */
        disk_limit(p.disk, room);
        assert_err(change(&p), E_FULL);
        holds_all(&p);
    }
    leave(&p);
    disk_limit(p.disk, UINT64_MAX);
    assert_false(new_one_opens(&p));
    assert_ok(change(&p));
    put(&p, RECORDS + 1);
    leave(&p);
    assert_true(new_one_opens(&p));
    end(&p);
}

/* SQLite may have written all that makes a transaction, and found no room for what it pads with. */
static void a_full_disk_and_a_power_cut_leave_the_old_or_the_new_one(void **state)
{
    int seen[2] = {0, 0};

    for (uint64_t room = 0; room < 20 * 1024; room += 512) {
        struct place p;
        enum err_code code;

        begin(&p, room, PASSWORD_COST_LEAST);
        assert_ok(db_empty_log(p.db));
        disk_limit(p.disk, room);
        code = change(&p).code;
        leave_by_crash(&p, room / 512 % 2 == 0);
        seen[0] += code == E_FULL;
        seen[1] += code == E_OK;
        assert_true(new_one_opens(&p) ? code == E_OK || code == E_FULL : code == E_FULL);
        end(&p);
    }
    assert_true(seen[0] > 0);
    assert_true(seen[1] > 0);
}

static void a_full_disk_whose_log_has_room_for_it_takes_it(void **state)
{
    struct place p;

    begin(&p, 1, PASSWORD_COST_LEAST);
    disk_limit(p.disk, 0);
    assert_ok(change(&p));
    leave(&p);
    assert_true(new_one_opens(&p));
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_passphrase_opens_it_and_the_old_one_does_not),
        cmocka_unit_test(who_does_not_know_the_old_passphrase_changes_nothing),
        cmocka_unit_test(salt_and_nonce_are_fresh_and_the_cost_never_falls),
        cmocka_unit_test(nothing_opens_a_vault_that_was_destroyed),
        cmocka_unit_test(nothing_that_the_old_passphrase_opened_is_left_in_the_files),
        cmocka_unit_test(a_header_that_is_merely_replaced_stays_for_a_while),
        cmocka_unit_test(a_power_cut_at_any_write_leaves_the_old_or_the_new_one),
        cmocka_unit_test(a_write_or_sync_that_fails_leaves_the_old_or_the_new_one),
        cmocka_unit_test(a_full_disk_refuses_and_leaves_the_old_one),
        cmocka_unit_test(a_full_disk_and_a_power_cut_leave_the_old_or_the_new_one),
        cmocka_unit_test(a_full_disk_whose_log_has_room_for_it_takes_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
