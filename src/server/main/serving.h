/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serving: the server's host: sockets and time on one side, handlers on the other.
 *
 *   loop thread    listeners, TLS, WebSocket; api_frame; live
 *   worker thread  api_batch and queue_expire: the only one that touches the database
 */
#ifndef TACET_SERVER_MAIN_SERVING_H
#define TACET_SERVER_MAIN_SERVING_H

#include "base/err.h"

struct serving_options {
    const char *data;
    const char *listen;  /* "host:port"; port 0: the kernel chooses */
    const char *address; /* for invitations; NULL: as `listen` */
};

/* Serve until SIGTERM or SIGINT; then finish the batch at hand.  Says on standard output where it
 * listens.  `what` (a literal) says what failed. */
FALLIBLE serving_run(const struct serving_options *o, const char **what);

#endif
