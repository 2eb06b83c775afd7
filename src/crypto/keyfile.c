/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/keyfile.h"

#include "base/reader.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/secret.h"

#define VERSION     1
#define SEALED_SIZE (SIGN_PRIVATE_SIZE + AEAD_TAG_SIZE)
#define HEADER_SIZE (KEYFILE_SIZE - SEALED_SIZE)

#define MAGIC BYTES_LITERAL("tacetkey")

struct parts {
    uint8_t cost;
    uint8_t salt[PASSWORD_SALT_SIZE], nonce[AEAD_NONCE_SIZE], pub[SIGN_PUBLIC_SIZE];
    struct bytes header, sealed;
};

_Static_assert(8 + 2 + PASSWORD_SALT_SIZE + AEAD_NONCE_SIZE + SIGN_PUBLIC_SIZE == HEADER_SIZE,
               "the header is what stands before the sealed scalar");

static struct err parse(struct bytes in, struct parts *out)
{
    struct reader r = reader(in);
    uint8_t version;

    reader_require(&r, bytes_same(reader_take(&r, MAGIC.n), MAGIC), E_MALFORMED);
    version = reader_u8(&r);
    if (r.failed == E_OK && version > VERSION)
        return FAIL(E_VERSION);
    reader_require(&r, version == VERSION, E_MALFORMED);
    out->cost = reader_u8(&r);
    reader_require(&r, out->cost >= PASSWORD_COST_LEAST && out->cost <= PASSWORD_COST_MOST,
                   E_MALFORMED);
    reader_copy(&r, out->salt, sizeof out->salt);
    reader_copy(&r, out->nonce, sizeof out->nonce);
    reader_copy(&r, out->pub, sizeof out->pub);
    out->sealed = reader_take(&r, SEALED_SIZE);
    if (reader_end(&r).code != E_OK)
        return FAIL(E_MALFORMED);
    out->header = bytes(in.at, HEADER_SIZE);
    return OK;
}

static void write_header(const struct parts *p, struct buf *out)
{
    buf_bytes(out, MAGIC);
    buf_u8(out, VERSION);
    buf_u8(out, p->cost);
    buf_bytes(out, BYTES(p->salt));
    buf_bytes(out, BYTES(p->nonce));
    buf_bytes(out, BYTES(p->pub));
}

struct err keyfile_seal(const struct sign_private *key, struct bytes passphrase, uint8_t cost,
                        struct random *random, struct buf *out)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE] = {0}, secret[PASSWORD_KEY_SIZE] = {0}, *file;
    struct parts p = {.cost = cost};
    size_t before = out->n;
    struct err err = OK;
    struct bytes all;

    TRY_OUT(random_fill(random, p.salt, sizeof p.salt));
    TRY_OUT(random_fill(random, p.nonce, sizeof p.nonce));
    TRY_OUT(sign_private_public(key, p.pub));
    TRY_OUT(password_key(passphrase, p.salt, cost, secret));
    TRY_OUT(sign_private_write(key, scalar));
    write_header(&p, out);
    buf_extend(out, SEALED_SIZE);
    TRY_OUT(buf_end(out, &all));
    file = &out->at[before];
    TRY_OUT(
        aead_seal(secret, p.nonce, bytes(file, HEADER_SIZE), BYTES(scalar), &file[HEADER_SIZE]));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    secret_wipe(scalar, sizeof scalar);
    secret_wipe(secret, sizeof secret);
    return err;
}

struct err keyfile_open(struct bytes in, struct bytes passphrase, struct sign_private **out)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE] = {0}, secret[PASSWORD_KEY_SIZE] = {0};
    uint8_t pub[SIGN_PUBLIC_SIZE];
    struct sign_private *key = NULL;
    struct err err = OK;
    struct parts p;

    TRY(parse(in, &p));
    TRY_OUT(password_key(passphrase, p.salt, p.cost, secret));
    err = aead_open(secret, p.nonce, p.header, p.sealed, scalar);
    if (err.code == E_FORGED)
        err = FAIL(E_DENIED);
    TRY_OUT(err);
    TRY_OUT(sign_private_parse(&key, BYTES(scalar)));
    TRY_OUT(sign_private_public(key, pub));
    /* Sealed under this passphrase, and yet wrong: whoever wrote it was no encoder of ours. */
    if (!bytes_same(BYTES(pub), BYTES(p.pub)))
        TRY_OUT(FAIL(E_MALFORMED));
    *out = key;
    key = NULL;
out:
    secret_wipe(scalar, sizeof scalar);
    secret_wipe(secret, sizeof secret);
    sign_private_free(key);
    return err;
}

struct err keyfile_public(struct bytes in, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    struct parts p;

    TRY(parse(in, &p));
    memcpy(pub, p.pub, sizeof p.pub);
    return OK;
}
