/* SPDX-License-Identifier: Apache-2.0 */
/* secret: bytes that must not outlive their use. */
#ifndef TACET_CRYPTO_SECRET_H
#define TACET_CRYPTO_SECRET_H

#include "base/bytes.h"

/* Overwritten with zeros, in a way that no compiler removes. */
void secret_wipe(void *at, size_t n);

/* Equal, in a time that depends on the lengths alone. */
bool secret_same(struct bytes a, struct bytes b);

#endif
