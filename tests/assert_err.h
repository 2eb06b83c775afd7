/* SPDX-License-Identifier: Apache-2.0 */
/* assert_err: cmocka with our errors.  Include this instead of cmocka.h. */
#ifndef TACET_TESTS_ASSERT_ERR_H
#define TACET_TESTS_ASSERT_ERR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"

static inline void assert_code_(struct err got, enum err_code want, const char *file, int line)
{
    if (got.code == want)
        return;
    print_error("wanted \"%s\", got \"%s\" from %s\n", err_name(want), err_name(got.code),
                got.where == NULL ? "nowhere" : got.where);
    _fail(file, line);
}

#define assert_ok(expr)        assert_code_((expr), E_OK, __FILE__, __LINE__)
#define assert_err(expr, want) assert_code_((expr), (want), __FILE__, __LINE__)
#define assert_bytes(got, want)                              \
    do {                                                     \
        struct bytes got_ = (got), want_ = (want);           \
        assert_int_equal(got_.n, want_.n);                   \
        if (want_.n > 0)                                     \
            assert_memory_equal(got_.at, want_.at, want_.n); \
    } while (0)

#endif
