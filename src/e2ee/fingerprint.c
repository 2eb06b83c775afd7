/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/fingerprint.h"

#include "base/encoding.h"
#include "crypto/hash.h"

#define SIDE_SIZE (32 + 32 + SIGN_PUBLIC_SIZE)

static void write_side(const struct fingerprint_side *side, struct buf *out)
{
    buf_bytes(out, ID_BYTES(side->nid));
    buf_bytes(out, ID_BYTES(side->aid));
    buf_bytes(out, BYTES(side->ark.b));
}

struct err fingerprint_make(const struct fingerprint_side *a, const struct fingerprint_side *b,
                            uint8_t out[FINGERPRINT_SIZE])
{
    struct err err = OK;
    struct buf one = BUF(SIDE_SIZE), two = BUF(SIDE_SIZE);
    struct bytes first, second;

    write_side(a, &one);
    write_side(b, &two);
    TRY_OUT(buf_end(&one, &first));
    TRY_OUT(buf_end(&two, &second));
    if (bytes_compare(first, second) > 0) {
        struct bytes swapped = first;

        first = second;
        second = swapped;
    }
    TRY_OUT(hash_sha512(HASH_PARTS(BYTES_LABEL("tacet1 safety"), first, second), out));
out:
    buf_free(&one);
    buf_free(&two);
    return err;
}

void fingerprint_digits(const uint8_t in[FINGERPRINT_SIZE], char out[FINGERPRINT_DIGITS + 1])
{
    for (size_t group = 0; group < FINGERPRINT_DIGITS / 5; group++) {
        uint64_t v = 0;

        for (size_t i = 0; i < 5; i++)
            v = v << 8 | in[5 * group + i];
        v %= 100000;
        for (size_t i = 5; i > 0; i--, v /= 10)
            out[5 * group + i - 1] = (char)('0' + v % 10);
    }
    out[FINGERPRINT_DIGITS] = '\0';
}

void fingerprint_qr(const uint8_t in[FINGERPRINT_SIZE], struct buf *out)
{
    buf_text(out, FINGERPRINT_QR_PREFIX);
    encoding_base64(out, bytes(in, FINGERPRINT_SIZE));
}
