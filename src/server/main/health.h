/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health: what ails the server, by fixed names.
 *
 *   ready      nothing
 *   degraded   something; it still serves unless a reason says that it does not
 *   stopping   it was told to
 *
 * docs/operate/reference-metrics.md lists the reasons.  The host says what is so.
 */
#ifndef TACET_SERVER_MAIN_HEALTH_H
#define TACET_SERVER_MAIN_HEALTH_H

#include "base/buf.h"

enum health_reason {
    HEALTH_DISK_FULL = 1, /* what needs room is refused */
    HEALTH_DISK_ERROR,    /* a commit may not be on disk: for good, until it is started again */
    HEALTH_DISK_LOW,
    HEALTH_BALLAST_MISSING,
    HEALTH_DIRECTORY_CERTIFICATE_SOON,
    HEALTH_DIRECTORY_CERTIFICATE_OVER,
    HEALTH_TLS_CERTIFICATE_SOON,
    HEALTH_TLS_CERTIFICATE_OVER,
    HEALTH_CLOCK_JUMPED,
    HEALTH_CLIENTS_FULL,
    HEALTH_REASONS
};

struct health {
    bool is[HEALTH_REASONS];
    bool stopping;
};

/* "disk-full"; NULL: there is no such number. */
const char *health_name(enum health_reason reason);

/* It is so now, or no more.  Says whether that is news. */
bool health_set(struct health *h, enum health_reason reason, bool is);

/* Does it take what people send? */
bool health_serves(const struct health *h);

/* {"state":"ready","reasons":[]} and a line end. */
void health_write(const struct health *h, struct buf *out);

#endif
