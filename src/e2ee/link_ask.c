/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/link_ask.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/password.h"
#include "crypto/secret.h"

#define SIGN_LABEL BYTES_LABEL("tacet1 link sign")
#define CODE_LABEL BYTES_LABEL("tacet1 link code")
#define CODE_COST  16 /* N = 2^16  [PROTOCOL 15.3] */
#define PLAIN_MOST (LINK_ASK_MOST + SIGN_SIZE)

static const uint8_t VERSION = 1;

_Static_assert(DEVICE_LINK_KEY_SIZE == AEAD_KEY_SIZE, "the box is sealed under the link's key");
_Static_assert(DEVICE_LINK_SLOT_SIZE == PASSWORD_SALT_SIZE, "the slot is the code's salt");

static struct err write(const struct link_ask *ask, struct buf *out, struct bytes *written)
{
    size_t before = out->n;

    if (ask->name_n > LINK_ASK_NAME_MAX || !text_is_utf8(bytes(ask->name, ask->name_n)))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(ask->did));
    buf_bytes(out, BYTES(ask->dsk.b));
    buf_bytes(out, BYTES(ask->point));
    buf_bytes(out, BYTES(ask->kem));
    buf_u8(out, (uint8_t)ask->name_n);
    buf_bytes(out, bytes(ask->name, ask->name_n));
    TRY(buf_end(out, written));
    *written = bytes(written->at + before, written->n - before);
    return OK;
}

/* The id follows from the key, and what are to be keys are keys. */
static struct err check(const struct device_link *link, const struct link_ask *ask)
{
    struct agree_public *point = NULL;
    struct device_id did;

    TRY(names_device(&link->aid, &ask->dsk, &did));
    if (!ID_SAME(did, ask->did))
        return FAIL(E_FORGED);
    TRY(agree_public_parse(&point, BYTES(ask->point)));
    agree_public_free(point);
    return mlkem_public_check(BYTES(ask->kem)) ? OK : FAIL(E_MALFORMED);
}

static struct err seal(const struct device_link *link, struct bytes slot, struct bytes plain,
                       struct random *random, struct buf *out)
{
    struct err err = OK;
    size_t before = out->n;
    uint8_t ka[AEAD_KEY_SIZE], *at;

    TRY_OUT(device_link_key(link, ka));
    at = buf_extend(out, AEAD_NONCE_SIZE + plain.n + AEAD_TAG_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(out->failed));
    TRY_OUT(random_fill(random, at, AEAD_NONCE_SIZE));
    TRY_OUT(aead_seal(ka, at, slot, plain, at + AEAD_NONCE_SIZE));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    secret_wipe(ka, sizeof ka);
    return err;
}

struct err link_ask_seal(const struct device_link *link, const struct link_ask *ask,
                         const struct sign_private *dsk, struct random *random, struct buf *out)
{
    struct err err = OK;
    struct buf plain = BUF(PLAIN_MOST);
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], signature[SIGN_SIZE];
    struct bytes written;

    TRY_OUT(check(link, ask));
    TRY_OUT(write(ask, &plain, &written));
    TRY_OUT(device_link_slot(link, slot));
    TRY_OUT(sign_make(dsk, HASH_PARTS(SIGN_LABEL, ID_BYTES(link->nid), BYTES(slot), written),
                      signature));
    buf_bytes(&plain, BYTES(signature));
    TRY_OUT(buf_end(&plain, &written));
    TRY_OUT(seal(link, BYTES(slot), written, random, out));
out:
    buf_free(&plain);
    return err;
}

static struct err parse(struct bytes plain, struct link_ask *ask, struct bytes *body,
                        struct bytes *signature)
{
    struct reader r = reader(plain);
    struct bytes name;

    *ask = (struct link_ask){.name_n = 0};
    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, ask->did.b, sizeof ask->did.b);
    reader_copy(&r, ask->dsk.b, sizeof ask->dsk.b);
    reader_copy(&r, ask->point, sizeof ask->point);
    reader_copy(&r, ask->kem, sizeof ask->kem);
    name = reader_take(&r, reader_u8(&r));
    reader_require(&r, name.n <= LINK_ASK_NAME_MAX && text_is_utf8(name), E_MALFORMED);
    *body = bytes(plain.at, plain.n - reader_left(&r));
    *signature = reader_take(&r, SIGN_SIZE);
    TRY(reader_end(&r));
    if (name.n > 0)
        memcpy(ask->name, name.at, name.n);
    ask->name_n = name.n;
    return OK;
}

static struct err verify(const struct device_link *link, const struct link_ask *ask,
                         struct bytes slot, struct bytes body, struct bytes signature)
{
    struct sign_public *key = NULL;
    struct err err;

    TRY(sign_public_parse(&key, BYTES(ask->dsk.b)));
    err = sign_verify(key, HASH_PARTS(SIGN_LABEL, ID_BYTES(link->nid), slot, body), signature.at);
    sign_public_free(key);
    return err;
}

/* Into `plain`, which has room for it. */
static struct err unseal(const struct device_link *link, struct bytes slot, struct bytes box,
                         uint8_t plain[PLAIN_MOST])
{
    struct err err = OK;
    uint8_t ka[AEAD_KEY_SIZE];

    TRY_OUT(device_link_key(link, ka));
    TRY_OUT(aead_open(ka, box.at, slot, bytes(box.at + AEAD_NONCE_SIZE, box.n - AEAD_NONCE_SIZE),
                      plain));
    secret_reveal(plain, PLAIN_MOST);
out:
    secret_wipe(ka, sizeof ka);
    return err;
}

struct err link_ask_open(const struct device_link *link, struct bytes box, struct link_ask *out)
{
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], plain[PLAIN_MOST];
    struct bytes body, signature;
    struct link_ask ask;

    if (box.n > LINK_ASK_BOX_MOST)
        return FAIL(E_LIMIT);
    if (box.n < AEAD_NONCE_SIZE + AEAD_TAG_SIZE)
        return FAIL(E_TRUNCATED);
    TRY(device_link_slot(link, slot));
    TRY(unseal(link, BYTES(slot), box, plain));
    TRY(parse(bytes(plain, box.n - AEAD_NONCE_SIZE - AEAD_TAG_SIZE), &ask, &body, &signature));
    TRY(check(link, &ask));
    TRY(verify(link, &ask, BYTES(slot), body, signature));
    *out = ask;
    return OK;
}

/* Twelve digits of a number. */
static void write_digits(uint64_t v, char out[LINK_ASK_CODE_SIZE])
{
    for (size_t i = LINK_ASK_CODE_SIZE - 1; i > 0; i--)
        if (i == 5 || i == 10) {
            out[i - 1] = ' ';
        } else {
            out[i - 1] = (char)('0' + v % 10);
            v /= 10;
        }
    out[LINK_ASK_CODE_SIZE - 1] = '\0';
}

struct err link_ask_code(const struct device_link *link, const struct link_ask *ask,
                         char out[LINK_ASK_CODE_SIZE])
{
    struct err err = OK;
    struct buf b = BUF(LINK_ASK_MOST);
    uint8_t digest[HASH_SHA512_SIZE], slot[DEVICE_LINK_SLOT_SIZE], code[PASSWORD_KEY_SIZE];
    struct bytes written;
    struct reader r = reader(BYTES(code));

    TRY_OUT(write(ask, &b, &written));
    TRY_OUT(device_link_slot(link, slot));
    TRY_OUT(hash_sha512(HASH_PARTS(CODE_LABEL, BYTES(link->secret), written), digest));
    TRY_OUT(password_key(BYTES(digest), slot, CODE_COST, code));
    secret_reveal(code, sizeof code); /* both show it */
    write_digits(reader_u64(&r), out);
out:
    secret_wipe(digest, sizeof digest);
    secret_wipe(code, sizeof code);
    buf_free(&b);
    return err;
}

struct err link_ask_digest(const struct link_ask *ask, uint8_t out[HASH_SHA512_SIZE])
{
    struct err err = OK;
    struct buf b = BUF(LINK_ASK_MOST);
    struct bytes written;

    TRY_OUT(write(ask, &b, &written));
    TRY_OUT(hash_sha512(&written, 1, out));
out:
    buf_free(&b);
    return err;
}
