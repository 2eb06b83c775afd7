/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rekeying: the TLS keys of the server as it runs: from the keyring at the start, and again when
 * the operator renews, switches, or sends SIGHUP.  Connections keep what they began with.
 */
#ifndef TACET_SERVER_MAIN_REKEYING_H
#define TACET_SERVER_MAIN_REKEYING_H

#include "base/bytes.h"
#include "base/err.h"

struct request;
struct serving;
struct serving_options;

/* Network and keys, from the data directory and the operator's files.  `why` is a sentence when it
 * was the TLS key or its certificate. */
FALLIBLE rekeying_open(struct serving *s, const struct serving_options *o, const char **why);

/* SIGHUP: the files are looked at again, by the worker. */
void rekeying_reload(void *serving);

/* What came of it, in the log. */
void rekeying_note(struct serving *s, const struct request *rq);

/* The keyring holds this pin's key: new connections are shown it. */
void rekeying_change(void *serving, struct bytes pin);

#endif
