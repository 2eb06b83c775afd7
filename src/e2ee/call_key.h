/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_key: media frames of a call, as SFrame seals them [RFC9605], under keys that follow from the
 * call's secret, the sending device and the epoch.  [PROTOCOL 14]
 *
 * A sender counts its frames, a receiver remembers which of the last ones it has had.  Neither
 * touches a disk: a device that lost its sender goes on in the next epoch.
 */
#ifndef TACET_E2EE_CALL_KEY_H
#define TACET_E2EE_CALL_KEY_H

#include "base/buf.h"
#include "base/id.h"
#include "crypto/aead.h"

#define CALL_KEY_SECRET_SIZE   32
#define CALL_KEY_BASE_SIZE     32
#define CALL_KEY_HEADER_MOST   17
#define CALL_KEY_METADATA_MOST 256       /* bytes that travel beside a frame, authenticated */
#define CALL_KEY_MEDIA_MOST    (1 << 20) /* bytes of one frame of media */
#define CALL_KEY_FRAMES_MOST   (UINT64_C(1) << 32) /* of one device in one epoch */
#define CALL_KEY_WINDOW        1024                /* frames that may overtake each other */

/* What one device seals with in one epoch.  Wiped where it dies. */
struct call_keys {
    uint64_t kid;
    uint8_t key[AEAD_KEY_SIZE], salt[AEAD_NONCE_SIZE];
};

/* All that a device sends in an epoch counts here, whatever the media. */
struct call_sender {
    struct call_keys keys;
    uint64_t next; /* counter of the next frame */
};

/* What came from one device in one epoch. */
struct call_receiver {
    struct call_keys keys;
    uint64_t end; /* one more than the highest counter had; 0: none */
    uint64_t had[CALL_KEY_WINDOW / 64];
};

struct call_header {
    uint64_t kid, ctr;
};

/* Who sends in which epoch.  E_LIMIT: an index of LIMIT_CALL_DEVICES or more. */
FALLIBLE call_key_id(uint32_t epoch, uint32_t index, uint64_t *kid);

/* E_MALFORMED: no such epoch. */
FALLIBLE call_key_whose(uint64_t kid, uint32_t *epoch, uint32_t *index);

/* A device's media key in an epoch, which is SFrame's base key.  E_CRYPTO. */
FALLIBLE call_key_base(const uint8_t secret[CALL_KEY_SECRET_SIZE], const struct device_id *did,
                       uint32_t epoch, uint8_t out[CALL_KEY_BASE_SIZE]);

/* Key and salt of a base key [RFC9605 4.4.2], which may have any length.  E_CRYPTO. */
FALLIBLE call_key_derive(struct bytes base, uint64_t kid, struct call_keys *out);

/* Begin an epoch, as the device itself or as one that hears it.  E_LIMIT: as call_key_id().
 * E_CRYPTO. */
FALLIBLE call_key_sender(const uint8_t secret[CALL_KEY_SECRET_SIZE], const struct device_id *did,
                         uint32_t epoch, uint32_t index, struct call_sender *out);
FALLIBLE call_key_receiver(const uint8_t secret[CALL_KEY_SECRET_SIZE], const struct device_id *did,
                           uint32_t epoch, uint32_t index, struct call_receiver *out);

/* The least form of a header [RFC9605 4.3]; returns its length.  Parsing leaves the length in `n`
 * and looks at nothing behind it.  E_TRUNCATED; E_MALFORMED: not the least form. */
size_t call_key_write_header(const struct call_header *h, uint8_t out[CALL_KEY_HEADER_MOST]);
FALLIBLE call_key_parse_header(struct bytes frame, struct call_header *out, size_t *n);

/* Append header | ciphertext | tag.  A counter is used up even when this fails.
 * E_LIMIT: metadata or media too long, no room in `out`, or CALL_KEY_FRAMES_MOST frames were
 * sealed: time for another epoch.  E_NOMEM, E_CRYPTO; nothing is appended then. */
FALLIBLE call_key_seal(struct call_sender *s, struct bytes metadata, struct bytes media,
                       struct buf *out);

/* Append the media in a frame.  The receiver changes when this succeeds, and not otherwise.
 * E_TRUNCATED, E_MALFORMED: not a frame.  E_ABSENT: of another device or epoch.  E_CONFLICT: had
 * already.  E_STALE: too old to tell.  E_FORGED: not sealed with these keys, or other metadata.
 * E_LIMIT: too long, or a counter that no sender reaches.  E_NOMEM, E_CRYPTO. */
FALLIBLE call_key_open(struct call_receiver *r, struct bytes metadata, struct bytes frame,
                       struct buf *out);

#endif
