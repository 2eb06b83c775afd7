/* SPDX-License-Identifier: Apache-2.0 */
/* hash: SHA-2 [FIPS180-4], and HMAC-SHA512 [RFC2104], over several runs of bytes at once. */
#ifndef TACET_CRYPTO_HASH_H
#define TACET_CRYPTO_HASH_H

#include "base/bytes.h"
#include "base/err.h"

#define HASH_SHA256_SIZE 32
#define HASH_SHA384_SIZE 48
#define HASH_SHA512_SIZE 64

/* The digest of parts[0] | ... | parts[n - 1].  E_CRYPTO; `out` is untouched on error. */
FALLIBLE hash_sha256(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA256_SIZE]);
FALLIBLE hash_sha384(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA384_SIZE]);
FALLIBLE hash_sha512(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA512_SIZE]);

/* SHA-512/256, with its own initial value: not SHA-512 cut short. */
FALLIBLE hash_sha512_256(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA256_SIZE]);

/* HMAC-SHA512 of parts[0] | ... under `key`. */
FALLIBLE hash_hmac_sha512(struct bytes key, const struct bytes *parts, size_t n,
                          uint8_t out[HASH_SHA512_SIZE]);

/* SHA-384 of what comes piece by piece, because it is too long to be held at once.  The first
 * failure sticks, and hash_run_end() says it. */
struct hash_run;

FALLIBLE hash_run_new(struct hash_run **out); /* E_NOMEM, E_CRYPTO */
void hash_run_add(struct hash_run *run, struct bytes part);

/* The digest of all that was added; nothing can be added any more.  `out` is untouched on error. */
FALLIBLE hash_run_end(struct hash_run *run, uint8_t out[HASH_SHA384_SIZE]);

/* NULL is fine. */
void hash_run_free(struct hash_run *run);

/* hash_sha512(HASH_PARTS(a, b, c), out): an array literal and its length. */
#define HASH_PARTS(...)                  \
    (const struct bytes[]){__VA_ARGS__}, \
        sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes)

#endif
