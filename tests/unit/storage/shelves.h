/* SPDX-License-Identifier: Apache-2.0 */
/* shelves: a folder for one test, with a store of blobs in it. */
#ifndef TACET_TESTS_STORAGE_SHELVES_H
#define TACET_TESTS_STORAGE_SHELVES_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assert_err.h"
#include "storage/blob/directory.h"

struct shelves {
    char folder[256], top[240];
    struct directory *directory;
    struct blob_store store;
};

static inline void shelves_open(struct shelves *s, uint64_t margin)
{
    assert_ok(directory_open(s->folder, margin, &s->directory));
    s->store = directory_store(s->directory);
}

static inline void shelves_begin(struct shelves *s)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(s->top, sizeof s->top, "%s/tacet-blobs-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(s->top));
    snprintf(s->folder, sizeof s->folder, "%s/files", s->top);
    shelves_open(s, 0);
}

static inline int shelves_unlink(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st;
    (void)flag;
    (void)at;
    return remove(path);
}

static inline void shelves_end(struct shelves *s)
{
    directory_close(s->directory);
    nftw(s->top, shelves_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

/* As the next start of the program would. */
static inline void shelves_again(struct shelves *s)
{
    directory_close(s->directory);
    shelves_open(s, 0);
}

#endif
