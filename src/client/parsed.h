/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parsed: the public keys of devices that were met before, as points that need no parsing again,
 * which costs a third of a key agreement.
 *
 * A key is found by all of its bytes, so none is ever stale.  After PARSED_MOST of them all are
 * forgotten, and come back as they are needed.
 */
#ifndef TACET_CLIENT_PARSED_H
#define TACET_CLIENT_PARSED_H

#include "crypto/agree.h"
#include "crypto/sign.h"

#define PARSED_MOST 2048 /* 2.2 KB each */

struct parsed;

FALLIBLE parsed_new(struct parsed **out);
void parsed_free(struct parsed *p); /* NULL is fine; keys that were handed out stay */

/* As agree_public_parse() and sign_public_parse(): the caller frees what it gets. */
FALLIBLE parsed_agree(struct parsed *p, const uint8_t point[AGREE_PUBLIC_SIZE],
                      struct agree_public **out);
FALLIBLE parsed_sign(struct parsed *p, const uint8_t point[SIGN_PUBLIC_SIZE],
                     struct sign_public **out);

#endif
