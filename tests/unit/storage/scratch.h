/* SPDX-License-Identifier: Apache-2.0 */
/* scratch: a folder for one test, with one database in it. */
#ifndef TACET_TESTS_STORAGE_SCRATCH_H
#define TACET_TESTS_STORAGE_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assert_err.h"
#include "storage/sqlite/sqlite.h"

struct scratch {
    char folder[256], file[300];
    struct db *db;
};

static inline int scratch_begin(void **state)
{
    struct scratch *s = calloc(1, sizeof *s);
    const char *top = getenv("TMPDIR");

    assert_non_null(s);
    snprintf(s->folder, sizeof s->folder, "%s/tacet-XXXXXX", top == NULL ? "/tmp" : top);
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->file, sizeof s->file, "%s/a.db", s->folder);
    assert_ok(sqlite_open(&s->db, s->file, true, false));
    *state = s;
    return 0;
}

static inline int scratch_end(void **state)
{
    struct scratch *s = *state;
    struct dirent *entry;
    DIR *folder;

    db_close(s->db);
    folder = opendir(s->folder);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(s->folder);
    free(s);
    return 0;
}

/* Leaves the database and opens it again, as the next start of the program would. */
static inline struct db *scratch_again(struct scratch *s)
{
    db_close(s->db);
    s->db = NULL;
    assert_ok(sqlite_open(&s->db, s->file, false, false));
    return s->db;
}

/* The number that a query without parameters gives. */
static inline int64_t scratch_number(struct db *db, const char *sql)
{
    struct db_value value;
    struct arena a = ARENA(100);

    assert_ok(db_one(db, &a, sql, DB_NO_VALUES, &value, 1));
    arena_free(&a);
    assert_int_equal(value.kind, DB_NUMBER);
    return value.number;
}

#define scratch_test(f) cmocka_unit_test_setup_teardown(f, scratch_begin, scratch_end)

#endif
