/* SPDX-License-Identifier: Apache-2.0 */
/* Files with a conversation that somebody wrote out [PROTOCOL 16].  Input: nid 32 | file. */
#include "client/host/export_file.h"

#include "fuzz/fuzz.h"

#define NOW_MS UINT64_C(1790000000000)

struct source {
    struct bytes left;
    size_t piece; /* so many bytes come at once */
};

static long give(void *ctx, uint8_t *at, size_t n)
{
    struct source *s = ctx;

    n = n < s->piece ? n : s->piece;
    n = n < s->left.n ? n : s->left.n;
    if (n > 0)
        memcpy(at, s->left.at, n);
    s->left = bytes(s->left.at + n, s->left.n - n);
    return (long)n;
}

static struct err check(const struct network_id *nid, struct bytes file, size_t piece,
                        struct export_found *out)
{
    struct source s = {file, piece};
    const struct export_file f = {nid, NOW_MS, give, &s};

    return export_file_check(&f, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    struct export_found whole, pieces;
    struct network_id nid;
    struct bytes file;
    struct err err;

    reader_copy(&r, nid.b, sizeof nid.b);
    file = reader_rest(&r);
    err = check(&nid, file, SIZE_MAX, &whole);
    invariant(whole.proved <= whole.messages);
    invariant(err.code == check(&nid, file, 7, &pieces).code);
    invariant(whole.messages == pieces.messages && whole.proved == pieces.proved);
    return 0;
}
