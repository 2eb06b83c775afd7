/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serving: the server's host: sockets and time on one side, handlers on the other.
 *
 *   loop thread    listeners, TLS, WebSocket; api_frame; live
 *   worker thread  api_batch and queue_expire: the only one that touches the database
 */
#ifndef TACET_SERVER_MAIN_SERVING_H
#define TACET_SERVER_MAIN_SERVING_H

#include "base/log.h"
#include "server/api/api.h"

struct serving_options {
    const char *data;
    const char *listen;                    /* "host:port"; port 0: the kernel chooses */
    const char *address;                   /* for invitations; NULL: as `listen` */
    const char *tls_key, *tls_certificate; /* PEM files; both NULL: those in `data` */
    bool new_tls_key;    /* take it although no client accepts it: those of before are shut out */
    const char *monitor; /* "host:port" on loopback; NULL: none */
    enum log_level log_level;
    struct files_room files_room; /* what sealed files may take */
    bool from_file;               /* a config was read: for the log */
};

/* How far it came. */
enum serving_stage {
    SERVING_HOUSE =
        1, /* E_DENIED: others can write in the data directory; E_ABSENT: there is none */
    SERVING_DATABASE,
    SERVING_KEYS,
    SERVING_LOOP,
    SERVING_LISTENING,
    SERVING_MONITOR,
    SERVING,
};

/* Serve until SIGTERM or SIGINT; then finish the batch at hand.  Says on standard output where it
 * listens.  SIGHUP looks at the TLS key and certificate again.  `stage` is what failed, when
 * something did, and `why` a sentence about it, or NULL. */
FALLIBLE serving_run(const struct serving_options *o, enum serving_stage *stage, const char **why);

#endif
