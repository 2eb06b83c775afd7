/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof: what of a message shows a third device who wrote it: the sender's signature with all that
 * it covers, but the content, which it covers by its digest.  [PROTOCOL 6.2, 15.5]
 *
 * It shows that this device signed this core, and by it this content in this room at this place of
 * its stream; not who got it, and not that its device was in its account's list.
 */
#ifndef TACET_E2EE_PROOF_H
#define TACET_E2EE_PROOF_H

#include "e2ee/schedule.h"
#include "e2ee/trailer.h"

#define PROOF_SIZE (SCHEDULE_CTX_SIZE + TRAILER_SIGNED_SIZE)

/* Of what was signed: ctx, and the trailer in clear. */
void proof_write(const uint8_t ctx[SCHEDULE_CTX_SIZE], struct bytes trailer,
                 uint8_t out[PROOF_SIZE]);

/* Form only: whose would it be?  E_TRUNCATED, E_MALFORMED. */
FALLIBLE proof_parse(struct bytes in, struct core *core, struct wrap *wrap);

/* E_FORGED: another content, or not this device's signature.  Else as proof_parse(). */
FALLIBLE proof_check(struct bytes in, struct bytes content, const struct sign_public *dsk);

#endif
