/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/scarce.h"

#include <openssl/crypto.h>
#include <stdalign.h>
#include <stdlib.h>

#include "assert_err.h"

#define ALLOCATIONS_MOST 20000 /* of one attempt; no loop here is longer */

static const uint8_t UNTOUCHED = 0xa5;

/* What stands in a buf already: as much as it takes at first, so that each addition needs memory.
 */
static const uint8_t BEFORE[128] = "what stood there before";

enum whose { NOBODY, OURS, OPENSSL, LIBRARY };

/* How the next allocations of an attempt are answered. */
static struct {
    bool armed, for_good; /* for good: not only one of them fails */
    unsigned left;        /* those that still succeed, and the one that does not; 0: all do */
    unsigned taken;
    enum whose first; /* whose failed first */
} memory;

/* The linker sends our calls here (--wrap). */
void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *at, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *at, size_t n);

static bool fails(enum whose whose)
{
    if (!memory.armed)
        return false;
    memory.taken++;
    if (memory.first != NOBODY)
        return memory.for_good;
    if (memory.left == 0 || --memory.left > 0)
        return false;
    memory.first = whose;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails(OURS) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return fails(OURS) ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *at, size_t n)
{
    return fails(OURS) ? NULL : __real_realloc(at, n);
}

static void *openssl_malloc(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return n == 0 || fails(OPENSSL) ? NULL : __real_malloc(n);
}

static void openssl_free(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    free(at);
}

static void *openssl_realloc(void *at, size_t n, const char *file, int line)
{
    if (n == 0) {
        openssl_free(at, file, line);
        return NULL;
    }
    return fails(OPENSSL) ? NULL : __real_realloc(at, n);
}

void scarce_begin(void)
{
    invariant(CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1);
}

bool scarce_fails_a_library(void)
{
    return fails(LIBRARY);
}

void scarce_lack(unsigned which, bool for_good)
{
    memory.left = which;
    memory.for_good = for_good;
    memory.taken = 0;
    memory.first = NOBODY;
}

bool scarce_lacked(void)
{
    return memory.first != NOBODY;
}

void scarce_arm(void)
{
    memory.armed = true;
}

struct err scarce_disarm(struct err err)
{
    memory.armed = false;
    return err;
}

/* Once, with allocation `which` failing; 0: none. */
static struct err attempt_with(struct err (*attempt)(void *arg), void *arg, unsigned which,
                               bool for_good)
{
    scarce_lack(which, for_good);
    return attempt(arg);
}

static bool is_right(enum err_code code)
{
    switch (memory.first) {
    case NOBODY:
        return code == E_OK;
    case OURS:
        return code == E_NOMEM || (memory.for_good && code == E_CRYPTO);
    case OPENSSL:
    case LIBRARY:
        return code == E_OK || code == E_NOMEM || code == E_CRYPTO;
    }
    return false;
}

static void try_each(const char *what, struct err (*attempt)(void *arg), void *arg, bool for_good)
{
    for (unsigned which = 1; which < ALLOCATIONS_MOST; which++) {
        struct err err = attempt_with(attempt, arg, which, for_good);

        if (!is_right(err.code))
            fail_msg("%s: allocation %u%s of %s failed, and it said %s at %s", what, which,
                     for_good ? " and the rest" : "", memory.first == OURS ? "ours" : "OpenSSL",
                     err_name(err.code), err.where == NULL ? "nowhere" : err.where);
        if (memory.first == NOBODY)
            return;
    }
    fail_msg("%s: it never has enough", what);
}

void scarce_try(const char *what, struct err (*attempt)(void *arg), void *arg)
{
    /* Twice: the first one may take what stays until the process ends. */
    for (int i = 0; i < 2; i++)
        assert_ok(attempt_with(attempt, arg, 0, false));
    if (memory.taken == 0)
        fail_msg("%s takes no memory", what);
    try_each(what, attempt, arg, false);
    try_each(what, attempt, arg, true);
}

static struct err write_once(void *arg)
{
    const struct scarce_writer *w = arg;
    struct buf out = BUF(65536);
    struct err err;

    buf_bytes(&out, BYTES(BEFORE));
    err = SCARCE(w->write(&out));
    if (err.code == E_OK)
        assert_ok(w->check(bytes(out.at + sizeof BEFORE, out.n - sizeof BEFORE)));
    else
        assert_bytes(buf_view(&out), BYTES(BEFORE));
    buf_free(&out);
    return err;
}

void scarce_write_all(const struct scarce_writer *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct scarce_writer one = w[i];

        scarce_try(one.what, write_once, &one);
    }
}

static bool all_are(const uint8_t *at, size_t n, uint8_t value)
{
    for (size_t i = 0; i < n; i++)
        if (at[i] != value)
            return false;
    return true;
}

static struct err read_once(void *arg)
{
    const struct scarce_reader *r = arg;
    alignas(max_align_t) uint8_t out[SCARCE_OUT_MAX];
    struct err err;

    assert_in_range(r->size, 1, sizeof out);
    memset(out, UNTOUCHED, sizeof out);
    err = SCARCE(r->read(out));
    if (err.code == E_OK)
        assert_false(all_are(out, r->size, UNTOUCHED));
    else
        assert_true(all_are(out, r->size, UNTOUCHED) || (r->wiped && all_are(out, r->size, 0)));
    return err;
}

void scarce_read_all(const struct scarce_reader *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct scarce_reader one = r[i];

        scarce_try(one.what, read_once, &one);
    }
}

void scarce_take_none(const struct scarce_reader *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct scarce_reader one = r[i];

        assert_ok(attempt_with(read_once, &one, 1, true));
        if (memory.taken > 0)
            fail_msg("%s takes memory", one.what);
    }
}
