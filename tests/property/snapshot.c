/* SPDX-License-Identifier: Apache-2.0 */
#include "property/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assert_err.h"

bool snapshot_is_taken(const struct snapshot *s)
{
    return s->at != NULL;
}

void snapshot_take(struct snapshot *s, const char *path)
{
    FILE *f = fopen(path, "rb");
    long n;

    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    n = ftell(f);
    assert_true(n > 0);
    rewind(f);
    s->n = (size_t)n;
    s->at = malloc(s->n);
    assert_non_null(s->at);
    assert_int_equal(fread(s->at, 1, s->n, f), s->n);
    assert_int_equal(fclose(f), 0);
}

bool snapshot_is_same(const struct snapshot *s, const char *path)
{
    struct snapshot now = {0};
    bool same;

    snapshot_take(&now, path);
    same = now.n == s->n && memcmp(now.at, s->at, s->n) == 0;
    snapshot_free(&now);
    return same;
}

void snapshot_put_back(const struct snapshot *s, const char *path)
{
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    char name[512];
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(s->at, 1, s->n, f), s->n);
    assert_int_equal(fclose(f), 0);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, beside[i]);
        (void)remove(name);
    }
}

void snapshot_free(struct snapshot *s)
{
    free(s->at);
    *s = (struct snapshot){0};
}
