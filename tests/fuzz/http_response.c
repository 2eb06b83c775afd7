/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to an upgrade as a client reads it.  Its key is sixteen zero bytes. */
#include "fuzz/fuzz.h"
#include "net/http.h"

static const uint8_t KEY[HTTP_KEY_SIZE];

/* What follows the head does not change what it says. */
static void is_whole(struct bytes in, size_t used)
{
    static const uint8_t end[] = {'\r', '\n', '\r', '\n'};
    unsigned status = 0;
    size_t again = 0;

    invariant(used >= sizeof end && used <= in.n && used <= NET_HEAD_MAX);
    invariant(memcmp(&in.at[used - sizeof end], end, sizeof end) == 0);
    invariant(http_response_read(bytes(in.at, used), KEY, &again, &status).code == E_OK);
    invariant(again == used);
    invariant(http_response_read(bytes(in.at, used - 1), KEY, &again, &status).code == E_TRUNCATED);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    size_t used = SIZE_MAX;
    unsigned status = 0;
    struct err err = http_response_read(bytes(at, n), KEY, &used, &status);

    if (err.code == E_OK)
        is_whole(bytes(at, n), used);
    else
        invariant(used == SIZE_MAX);
    if (err.code == E_DENIED)
        invariant(status >= 100 && status <= 999 && status != 101);
    invariant(err.code == E_OK || err.code == E_DENIED || err.code == E_TRUNCATED ||
              err.code == E_MALFORMED || err.code == E_LIMIT);
    return 0;
}
