/* SPDX-License-Identifier: Apache-2.0 */
/* Padded content [PROTOCOL 6.1], taken out and put in. */
#include "e2ee/payload.h"

#include "fuzz/fuzz.h"
#include "statement/upload.h"
#include "wire/limits.h"

static void unpad(struct bytes in)
{
    struct buf b = BUF(UPLOAD_BODY_MOST);
    struct bytes content;
    struct err err;

    FUZZ_FILLED(content);
    err = payload_unpad(in, &content);
    if (err.code == E_OK) {
        invariant(fuzz_is_within(content, in) && content.n <= LIMIT_TEXT);
        invariant(payload_pad(content, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_LIMIT || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&content, sizeof content));
    }
    buf_free(&b);
}

static void pad(struct bytes in)
{
    struct buf b = BUF(UPLOAD_BODY_MOST);
    struct bytes content;

    invariant(payload_pad(in, &b).code == E_OK && upload_is_padding_step(b.n));
    invariant(payload_unpad(buf_view(&b), &content).code == E_OK && bytes_same(content, in));
    buf_free(&b);
}

/* The rest of the least step filled up with zeros: so the form is met often. */
static void unpad_filled(struct bytes in)
{
    struct buf b = BUF(UPLOAD_BODY_MOST);
    size_t step = upload_padding_step(in.n);

    buf_bytes(&b, in);
    buf_zeros(&b, step > in.n ? step - in.n : 0);
    unpad(buf_view(&b));
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    unpad(bytes(at, n));
    unpad_filled(fuzz_front(bytes(at, n), LIMIT_TEXT));
    pad(fuzz_front(bytes(at, n), LIMIT_TEXT));
    return 0;
}
