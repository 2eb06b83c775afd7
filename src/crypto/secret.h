/* SPDX-License-Identifier: Apache-2.0 */
/* secret: bytes that must not outlive their use. */
#ifndef TACET_CRYPTO_SECRET_H
#define TACET_CRYPTO_SECRET_H

#include "base/bytes.h"

/* Overwritten with zeros, in a way that no compiler removes. */
void secret_wipe(void *at, size_t n);

/* Wipes the stack below the caller, as far as OpenSSL's P-521 goes twice over: it leaves there what
 * it has computed. */
void secret_sweep(void);

/* Equal, in a time that depends on the lengths alone. */
bool secret_same(struct bytes a, struct bytes b);

/* These bytes came from a secret, and from here on the code may depend on them: a public key, a
 * verdict, what was opened.  It is nothing but a mark: tests/constant_time have valgrind report
 * each branch and each address that depends on a secret which nobody revealed. */
#ifdef TACET_TAINT
void secret_reveal(const void *at, size_t n);
#else
static inline void secret_reveal(const void *at, size_t n)
{
    (void)at;
    (void)n;
}
#endif

#endif
