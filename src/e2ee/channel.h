/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel: what one device and another share, one key each way.  [PROTOCOL 5]
 *
 * A capsule opens an epoch; an epoch is a chain of message keys.  Nothing here remembers anything:
 * state comes in and goes out as a struct epoch, and the caller commits it.
 */
#ifndef TACET_E2EE_CHANNEL_H
#define TACET_E2EE_CHANNEL_H

#include "base/arena.h"
#include "base/clock.h"
#include "crypto/agree.h"
#include "crypto/mlkem/mlkem.h"
#include "e2ee/identity.h"
#include "statement/prekey.h"
#include "statement/upload.h"

#define CHANNEL_KEY_SIZE        32
#define CHANNEL_EPOCH_ID_SIZE   8
#define CHANNEL_EPOCHS_MAX      4                   /* receiving epochs of an ordered pair */
#define CHANNEL_STEPS_MAX       65536               /* ahead of what was received, in one message */
#define CHANNEL_SKIPPED_MAX     1000                /* kept a channel */
#define CHANNEL_MESSAGES_MAX    10000               /* before a sender opens a new epoch */
#define CHANNEL_AGE_MAX_MS      (30 * CLOCK_DAY_MS) /* the same */
#define CHANNEL_OLD_EPOCH_MS    (31 * CLOCK_DAY_MS) /* kept after a newer one was used */
#define CHANNEL_SKIPPED_LIFE_MS (30 * CLOCK_DAY_MS)

struct epoch {
    uint8_t profile; /* its capsule's; it is for messages of this one alone */
    uint8_t id[CHANNEL_EPOCH_ID_SIZE];
    uint8_t ck[CHANNEL_KEY_SIZE];
    uint32_t n;       /* the next message's place */
    uint64_t made_ms; /* sender: opened; receiver: accepted */
};

/* A message key that was passed over. */
struct skipped {
    uint32_t n;
    uint8_t mk[CHANNEL_KEY_SIZE];
};

/* The key pair and signature that all capsules of one upload share. */
struct channel_opener {
    struct party from;
    uint8_t point[AGREE_PUBLIC_SIZE];
    struct agree_private *secret;
    uint64_t made_ms;
    uint8_t sig[SIGN_SIZE];
};

/* A prekey as a capsule uses it. */
struct channel_prekey {
    uint32_t number;
    uint8_t point[AGREE_PUBLIC_SIZE];
    uint8_t kem_digest[PREKEY_KEM_DIGEST_SIZE];
};

/* Whom a sender opens an epoch to: all borrowed. */
struct channel_peer {
    const struct party *who;
    const struct channel_prekey *prekey;
    const struct agree_public *key; /* its point, parsed */
    struct bytes kem;               /* its ML-KEM key; not looked at in profile standard */
};

/* A receiver, with the private halves of the prekey: all borrowed. */
struct channel_receiver {
    const struct party *who;
    const struct channel_prekey *prekey;
    const struct agree_private *secret;
    const struct mlkem_private *kem; /* not looked at in profile standard */
};

/* What a capsule says about itself; to be believed once channel_verify() agrees. */
struct channel_claim {
    struct party from;
    uint8_t point[AGREE_PUBLIC_SIZE];
    uint64_t made_ms;
    uint8_t sig[SIGN_SIZE];
};

FALLIBLE channel_opener_make(const struct identity *me, uint64_t now_ms,
                             struct channel_opener *out);
void channel_opener_free(struct channel_opener *o); /* wipes; harmless on a zeroed one */

/* Open an epoch of a profile to a device: the epoch for us, and upload_capsule_size(profile) bytes
 * appended for it, or nothing at all.  E_MALFORMED: no such profile, or `kem` is no key; E_FORGED:
 * it is another key than the prekey's. */
FALLIBLE channel_open(const struct channel_opener *o, const struct channel_peer *to,
                      uint8_t profile, struct epoch *epoch, struct buf *capsule);

/* The other side.  E_ABSENT: `in` names another prekey; E_MALFORMED: E_c is no point; E_FORGED: the
 * box does not open, or names this very device as the sender. */
FALLIBLE channel_accept(const struct upload_capsule_form *in, const struct channel_receiver *me,
                        uint64_t now_ms, struct channel_claim *claim, struct epoch *epoch);

/* E_FORGED: not signed by this device; E_CLOCK: dated too far ahead. */
FALLIBLE channel_verify(const struct channel_claim *claim, const struct point *dsk,
                        uint64_t now_ms);

/* Must a sender open a new epoch before its next message? */
bool channel_is_worn(const struct epoch *e, uint64_t now_ms);

/* The message key at e->n, and the chain one step on. */
FALLIBLE channel_step(struct epoch *e, uint8_t mk[CHANNEL_KEY_SIZE]);

/* From `have`, the message key at n >= have->n, the epoch after it, and the keys passed over: the
 * last CHANNEL_SKIPPED_MAX of them, in the arena.  E_LIMIT: more than CHANNEL_STEPS_MAX ahead.
 * E_ABSENT: n is behind. */
FALLIBLE channel_reach(const struct epoch *have, uint32_t n, struct arena *a, struct epoch *after,
                       uint8_t mk[CHANNEL_KEY_SIZE], struct skipped **passed, size_t *n_passed);

/* For the vault. */
#define CHANNEL_EPOCH_SIZE (1 + CHANNEL_EPOCH_ID_SIZE + CHANNEL_KEY_SIZE + 4 + 8)
void channel_write_epoch(const struct epoch *e, struct buf *out);
struct reader;
void channel_read_epoch(struct reader *r, struct epoch *out);

#endif
