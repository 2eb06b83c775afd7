/* SPDX-License-Identifier: Apache-2.0 */
#include "property/seeded.h"

#define OPENSSL_SUPPRESS_DEPRECATED /* there is no other way under OpenSSL's generator */
#include <openssl/rand.h>

#include "property/dice.h"

static struct dice dice;

static int draw(unsigned char *out, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (unsigned char)(dice_roll(&dice) >> 56);
    return 1;
}

static int is_ready(void)
{
    return 1;
}

void seeded_begin(uint64_t seed)
{
    static const RAND_METHOD method = {.bytes = draw, .pseudorand = draw, .status = is_ready};

    dice.state = seed;
    (void)RAND_set_rand_method(&method);
}
