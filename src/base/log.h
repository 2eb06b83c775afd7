/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: events as lines of JSON, into a sink that it is given.
 *
 * There are no format strings.  An event is a row of somebody's table, a field has a type, and no
 * type takes what another program or a person wrote, a key, a token or a name of a person: what
 * cannot be said cannot leak.  Every line is
 *
 *   {"time":"...","sequence":N,"level":"...","event":"...", fields}
 *
 * with the time in UTC, and N rising by one a line, so that a reader notices what is missing.
 */
#ifndef TACET_BASE_LOG_H
#define TACET_BASE_LOG_H

#include "base/bytes.h"
#include "base/err.h"

#define LOG_TEXT_MAX   300  /* bytes of one text as it is written; the rest is cut off */
#define LOG_FIELDS_MAX 6    /* of one line */
#define LOG_LINE_MAX   4096 /* bytes: a pipe takes a whole line at once */

enum log_level { LOG_ERROR = 1, LOG_WARNING, LOG_INFO };

struct log {
    void (*write)(void *ctx, struct bytes line); /* a whole line, with its end */
    void *ctx;
    enum log_level most; /* what is less urgent is not written, and not counted */
    uint64_t sequence;   /* of the last line */
};

/* A row of a table that stands in the program. */
struct log_event {
    const char *name;
    enum log_level level;
};

/* Made by the functions below. */
struct log_field {
    enum log_kind {
        LOG_FIELD_ERROR = 1,
        LOG_FIELD_SESSION,
        LOG_FIELD_REQUEST,
        LOG_FIELD_OPERATION,
        LOG_FIELD_COUNT,
        LOG_FIELD_DURATION,
        LOG_FIELD_OFFSET,
        LOG_FIELD_SIZE,
        LOG_FIELD_ENDS,
        LOG_FIELD_LISTENS,
        LOG_FIELD_VERSION,
    } kind;
    union {
        struct err err;
        uint64_t number;
        int64_t offset;
        const char *text; /* of ours */
    };
};

struct log_field log_error(struct err e);              /* "error" and "place" */
struct log_field log_session(uint64_t number);         /* "session" */
struct log_field log_request(uint64_t number);         /* "request" */
struct log_field log_operation(uint32_t number);       /* "operation" */
struct log_field log_count(uint64_t n);                /* "count" */
struct log_field log_duration_ms(uint64_t ms);         /* "duration_ms" */
struct log_field log_offset_ms(int64_t ms);            /* "offset_ms" */
struct log_field log_size_bytes(uint64_t n);           /* "size_bytes" */
struct log_field log_ends_ms(uint64_t ms);             /* "ends": a moment */
struct log_field log_listens(const char *own_address); /* "address": a host and port of ours */
struct log_field log_version(const char *own_version); /* "version": of this program */

#define LOG_FIELDS(...)                      \
    (const struct log_field[]){__VA_ARGS__}, \
        sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field)
#define LOG_NO_FIELDS NULL, 0

/* At most LOG_FIELDS_MAX fields.  Allocates nothing and cannot fail; what the sink does with a line
 * is the sink's affair. */
void log_write(struct log *l, uint64_t now_ms, const struct log_event *event,
               const struct log_field *fields, size_t n);

/* "error", "warning", "info"; and back, false when it is none. */
const char *log_level_name(enum log_level level);
bool log_level_read(struct bytes name, enum log_level *out);

/* The names of a kind's fields as they are written, up to a NULL: for the test of the manual.
 * NULL: there is no such kind. */
const char *const *log_field_names(enum log_kind kind);

#endif
