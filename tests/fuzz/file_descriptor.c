/* SPDX-License-Identifier: Apache-2.0 */
/* What a message says of a file [PROTOCOL 13.3], read and written back. */
#include "e2ee/file_key.h"

#include "fuzz/fuzz.h"
#include "wire/limits.h"

/* What follows from a size that was let in. */
static void look_at(uint64_t size)
{
    struct file_shape s;
    struct file_chunk last;

    invariant(file_key_shape(size, &s).code == E_OK && s.size == size && s.chunks >= 1);
    invariant(s.padded >= size && s.padded >= FILE_KEY_PADDED_LEAST && s.padded <= LIMIT_FILE);
    last = file_key_chunk(&s, s.chunks - 1);
    invariant(last.own <= last.padded && last.padded >= 1 && last.padded <= FILE_KEY_CHUNK_SIZE);
    invariant(last.sealed_at + last.padded + AEAD_TAG_SIZE == s.sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf again = BUF(FILE_KEY_DESCRIPTOR_SIZE);
    struct file_descriptor d;
    struct err err;

    FUZZ_FILLED(d);
    err = file_key_parse(bytes(at, n), &d);
    if (err.code == E_OK) {
        file_key_write(&d, &again);
        invariant(bytes_same(buf_view(&again), bytes(at, n)));
        look_at(d.size);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&d, sizeof d));
    }
    buf_free(&again);
    return 0;
}
