/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket as a program reads the answer: send() and recv() are the target's.
 *
 * Input: a byte for the length of pieces that arrive together; then what the server writes.
 */
#include <sys/socket.h>

#include "fuzz/fuzz.h"
#include "net/local.h"

ssize_t __wrap_send(int fd, const void *at, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *at, size_t n, int flags);

static struct reader answer;
static size_t piece;

ssize_t __wrap_send(int fd, const void *at, size_t n, int flags)
{
    (void)fd;
    (void)at;
    (void)flags;
    return (ssize_t)n;
}

ssize_t __wrap_recv(int fd, void *at, size_t n, int flags)
{
    size_t left = reader_left(&answer), take = piece < left ? piece : left;

    (void)fd;
    (void)flags;
    take = take < n ? take : n;
    reader_copy(&answer, at, take);
    return (ssize_t)take;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    struct buf reply = BUF(NET_LOCAL_MAX);
    struct bytes want;
    struct err err;

    piece = (size_t)reader_u8(&r) + 1;
    answer = reader(reader_rest(&r));
    err = local_ask(-1, BYTES_LITERAL("question"), &reply);
    want = reader_block(&r, NET_LOCAL_MAX);
    if (err.code == E_OK)
        invariant(r.failed == E_OK && bytes_same(buf_view(&reply), want));
    else
        invariant(reply.n == 0 && r.failed != E_OK &&
                  err.code == (r.failed == E_LIMIT ? E_LIMIT : E_CLOSED));
    buf_free(&reply);
    return 0;
}
