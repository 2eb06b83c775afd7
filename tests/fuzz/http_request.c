/* SPDX-License-Identifier: Apache-2.0 */
/* The upgrade request as a server reads it: one head, nothing smuggled behind or inside it. */
#include "fuzz/fuzz.h"
#include "net/http.h"

/* Said again without the parser: lines of printable ASCII, ended by CR LF, the last one empty. */
static void is_one_head(struct bytes in)
{
    size_t line = 0, empty = 0;

    invariant(in.n <= NET_HEAD_MAX);
    for (size_t i = 0; i < in.n; i++, line++) {
        invariant(empty == 0);
        if (in.at[i] == '\r') {
            invariant(i + 1 < in.n && in.at[i + 1] == '\n');
            empty += line == 0;
            line = SIZE_MAX; /* the next line begins behind the line feed */
            i++;
        } else {
            invariant(in.at[i] >= ' ' && in.at[i] <= '~');
        }
    }
    invariant(empty == 1 && line == 0);
}

static void was_accepted(struct bytes in, struct bytes key)
{
    static const uint8_t other_key[HTTP_KEY_SIZE];
    struct buf answer = BUF(NET_HEAD_MAX);
    struct bytes none;
    size_t used = 0;
    unsigned status = 0;

    is_one_head(in);
    invariant(key.n == HTTP_KEY_TEXT && fuzz_is_within(key, in));
    for (size_t n = in.n - 1; n > 0; n /= 2)
        invariant(http_request_read(bytes(in.at, n), &none).code == E_TRUNCATED);
    invariant(http_acceptance_write(&answer, key).code == E_OK);
    invariant(http_response_read(buf_view(&answer), other_key, &used, &status).code == E_OK ||
              used == 0); /* an answer to this key, or to another one: never half a one */
    buf_free(&answer);
}

static void was_refused(struct err err)
{
    struct buf answer = BUF(NET_HEAD_MAX);
    static const uint8_t key[HTTP_KEY_SIZE];
    size_t used = 0;
    unsigned status = 0;

    invariant(err.code == E_MALFORMED || err.code == E_ABSENT || err.code == E_VERSION ||
              err.code == E_LIMIT);
    http_refusal_write(&answer, err.code);
    invariant(answer.failed == E_OK);
    invariant(http_response_read(buf_view(&answer), key, &used, &status).code == E_DENIED);
    invariant(status >= 400 && status < 500);
    buf_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct bytes key;
    struct err err;

    FUZZ_FILLED(key);
    err = http_request_read(bytes(at, n), &key);
    if (err.code == E_OK)
        was_accepted(bytes(at, n), key);
    else
        invariant(fuzz_is_filled(&key, sizeof key));
    if (err.code == E_TRUNCATED)
        invariant(n <= NET_HEAD_MAX);
    else if (err.code != E_OK)
        was_refused(err);
    return 0;
}
