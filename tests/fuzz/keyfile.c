/* SPDX-License-Identifier: Apache-2.0 */
/* Key files, whose password costs nothing and whose seal opens as it stands (see trusted.c). */
#include "crypto/keyfile.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    uint8_t pub[SIGN_PUBLIC_SIZE], own[SIGN_PUBLIC_SIZE];
    struct sign_private *key = NULL;
    struct err err, open;

    FUZZ_FILLED(pub);
    err = keyfile_public(bytes(at, n), pub);
    open = keyfile_open(bytes(at, n), BYTES_LITERAL("passphrase"), &key);
    if (err.code != E_OK) {
        invariant(err.code == E_MALFORMED || err.code == E_VERSION);
        invariant(fuzz_is_filled(pub, sizeof pub) && open.code == err.code);
    }
    if (open.code == E_OK) {
        invariant(n == KEYFILE_SIZE && sign_private_public(key, own).code == E_OK);
        invariant(memcmp(pub, own, sizeof pub) == 0);
    } else {
        invariant(key == NULL);
    }
    sign_private_free(key);
    return 0;
}
