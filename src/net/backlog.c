/* SPDX-License-Identifier: Apache-2.0 */
#include "net/backlog.h"

struct bytes backlog_view(const struct backlog *b)
{
    if (b->bytes.at == NULL)
        return bytes(NULL, 0);
    return bytes(&b->bytes.at[b->taken], b->bytes.n - b->taken);
}

size_t backlog_pending(const struct backlog *b)
{
    return b->bytes.n - b->taken;
}

void backlog_take(struct backlog *b, size_t n)
{
    size_t left = backlog_pending(b);

    invariant(n <= left);
    b->taken += n;
    left -= n;
    if (left == 0) {
        backlog_free(b);
    } else if (b->taken >= left) { /* each byte moves at most once for each one that left */
        memmove(b->bytes.at, &b->bytes.at[b->taken], left);
        buf_cut(&b->bytes, left);
        b->taken = 0;
    }
}

void backlog_free(struct backlog *b)
{
    buf_free(&b->bytes);
    b->taken = 0;
}
