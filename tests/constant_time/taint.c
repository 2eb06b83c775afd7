/* SPDX-License-Identifier: Apache-2.0 */
#include "constant_time/taint.h"

#include <valgrind/memcheck.h>

#include "assert_err.h"
#include "crypto/agree.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

static unsigned reports_before;

void taint(void *at, size_t n)
{
    VALGRIND_MAKE_MEM_UNDEFINED(at, n);
}

void taint_end(const void *at, size_t n)
{
    VALGRIND_MAKE_MEM_DEFINED(at, n);
}

void secret_reveal(const void *at, size_t n)
{
    taint_end(at, n);
}

bool taint_holds(const void *at, size_t n)
{
    const uint8_t *from = at;
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        uint8_t bits = 0;

        assert_int_equal(VALGRIND_GET_VBITS(from + i, &bits, 1), 1);
        any |= bits != 0;
    }
    return any;
}

unsigned taint_reports(void)
{
    return VALGRIND_COUNT_ERRORS;
}

bool taint_watched(void)
{
    return RUNNING_ON_VALGRIND > 0;
}

/* The linker sends the calls of the code under test here (--wrap). */
struct err __real_random_fill(struct random *r, uint8_t *out, size_t n);
struct err __wrap_random_fill(struct random *r, uint8_t *out, size_t n);
struct err __real_agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE]);
struct err __wrap_agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE]);
struct err __real_sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE]);
struct err __wrap_sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE]);

struct err __wrap_random_fill(struct random *r, uint8_t *out, size_t n)
{
    struct err err = __real_random_fill(r, out, n);

    taint(out, n);
    return err;
}

/* A key of OpenSSL's generator has no mark, so it is written, marked and parsed again. */
struct err __wrap_agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    struct agree_private *made = NULL;
    uint8_t scalar[AGREE_PRIVATE_SIZE];

    TRY(__real_agree_generate(&made, pub));
    assert_ok(agree_private_write(made, scalar));
    agree_private_free(made);
    taint(scalar, sizeof scalar);
    return agree_private_parse(out, BYTES(scalar));
}

struct err __wrap_sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    struct sign_private *made = NULL;
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    TRY(__real_sign_generate(&made, pub));
    assert_ok(sign_private_write(made, scalar));
    sign_private_free(made);
    taint(scalar, sizeof scalar);
    return sign_private_parse(out, BYTES(scalar));
}

int taint_setup(void **state)
{
    assert_true(taint_watched());
    reports_before = taint_reports();
    return 0;
}

int taint_teardown(void **state)
{
    assert_int_equal(taint_reports(), reports_before);
    return 0;
}
