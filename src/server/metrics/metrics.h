/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: what the server has done and how it is, as numbers, in Prometheus' text format 0.0.4.
 *
 * Counting is an addition on the loop's thread, without a lock; what is looked up (`now`) is filled
 * in by the host before it writes.  No label names a person, a device or an address, and every
 * label's values are a list in the program.  docs/operate/reference-metrics.md lists them all.
 */
#ifndef TACET_SERVER_METRICS_METRICS_H
#define TACET_SERVER_METRICS_METRICS_H

#include "base/buf.h"
#include "wire/frame.h"

#define METRICS_OPERATIONS 64 /* numbers below; the first counts what has no name of its own */
#define METRICS_CODES      64
#define METRICS_BUCKETS    12

enum metrics_outcome {
    METRICS_OK,
    METRICS_MALFORMED, /* the peer's bytes were at fault */
    METRICS_REFUSED,   /* the caller's request was */
    METRICS_AGAIN,     /* nobody was */
    METRICS_FAILED,    /* this machine was, or a mailbox was full */
    METRICS_OUTCOMES
};

struct metrics_histogram {
    uint64_t in[METRICS_BUCKETS + 1]; /* the last: more than every bound */
    uint64_t sum;
};

struct metrics {
    uint64_t sign_ins, clients_accepted, clients_turned_away, controls_accepted;
    uint64_t frames_refused, expired;
    uint64_t received_bytes, sent_bytes; /* frames, without framing */
    uint64_t requests[METRICS_OPERATIONS][METRICS_OUTCOMES];
    uint64_t uploads[METRICS_CODES];
    struct metrics_histogram batch_requests, batch_us;

    struct metrics_now {
        const char *version;
        uint64_t started_ms;
        uint64_t clients, strangers, controls, clients_most;
        uint64_t pages, handed_over;
        uint64_t queue_items, queue_bytes;
        uint64_t database_bytes, disk_free_bytes;
        uint64_t backup_s; /* since 1970; 0: none since the start */
        int64_t directory_ends_s, tls_ends_s;
        uint64_t lines_suppressed, clock_jumps;
        uint64_t resident_bytes, descriptors, descriptors_most;
        const char *const *reasons; /* names, and which of them are so */
        const bool *reason_is;
        size_t reasons_n;
    } now;
};

/* A request was answered. */
void metrics_request(struct metrics *m, uint32_t op, enum err_code outcome);

/* The worker has done a batch of so many requests in so many microseconds. */
void metrics_batch(struct metrics *m, size_t requests, uint64_t took_us);

/* "send"; NULL: no operation has this number. */
const char *metrics_operation(uint32_t op);

/* Everything. */
void metrics_write(const struct metrics *m, struct buf *out);

/* The name, type and help of metric i, from 0; false: there is none. */
struct metrics_about {
    const char *name, *type, *help;
};
bool metrics_about(size_t i, struct metrics_about *out);

#endif
