/* SPDX-License-Identifier: Apache-2.0 */
/* The box of an ask [PROTOCOL 15.2] from somebody who saw the link: what is sealed is the input. */
#include "e2ee/link_ask.h"

#include "fuzz/fuzz.h"
#include "fuzz/joining.h"

/* 15.1, with the nid and aid of tests/vectors, which the ids of its asks follow from. */
static const struct device_link link = FUZZ_VECTOR_LINK;

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const enum err_code refusals[] = {E_TRUNCATED, E_MALFORMED, E_FORGED, E_LIMIT};
    uint8_t digest[HASH_SHA512_SIZE];
    struct link_ask ask;
    struct err err;
    bool known = false;

    FUZZ_FILLED(ask);
    err = link_ask_open(&link, bytes(at, n), &ask);
    if (err.code == E_OK) {
        invariant(ask.name_n <= LINK_ASK_NAME_MAX && ask.name[ask.name_n] == '\0');
        invariant(mlkem_public_check(BYTES(ask.kem)));
        invariant(link_ask_digest(&ask, digest).code == E_OK);
        return 0;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        known |= err.code == refusals[i];
    invariant(known && fuzz_is_filled(&ask, sizeof ask));
    return 0;
}
