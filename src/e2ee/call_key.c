/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/call_key.h"

#include "base/reader.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "wire/limits.h"

/* The longer of the two labels, KID and suite. */
#define LABEL_KEY  "SFrame 1.0 Secret key "
#define LABEL_SALT "SFrame 1.0 Secret salt "
#define INFO_MOST  (sizeof LABEL_SALT - 1 + 8 + 2)
#define AAD_MOST   (CALL_KEY_HEADER_MOST + CALL_KEY_METADATA_MOST)

static const uint16_t SUITE = 0x0005; /* AES_256_GCM_SHA512_128 */
static const struct bytes NOTHING = {NULL, 0};

struct err call_key_id(uint32_t epoch, uint32_t index, uint64_t *kid)
{
    if (index >= LIMIT_CALL_DEVICES)
        return FAIL(E_LIMIT);
    *kid = (uint64_t)epoch * LIMIT_CALL_DEVICES + index;
    return OK;
}

struct err call_key_whose(uint64_t kid, uint32_t *epoch, uint32_t *index)
{
    if (kid / LIMIT_CALL_DEVICES > UINT32_MAX)
        return FAIL(E_MALFORMED);
    *epoch = (uint32_t)(kid / LIMIT_CALL_DEVICES);
    *index = (uint32_t)(kid % LIMIT_CALL_DEVICES);
    return OK;
}

/* The last `n` bytes of a number, big-endian. */
static void put_number(uint64_t v, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

struct err call_key_base(const uint8_t secret[CALL_KEY_SECRET_SIZE], const struct device_id *did,
                         uint32_t epoch, uint8_t out[CALL_KEY_BASE_SIZE])
{
    static const char LABEL[] = "tacet1 call";
    uint8_t info[sizeof LABEL + sizeof did->b + sizeof epoch];

    memcpy(info, LABEL, sizeof LABEL);
    memcpy(info + sizeof LABEL, did->b, sizeof did->b);
    put_number(epoch, info + sizeof LABEL + sizeof did->b, sizeof epoch);
    return kdf_hkdf(NOTHING, bytes(secret, CALL_KEY_SECRET_SIZE), BYTES(info), out,
                    CALL_KEY_BASE_SIZE);
}

/* Expand with label | KID u64 | suite u16. */
static struct err expand(const uint8_t prk[KDF_PRK_SIZE], struct bytes label, uint64_t kid,
                         uint8_t *out, size_t out_n)
{
    uint8_t info[INFO_MOST];

    memcpy(info, label.at, label.n);
    put_number(kid, info + label.n, sizeof kid);
    put_number(SUITE, info + label.n + sizeof kid, sizeof SUITE);
    return kdf_expand(prk, bytes(info, label.n + sizeof kid + sizeof SUITE), out, out_n);
}

struct err call_key_derive(struct bytes base, uint64_t kid, struct call_keys *out)
{
    struct err err = OK;
    uint8_t prk[KDF_PRK_SIZE];
    struct call_keys k = {.kid = kid};

    TRY_OUT(kdf_extract(NOTHING, base, prk));
    TRY_OUT(expand(prk, BYTES_LITERAL(LABEL_KEY), kid, k.key, sizeof k.key));
    TRY_OUT(expand(prk, BYTES_LITERAL(LABEL_SALT), kid, k.salt, sizeof k.salt));
    *out = k;
out:
    secret_wipe(prk, sizeof prk);
    secret_wipe(&k, sizeof k);
    return err;
}

static struct err derive_for(const uint8_t *secret, const struct device_id *did, uint32_t epoch,
                             uint32_t index, struct call_keys *out)
{
    struct err err = OK;
    uint8_t base[CALL_KEY_BASE_SIZE];
    uint64_t kid;

    TRY(call_key_id(epoch, index, &kid));
    TRY_OUT(call_key_base(secret, did, epoch, base));
    TRY_OUT(call_key_derive(BYTES(base), kid, out));
out:
    secret_wipe(base, sizeof base);
    return err;
}

struct err call_key_sender(const uint8_t secret[CALL_KEY_SECRET_SIZE], const struct device_id *did,
                           uint32_t epoch, uint32_t index, struct call_sender *out)
{
    struct call_keys k;

    TRY(derive_for(secret, did, epoch, index, &k));
    *out = (struct call_sender){.keys = k};
    secret_wipe(&k, sizeof k);
    return OK;
}

struct err call_key_receiver(const uint8_t secret[CALL_KEY_SECRET_SIZE],
                             const struct device_id *did, uint32_t epoch, uint32_t index,
                             struct call_receiver *out)
{
    struct call_keys k;

    TRY(derive_for(secret, did, epoch, index, &k));
    *out = (struct call_receiver){.keys = k};
    secret_wipe(&k, sizeof k);
    return OK;
}

/*
 *   config  X KKK Y CCC: with X, the KID has KKK + 1 bytes behind the config, else it is KKK;
 *           the same with Y and CCC for the counter, behind the KID.  [RFC9605 4.3]
 */
static const uint8_t LONG = 8; /* X or Y, in its half of the config */

/* Half a config, and the bytes that belong to it, appended at `n`. */
static uint8_t write_field(uint64_t v, uint8_t *out, size_t *n)
{
    size_t size = 1;

    if (v < LONG)
        return (uint8_t)v;
    while (size < sizeof v && v >> (8 * size) != 0)
        size++;
    put_number(v, out + *n, size);
    *n += size;
    return (uint8_t)(LONG | (size - 1));
}

size_t call_key_write_header(const struct call_header *h, uint8_t out[CALL_KEY_HEADER_MOST])
{
    size_t n = 1;
    uint8_t kid = write_field(h->kid, out, &n), ctr = write_field(h->ctr, out, &n);

    out[0] = (uint8_t)(kid << 4 | ctr);
    return n;
}

static uint64_t read_field(struct reader *r, uint8_t half)
{
    uint8_t size = half % LONG + 1;
    uint64_t v = 0;

    if (half < LONG)
        return half;
    for (uint8_t i = 0; i < size; i++)
        v = v << 8 | reader_u8(r);
    reader_require(r, v >= (size == 1 ? LONG : UINT64_C(1) << (8 * (size - 1))), E_MALFORMED);
    return v;
}

struct err call_key_parse_header(struct bytes frame, struct call_header *out, size_t *n)
{
    struct reader r = reader(frame);
    uint8_t config = reader_u8(&r);
    struct call_header h;

    h.kid = read_field(&r, config >> 4);
    h.ctr = read_field(&r, config & 15);
    if (r.failed != E_OK)
        return FAIL(r.failed);
    *out = h;
    *n = frame.n - reader_left(&r);
    return OK;
}

static void nonce_of(const struct call_keys *k, uint64_t ctr, uint8_t out[AEAD_NONCE_SIZE])
{
    memset(out, 0, AEAD_NONCE_SIZE);
    put_number(ctr, out + AEAD_NONCE_SIZE - sizeof ctr, sizeof ctr);
    for (size_t i = 0; i < AEAD_NONCE_SIZE; i++)
        out[i] ^= k->salt[i];
}

/* header | metadata */
static struct bytes aad_of(struct bytes header, struct bytes metadata, uint8_t out[AAD_MOST])
{
    memcpy(out, header.at, header.n);
    if (metadata.n > 0)
        memcpy(out + header.n, metadata.at, metadata.n);
    return bytes(out, header.n + metadata.n);
}

struct err call_key_seal(struct call_sender *s, struct bytes metadata, struct bytes media,
                         struct buf *out)
{
    struct call_header h = {s->keys.kid, s->next};
    uint8_t header[CALL_KEY_HEADER_MOST], aad[AAD_MOST], nonce[AEAD_NONCE_SIZE], *at;
    size_t before = out->n, header_n;
    struct err err;

    if (metadata.n > CALL_KEY_METADATA_MOST || media.n > CALL_KEY_MEDIA_MOST ||
        s->next >= CALL_KEY_FRAMES_MOST)
        return FAIL(E_LIMIT);
    s->next++;
    header_n = call_key_write_header(&h, header);
    at = buf_extend(out, header_n + media.n + AEAD_TAG_SIZE);
    if (at == NULL)
        return FAIL(out->failed);
    memcpy(at, header, header_n);
    nonce_of(&s->keys, h.ctr, nonce);
    err = aead_seal(s->keys.key, nonce, aad_of(bytes(header, header_n), metadata, aad), media,
                    at + header_n);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

static uint64_t *word_of(struct call_receiver *r, uint64_t ctr)
{
    return &r->had[ctr / 64 % (CALL_KEY_WINDOW / 64)];
}

static uint64_t bit_of(uint64_t ctr)
{
    return UINT64_C(1) << ctr % 64;
}

static struct err judge_counter(struct call_receiver *r, uint64_t ctr)
{
    if (ctr >= CALL_KEY_FRAMES_MOST)
        return FAIL(E_LIMIT);
    if (ctr >= r->end)
        return OK;
    if (r->end - ctr > CALL_KEY_WINDOW)
        return FAIL(E_STALE);
    return (*word_of(r, ctr) & bit_of(ctr)) == 0 ? OK : FAIL(E_CONFLICT);
}

/* The window goes along with the highest counter; what enters it was not had. */
static void remember(struct call_receiver *r, uint64_t ctr)
{
    if (ctr >= r->end && ctr - r->end >= CALL_KEY_WINDOW)
        memset(r->had, 0, sizeof r->had);
    else
        for (uint64_t i = r->end; i < ctr; i++)
            *word_of(r, i) &= ~bit_of(i);
    *word_of(r, ctr) |= bit_of(ctr);
    if (ctr >= r->end)
        r->end = ctr + 1;
}

struct err call_key_open(struct call_receiver *r, struct bytes metadata, struct bytes frame,
                         struct buf *out)
{
    struct call_header h;
    uint8_t aad[AAD_MOST], nonce[AEAD_NONCE_SIZE], *at;
    size_t before = out->n, n;
    struct bytes sealed;
    struct err err;

    TRY(call_key_parse_header(frame, &h, &n));
    sealed = bytes(frame.at + n, frame.n - n);
    if (h.kid != r->keys.kid)
        return FAIL(E_ABSENT);
    TRY(judge_counter(r, h.ctr));
    if (sealed.n < AEAD_TAG_SIZE)
        return FAIL(E_TRUNCATED);
    if (metadata.n > CALL_KEY_METADATA_MOST || sealed.n > CALL_KEY_MEDIA_MOST + AEAD_TAG_SIZE)
        return FAIL(E_LIMIT);
    at = buf_extend(out, sealed.n - AEAD_TAG_SIZE);
    if (at == NULL)
        return FAIL(out->failed);
    nonce_of(&r->keys, h.ctr, nonce);
    err = aead_open(r->keys.key, nonce, aad_of(bytes(frame.at, n), metadata, aad), sealed, at);
    if (err.code != E_OK) {
        buf_cut(out, before);
        return err;
    }
    remember(r, h.ctr);
    return OK;
}
