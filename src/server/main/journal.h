/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: the server's log: what happened, code, birthplace; never content, names or keys.
 *
 * What others do wrong is written JOURNAL_REFUSALS_MAX times a minute and then only counted: how
 * long the log gets is not for them to say.  On the loop's thread.  docs/operate/reference-log.md
 * lists the events.
 */
#ifndef TACET_SERVER_MAIN_JOURNAL_H
#define TACET_SERVER_MAIN_JOURNAL_H

#include "base/log.h"
#include "server/api/api.h"

#define JOURNAL_REFUSALS_MAX 600

enum journal_event {
    JOURNAL_STARTED = 1,
    JOURNAL_CONFIGURED,
    JOURNAL_LISTENING,
    JOURNAL_MONITOR_LISTENING,
    JOURNAL_STOPPING,
    JOURNAL_STOPPED,

    /* What others do. */
    JOURNAL_REQUEST_REFUSED,
    JOURNAL_REQUEST_MALFORMED,
    JOURNAL_REQUEST_FAILED,
    JOURNAL_CONNECTION_CLOSED,
    JOURNAL_LINES_SUPPRESSED,
    JOURNAL_CLIENTS_FULL,

    /* What this machine does. */
    JOURNAL_REQUEST_DROPPED,
    JOURNAL_FRAME_UNSENT,
    JOURNAL_CONNECTION_NOT_ACCEPTED,
    JOURNAL_EXPIRED,
    JOURNAL_EXPIRY_FAILED,
    JOURNAL_DIRECTORY_CERTIFICATE_ENDS,
    JOURNAL_TLS_CERTIFICATE_ENDS,
    JOURNAL_TLS_TAKEN,
    JOURNAL_TLS_KEY_CHANGED,
    JOURNAL_TLS_REFUSED,
    JOURNAL_TLS_KEPT,
    JOURNAL_DISK_LOW,
    JOURNAL_DISK_FULL,
    JOURNAL_DISK_FREED,
    JOURNAL_DISK_ERROR,
    JOURNAL_BALLAST_MISSING,
    JOURNAL_BALLAST_MADE,
    JOURNAL_CLOCK_JUMPED,
    JOURNAL_BACKUP_BEGUN,
    JOURNAL_BACKUP_STORED,
    JOURNAL_BACKUP_GIVEN_UP,
    JOURNAL_EVENTS
};

/* The row of an event; NULL: there is none of this number. */
const struct log_event *journal_event(enum journal_event event);

struct journal {
    struct log log;
    uint64_t (*now_ms)(void);
    bool unread;         /* nobody took the last line out of our way */
    unsigned refusals;   /* this minute */
    uint64_t suppressed; /* lines, since the start */
};

/* To standard error, a line a write.  It is not moved while it is used. */
void journal_open(struct journal *j, enum log_level most, uint64_t (*now_ms)(void));

/* Something that happened here. */
void journal_note(struct journal *j, enum journal_event event, const struct log_field *fields,
                  size_t n);

/* This machine's own failure. */
void journal_failure(struct journal *j, enum journal_event event, struct err e);

/* A request and its outcome; nothing when all is well, or nobody must act. */
void journal_refusal(struct journal *j, const struct request *rq);

/* A session ended for what it sent. */
void journal_closed(struct journal *j, uint64_t session, struct err e);

/* Once a minute. */
void journal_minute(struct journal *j);

#endif
