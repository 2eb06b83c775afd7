/* SPDX-License-Identifier: Apache-2.0 */
/* serving_internal: what the host's files share: the server as it runs. */
#ifndef TACET_SERVER_MAIN_SERVING_INTERNAL_H
#define TACET_SERVER_MAIN_SERVING_INTERNAL_H

#include "net/listener.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls.h"
#include "net/workers.h"
#include "server/live/live.h"
#include "server/main/backup.h"
#include "server/main/ballast_file.h"
#include "server/main/depot.h"
#include "server/main/health.h"
#include "server/main/journal.h"
#include "server/main/keyring.h"
#include "server/main/watch.h"
#include "server/metrics/metrics.h"
#include "server/networks/networks.h"
#include "storage/db.h"

#define SERVING_ADDRESS_SIZE 320

struct peer;
struct plain;

struct serving {
    struct loop *loop;
    struct tls *tls; /* what new connections are shown */
    struct keyring keyring;
    struct db *db;
    struct networks *networks;
    struct live *live;
    struct workers *workers;
    struct depot depot;
    struct listener *tcp, *unix_socket;
    struct loop_signal *term, *interrupt, *hangup;
    struct loop_timer *housekeeping, *farewell;
    struct loop_task after_release;       /* tests may kill the server here */
    struct stream_setup strangers, known; /* before and after a client has signed in */
    struct random random;
    struct server server;
    struct backup backup;   /* the worker's */
    struct ballast ballast; /* the same, as the two that follow */
    struct ballast_place ballast_place;
    struct ballast_file ballast_file;
    struct relief relief;
    struct journal journal;
    struct health health;
    struct watch watch;
    struct metrics metrics;
    const char *reasons[HEALTH_REASONS]; /* health_name() of each, for metrics */
    struct plain *monitor;               /* or NULL */
    const char *data;                    /* the directory */
    char address[SERVING_ADDRESS_SIZE];
    uint64_t next_session;
    struct peer *peers;
    size_t clients, clients_max; /* connected by TCP, signed in or not */
    bool stopping;
};

/* Milliseconds since 1970. */
uint64_t serving_now_ms(void);

/* Look at disk, clocks, certificates and room, and tell health. */
void serving_look(struct serving *s);

#endif
