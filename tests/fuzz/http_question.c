/* SPDX-License-Identifier: Apache-2.0 */
/* A question to the monitor: one head and nothing behind it, asked by GET or HEAD. */
#include "fuzz/fuzz.h"
#include "net/http.h"

static void was_taken(struct bytes in, const struct http_question *q)
{
    struct http_question none;

    invariant(in.n <= NET_HEAD_MAX && fuzz_is_within(q->path, in));
    invariant(q->path.n > 0 && q->path.at[0] == '/');
    for (size_t i = 0; i < q->path.n; i++)
        invariant(q->path.at[i] > ' ' && q->path.at[i] <= '~');
    invariant(memcmp(in.at, q->head ? "HEAD " : "GET /", 5) == 0);
    invariant(memcmp(in.at + in.n - 4, "\r\n\r\n", 4) == 0);
    for (size_t n = in.n - 1; n > 0; n /= 2)
        invariant(http_question_read(bytes(in.at, n), &none).code == E_TRUNCATED);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct http_question q;
    struct err err;

    FUZZ_FILLED(q);
    err = http_question_read(bytes(at, n), &q);
    if (err.code == E_OK)
        was_taken(bytes(at, n), &q);
    else
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_DENIED ||
                  err.code == E_LIMIT);
    if (err.code == E_TRUNCATED)
        invariant(n <= NET_HEAD_MAX);
    return 0;
}
