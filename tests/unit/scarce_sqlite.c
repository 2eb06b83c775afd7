/* SPDX-License-Identifier: Apache-2.0 */
/* scarce_sqlite: SQLite's memory, which runs out with ours. */
#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "assert_err.h"
#include "unit/scarce.h"

/* The linker sends our own calls of malloc() elsewhere, not these. */
void *__real_malloc(size_t n);
void *__real_realloc(void *at, size_t n);

static void *take(int n)
{
    return scarce_fails_a_library() ? NULL : __real_malloc((size_t)n);
}

static void *retake(void *at, int n)
{
    return scarce_fails_a_library() ? NULL : __real_realloc(at, (size_t)n);
}

static int size(void *at)
{
    return at == NULL ? 0 : (int)malloc_usable_size(at);
}

static int round_up(int n)
{
    return (n + 7) & ~7;
}

static int init(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void shutdown(void *ctx)
{
    (void)ctx;
}

void scarce_begin_sqlite(void)
{
    static const sqlite3_mem_methods methods = {take,     free, retake,   size,
                                                round_up, init, shutdown, NULL};

    invariant(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
    /* Pages come from the same memory, one by one. */
    invariant(sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0) == SQLITE_OK);
}
