/* SPDX-License-Identifier: Apache-2.0 */
/* kdf: HKDF-SHA512 [RFC5869].  An empty salt means 64 zero bytes, as the RFC says.
 * `out` overlaps no input. */
#ifndef TACET_CRYPTO_KDF_H
#define TACET_CRYPTO_KDF_H

#include "base/bytes.h"
#include "base/err.h"

#define KDF_PRK_SIZE 64
#define KDF_INFO_MAX 512

/* Extract and expand in one: out_n <= 16,320 bytes, info.n <= KDF_INFO_MAX.
 * E_LIMIT, E_CRYPTO; `out` is zeroed on error. */
FALLIBLE kdf_hkdf(struct bytes salt, struct bytes ikm, struct bytes info, uint8_t *out,
                  size_t out_n);

/* The two halves, where one extract serves several expands. */
FALLIBLE kdf_extract(struct bytes salt, struct bytes ikm, uint8_t prk[KDF_PRK_SIZE]);
FALLIBLE kdf_expand(const uint8_t prk[KDF_PRK_SIZE], struct bytes info, uint8_t *out, size_t out_n);

#endif
