/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_key: a file sealed in chunks under a key of its own.  [PROTOCOL 13]
 *
 * Chunk by chunk, in constant memory, in order: file_key_begin(), then file_key_seal() or
 * file_key_open() for each, then file_key_end() or file_key_check().  Who stops in between keeps
 * the 48-byte digest of each chunk that is done, and later says them again with file_key_pass().
 * A chunk can also be opened alone, and one that was sealed before can be made again.
 *
 * A file key seals one file, once.  What was sealed under it is made again by file_key_seal_again()
 * alone, which hands out nothing else than what it was: two texts under one key and nonce would
 * open both.
 */
#ifndef TACET_E2EE_FILE_KEY_H
#define TACET_E2EE_FILE_KEY_H

#include "base/buf.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/random.h"

#define FILE_KEY_SIZE            32
#define FILE_KEY_CHUNK_SIZE      (64 * 1024) /* bytes of padded file in one chunk but the last */
#define FILE_KEY_SEALED_MOST     (FILE_KEY_CHUNK_SIZE + AEAD_TAG_SIZE)
#define FILE_KEY_PADDED_LEAST    1024
#define FILE_KEY_DIGEST_SIZE     HASH_SHA384_SIZE
#define FILE_KEY_DESCRIPTOR_SIZE (1 + FILE_KEY_SIZE + 8 + FILE_KEY_DIGEST_SIZE)

/* What a message carries of a file.  Holds the key: wiped where it dies. */
struct file_descriptor {
    uint8_t key[FILE_KEY_SIZE];
    uint64_t size; /* of the file itself, bytes */
    uint8_t root[FILE_KEY_DIGEST_SIZE];
};

/* What follows from the size alone. */
struct file_shape {
    uint64_t size, padded, sealed; /* bytes: the file, with its padding, as chunks back to back */
    uint32_t chunks;               /* 1 or more */
};

/* Where a chunk lies, and of how many bytes it is. */
struct file_chunk {
    uint64_t at, sealed_at; /* in the file, and in the sealed file */
    size_t own;             /* bytes of the file in it; 0 when all of it is padding */
    size_t padded;          /* with the padding; AEAD_TAG_SIZE more when it is sealed */
};

/* A file on its way.  Holds the key of its chunks: free it with file_key_free(). */
struct file_key {
    struct file_shape shape;
    uint32_t next; /* the chunk whose turn it is; as many as there are when all are done */
    uint8_t key[AEAD_KEY_SIZE];
    struct hash_run *root;
};

/* E_LIMIT: over LIMIT_FILE. */
FALLIBLE file_key_shape(uint64_t size, struct file_shape *out);

/* Of a chunk behind the last both sizes are 0. */
struct file_chunk file_key_chunk(const struct file_shape *shape, uint32_t i);

/* A fresh key for a file of this size; the root is zero until file_key_end() gives it.  E_LIMIT,
 * E_CRYPTO. */
FALLIBLE file_key_make(struct random *random, uint64_t size, struct file_descriptor *out);

/* Begin to seal or to open, at chunk 0.  E_LIMIT, E_NOMEM, E_CRYPTO. */
FALLIBLE file_key_begin(const struct file_descriptor *d, struct file_key *out);

/* Chunk `next` was done before, and this was its digest.  E_LIMIT: there is no such chunk. */
FALLIBLE file_key_pass(struct file_key *f, const uint8_t digest[FILE_KEY_DIGEST_SIZE]);

/* Seal chunk `next`: `part` is its own bytes, and `out` receives its padded ones and a tag; `out`
 * may be part.at itself and must not overlap it otherwise.  The digest is to be kept on disk before
 * what is in `out` leaves.  E_LIMIT: there is no such chunk.  E_CONFLICT: `part` is not as long as
 * the size says.  E_CRYPTO.  On error nothing moves, and `out` is zeroed or untouched. */
FALLIBLE file_key_seal(struct file_key *f, struct bytes part, uint8_t *out,
                       uint8_t digest[FILE_KEY_DIGEST_SIZE]);

/* Make chunk i again as it was when it had this digest.  E_LIMIT: there is no such chunk.
 * E_CONFLICT: the file is not what it was.  E_CRYPTO.  On error `out` is zeroed or untouched. */
FALLIBLE file_key_seal_again(const struct file_key *f, uint32_t i,
                             const uint8_t digest[FILE_KEY_DIGEST_SIZE], struct bytes part,
                             uint8_t *out);

/* Open chunk `next`: `out` receives its padded bytes, of which `part` is the file's own.  `out` may
 * be sealed.at itself and must not overlap it otherwise.
 * E_TRUNCATED, E_MALFORMED: shorter or longer than the size says, also a chunk behind the last, or
 * padding that is not zero.  E_FORGED: not this chunk of this file.  E_CRYPTO.
 * On error nothing moves, and `out` is zeroed or untouched. */
FALLIBLE file_key_open(struct file_key *f, struct bytes sealed, uint8_t *out, struct bytes *part,
                       uint8_t digest[FILE_KEY_DIGEST_SIZE]);

/* Open chunk i by itself, whichever were done before.  `digest` is what a list that has the root
 * says of it.  E_LIMIT: there is no such chunk.  E_FORGED also when the digest does not fit;
 * otherwise as above. */
FALLIBLE file_key_open_alone(const struct file_key *f, uint32_t i,
                             const uint8_t digest[FILE_KEY_DIGEST_SIZE], struct bytes sealed,
                             uint8_t *out, struct bytes *part);

/* Once, after the last chunk: the root, or whether it is this one (E_FORGED).  E_TRUNCATED: chunks
 * are missing; `f` can go on.  E_CRYPTO. */
FALLIBLE file_key_end(struct file_key *f, uint8_t root[FILE_KEY_DIGEST_SIZE]);
FALLIBLE file_key_check(struct file_key *f, const uint8_t root[FILE_KEY_DIGEST_SIZE]);

/* Wiped.  One that is all zero is fine. */
void file_key_free(struct file_key *f);

/* The form in a message: FILE_KEY_DESCRIPTOR_SIZE bytes.  E_TRUNCATED, E_MALFORMED, E_LIMIT. */
void file_key_write(const struct file_descriptor *d, struct buf *out);
FALLIBLE file_key_parse(struct bytes in, struct file_descriptor *out);

#endif
