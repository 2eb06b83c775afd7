/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chains: this device's channels as the vault keeps them: sending epochs, receiving epochs and
 * skipped keys, one record of each a peer device.  [PROTOCOL 5]
 *
 * Everything here happens in the caller's transaction, so a step of a chain and what it was taken
 * for are committed together or not at all.
 */
#ifndef TACET_CLIENT_CHAINS_H
#define TACET_CLIENT_CHAINS_H

#include "client/vault.h"
#include "e2ee/open.h"

#define CHAINS_SKIPPED_DEVICE_MAX 50000 /* skipped keys in all, over every peer */

/* The epoch of a profile that we send in.  E_ABSENT: none yet. */
FALLIBLE chains_sending(struct vault *v, const struct device_id *to, uint8_t profile,
                        struct epoch *out);
FALLIBLE chains_put_sending(struct vault *v, const struct device_id *to, const struct epoch *e);
/* Its capsule never reached anybody: the next message opens another. */
FALLIBLE chains_forget_sending(struct vault *v, const struct device_id *to, uint8_t profile);
/* Whatever the profile, the next message to this device opens another. */
FALLIBLE chains_open_anew(struct vault *v, const struct device_id *to);
/* To nobody do we send in an epoch that a copy of this vault may have used. */
FALLIBLE chains_forget_all_sending(struct vault *v);

/* Was a capsule with this epoch id accepted under the prekey? */
FALLIBLE chains_epoch_seen(struct vault *v, const struct epoch *e, bool *seen);

/* A capsule's epoch: newest of its sender; more than CHANNEL_EPOCHS_MAX push out the oldest. */
FALLIBLE chains_accept(struct vault *v, const struct party *from, uint32_t prekey,
                       const struct epoch *e);

/* What opened a delivery, and what the vault must change when all else is checked too. */
struct chains_match {
    struct party from;
    struct epoch after;     /* the epoch's new state; unchanged for a skipped key */
    bool was_skipped;       /* the key came from the skipped ones */
    struct skipped *passed; /* in the arena */
    size_t n_passed;
};

#define CHAINS_NEAR 256 /* steps ahead, which cost less than opening the hint did */

/* Find the sender whose channel opens this delivery: every device that the hint's prefix fits,
 * every epoch newest first, skipped keys too.  *steps: how many may be taken ahead where it is no
 * longer near, since anybody can write any hint; those that were are taken off.  E_ABSENT: none,
 * or it is too far.  Other errors of open_entry after the key fitted (E_MALFORMED) come through. */
FALLIBLE chains_open(struct vault *v, const struct party *me, uint32_t prekey, struct opened *o,
                     uint32_t *steps, struct arena *a, struct chains_match *out);

/* A mark of the epochs in which devices with this prefix send: what none of them opens, none will
 * while it stays the same. */
FALLIBLE chains_mark(struct vault *v, const uint8_t prefix[SCHEDULE_PREFIX_SIZE],
                     uint8_t out[CHANNEL_EPOCH_ID_SIZE]);

/* Keep what chains_open found: the chain moves on, skipped keys are stored, a used one is erased,
 * old epochs and old skipped keys go. */
FALLIBLE chains_advance(struct vault *v, const struct opened *o, const struct chains_match *m,
                        uint64_t now_ms);

#endif
