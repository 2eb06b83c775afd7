/* SPDX-License-Identifier: Apache-2.0 */
/*
 * following: by which of my account's lists others have been seen to write.
 *
 * A roster names the list of each account that its message goes to [PROTOCOL 4.6].  Whoever has
 * signed something under a roster with my list of some version has sealed it for the devices in
 * that one: from then on they are known to use it, and to have left who is revoked by it out.
 */
#ifndef TACET_CLIENT_FOLLOWING_H
#define TACET_CLIENT_FOLLOWING_H

#include "base/id.h"
#include "client/vault.h"

/* In the caller's transaction: somebody has used my list of this version.  Older ones than before
 * are no news. */
FALLIBLE following_note(struct vault *v, const struct account_id *who, uint32_t version);

/* The newest; 0: none was seen. */
FALLIBLE following_newest(struct vault *v, const struct account_id *who, uint32_t *version);

#endif
