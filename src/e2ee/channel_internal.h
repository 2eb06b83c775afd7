/* SPDX-License-Identifier: Apache-2.0 */
/* channel_internal: the inner step of channel_open, where known-answer tests bring what ML-KEM's
 * randomness made. */
#ifndef TACET_E2EE_CHANNEL_INTERNAL_H
#define TACET_E2EE_CHANNEL_INTERNAL_H

#include "e2ee/channel.h"

/* What an encapsulation gave; in profile standard there is none, and only the profile counts. */
struct channel_sealed {
    uint8_t profile;
    uint8_t ct[MLKEM_SEALED_SIZE];
    uint8_t shared[MLKEM_SHARED_SIZE];
};

FALLIBLE channel_open_with(const struct channel_opener *o, const struct channel_peer *to,
                           const struct channel_sealed *sealed, struct epoch *epoch,
                           struct buf *capsule);

#endif
