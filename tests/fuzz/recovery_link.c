/* SPDX-License-Identifier: Apache-2.0 */
/* Links beside recovery keys [PROTOCOL 15.6]: the input as a link, and as what a link says, rightly
 * checked. */
#include "statement/recovery_link.h"

#include "base/encoding.h"
#include "crypto/hash.h"
#include "fuzz/fuzz.h"

static void read_link(struct bytes text)
{
    struct buf again = BUF(RECOVERY_LINK_MAX);
    struct recovery_link got, same;
    struct err err;

    FUZZ_FILLED(got);
    err = recovery_link_read(text, &got);
    if (err.code == E_OK) {
        invariant(got.address_n == strlen(got.address));
        invariant(recovery_link_write(&got, &again).code == E_OK && again.n <= text.n);
        invariant(recovery_link_read(buf_view(&again), &same).code == E_OK);
        invariant(memcmp(&got, &same, sizeof got) == 0);
    } else {
        invariant(err.code == E_MALFORMED || err.code == E_FORGED || err.code == E_VERSION);
        invariant(fuzz_is_filled(&got, sizeof got));
    }
    buf_free(&again);
}

/* The check bytes keep nobody out who means it. */
static void read_checked(struct bytes in)
{
    struct buf x = BUF(in.n + HASH_SHA256_SIZE), link = BUF(2 * RECOVERY_LINK_MAX);
    uint8_t digest[HASH_SHA256_SIZE];

    invariant(hash_sha256(&in, 1, digest).code == E_OK);
    buf_bytes(&x, in);
    buf_bytes(&x, bytes(digest, 4));
    buf_text(&link, RECOVERY_LINK_PREFIX);
    encoding_base64(&link, buf_view(&x));
    if (link.failed == E_OK)
        read_link(buf_view(&link));
    buf_free(&x);
    buf_free(&link);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    read_link(bytes(at, n));
    read_checked(bytes(at, n));
    return 0;
}
