/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dial: a TCP connection to "host:port", without waiting for it.
 *
 * The addresses of the host are tried one after the other, each for NET_ATTEMPT_MS, the last for as
 * long as the caller has patience.
 */
#ifndef TACET_NET_DIAL_H
#define TACET_NET_DIAL_H

#include "base/err.h"

struct dial;
struct loop;

/* `done` is called once on the loop's thread, never from in here, and is given a connected
 * descriptor (non-blocking, close-on-exec, without Nagle's delay), or E_ABSENT: no such host, or
 * E_IO: nobody answers there, and -1.  The handle is gone by then.  E_MALFORMED, E_NOMEM. */
FALLIBLE dial_new(struct loop *l, const char *address,
                  void (*done)(void *ctx, struct err e, int fd), void *ctx, struct dial **out);

/* `done` is not called any more. */
void dial_free(struct dial *d);

#endif
