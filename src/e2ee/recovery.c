/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/recovery.h"

#include "base/encoding.h"
#include "base/reader.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

#define GROUP 4

static const uint8_t VERSION = 1;

_Static_assert(RECOVERY_LETTERS * 5 == RECOVERY_SIZE * 8, "each letter has five bits");

struct err recovery_make(struct random *random, struct recovery_key *out)
{
    return random_fill(random, out->r, sizeof out->r);
}

void recovery_letters(const struct recovery_key *key, char out[RECOVERY_LETTERS_SIZE])
{
    char letters[RECOVERY_LETTERS];
    size_t n = 0;

    encoding_base32(BYTES(key->r), letters);
    for (size_t i = 0; i < RECOVERY_LETTERS; i++) {
        if (i > 0 && i % GROUP == 0)
            out[n++] = ' ';
        out[n++] = letters[i];
    }
    out[n] = '\0';
    secret_wipe(letters, sizeof letters);
}

static bool is_between(uint8_t c)
{
    return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n';
}

struct err recovery_read_letters(struct bytes text, struct recovery_key *out)
{
    char letters[RECOVERY_LETTERS];
    size_t n = 0;
    struct err err = OK;

    for (size_t i = 0; i < text.n; i++) {
        if (is_between(text.at[i]))
            continue;
        if (n == RECOVERY_LETTERS)
            TRY_OUT(FAIL(E_MALFORMED));
        letters[n++] = (char)text.at[i];
    }
    TRY_OUT(encoding_base32_read(bytes(letters, n), out->r, sizeof out->r));
out:
    secret_wipe(letters, sizeof letters);
    return err;
}

/* HKDF of r with label | nid. */
static struct err derive(const struct recovery_key *key, struct bytes label,
                         const struct network_id *nid, uint8_t *out, size_t n)
{
    struct err err = OK;
    struct buf info = BUF(KDF_INFO_MAX);
    struct bytes written;

    memset(out, 0, n);
    buf_bytes(&info, label);
    buf_bytes(&info, ID_BYTES(*nid));
    TRY_OUT(buf_end(&info, &written));
    TRY_OUT(kdf_hkdf(bytes(NULL, 0), BYTES(key->r), written, out, n));
out:
    buf_free(&info);
    return err;
}

struct err recovery_slot(const struct recovery_key *key, const struct network_id *nid,
                         uint8_t out[RECOVERY_SLOT_SIZE])
{
    return derive(key, BYTES_LABEL("tacet1 recovery slot"), nid, out, RECOVERY_SLOT_SIZE);
}

/* kr, and what is authenticated with the blob: nid | slot. */
static struct err derive_sealing(const struct recovery_key *key, const struct network_id *nid,
                                 uint8_t kr[AEAD_KEY_SIZE],
                                 uint8_t aad[sizeof(struct network_id) + RECOVERY_SLOT_SIZE])
{
    memcpy(aad, nid->b, sizeof nid->b);
    TRY(recovery_slot(key, nid, aad + sizeof nid->b));
    return derive(key, BYTES_LABEL("tacet1 recovery key"), nid, kr, AEAD_KEY_SIZE);
}

/* The account follows from its root key, and names are names. */
static struct err check(const struct network_id *nid, const struct recovery_account *a)
{
    struct account_id aid;
    struct point ark;

    if (!text_is_domain(a->domain) || !text_is_handle(a->handle))
        return FAIL(E_MALFORMED);
    TRY(sign_private_public(a->ark_secret, ark.b));
    TRY(names_account(nid, &ark, &aid));
    return ID_SAME(aid, a->aid) ? OK : FAIL(E_FORGED);
}

static struct err write(const struct recovery_account *in, struct buf *out, struct bytes *written)
{
    struct err err = OK;
    uint8_t scalar[2][SIGN_PRIVATE_SIZE];

    TRY_OUT(sign_private_write(in->ark_secret, scalar[0]));
    TRY_OUT(sign_private_write(in->dsk_secret, scalar[1]));
    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(in->aid));
    buf_u8(out, (uint8_t)in->domain.n);
    buf_bytes(out, in->domain);
    buf_u8(out, (uint8_t)in->handle.n);
    buf_bytes(out, in->handle);
    buf_bytes(out, BYTES(scalar[0]));
    buf_bytes(out, BYTES(scalar[1]));
    TRY_OUT(buf_end(out, written));
out:
    secret_wipe(scalar, sizeof scalar);
    return err;
}

static struct err seal(const struct recovery_key *key, const struct network_id *nid,
                       struct bytes plain, struct random *random, struct buf *out)
{
    struct err err = OK;
    size_t before = out->n;
    uint8_t kr[AEAD_KEY_SIZE], aad[sizeof(struct network_id) + RECOVERY_SLOT_SIZE], *at;

    TRY_OUT(derive_sealing(key, nid, kr, aad));
    at = buf_extend(out, AEAD_NONCE_SIZE + plain.n + AEAD_TAG_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(out->failed));
    TRY_OUT(random_fill(random, at, AEAD_NONCE_SIZE));
    TRY_OUT(aead_seal(kr, at, BYTES(aad), plain, at + AEAD_NONCE_SIZE));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    secret_wipe(kr, sizeof kr);
    return err;
}

struct err recovery_seal(const struct recovery_key *key, const struct network_id *nid,
                         const struct recovery_account *in, struct random *random, struct buf *out)
{
    struct err err = OK;
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);
    struct bytes written;

    TRY(check(nid, in));
    TRY_OUT(write(in, &plain, &written));
    TRY_OUT(seal(key, nid, written, random, out));
out:
    buf_free(&plain);
    return err;
}

static struct err unseal(const struct recovery_key *key, const struct network_id *nid,
                         struct bytes blob, struct buf *plain)
{
    struct err err = OK;
    uint8_t kr[AEAD_KEY_SIZE], aad[sizeof(struct network_id) + RECOVERY_SLOT_SIZE], *at;
    struct bytes sealed = bytes(blob.at + AEAD_NONCE_SIZE, blob.n - AEAD_NONCE_SIZE);

    TRY_OUT(derive_sealing(key, nid, kr, aad));
    at = buf_extend(plain, sealed.n - AEAD_TAG_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(plain->failed));
    TRY_OUT(aead_open(kr, blob.at, BYTES(aad), sealed, at));
out:
    secret_wipe(kr, sizeof kr);
    return err;
}

/* On success the keys are the caller's; on error those that are there, to be freed. */
static struct err parse(struct bytes plain, struct recovery_account *out)
{
    struct reader r = reader(plain);
    struct bytes ark, dsk;

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, out->aid.b, sizeof out->aid.b);
    out->domain = reader_take(&r, reader_u8(&r));
    out->handle = reader_take(&r, reader_u8(&r));
    ark = reader_take(&r, SIGN_PRIVATE_SIZE);
    dsk = reader_take(&r, SIGN_PRIVATE_SIZE);
    TRY(reader_end(&r));
    TRY(sign_private_parse(&out->ark_secret, ark));
    return sign_private_parse(&out->dsk_secret, dsk);
}

struct err recovery_open(const struct recovery_key *key, const struct network_id *nid,
                         struct bytes blob, struct buf *plain, struct recovery_account *out)
{
    struct err err = OK;
    struct recovery_account got = {.ark_secret = NULL};

    if (blob.n > RECOVERY_BLOB_MOST)
        return FAIL(E_LIMIT);
    if (blob.n < AEAD_NONCE_SIZE + AEAD_TAG_SIZE)
        return FAIL(E_TRUNCATED);
    TRY_OUT(unseal(key, nid, blob, plain));
    TRY_OUT(parse(buf_view(plain), &got));
    TRY_OUT(check(nid, &got));
    *out = got;
    return OK;
out:
    sign_private_free(got.ark_secret);
    sign_private_free(got.dsk_secret);
    return err;
}
