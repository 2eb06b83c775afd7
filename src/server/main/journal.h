/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: the server's log: what failed, code, birthplace; never content, names or keys.
 *
 * What others do wrong is written JOURNAL_REFUSALS_MAX times a minute and then only counted: how
 * long the log gets is not for them to say.  On the loop's thread.
 */
#ifndef TACET_SERVER_MAIN_JOURNAL_H
#define TACET_SERVER_MAIN_JOURNAL_H

#include <stdio.h>

#include "server/api/api.h"

#define JOURNAL_REFUSALS_MAX 600

struct journal {
    FILE *to;
    unsigned refusals;   /* this minute */
    uint64_t renewal_ms; /* when the operator was last told to renew the certificate */
};

/* This machine's own failure. */
void journal_failure(struct journal *j, const char *what, struct err e);

/* A request and its outcome; nothing when all is well, or nobody must act. */
void journal_refusal(struct journal *j, const struct request *rq);

/* A session ended for what it sent. */
void journal_closed(struct journal *j, uint64_t session, struct err e);

/* The certificate of the directory key is over soon, or was over before: once a day. */
void journal_renewal(struct journal *j, uint64_t now_ms);

/* Once a minute. */
void journal_minute(struct journal *j);

#endif
