/* SPDX-License-Identifier: Apache-2.0 */
/* limits: how much, how long and how often on the network.  Sizes in bytes, times in milliseconds.
 */
#ifndef TACET_NET_LIMITS_H
#define TACET_NET_LIMITS_H

#define NET_MESSAGE_MAX (256 * 1024)      /* one WebSocket message, also in fragments */
#define NET_PENDING_MAX (2 * 1024 * 1024) /* queued for one peer; past it, it reads too slowly */
#define NET_HEAD_MAX    4096              /* an HTTP request or response head */
#define NET_LOCAL_MAX   (1024 * 1024)     /* one frame on the control socket */
#define NET_BATCH_MAX   1024              /* items a worker takes at once */
#define NET_PLAIN_MAX   8                 /* programs of this machine that ask over HTTP at once */

#define NET_OPENING_MS    10000 /* connect, handshake and upgrade together */
#define NET_ATTEMPT_MS    2500  /* one address of several, before the next is tried */
#define NET_PING_MS       30000 /* of quiet, after which the server pings */
#define NET_SILENCE_MS    45000 /* of hearing nothing, after which the peer is gone */
#define NET_CLOSING_MS    2000  /* for the peer's half of a graceful close */
#define NET_PLAIN_MS      5000  /* for such a program to ask and to take its answer */
#define NET_LOCAL_CALL_MS 30000 /* for the answer to a call on the control socket */

#endif
