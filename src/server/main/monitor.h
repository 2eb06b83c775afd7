/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor: tells programs on this machine how the server is, over plain HTTP on loopback.
 *
 *   /live     200 whenever the loop turns
 *   /ready    200 while it serves, else 503: the state and its reasons, as JSON
 *   /metrics  Prometheus' text format
 */
#ifndef TACET_SERVER_MAIN_MONITOR_H
#define TACET_SERVER_MAIN_MONITOR_H

#include "base/err.h"

struct serving;

/* Listens at "host:port", and says on standard output where.  plain_new()'s errors. */
FALLIBLE monitor_open(struct serving *s, const char *address);
void monitor_close(struct serving *s);

#endif
