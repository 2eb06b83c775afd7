/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/journal.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static const struct log_event EVENTS[JOURNAL_EVENTS] = {
    [JOURNAL_STARTED] = {"started", LOG_INFO},
    [JOURNAL_CONFIGURED] = {"configured", LOG_INFO},
    [JOURNAL_LISTENING] = {"listening", LOG_INFO},
    [JOURNAL_MONITOR_LISTENING] = {"monitor-listening", LOG_INFO},
    [JOURNAL_STOPPING] = {"stopping", LOG_INFO},
    [JOURNAL_STOPPED] = {"stopped", LOG_INFO},
    [JOURNAL_REQUEST_REFUSED] = {"request-refused", LOG_INFO},
    [JOURNAL_REQUEST_MALFORMED] = {"request-malformed", LOG_WARNING},
    [JOURNAL_REQUEST_FAILED] = {"request-failed", LOG_ERROR},
    [JOURNAL_CONNECTION_CLOSED] = {"connection-closed", LOG_WARNING},
    [JOURNAL_LINES_SUPPRESSED] = {"lines-suppressed", LOG_WARNING},
    [JOURNAL_CLIENTS_FULL] = {"clients-full", LOG_WARNING},
    [JOURNAL_REQUEST_DROPPED] = {"request-dropped", LOG_ERROR},
    [JOURNAL_FRAME_UNSENT] = {"frame-unsent", LOG_ERROR},
    [JOURNAL_CONNECTION_NOT_ACCEPTED] = {"connection-not-accepted", LOG_ERROR},
    [JOURNAL_EXPIRED] = {"expired", LOG_INFO},
    [JOURNAL_EXPIRY_FAILED] = {"expiry-failed", LOG_ERROR},
    [JOURNAL_DIRECTORY_CERTIFICATE_ENDS] = {"directory-certificate-ends", LOG_WARNING},
    [JOURNAL_TLS_CERTIFICATE_ENDS] = {"tls-certificate-ends", LOG_WARNING},
    [JOURNAL_TLS_TAKEN] = {"tls-certificate-taken", LOG_INFO},
    [JOURNAL_TLS_KEY_CHANGED] = {"tls-key-changed", LOG_WARNING},
    [JOURNAL_TLS_REFUSED] = {"tls-reload-refused", LOG_ERROR},
    [JOURNAL_TLS_KEPT] = {"tls-key-kept", LOG_ERROR},
    [JOURNAL_DISK_LOW] = {"disk-low", LOG_WARNING},
    [JOURNAL_DISK_FULL] = {"disk-full", LOG_ERROR},
    [JOURNAL_DISK_FREED] = {"disk-freed", LOG_INFO},
    [JOURNAL_DISK_ERROR] = {"disk-error", LOG_ERROR},
    [JOURNAL_BALLAST_MISSING] = {"ballast-missing", LOG_WARNING},
    [JOURNAL_BALLAST_MADE] = {"ballast-made", LOG_INFO},
    [JOURNAL_CLOCK_JUMPED] = {"clock-jumped", LOG_WARNING},
    [JOURNAL_BACKUP_BEGUN] = {"backup-begun", LOG_INFO},
    [JOURNAL_BACKUP_STORED] = {"backup-stored", LOG_INFO},
    [JOURNAL_BACKUP_GIVEN_UP] = {"backup-given-up", LOG_ERROR},
};

const struct log_event *journal_event(enum journal_event event)
{
    return event > 0 && event < JOURNAL_EVENTS ? &EVENTS[event] : NULL;
}

static const int BEHIND_MS = 100; /* a reader may be; one who stays away is not waited for again */

/* Would a line leave without waiting?  A pipe that says so has room for LOG_LINE_MAX. */
static bool is_read(struct journal *j)
{
    struct pollfd log = {.fd = STDERR_FILENO, .events = POLLOUT};
    int n;

    do
        n = poll(&log, 1, j->unread ? 0 : BEHIND_MS);
    while (n < 0 && errno == EINTR);
    j->unread = n == 0;
    return !j->unread;
}

/* What cannot be written is lost, and the next line's number shows it: a log that is not read must
 * not stop the server. */
static void write_line(void *journal, struct bytes line)
{
    struct journal *j = journal;
    ssize_t n = 0;

    while (line.n > 0 && (n >= 0 || errno == EINTR) && is_read(j)) {
        n = write(STDERR_FILENO, line.at, line.n);
        if (n > 0)
            line = bytes(line.at + n, line.n - (size_t)n);
    }
}

void journal_open(struct journal *j, enum log_level most, uint64_t (*now_ms)(void))
{
    *j = (struct journal){.log = {write_line, j, most, 0}, .now_ms = now_ms};
}

static bool has_room(struct journal *j)
{
    if (++j->refusals <= JOURNAL_REFUSALS_MAX)
        return true;
    j->suppressed++;
    return false;
}

void journal_note(struct journal *j, enum journal_event event, const struct log_field *fields,
                  size_t n)
{
    log_write(&j->log, j->now_ms(), &EVENTS[event], fields, n);
}

void journal_failure(struct journal *j, enum journal_event event, struct err e)
{
    journal_note(j, event, LOG_FIELDS(log_error(e)));
}

static enum journal_event refusal_event(enum err_who who)
{
    switch (who) {
    case WHO_PEER:
        return JOURNAL_REQUEST_MALFORMED;
    case WHO_OPERATOR:
        return JOURNAL_REQUEST_FAILED;
    case WHO_CALLER:
    case WHO_NOBODY:
        break;
    }
    return JOURNAL_REQUEST_REFUSED;
}

void journal_refusal(struct journal *j, const struct request *rq)
{
    enum err_who who = err_who(rq->outcome.code);

    if (rq->outcome.code == E_OK || who == WHO_NOBODY || !has_room(j))
        return;
    journal_note(j, refusal_event(who),
                 LOG_FIELDS(log_error(rq->outcome), log_operation(rq->op), log_session(rq->session),
                            log_request(rq->id)));
}

void journal_closed(struct journal *j, uint64_t session, struct err e)
{
    if (has_room(j))
        journal_note(j, JOURNAL_CONNECTION_CLOSED, LOG_FIELDS(log_error(e), log_session(session)));
}

void journal_minute(struct journal *j)
{
    if (j->refusals > JOURNAL_REFUSALS_MAX)
        journal_note(j, JOURNAL_LINES_SUPPRESSED,
                     LOG_FIELDS(log_count(j->refusals - JOURNAL_REFUSALS_MAX)));
    j->refusals = 0;
}
