/* SPDX-License-Identifier: Apache-2.0 */
/* Invitation links [PROTOCOL 8]: the input as a link, and as what a link says, rightly checked. */
#include "statement/invitation.h"

#include "base/encoding.h"
#include "crypto/hash.h"
#include "fuzz/fuzz.h"
#include "net/endpoint.h"

static const enum err_code refusals[] = {E_MALFORMED, E_FORGED, E_VERSION};

static bool is_refusal(enum err_code code)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (code == refusals[i])
            return true;
    return false;
}

static struct bytes trimmed(struct bytes in)
{
    static const char space[] = " \t\n\v\f\r";

    while (in.n > 0 && memchr(space, in.at[in.n - 1], sizeof space - 1) != NULL)
        in.n--;
    while (in.n > 0 && memchr(space, in.at[0], sizeof space - 1) != NULL)
        in = bytes(&in.at[1], in.n - 1);
    return in;
}

static void read_link(struct bytes link)
{
    struct buf again = BUF(INVITATION_LINK_MAX);
    struct invitation got;
    struct endpoint e;
    struct err err;

    FUZZ_FILLED(got);
    err = invitation_read(link, &got);
    if (err.code == E_OK) {
        invariant(got.address_n == strlen(got.address));
        invariant(endpoint_parse(got.address, &e).code == E_OK && e.port[0] != '0');
        invariant(invitation_write(&got, &again).code == E_OK);
        invariant(bytes_same(buf_view(&again), trimmed(link)));
    } else {
        invariant(is_refusal(err.code) && fuzz_is_filled(&got, sizeof got));
    }
    buf_free(&again);
}

/* The check bytes keep nobody out who means it. */
static void read_checked(struct bytes in)
{
    struct buf x = BUF(in.n + HASH_SHA256_SIZE), link = BUF(2 * INVITATION_LINK_MAX);
    uint8_t digest[HASH_SHA256_SIZE];

    invariant(hash_sha256(&in, 1, digest).code == E_OK);
    buf_bytes(&x, in);
    buf_bytes(&x, bytes(digest, 4));
    buf_text(&link, INVITATION_PREFIX);
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
