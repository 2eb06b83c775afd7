/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload: the outer form of what is sealed, as sender, server and receiver handle it without any
 * key.  [PROTOCOL 5.1, 5.3, 6.3, 6.4]
 */
#ifndef TACET_STATEMENT_UPLOAD_H
#define TACET_STATEMENT_UPLOAD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/reader.h"
#include "crypto/agree.h"
#include "crypto/mlkem/mlkem.h"
#include "wire/limits.h"

#define UPLOAD_VERSION          1
#define UPLOAD_SUITE            1
#define UPLOAD_PROFILE_STANDARD 1 /* P-521 */
#define UPLOAD_PROFILE_HYBRID   2 /* P-521 and ML-KEM-1024  [PROTOCOL 1.4] */
#define UPLOAD_FLAG_PARTIAL     1 /* in the head: for some of the roster's recipients */

#define UPLOAD_HEAD_SIZE       (4 + AGREE_PUBLIC_SIZE)
#define UPLOAD_COMMITMENT_SIZE 32
#define UPLOAD_SCOPE_MOST      (2 + LIMIT_RECIPIENTS * 2)
#define UPLOAD_BOX_SIZE        236
#define UPLOAD_SEALED_SIZE     MLKEM_SEALED_SIZE /* of a capsule's ciphertext, in profile hybrid */
#define UPLOAD_CAPSULE_LEAST   (AGREE_PUBLIC_SIZE + 4 + UPLOAD_BOX_SIZE)
#define UPLOAD_CAPSULE_MOST    (UPLOAD_CAPSULE_LEAST + UPLOAD_SEALED_SIZE)
#define UPLOAD_CAPSULE_FRONT   3 /* version, suite, profile: when it is delivered */
#define UPLOAD_DELIVERED_MOST  (UPLOAD_CAPSULE_FRONT + UPLOAD_CAPSULE_MOST)
#define UPLOAD_ENTRY_SIZE      60
#define UPLOAD_TRAILER_SIZE    512
#define UPLOAD_BODY_LEAST      (256 + 16)
#define UPLOAD_BODY_MOST       (98304 + 16)

/* The parts that are the same for all recipients. */
struct upload_shared {
    uint8_t head[UPLOAD_HEAD_SIZE]; /* version, suite, profile, flags, E */
    struct bytes scope;             /* of a partial upload, as it travels, borrowed; else empty */
    uint8_t com[UPLOAD_COMMITMENT_SIZE];
    struct roster_id roster;
    struct bytes body, trailer; /* borrowed */
};

struct upload_capsule {
    uint16_t recipient;
    struct bytes capsule; /* of the head's profile, borrowed */
};

struct upload {
    struct upload_shared shared;
    uint64_t number;
    struct upload_capsule *capsule; /* recipients rising */
    size_t capsules;
    struct bytes entries; /* UPLOAD_ENTRY_SIZE bytes each, borrowed */
    size_t recipients;
};

/* What one device gets. */
struct upload_delivery {
    struct upload_shared shared;
    struct bytes entry; /* UPLOAD_ENTRY_SIZE bytes, borrowed */
};

/* A capsule as it is delivered, or as it stands in an upload. */
struct upload_capsule_form {
    uint8_t profile;
    struct bytes point; /* E_c, 67 bytes, borrowed */
    uint32_t prekey;    /* number of the receiver's prekey */
    struct bytes ct;    /* ML-KEM ciphertext, borrowed; empty in profile standard */
    struct bytes box;   /* borrowed */
};

/* Append a scope: the places of n recipients, rising, 1 <= n <= LIMIT_RECIPIENTS; or read the one
 * that stands behind a head, if this has any. */
void upload_write_scope(const uint16_t *place, size_t n, struct buf *out);
void upload_read_scope(struct reader *r, struct upload_shared *shared);

/* The profile that is named by the head of an upload or delivery, 0 when these bytes are too short;
 * and how long a capsule of a profile is, 0 when there is none such. */
uint8_t upload_profile(struct bytes front);
size_t upload_capsule_size(uint8_t profile);

/* Append an upload, or the part of it that one device gets.  Sizes and counts must be as 6.3 says.
 */
void upload_write(const struct upload *u, struct buf *out);
void upload_write_delivery(const struct upload_shared *shared, struct bytes entry, struct buf *out);
/* `capsule` with version, suite and profile before it. */
void upload_write_capsule(uint8_t profile, struct bytes capsule, struct buf *out);

/* The array of capsules lives in the arena.  E_TRUNCATED; E_MALFORMED: also another version, suite,
 * profile or flags, a point that cannot be one, a scope that is empty or unsorted, capsules that
 * are unsorted, of two points or for nobody, no entries or other than the scope's, a body that is
 * no padding step; E_LIMIT; E_NOMEM.
 *
 * A delivery carries no length of its body: cut to another step it still parses, and is then the
 * seal's to refuse. */
FALLIBLE upload_parse(struct bytes in, struct arena *a, struct upload *out);
FALLIBLE upload_parse_delivery(struct bytes in, struct upload_delivery *out);
FALLIBLE upload_parse_capsule(struct bytes delivered, struct upload_capsule_form *out);
FALLIBLE upload_parse_capsule_body(uint8_t profile, struct bytes capsule,
                                   struct upload_capsule_form *out);

/* How many places the scope of a partial upload has, 0 for one that is for all; and the place of
 * recipient i of those, counted from 0 among the roster's. */
size_t upload_places(const struct upload_shared *shared);
uint16_t upload_place(const struct upload_shared *shared, size_t i);

/* Prekey number mod 65536 that entry i names. */
uint16_t upload_entry_prekey(const struct upload *u, size_t i);
struct bytes upload_entry(const struct upload *u, size_t i);

/* Is this the length of padded content of [PROTOCOL 6.1]?  And the least step that holds n, or 0
 * when none does. */
bool upload_is_padding_step(size_t n);
size_t upload_padding_step(size_t n);

/* First 8 bytes of SHA-384 of an upload, by which the server knows it again.  [PROTOCOL 10 M1] */
FALLIBLE upload_mark(struct bytes in, uint8_t out[8]);

#endif
