/* SPDX-License-Identifier: Apache-2.0 */
/* quick_password: a key from a passphrase without the work that makes guessing dear. */
#include "crypto/hash.h"
#include "crypto/password.h"

struct err password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE], uint8_t cost,
                        uint8_t key[PASSWORD_KEY_SIZE])
{
    uint8_t digest[HASH_SHA512_SIZE];

    memset(key, 0, PASSWORD_KEY_SIZE);
    if (cost < PASSWORD_COST_LEAST || cost > PASSWORD_COST_MOST)
        return FAIL(E_LIMIT);
    TRY(hash_sha512(HASH_PARTS(password, bytes(salt, PASSWORD_SALT_SIZE)), digest));
    memcpy(key, digest, PASSWORD_KEY_SIZE);
    return OK;
}
