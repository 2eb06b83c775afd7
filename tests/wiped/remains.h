/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remains: looks for secrets in memory that nobody holds any more: in each block of the heap as it
 * is freed, OpenSSL's included, and in the stack below the frame that a call returned to.
 *
 * A secret is looked for in pieces of 8 bytes, at any place, in its own order, in that in which
 * numbers of OpenSSL and words of SHA-2 have it, and as 66 bytes also in the limbs of its P-521.
 * What was turned into something else on the way, as a round key, is not recognised.
 */
#ifndef TACET_TESTS_REMAINS_H
#define TACET_TESTS_REMAINS_H

#include "base/bytes.h"

/* Looked for from now on, under a name for the report; until remains_forget(). */
void remains_seek(const char *name, struct bytes secret);
void remains_forget(void);

/* How many pieces of secrets one call leaves behind; each is printed. */
size_t remains_after(void (*call)(void));

#endif
