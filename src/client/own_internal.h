/* SPDX-License-Identifier: Apache-2.0 */
/* own_internal: own as its two files see it. */
#ifndef TACET_CLIENT_OWN_INTERNAL_H
#define TACET_CLIENT_OWN_INTERNAL_H

#include "client/own.h"

/* ---- own_prekeys.c; what changes the vault is in the caller's transaction */

FALLIBLE own_prekeys_load(struct own *o, struct vault *v, struct arena *a);
FALLIBLE own_prekeys_make(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms);
/* Private half i goes, from disk and from memory. */
FALLIBLE own_prekeys_delete(struct own *o, struct vault *v, size_t i);
void own_prekeys_free(struct own *o);

#endif
