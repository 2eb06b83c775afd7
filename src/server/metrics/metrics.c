/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics/metrics.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const OPERATIONS[METRICS_OPERATIONS] = {
    [0] = "other",
    [OP_SIGN_IN] = "sign_in",
    [OP_JOIN] = "join",
    [OP_PERSON] = "person",
    [OP_PREKEY] = "prekey",
    [OP_LIST] = "list",
    [OP_ROSTER] = "roster",
    [OP_SEND] = "send",
    [OP_DELIVER] = "deliver",
    [OP_ACKNOWLEDGE] = "acknowledge",
    [OP_SERVER_KEYS] = "server_keys",
    [OP_KEM_KEYS] = "kem_keys",
    [OP_REGISTER] = "register",
    [OP_POLICY] = "policy",
    [OP_ROOM] = "room",
    [OP_ROOM_CHANGE] = "room_change",
    [OP_LINK_OPEN] = "link_open",
    [OP_LINK_ASK] = "link_ask",
    [OP_LINK_LOOK] = "link_look",
    [OP_LINK_ANSWER] = "link_answer",
    [OP_RECOVERY_KEEP] = "recovery_keep",
    [OP_RECOVER] = "recover",
    [OP_RECOVER_LIST] = "recover_list",
    [OP_ROOMS] = "rooms",
    [OP_ROOM_AGAIN] = "room_again",
    [OP_FILE_BEGIN] = "file_begin",
    [OP_FILE_KEEP] = "file_keep",
    [OP_FILE_WRITE] = "file_write",
    [OP_FILE_READ] = "file_read",
    [OP_FILE_DROP] = "file_drop",
    [OP_FILE_COPY] = "file_copy",
    [OP_ACTIVITY] = "activity",
    [OP_INVITE] = "invite",
    [OP_REVOKE] = "revoke",
    [OP_PEOPLE] = "people",
    [OP_REMOVE] = "remove",
    [OP_DIRECTORY] = "directory",
    [OP_CERTIFY] = "certify",
    [OP_TLS_SHOW] = "tls_show",
    [OP_TLS_RENEW] = "tls_renew",
    [OP_TLS_ANNOUNCE] = "tls_announce",
    [OP_TLS_SWITCH] = "tls_switch",
    [OP_TLS_WITHDRAW] = "tls_withdraw",
    [OP_TLS_RELOAD] = "tls_reload",
    [OP_POLICY_PUBLISH] = "policy_publish",
    [OP_POLICY_SHOW] = "policy_show",
    [OP_BACKUP] = "backup",
    [OP_RESET] = "reset",
};

static const char *const OUTCOMES[METRICS_OUTCOMES] = {
    [METRICS_OK] = "ok",       [METRICS_MALFORMED] = "malformed", [METRICS_REFUSED] = "refused",
    [METRICS_AGAIN] = "again", [METRICS_FAILED] = "failed",
};

/* Upper bounds: of requests, and of microseconds. */
static const uint64_t SIZES[METRICS_BUCKETS] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};
static const uint64_t TIMES_US[METRICS_BUCKETS] = {500,   1000,   2000,   5000,   10000,   20000,
                                                   50000, 100000, 200000, 500000, 1000000, 5000000};

static enum metrics_outcome outcome_of(enum err_code code)
{
    if (code == E_OK)
        return METRICS_OK;
    switch (err_who(code)) {
    case WHO_PEER:
        return METRICS_MALFORMED;
    case WHO_CALLER:
        return METRICS_REFUSED;
    case WHO_NOBODY:
        return METRICS_AGAIN;
    case WHO_OPERATOR:
        break;
    }
    return METRICS_FAILED;
}

const char *metrics_operation(uint32_t op)
{
    return op > 0 && op < METRICS_OPERATIONS ? OPERATIONS[op] : NULL;
}

void metrics_request(struct metrics *m, uint32_t op, enum err_code outcome)
{
    m->requests[metrics_operation(op) == NULL ? 0 : op][outcome_of(outcome)]++;
    if (op == OP_SEND)
        m->uploads[(unsigned)outcome % METRICS_CODES]++;
}

static void observe(struct metrics_histogram *h, const uint64_t bounds[METRICS_BUCKETS], uint64_t v)
{
    size_t i = 0;

    while (i < METRICS_BUCKETS && v > bounds[i])
        i++;
    h->in[i]++;
    h->sum += v;
}

void metrics_batch(struct metrics *m, size_t requests, uint64_t took_us)
{
    observe(&m->batch_requests, SIZES, requests);
    observe(&m->batch_us, TIMES_US, took_us);
}

/* ---- writing */

struct row {
    struct metrics_about about;
    size_t at; /* the number in struct metrics, when there is one and no `write` */
    void (*write)(const struct metrics *m, const char *name, struct buf *out);
};

static void put_number(struct buf *out, uint64_t v)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, v);
    buf_text(out, text);
}

/* As seconds. */
static void put_us(struct buf *out, uint64_t us)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRIu64 ".%06u", us / 1000000, (unsigned)(us % 1000000));
    buf_text(out, text);
}

static void sample(struct buf *out, const char *name, uint64_t v)
{
    buf_text(out, name);
    buf_text(out, " ");
    put_number(out, v);
    buf_text(out, "\n");
}

/* Values of labels are names of ours: nothing in them needs an escape. */
static void labelled(struct buf *out, const char *name, const char *label, const char *value,
                     uint64_t v)
{
    buf_text(out, name);
    buf_text(out, "{");
    buf_text(out, label);
    buf_text(out, "=\"");
    buf_text(out, value);
    buf_text(out, "\"} ");
    put_number(out, v);
    buf_text(out, "\n");
}

static void write_build(const struct metrics *m, const char *name, struct buf *out)
{
    labelled(out, name, "version", m->now.version == NULL ? "unknown" : m->now.version, 1);
}

static void write_start(const struct metrics *m, const char *name, struct buf *out)
{
    buf_text(out, name);
    buf_text(out, " ");
    put_us(out, m->now.started_ms * 1000);
    buf_text(out, "\n");
}

static void write_connections(const struct metrics *m, const char *name, struct buf *out)
{
    labelled(out, name, "kind", "client", m->now.clients);
    labelled(out, name, "kind", "stranger", m->now.strangers);
    labelled(out, name, "kind", "control", m->now.controls);
}

static void write_accepted(const struct metrics *m, const char *name, struct buf *out)
{
    labelled(out, name, "kind", "client", m->clients_accepted);
    labelled(out, name, "kind", "control", m->controls_accepted);
}

static void write_requests(const struct metrics *m, const char *name, struct buf *out)
{
    char labels[80];

    for (size_t op = 0; op < METRICS_OPERATIONS; op++) {
        for (size_t i = 0; i < METRICS_OUTCOMES && OPERATIONS[op] != NULL; i++) {
            snprintf(labels, sizeof labels, "%s{operation=\"%s\",outcome=\"%s\"}", name,
                     OPERATIONS[op], OUTCOMES[i]);
            sample(out, labels, m->requests[op][i]);
        }
    }
}

static void write_uploads(const struct metrics *m, const char *name, struct buf *out)
{
    for (unsigned i = 0; i < METRICS_CODES; i++)
        if (i == E_OK || (uint32_t)err_from_number(i) == i)
            labelled(out, name, "code", err_name((enum err_code)i), m->uploads[i]);
}

static void write_reasons(const struct metrics *m, const char *name, struct buf *out)
{
    for (size_t i = 0; i < m->now.reasons_n; i++)
        if (m->now.reasons[i] != NULL)
            labelled(out, name, "reason", m->now.reasons[i], m->now.reason_is[i]);
}

static void write_signed(struct buf *out, const char *name, int64_t v)
{
    char text[24];

    snprintf(text, sizeof text, " %" PRId64 "\n", v);
    buf_text(out, name);
    buf_text(out, text);
}

static void write_directory_ends(const struct metrics *m, const char *name, struct buf *out)
{
    write_signed(out, name, m->now.directory_ends_s);
}

static void write_tls_ends(const struct metrics *m, const char *name, struct buf *out)
{
    write_signed(out, name, m->now.tls_ends_s);
}

static void write_histogram(const struct metrics_histogram *h, const uint64_t *bounds,
                            void (*put)(struct buf *out, uint64_t v), const char *name,
                            struct buf *out)
{
    uint64_t below = 0;

    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        below += h->in[i];
        buf_text(out, name);
        buf_text(out, "_bucket{le=\"");
        put(out, bounds[i]);
        buf_text(out, "\"} ");
        put_number(out, below);
        buf_text(out, "\n");
    }
    below += h->in[METRICS_BUCKETS];
    buf_text(out, name);
    buf_text(out, "_bucket{le=\"+Inf\"} ");
    put_number(out, below);
    buf_text(out, "\n");
    buf_text(out, name);
    buf_text(out, "_sum ");
    put(out, h->sum);
    buf_text(out, "\n");
    buf_text(out, name);
    sample(out, "_count", below);
}

static void write_batch_requests(const struct metrics *m, const char *name, struct buf *out)
{
    write_histogram(&m->batch_requests, SIZES, put_number, name, out);
}

static void write_batch_seconds(const struct metrics *m, const char *name, struct buf *out)
{
    write_histogram(&m->batch_us, TIMES_US, put_us, name, out);
}

#define AT(field) offsetof(struct metrics, field), NULL
#define BY(write) 0, write

static const struct row ROWS[] = {
    {{"tacet_build_info", "gauge", "Always 1; the version is the label."}, BY(write_build)},
    {{"tacet_start_time_seconds", "gauge", "When the server was started, since 1970."},
     BY(write_start)},
    {{"tacet_degraded", "gauge", "1 while this reason is so: see /ready."}, BY(write_reasons)},
    {{"tacet_connections", "gauge",
      "Open connections: signed in, not signed in yet, of the control socket."},
     BY(write_connections)},
    {{"tacet_connections_max", "gauge", "Connections over TCP that there may be at once."},
     AT(now.clients_most)},
    {{"tacet_connections_accepted_total", "counter", "Connections accepted."}, BY(write_accepted)},
    {{"tacet_connections_turned_away_total", "counter",
      "Connections closed at once because there was no room."},
     AT(clients_turned_away)},
    {{"tacet_sign_ins_total", "counter", "Devices that signed in or joined."}, AT(sign_ins)},
    {{"tacet_frames_refused_total", "counter",
      "Frames that no proper client sends; each ended its connection."},
     AT(frames_refused)},
    {{"tacet_requests_total", "counter", "Requests answered, by operation and outcome."},
     BY(write_requests)},
    {{"tacet_uploads_total", "counter", "Messages offered by senders, by code; ok: accepted."},
     BY(write_uploads)},
    {{"tacet_pages_total", "counter",
      "Pages of mail read from the database for connected devices."},
     AT(now.pages)},
    {{"tacet_handed_over_total", "counter",
      "Messages that went to a connected device as they came, without a page."},
     AT(now.handed_over)},
    {{"tacet_queue_items", "gauge", "Items waiting for their devices, as of the last minute."},
     AT(now.queue_items)},
    {{"tacet_queue_bytes", "gauge", "Size of these items as they are delivered."},
     AT(now.queue_bytes)},
    {{"tacet_expired_items_total", "counter", "Items deleted because their time was over."},
     AT(expired)},
    {{"tacet_batch_requests", "histogram", "Requests in one transaction."},
     BY(write_batch_requests)},
    {{"tacet_batch_seconds", "histogram", "Time of one transaction, its commit included."},
     BY(write_batch_seconds)},
    {{"tacet_received_bytes_total", "counter", "Bytes of frames received."}, AT(received_bytes)},
    {{"tacet_sent_bytes_total", "counter", "Bytes of frames sent."}, AT(sent_bytes)},
    {{"tacet_database_bytes", "gauge", "Size of the database and of its write-ahead log."},
     AT(now.database_bytes)},
    {{"tacet_disk_free_bytes", "gauge", "Room on the disk of the data directory."},
     AT(now.disk_free_bytes)},
    {{"tacet_backup_stored_seconds", "gauge",
      "When a backup was stored last, since 1970; 0: none since the start."},
     AT(now.backup_s)},
    {{"tacet_directory_certificate_seconds", "gauge",
      "Until the directory certificate is over; negative: since."},
     BY(write_directory_ends)},
    {{"tacet_tls_certificate_seconds", "gauge",
      "Until the certificate of TLS is over; negative: since."},
     BY(write_tls_ends)},
    {{"tacet_clock_jumps_total", "counter",
      "Times that the clock moved by more than a second against a steady one."},
     AT(now.clock_jumps)},
    {{"tacet_log_lines_suppressed_total", "counter",
      "Log lines about others that were only counted."},
     AT(now.lines_suppressed)},
    {{"tacet_resident_memory_bytes", "gauge", "Memory of the process."}, AT(now.resident_bytes)},
    {{"tacet_open_descriptors", "gauge", "Open files and sockets."}, AT(now.descriptors)},
    {{"tacet_open_descriptors_max", "gauge", "Open files and sockets that there may be."},
     AT(now.descriptors_most)},
};
#define ROWS_COUNT (sizeof ROWS / sizeof ROWS[0])

static uint64_t number_at(const struct metrics *m, size_t at)
{
    uint64_t v;

    memcpy(&v, (const char *)m + at, sizeof v);
    return v;
}

void metrics_write(const struct metrics *m, struct buf *out)
{
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        const struct row *row = &ROWS[i];

        buf_text(out, "# HELP ");
        buf_text(out, row->about.name);
        buf_text(out, " ");
        buf_text(out, row->about.help);
        buf_text(out, "\n# TYPE ");
        buf_text(out, row->about.name);
        buf_text(out, " ");
        buf_text(out, row->about.type);
        buf_text(out, "\n");
        if (row->write != NULL)
            row->write(m, row->about.name, out);
        else
            sample(out, row->about.name, number_at(m, row->at));
    }
}

bool metrics_about(size_t i, struct metrics_about *out)
{
    if (i >= ROWS_COUNT)
        return false;
    *out = ROWS[i].about;
    return true;
}
