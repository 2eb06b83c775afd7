/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quick_curve: agree and sign over a toy group, in the clothes of P-521.
 *
 * A schedule spends nine tenths of its time in point multiplications, and it is the protocol around
 * them that is in question here.  So long runs put in their place what keeps the same promises
 * towards a server that does not calculate: agreement in the field of 2^61 - 1, and for a signature
 * a hash of the public key and the message, which anybody could make who knew how.  Lengths and
 * first bytes are those of P-521, so that no other line of the product is different.  Shorter runs
 * use the real thing.
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "property/quick_group.h"

#define FIRST 2

/* Public keys are 02 | element | zeros, scalars zeros | scalar, signatures hash | zeros. */
struct key {
    unsigned uses;
    uint64_t scalar, element; /* a public key has no scalar */
};

__extension__ typedef unsigned __int128 wide;

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return (uint64_t)((wide)a * b % QUICK_PRIME);
}

uint64_t quick_power(uint64_t base, uint64_t exponent)
{
    uint64_t out = 1;

    for (; exponent > 0; exponent >>= 1, base = multiply(base, base))
        if (exponent & 1)
            out = multiply(out, base);
    return out;
}

void quick_put_number(uint64_t number, uint8_t out[QUICK_NUMBER])
{
    for (size_t i = 0; i < QUICK_NUMBER; i++)
        out[i] = (uint8_t)(number >> (8 * (QUICK_NUMBER - 1 - i)));
}

uint64_t quick_get_number(const uint8_t in[QUICK_NUMBER])
{
    uint64_t number = 0;

    for (size_t i = 0; i < QUICK_NUMBER; i++)
        number = number << 8 | in[i];
    return number;
}

static void write_public(const struct key *key, uint8_t *out, size_t n)
{
    memset(out, 0, n);
    out[0] = FIRST;
    quick_put_number(key->element, out + 1);
}

static struct err make(uint64_t scalar, uint64_t element, void **out)
{
    struct key *key = malloc(sizeof *key);

    if (key == NULL)
        return FAIL(E_NOMEM);
    *key = (struct key){1, scalar, element};
    *out = key;
    return OK;
}

static struct err generate(void **out, uint8_t *pub, size_t n)
{
    uint8_t drawn[QUICK_NUMBER];
    uint64_t scalar;

    if (RAND_bytes(drawn, sizeof drawn) != 1)
        return FAIL(E_CRYPTO);
    scalar = quick_get_number(drawn) | 1;
    TRY(make(scalar, quick_power(QUICK_BASE, scalar), out));
    write_public(*out, pub, n);
    return OK;
}

static struct err parse_public(struct bytes in, size_t n, void **out)
{
    if (in.n != n || in.at[0] != FIRST ||
        !bytes_all_zero(bytes(in.at + 1 + QUICK_NUMBER, n - 1 - QUICK_NUMBER)) ||
        quick_get_number(in.at + 1) == 0 || quick_get_number(in.at + 1) >= QUICK_PRIME)
        return FAIL(E_MALFORMED);
    return make(0, quick_get_number(in.at + 1), out);
}

static struct err parse_private(struct bytes in, size_t n, void **out)
{
    uint64_t scalar;

    if (in.n != n || !bytes_all_zero(bytes(in.at, n - QUICK_NUMBER)) || bytes_all_zero(in))
        return FAIL(E_MALFORMED);
    scalar = quick_get_number(in.at + (n - QUICK_NUMBER));
    return make(scalar, quick_power(QUICK_BASE, scalar), out);
}

static struct err write_private(const struct key *key, uint8_t *out, size_t n)
{
    memset(out, 0, n);
    quick_put_number(key->scalar, out + (n - QUICK_NUMBER));
    return OK;
}

static struct err share(struct key *key, void **out)
{
    key->uses++;
    *out = key;
    return OK;
}

static void release(struct key *key)
{
    if (key != NULL && --key->uses == 0)
        free(key);
}

/* ---- agree */

struct err agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    return generate((void **)out, pub, AGREE_PUBLIC_SIZE);
}

struct err agree_private_parse(struct agree_private **out, struct bytes scalar)
{
    return parse_private(scalar, AGREE_PRIVATE_SIZE, (void **)out);
}

struct err agree_private_write(const struct agree_private *key, uint8_t scalar[AGREE_PRIVATE_SIZE])
{
    return write_private((const struct key *)key, scalar, AGREE_PRIVATE_SIZE);
}

struct err agree_private_public(const struct agree_private *key, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    write_public((const struct key *)key, pub, AGREE_PUBLIC_SIZE);
    return OK;
}

struct err agree_public_parse(struct agree_public **out, struct bytes point)
{
    return parse_public(point, AGREE_PUBLIC_SIZE, (void **)out);
}

struct err agree_public_share(struct agree_public *key, struct agree_public **out)
{
    return share((struct key *)key, (void **)out);
}

bool agree_public_plausible(struct bytes point)
{
    return point.n == AGREE_PUBLIC_SIZE && (point.at[0] == 2 || point.at[0] == 3);
}

struct err agree_derive(const struct agree_private *key, const struct agree_public *peer,
                        uint8_t shared[AGREE_SHARED_SIZE])
{
    memset(shared, 0, AGREE_SHARED_SIZE);
    quick_put_number(
        quick_power(((const struct key *)peer)->element, ((const struct key *)key)->scalar),
        shared);
    return OK;
}

void agree_private_free(struct agree_private *key)
{
    release((struct key *)key);
}

void agree_public_free(struct agree_public *key)
{
    release((struct key *)key);
}

/* ---- sign */

struct err sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    return generate((void **)out, pub, SIGN_PUBLIC_SIZE);
}

struct err sign_private_parse(struct sign_private **out, struct bytes scalar)
{
    return parse_private(scalar, SIGN_PRIVATE_SIZE, (void **)out);
}

struct err sign_private_write(const struct sign_private *key, uint8_t scalar[SIGN_PRIVATE_SIZE])
{
    return write_private((const struct key *)key, scalar, SIGN_PRIVATE_SIZE);
}

struct err sign_private_public(const struct sign_private *key, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    write_public((const struct key *)key, pub, SIGN_PUBLIC_SIZE);
    return OK;
}

struct err sign_public_parse(struct sign_public **out, struct bytes point)
{
    return parse_public(point, SIGN_PUBLIC_SIZE, (void **)out);
}

struct err sign_public_share(struct sign_public *key, struct sign_public **out)
{
    return share((struct key *)key, (void **)out);
}

static struct err sign_of(const struct key *key, const struct bytes *parts, size_t n,
                          uint8_t out[SIGN_SIZE])
{
    uint8_t digest[HASH_SHA512_SIZE], element[QUICK_NUMBER];

    memset(out, 0, SIGN_SIZE);
    quick_put_number(key->element, element);
    TRY(hash_sha512(parts, n, digest));
    return hash_sha512(HASH_PARTS(BYTES(element), BYTES(digest)), out);
}

struct err sign_make(const struct sign_private *key, const struct bytes *parts, size_t n,
                     uint8_t out[SIGN_SIZE])
{
    return sign_of((const struct key *)key, parts, n, out);
}

struct err sign_verify(const struct sign_public *key, const struct bytes *parts, size_t n,
                       const uint8_t signature[SIGN_SIZE])
{
    uint8_t expected[SIGN_SIZE];

    TRY(sign_of((const struct key *)key, parts, n, expected));
    return memcmp(expected, signature, SIGN_SIZE) == 0 ? OK : FAIL(E_FORGED);
}

void sign_private_free(struct sign_private *key)
{
    release((struct key *)key);
}

void sign_public_free(struct sign_public *key)
{
    release((struct key *)key);
}
