/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/file_key.h"

#include "base/reader.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "wire/limits.h"

#define LEAST_E 10 /* e and s of the least padded size, from which they only rise */
#define LEAST_S 4

static const uint8_t VERSION = 1;

_Static_assert(FILE_KEY_PADDED_LEAST == 1 << LEAST_E, "e begins at the least size");
_Static_assert(LEAST_E >> (LEAST_S - 1) == 1, "s is how many bits e has");
_Static_assert(LIMIT_FILE / FILE_KEY_CHUNK_SIZE < UINT32_MAX, "a chunk's number is a u32");

/* Padmé [PURB2019]: as many significant bits as the length's own length has.  [PROTOCOL 13.1] */
static uint64_t padded_size(uint64_t size)
{
    uint64_t n = size < FILE_KEY_PADDED_LEAST ? FILE_KEY_PADDED_LEAST : size, mask;
    unsigned e = LEAST_E, s = LEAST_S;

    while (n >> (e + 1) != 0)
        e++;
    while (e >> s != 0)
        s++;
    mask = (UINT64_C(1) << (e - s)) - 1;
    return (n + mask) & ~mask;
}

struct err file_key_shape(uint64_t size, struct file_shape *out)
{
    uint64_t padded, chunks;

    if (size > LIMIT_FILE)
        return FAIL(E_LIMIT);
    padded = padded_size(size);
    chunks = (padded + FILE_KEY_CHUNK_SIZE - 1) / FILE_KEY_CHUNK_SIZE;
    *out = (struct file_shape){.size = size,
                               .padded = padded,
                               .sealed = padded + chunks * AEAD_TAG_SIZE,
                               .chunks = (uint32_t)chunks};
    return OK;
}

/* How many of the first `whole` bytes lie in the chunk that begins at `at`. */
static size_t share(uint64_t whole, uint64_t at)
{
    uint64_t left = whole > at ? whole - at : 0;

    return left < FILE_KEY_CHUNK_SIZE ? (size_t)left : FILE_KEY_CHUNK_SIZE;
}

struct file_chunk file_key_chunk(const struct file_shape *shape, uint32_t i)
{
    uint64_t at = (uint64_t)i * FILE_KEY_CHUNK_SIZE;

    return (struct file_chunk){.at = at,
                               .sealed_at = (uint64_t)i * FILE_KEY_SEALED_MOST,
                               .own = share(shape->size, at),
                               .padded = share(shape->padded, at)};
}

struct err file_key_make(struct random *random, uint64_t size, struct file_descriptor *out)
{
    struct file_shape shape;
    struct file_descriptor d = {.size = size};

    TRY(file_key_shape(size, &shape));
    TRY(random_fill(random, d.key, sizeof d.key));
    *out = d;
    secret_wipe(&d, sizeof d);
    return OK;
}

static struct bytes number(uint64_t n, uint8_t out[8])
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(n >> (56 - 8 * i));
    return bytes(out, 8);
}

struct err file_key_begin(const struct file_descriptor *d, struct file_key *out)
{
    struct err err = OK;
    struct file_key f = {.root = NULL};
    uint8_t padded[8];

    TRY_OUT(file_key_shape(d->size, &f.shape));
    TRY_OUT(
        kdf_hkdf(bytes(NULL, 0), BYTES(d->key), BYTES_LABEL("tacet1 file"), f.key, sizeof f.key));
    TRY_OUT(hash_run_new(&f.root));
    hash_run_add(f.root, BYTES_LABEL("tacet1 file root"));
    hash_run_add(f.root, number(f.shape.padded, padded));
    *out = f;
    f.root = NULL;
out:
    file_key_free(&f);
    return err;
}

struct err file_key_pass(struct file_key *f, const uint8_t digest[FILE_KEY_DIGEST_SIZE])
{
    if (f->next == f->shape.chunks)
        return FAIL(E_LIMIT);
    hash_run_add(f->root, bytes(digest, FILE_KEY_DIGEST_SIZE));
    f->next++;
    return OK;
}

/* zeros 7 | index u32 | last u8 */
static void nonce_of(const struct file_key *f, uint32_t i, uint8_t out[AEAD_NONCE_SIZE])
{
    memset(out, 0, AEAD_NONCE_SIZE);
    for (size_t k = 0; k < 4; k++)
        out[7 + k] = (uint8_t)(i >> (24 - 8 * k));
    out[11] = i == f->shape.chunks - 1;
}

static struct err seal_chunk(const struct file_key *f, uint32_t i, struct bytes part, uint8_t *out,
                             uint8_t digest[FILE_KEY_DIGEST_SIZE])
{
    struct err err = OK;
    struct file_chunk c = file_key_chunk(&f->shape, i);
    uint8_t nonce[AEAD_NONCE_SIZE];

    if (part.n != c.own)
        return FAIL(E_CONFLICT);
    if (part.n > 0)
        memmove(out, part.at, part.n);
    memset(out + c.own, 0, c.padded - c.own);
    nonce_of(f, i, nonce);
    TRY_OUT(aead_seal(f->key, nonce, bytes(NULL, 0), bytes(out, c.padded), out));
    TRY_OUT(hash_sha384(HASH_PARTS(bytes(out, c.padded + AEAD_TAG_SIZE)), digest));
out:
    if (err.code != E_OK)
        secret_wipe(out, c.padded + AEAD_TAG_SIZE);
    return err;
}

struct err file_key_seal(struct file_key *f, struct bytes part, uint8_t *out,
                         uint8_t digest[FILE_KEY_DIGEST_SIZE])
{
    if (f->next == f->shape.chunks)
        return FAIL(E_LIMIT);
    TRY(seal_chunk(f, f->next, part, out, digest));
    return file_key_pass(f, digest);
}

struct err file_key_seal_again(const struct file_key *f, uint32_t i,
                               const uint8_t digest[FILE_KEY_DIGEST_SIZE], struct bytes part,
                               uint8_t *out)
{
    uint8_t made[FILE_KEY_DIGEST_SIZE];

    if (i >= f->shape.chunks)
        return FAIL(E_LIMIT);
    TRY(seal_chunk(f, i, part, out, made));
    if (bytes_same(BYTES(made), bytes(digest, sizeof made)))
        return OK;
    secret_wipe(out, file_key_chunk(&f->shape, i).padded + AEAD_TAG_SIZE);
    return FAIL(E_CONFLICT);
}

static struct err open_chunk(const struct file_key *f, uint32_t i, struct bytes sealed,
                             uint8_t *out, struct bytes *part)
{
    struct file_chunk c = file_key_chunk(&f->shape, i);
    uint8_t nonce[AEAD_NONCE_SIZE];

    nonce_of(f, i, nonce);
    TRY(aead_open(f->key, nonce, bytes(NULL, 0), sealed, out));
    if (!bytes_all_zero(bytes(out + c.own, c.padded - c.own))) {
        secret_wipe(out, c.padded);
        return FAIL(E_MALFORMED);
    }
    *part = bytes(out, c.own);
    return OK;
}

/* The digest of what claims to be chunk i, once it is as long as that. */
static struct err digest_chunk(const struct file_key *f, uint32_t i, struct bytes sealed,
                               uint8_t digest[FILE_KEY_DIGEST_SIZE])
{
    size_t want = file_key_chunk(&f->shape, i).padded + AEAD_TAG_SIZE;

    if (sealed.n != want)
        return FAIL(sealed.n < want ? E_TRUNCATED : E_MALFORMED);
    return hash_sha384(&sealed, 1, digest);
}

struct err file_key_open(struct file_key *f, struct bytes sealed, uint8_t *out, struct bytes *part,
                         uint8_t digest[FILE_KEY_DIGEST_SIZE])
{
    uint8_t made[FILE_KEY_DIGEST_SIZE];

    if (f->next == f->shape.chunks)
        return FAIL(E_MALFORMED);
    TRY(digest_chunk(f, f->next, sealed, made));
    TRY(open_chunk(f, f->next, sealed, out, part));
    memcpy(digest, made, sizeof made);
    return file_key_pass(f, made);
}

struct err file_key_open_alone(const struct file_key *f, uint32_t i,
                               const uint8_t digest[FILE_KEY_DIGEST_SIZE], struct bytes sealed,
                               uint8_t *out, struct bytes *part)
{
    uint8_t made[FILE_KEY_DIGEST_SIZE];

    if (i >= f->shape.chunks)
        return FAIL(E_LIMIT);
    TRY(digest_chunk(f, i, sealed, made));
    if (!bytes_same(BYTES(made), bytes(digest, sizeof made)))
        return FAIL(E_FORGED);
    return open_chunk(f, i, sealed, out, part);
}

struct err file_key_end(struct file_key *f, uint8_t root[FILE_KEY_DIGEST_SIZE])
{
    if (f->next < f->shape.chunks)
        return FAIL(E_TRUNCATED);
    return hash_run_end(f->root, root);
}

struct err file_key_check(struct file_key *f, const uint8_t root[FILE_KEY_DIGEST_SIZE])
{
    uint8_t made[FILE_KEY_DIGEST_SIZE];

    TRY(file_key_end(f, made));
    return bytes_same(BYTES(made), bytes(root, sizeof made)) ? OK : FAIL(E_FORGED);
}

void file_key_free(struct file_key *f)
{
    hash_run_free(f->root);
    secret_wipe(f, sizeof *f);
}

void file_key_write(const struct file_descriptor *d, struct buf *out)
{
    buf_u8(out, VERSION);
    buf_bytes(out, BYTES(d->key));
    buf_u64(out, d->size);
    buf_bytes(out, BYTES(d->root));
}

struct err file_key_parse(struct bytes in, struct file_descriptor *out)
{
    struct err err = OK;
    struct reader r = reader(in);
    struct file_descriptor d;

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, d.key, sizeof d.key);
    d.size = reader_u64(&r);
    reader_require(&r, d.size <= LIMIT_FILE, E_LIMIT);
    reader_copy(&r, d.root, sizeof d.root);
    TRY_OUT(reader_end(&r));
    *out = d;
out:
    secret_wipe(&d, sizeof d);
    return err;
}
