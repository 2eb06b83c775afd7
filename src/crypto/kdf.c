/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/kdf.h"

#include "crypto/hash.h"
#include "crypto/secret.h"

_Static_assert(KDF_PRK_SIZE == HASH_SHA512_SIZE, "a pseudorandom key is one HMAC");

static const size_t BLOCKS_MAX = 255; /* the counter is one byte [RFC5869 2.3] */

struct err kdf_extract(struct bytes salt, struct bytes ikm, uint8_t prk[KDF_PRK_SIZE])
{
    static const uint8_t ZEROS[KDF_PRK_SIZE] = {0};

    return hash_hmac_sha512(salt.n == 0 ? BYTES(ZEROS) : salt, HASH_PARTS(ikm), prk);
}

struct err kdf_expand(const uint8_t prk[KDF_PRK_SIZE], struct bytes info, uint8_t *out,
                      size_t out_n)
{
    struct err err = OK;
    struct bytes key = {prk, KDF_PRK_SIZE};
    uint8_t block[HASH_SHA512_SIZE];
    uint8_t counter = 0;

    if (info.n > KDF_INFO_MAX || out_n > BLOCKS_MAX * sizeof block) {
        secret_wipe(out, out_n);
        return FAIL(E_LIMIT);
    }
    for (size_t done = 0, take; done < out_n; done += take) {
        struct bytes before = {block, counter == 0 ? 0 : sizeof block};

        counter++;
        TRY_OUT(hash_hmac_sha512(key, HASH_PARTS(before, info, {&counter, 1}), block));
        take = out_n - done < sizeof block ? out_n - done : sizeof block;
        memcpy(out + done, block, take);
    }
out:
    if (err.code != E_OK)
        secret_wipe(out, out_n);
    secret_wipe(block, sizeof block);
    return err;
}

struct err kdf_hkdf(struct bytes salt, struct bytes ikm, struct bytes info, uint8_t *out,
                    size_t out_n)
{
    struct err err = OK;
    uint8_t prk[KDF_PRK_SIZE];

    TRY_OUT(kdf_extract(salt, ikm, prk));
    TRY_OUT(kdf_expand(prk, info, out, out_n));
out:
    if (err.code != E_OK)
        secret_wipe(out, out_n);
    secret_wipe(prk, sizeof prk);
    return err;
}
