/* SPDX-License-Identifier: Apache-2.0 */
#include "wiped/rigged.h"

#include <openssl/rand.h>

#include "assert_err.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/selftest.h"
#include "crypto/sign.h"

static struct bytes drawn, scalar;

int rigged_begin(void **state)
{
    assert_ok(selftest_run());
    return 0;
}

void rigged_bytes(uint8_t *at, size_t n)
{
    assert_int_equal(RAND_bytes(at, (int)n), 1);
}

/* Below the order, which begins with 0x01ff. */
void rigged_scalar(uint8_t at[AGREE_PRIVATE_SIZE])
{
    rigged_bytes(at, AGREE_PRIVATE_SIZE);
    at[0] = 0;
}

void rigged_next(struct bytes next)
{
    drawn = next;
}

void rigged_next_scalar(struct bytes next)
{
    scalar = next;
}

/* For tests of constant time alone. */
void secret_reveal(const void *at, size_t n)
{
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
    if (drawn.n == 0)
        return __real_random_fill(r, out, n);
    assert_int_equal(n, drawn.n);
    memcpy(out, drawn.at, n);
    drawn.n = 0;
    return OK;
}

struct err __wrap_agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    struct bytes given = scalar;

    if (given.n == 0)
        return __real_agree_generate(out, pub);
    scalar.n = 0;
    TRY(agree_private_parse(out, given));
    return agree_private_public(*out, pub);
}

struct err __wrap_sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    struct bytes given = scalar;

    if (given.n == 0)
        return __real_sign_generate(out, pub);
    scalar.n = 0;
    TRY(sign_private_parse(out, given));
    return sign_private_public(*out, pub);
}
