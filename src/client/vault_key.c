/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault_key.h"

#include "base/reader.h"
#include "crypto/secret.h"

#define FORMAT 1

struct err vault_key_seal(const uint8_t key[AEAD_KEY_SIZE], struct bytes passphrase, uint8_t cost,
                          struct random *random, struct buf *out)
{
    struct err err = OK;
    uint8_t salt[PASSWORD_SALT_SIZE], nonce[AEAD_NONCE_SIZE], over[PASSWORD_KEY_SIZE], *sealed;

    TRY_OUT(random_fill(random, salt, sizeof salt));
    TRY_OUT(random_fill(random, nonce, sizeof nonce));
    TRY_OUT(password_key(passphrase, salt, cost, over));
    buf_u8(out, FORMAT);
    buf_u8(out, cost);
    buf_bytes(out, BYTES(salt));
    buf_bytes(out, BYTES(nonce));
    sealed = buf_extend(out, AEAD_KEY_SIZE + AEAD_TAG_SIZE);
    if (sealed == NULL)
        TRY_OUT(FAIL(out->failed));
    TRY_OUT(aead_seal(over, nonce, bytes(out->at, VAULT_KEY_HEADER_PLAIN),
                      bytes(key, AEAD_KEY_SIZE), sealed));
out:
    secret_wipe(over, sizeof over);
    return err;
}

struct err vault_key_check(struct bytes header)
{
    struct reader r = reader(header);
    uint8_t format = reader_u8(&r);

    if (r.failed == E_OK && format > FORMAT)
        return FAIL(E_VERSION);
    reader_take(&r, VAULT_KEY_HEADER_SIZE - 1);
    return reader_end(&r);
}

struct err vault_key_open(struct bytes header, struct bytes passphrase, uint8_t out[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct reader r = reader(header);
    uint8_t cost;
    uint8_t salt[PASSWORD_SALT_SIZE], nonce[AEAD_NONCE_SIZE], over[PASSWORD_KEY_SIZE];
    struct bytes sealed;

    TRY(vault_key_check(header));
    reader_u8(&r);
    cost = reader_u8(&r);
    reader_copy(&r, salt, sizeof salt);
    reader_copy(&r, nonce, sizeof nonce);
    sealed = reader_take(&r, AEAD_KEY_SIZE + AEAD_TAG_SIZE);
    TRY(reader_end(&r));
    TRY_OUT(password_key(passphrase, salt, cost, over));
    TRY_OUT(aead_open(over, nonce, bytes(header.at, VAULT_KEY_HEADER_PLAIN), sealed, out));
out:
    secret_wipe(over, sizeof over);
    return err.code == E_FORGED ? FAIL(E_DENIED) : err;
}

uint8_t vault_key_cost(struct bytes header)
{
    return header.n == VAULT_KEY_HEADER_SIZE ? header.at[1] : 0;
}
