/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bell: how another program of the same user asks whoever has a profile open to close it.
 *
 * A named pipe beside the profile's file, for its owner alone, that is there while the profile is
 * open.  Who rings writes a byte, and sees that the profile is closed by the pipe's end, which is
 * closed last.  A pipe that a killed program left behind has nobody at its end.  It is asked for
 * nothing else than to close, and needs no passphrase: whoever may write here could kill it too.
 */
#ifndef TACET_CLIENT_HOST_BELL_H
#define TACET_CLIENT_HOST_BELL_H

#include "base/err.h"

/* For the profile with this file, by who has its lock: a descriptor to wait at, non-blocking and
 * the caller's.  -1: there can be no such pipe here, and nobody will ring. */
int bell_hang(const char *vault);
void bell_unhang(const char *vault); /* the pipe's name goes; before the profile's lock does */

/* It can be read: has anybody rung?  So it has not any more. */
bool bell_take(int bell);

/* Ring, and wait for at most timeout_ms.  E_ABSENT: nobody is there.  E_AGAIN: time is over.
 * E_IO: what is there is no bell.  The process ignores SIGPIPE from now on. */
FALLIBLE bell_ring(const char *vault, int timeout_ms);

#endif
