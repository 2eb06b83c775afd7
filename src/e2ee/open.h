/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open: a delivery, opened step by step, each step a pure function.  [PROTOCOL 6.5]
 *
 *   open_begin    form, ctx            -> which of my prekeys?
 *   open_agree    my prekey            -> z; on any thread, and may be left to open_hint
 *   open_hint     my prekey            -> claimed sender prefix and n: which channel, which epoch?
 *   open_entry    message key          -> MK, commitment, trailer: core and wrap, form only
 *   (the caller)  sender is the channel's; roster digest; roster verdict; sender's key
 *   open_content  sender's key         -> signature, body, digest: the content
 *
 * No step changes anything but the struct; a step that fails may be tried again with other input.
 */
#ifndef TACET_E2EE_OPEN_H
#define TACET_E2EE_OPEN_H

#include "base/buf.h"
#include "e2ee/schedule.h"
#include "e2ee/trailer.h"

struct opened {
    struct upload_delivery in; /* borrowed from the delivery */
    uint8_t ctx[SCHEDULE_CTX_SIZE];
    uint16_t prekey_low; /* number of my prekey, mod 65536 */

    /* after open_agree */
    bool agreed;
    uint8_t z[AGREE_SHARED_SIZE];

    /* after open_hint */
    uint8_t prefix[SCHEDULE_PREFIX_SIZE]; /* of the claimed sender's device id */
    uint32_t n;

    /* after open_entry */
    uint8_t mk[AEAD_KEY_SIZE];
    uint8_t trailer[UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE];
    struct core core;
    struct wrap wrap;
};

/* E_TRUNCATED, E_MALFORMED, E_LIMIT. */
FALLIBLE open_begin(struct bytes delivery, struct opened *o);

/* What open_hint() begins with, and then does not do again: the prekey must be the same one.
 * E_MALFORMED: E is no point. */
FALLIBLE open_agree(struct opened *o, const struct agree_private *prekey);

/* E_MALFORMED: E is no point. */
FALLIBLE open_hint(struct opened *o, const struct agree_private *prekey,
                   const struct device_id *me);

/* Try one candidate: the channel's sender, an epoch of it, and the message key there at o->n.
 * E_FORGED: this entry was not sealed under that key, its message is of another profile than the
 * epoch, or the commitment or the trailer does not fit.  E_MALFORMED: the trailer's form.  On error
 * no MK and no trailer are left in `o`. */
struct open_candidate {
    const struct device_id *from;
    const struct party *me;
    uint32_t prekey;      /* my prekey's whole number */
    uint8_t profile;      /* the epoch's */
    const uint8_t *epoch; /* CHANNEL_EPOCH_ID_SIZE bytes */
    const uint8_t *mk;    /* CHANNEL_KEY_SIZE bytes */
};
FALLIBLE open_entry(struct opened *o, const struct open_candidate *c);

/* The content, appended to `out`.  E_FORGED: signature, body or digest; E_MALFORMED: padding. */
FALLIBLE open_content(struct opened *o, const struct sign_public *dsk, struct buf *out);

void open_wipe(struct opened *o);

#endif
