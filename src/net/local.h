/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local: whole frames both ways over a Unix stream socket, for a program's control socket.
 *
 * A frame is a 32-bit big-endian length and that many bytes, at most NET_LOCAL_MAX.  Who may
 * connect is a matter of the socket's mode (see listener_unix) and of the peer's uid, which the
 * kernel vouches for.  The server's end lives on a loop, as a stream does; a client's
 * calls block.
 */
#ifndef TACET_NET_LOCAL_H
#define TACET_NET_LOCAL_H

#include <sys/types.h>

#include "base/buf.h"
#include "net/limits.h"

struct local;
struct loop;

struct local_events {
    /* One whole frame, borrowed for the call. */
    void (*message)(void *ctx, struct bytes message);
    /* Once, and the last call: E_CLOSED: the peer is gone; E_LIMIT: its frame was too long, or it
     * does not read; E_NOMEM, E_IO.  It is still to be freed. */
    void (*closed)(void *ctx, struct err why);
};

/* The server's end of a descriptor that was accepted, which is its own from now on, also when this
 * fails.  Events are called from loop_run(), never from in here.  E_NOMEM, E_IO. */
FALLIBLE local_accept(struct loop *l, int fd, const struct local_events *events, void *ctx,
                      struct local **out);

/* Who is at the other end. */
uid_t local_peer_uid(const struct local *c);

/* Queue one frame.  E_LIMIT: over NET_LOCAL_MAX, or the peer has that much unread already, and
 * nothing happened.  E_CLOSED. */
FALLIBLE local_send(struct local *c, struct bytes message);

/* At any time, in an event too; no event follows.  Of what is queued as much is sent as the kernel
 * takes at once. */
void local_free(struct local *c);

/* Client: connect; send a frame and append the one that answers, as often as wanted; hang up.  They
 * block, for NET_LOCAL_CALL_MS at most while nothing moves.  E_ABSENT: nobody listens at `path`;
 * E_DENIED: this user may not; E_AGAIN: no answer in time; E_CLOSED: hung up without an answer;
 * E_LIMIT: a frame or the path is too long; E_IO, E_NOMEM.  `reply` is as it was
 * on error, and then hanging up is all that is left. */
FALLIBLE local_dial(const char *path, int *out);
FALLIBLE local_ask(int fd, struct bytes request, struct buf *reply);
void local_hang_up(int fd);

#endif
