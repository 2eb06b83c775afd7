/* SPDX-License-Identifier: Apache-2.0 */
/* What a message says of a file that lies at the server [PROTOCOL 13.8]. */
#include "e2ee/attachment.h"

#include "fuzz/fuzz.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf b = BUF(ATTACHMENT_MAX_SIZE);
    struct attachment a;
    struct err err;

    FUZZ_FILLED(a);
    err = attachment_parse(bytes(at, n), &a);
    if (err.code == E_OK) {
        invariant(a.file.size <= LIMIT_FILE && a.name.n <= ATTACHMENT_NAME_MAX &&
                  a.type.n <= ATTACHMENT_TYPE_MAX && a.preview.n <= ATTACHMENT_PREVIEW_MAX);
        invariant(attachment_write(&a, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), bytes(at, n)));
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&a, sizeof a));
    }
    buf_free(&b);
    return 0;
}
