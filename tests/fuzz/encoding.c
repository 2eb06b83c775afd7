/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal and base64url: what is read is written back, and what is written is read back. */
#include "base/encoding.h"

#include "fuzz/fuzz.h"

static void read_base64(struct bytes text)
{
    struct buf read = BUF(text.n), again = BUF(text.n);
    struct err err = encoding_base64_read(text, &read);

    if (err.code == E_OK) {
        encoding_base64(&again, buf_view(&read));
        invariant(bytes_same(buf_view(&again), text));
    } else {
        invariant(err.code == E_MALFORMED && read.n == 0);
    }
    buf_free(&read);
    buf_free(&again);
}

static void write_base64(struct bytes in)
{
    struct buf text = BUF(2 * in.n + 4), again = BUF(in.n);

    encoding_base64(&text, in);
    invariant(encoding_base64_read(buf_view(&text), &again).code == E_OK);
    invariant(bytes_same(buf_view(&again), in));
    buf_free(&text);
    buf_free(&again);
}

static void read_hex(struct bytes text)
{
    struct buf out = BUF(text.n + 1), again = BUF(text.n);
    size_t n = text.n / 2;
    uint8_t *at = buf_extend(&out, n + 1);
    struct err err;

    memset(at, FUZZ_FILL, n + 1);
    err = encoding_hex_read(text, at, n);
    invariant(at[n] == FUZZ_FILL);
    if (err.code == E_OK) {
        encoding_hex(&again, bytes(at, n));
        invariant(again.n == text.n);
        for (size_t i = 0; i < text.n; i++) /* either case is read, lower case is written */
            invariant(again.at[i] == text.at[i] || again.at[i] == text.at[i] + ('a' - 'A'));
    } else {
        invariant(err.code == E_MALFORMED && fuzz_is_filled(at, n));
    }
    buf_free(&out);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    read_base64(bytes(at, n));
    write_base64(bytes(at, n));
    read_hex(bytes(at, n));
    return 0;
}
