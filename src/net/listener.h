/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener: a socket that others connect to.
 *
 * `accepted` is called on the loop's thread, once a connection, and is given its descriptor:
 * non-blocking, close-on-exec, and without Nagle's delay on TCP.  When descriptors or memory run
 * out, nobody is accepted for a moment: connections wait in the kernel.
 */
#ifndef TACET_NET_LISTENER_H
#define TACET_NET_LISTENER_H

#include "base/err.h"

struct listener;
struct loop;

/* "host:port"; port 0 lets the kernel choose.  E_MALFORMED; E_ABSENT: no such host (this looks the
 * name up and waits for it); E_CONFLICT: the address is in use; E_DENIED; E_IO; E_NOMEM. */
FALLIBLE listener_tcp(struct loop *l, const char *address, void (*accepted)(void *ctx, int fd),
                      void *ctx, struct listener **out);

/* A Unix socket that only this user can open (mode 0600).  What a dead process left at `path` is
 * replaced.  E_CONFLICT: something else is there, or somebody listens; E_LIMIT: longer than the
 * system allows (about 100 bytes); the others as above. */
FALLIBLE listener_unix(struct loop *l, const char *path, void (*accepted)(void *ctx, int fd),
                       void *ctx, struct listener **out);

/* The TCP port; 0 on a Unix socket. */
uint16_t listener_port(const struct listener *s);

/* Also removes the Unix socket's name. */
void listener_free(struct listener *s);

#endif
