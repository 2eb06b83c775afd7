/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain: HTTP without TLS, for programs on this machine: one question, one answer, and the
 * connection closes.
 *
 * At most NET_PLAIN_MAX connections, each for NET_PLAIN_MS at most; who comes while all are taken
 * is hung up on.  Everything happens on the loop's thread.
 */
#ifndef TACET_NET_PLAIN_H
#define TACET_NET_PLAIN_H

#include "base/buf.h"

#define PLAIN_BODY_MAX (256 * 1024)

struct loop;
struct plain;

struct plain_answer {
    const char *status; /* "200 OK"; NULL: there is nothing at this path */
    const char *type;   /* of the body */
    struct buf body;    /* of PLAIN_BODY_MAX; freed by whoever asked for it */
};

/* Listens at "host:port", port 0: the kernel chooses.  `answer` is called once a question, with a
 * path that is borrowed.  E_DENIED: not an address of this machine alone; E_MALFORMED, E_ABSENT,
 * E_CONFLICT, E_IO, E_NOMEM: as listener_tcp. */
FALLIBLE plain_new(struct loop *l, const char *address,
                   void (*answer)(void *ctx, struct bytes path, struct plain_answer *out),
                   void *ctx, struct plain **out);

uint16_t plain_port(const struct plain *p);

/* With all its connections.  NULL is fine. */
void plain_free(struct plain *p);

#endif
