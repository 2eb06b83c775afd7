/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a file chunk by chunk [PROTOCOL 13.5], as one can make it who has the key: what is sealed
 * is taken as it stands (see trusted.c).
 *
 * Input: size u32, where u32, cut u8, and bytes.  The file has that size, up to three chunks and a
 * little; what is sealed is zero but for the bytes, which stand at that place; and the last chunk
 * is longer or shorter by what `cut` differs from 8.
 */
#include "e2ee/file_key.h"

#include "fuzz/fuzz.h"

#define SIZE_MOST (3 * FILE_KEY_CHUNK_SIZE + 100)
#define ROOM      (4 * FILE_KEY_SEALED_MOST + 8)

static uint8_t sealed[ROOM], out[FILE_KEY_CHUNK_SIZE];
static struct file_descriptor d;
static struct file_shape shape;

static enum err_code expected(uint32_t i, struct bytes in)
{
    struct file_chunk c = file_key_chunk(&shape, i);

    if (in.n != c.padded + AEAD_TAG_SIZE)
        return in.n < c.padded + AEAD_TAG_SIZE ? E_TRUNCATED : E_MALFORMED;
    return bytes_all_zero(bytes(in.at + c.own, c.padded - c.own)) ? E_OK : E_MALFORMED;
}

/* Alone and in its turn a chunk is judged alike; a refused one changes nothing. */
static bool open_chunk(struct file_key *f, struct bytes in)
{
    uint8_t digest[FILE_KEY_DIGEST_SIZE], made[FILE_KEY_DIGEST_SIZE];
    struct file_key before;
    struct file_chunk c = file_key_chunk(&shape, f->next);
    enum err_code want = expected(f->next, in);
    struct bytes part = {NULL, 0};

    memcpy(&before, f, sizeof before); /* with what lies between the fields */
    invariant(hash_sha384(&in, 1, digest).code == E_OK);
    invariant(file_key_open_alone(f, f->next, digest, in, out, &part).code == want);
    invariant(bytes_same(bytes(f, sizeof *f), bytes(&before, sizeof before)));
    invariant(file_key_open(f, in, out, &part, made).code == want);
    if (want != E_OK) {
        invariant(bytes_same(bytes(f, sizeof *f), bytes(&before, sizeof before)));
        return false;
    }
    invariant(bytes_same(part, bytes(in.at, c.own)) && f->next == before.next + 1);
    invariant(memcmp(made, digest, sizeof made) == 0);
    return true;
}

static void open_all(size_t whole)
{
    struct file_key f;
    uint8_t root[FILE_KEY_DIGEST_SIZE];
    bool good = true;

    invariant(file_key_begin(&d, &f).code == E_OK);
    while (good && f.next < shape.chunks) {
        struct file_chunk c = file_key_chunk(&shape, f.next);
        size_t n =
            f.next == shape.chunks - 1 ? whole - (size_t)c.sealed_at : c.padded + AEAD_TAG_SIZE;

        good = open_chunk(&f, bytes(sealed + c.sealed_at, n));
    }
    invariant(file_key_end(&f, root).code == (good ? E_OK : E_TRUNCATED));
    file_key_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    size_t where, whole;
    struct bytes rest;

    d.size = reader_u32(&r) % SIZE_MOST;
    where = reader_u32(&r);
    invariant(file_key_shape(d.size, &shape).code == E_OK);
    whole = (size_t)shape.sealed + reader_u8(&r) % 16 - 8;
    where %= whole;
    rest = fuzz_front(reader_rest(&r), whole - where);
    memset(sealed, 0, sizeof sealed);
    if (rest.n > 0)
        memcpy(sealed + where, rest.at, rest.n);
    open_all(whole);
    return 0;
}
