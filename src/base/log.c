/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

#define ESCAPED_SIZE 7 /* \u00ff and a NUL */

/* The line as it grows.  Every text in it is cut to its limit, so that there is always room. */
struct line {
    char at[LOG_LINE_MAX];
    size_t n;
};

static const char *const LEVELS[] = {
    [LOG_ERROR] = "error",
    [LOG_WARNING] = "warning",
    [LOG_INFO] = "info",
};
#define LEVELS_COUNT (sizeof LEVELS / sizeof LEVELS[0])

static const char *const FIELDS[][3] = {
    [LOG_FIELD_ERROR] = {"error", "place"},
    [LOG_FIELD_SESSION] = {"session"},
    [LOG_FIELD_REQUEST] = {"request"},
    [LOG_FIELD_OPERATION] = {"operation"},
    [LOG_FIELD_COUNT] = {"count"},
    [LOG_FIELD_DURATION] = {"duration_ms"},
    [LOG_FIELD_OFFSET] = {"offset_ms"},
    [LOG_FIELD_SIZE] = {"size_bytes"},
    [LOG_FIELD_ENDS] = {"ends"},
    [LOG_FIELD_LISTENS] = {"address"},
    [LOG_FIELD_VERSION] = {"version"},
};
#define FIELDS_COUNT (sizeof FIELDS / sizeof FIELDS[0])

static void put(struct line *l, const char *text)
{
    size_t n = strlen(text);

    invariant(n < sizeof l->at - l->n);
    memcpy(&l->at[l->n], text, n);
    l->n += n;
}

/* In quotes; all but printable ASCII is escaped. */
static void put_text(struct line *l, const char *text)
{
    size_t most = l->n + LOG_TEXT_MAX;

    put(l, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char escaped[ESCAPED_SIZE] = {(char)c};

        if (c == '"' || c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c < ' ' || c > '~')
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
        if (l->n + strlen(escaped) > most)
            break;
        put(l, escaped);
    }
    put(l, "\"");
}

static void put_name(struct line *l, const char *name)
{
    put(l, ",\"");
    put(l, name);
    put(l, "\":");
}

static void put_number(struct line *l, uint64_t v)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, v);
    put(l, text);
}

static void put_offset(struct line *l, int64_t v)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, v);
    put(l, text);
}

static void put_time(struct line *l, uint64_t t_ms)
{
    char text[CLOCK_TEXT_SIZE];

    clock_text(t_ms, text);
    put_text(l, text);
}

static void put_field(struct line *l, const struct log_field *f)
{
    const char *const *name = FIELDS[f->kind];

    put_name(l, name[0]);
    switch (f->kind) {
    case LOG_FIELD_ERROR:
        put_text(l, err_name(f->err.code));
        put_name(l, name[1]);
        put_text(l, f->err.where == NULL ? "?" : f->err.where);
        break;
    case LOG_FIELD_SESSION:
    case LOG_FIELD_REQUEST:
    case LOG_FIELD_OPERATION:
    case LOG_FIELD_COUNT:
    case LOG_FIELD_DURATION:
    case LOG_FIELD_SIZE:
        put_number(l, f->number);
        break;
    case LOG_FIELD_OFFSET:
        put_offset(l, f->offset);
        break;
    case LOG_FIELD_ENDS:
        put_time(l, f->number);
        break;
    case LOG_FIELD_LISTENS:
    case LOG_FIELD_VERSION:
        put_text(l, f->text);
        break;
    }
}

void log_write(struct log *l, uint64_t now_ms, const struct log_event *event,
               const struct log_field *fields, size_t n)
{
    struct line line = {.n = 0};

    invariant(n <= LOG_FIELDS_MAX);
    if (event->level > l->most)
        return;
    put(&line, "{\"time\":");
    put_time(&line, now_ms);
    put_name(&line, "sequence");
    put_number(&line, ++l->sequence);
    put_name(&line, "level");
    put_text(&line, log_level_name(event->level));
    put_name(&line, "event");
    put_text(&line, event->name);
    for (size_t i = 0; i < n; i++)
        put_field(&line, &fields[i]);
    put(&line, "}\n");
    l->write(l->ctx, bytes(line.at, line.n));
}

static struct log_field numbered(enum log_kind kind, uint64_t number)
{
    return (struct log_field){.kind = kind, .number = number};
}

struct log_field log_error(struct err e)
{
    return (struct log_field){.kind = LOG_FIELD_ERROR, .err = e};
}

struct log_field log_session(uint64_t number)
{
    return numbered(LOG_FIELD_SESSION, number);
}

struct log_field log_request(uint64_t number)
{
    return numbered(LOG_FIELD_REQUEST, number);
}

struct log_field log_operation(uint32_t number)
{
    return numbered(LOG_FIELD_OPERATION, number);
}

struct log_field log_count(uint64_t n)
{
    return numbered(LOG_FIELD_COUNT, n);
}

struct log_field log_duration_ms(uint64_t ms)
{
    return numbered(LOG_FIELD_DURATION, ms);
}

struct log_field log_offset_ms(int64_t ms)
{
    return (struct log_field){.kind = LOG_FIELD_OFFSET, .offset = ms};
}

struct log_field log_size_bytes(uint64_t n)
{
    return numbered(LOG_FIELD_SIZE, n);
}

struct log_field log_ends_ms(uint64_t ms)
{
    return numbered(LOG_FIELD_ENDS, ms);
}

struct log_field log_listens(const char *own_address)
{
    return (struct log_field){.kind = LOG_FIELD_LISTENS, .text = own_address};
}

struct log_field log_version(const char *own_version)
{
    return (struct log_field){.kind = LOG_FIELD_VERSION, .text = own_version};
}

const char *log_level_name(enum log_level level)
{
    return LEVELS[level];
}

bool log_level_read(struct bytes name, enum log_level *out)
{
    for (size_t i = LOG_ERROR; i < LEVELS_COUNT; i++) {
        if (!bytes_same(name, bytes_text(LEVELS[i])))
            continue;
        *out = (enum log_level)i;
        return true;
    }
    return false;
}

const char *const *log_field_names(enum log_kind kind)
{
    return kind == 0 || kind >= FIELDS_COUNT ? NULL : FIELDS[kind];
}
