/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/monitor.h"

#include <stdio.h>
#include <sys/resource.h>

#include "base/version.h"
#include "net/plain.h"
#include "server/main/house.h"
#include "server/main/measure.h"
#include "server/main/peers.h"
#include "server/main/serving_internal.h"

static const char JSON[] = "application/json";
static const char METRICS[] = "text/plain; version=0.0.4; charset=utf-8";

static uint64_t database_bytes(const struct serving *s)
{
    static const char *const files[] = {HOUSE_DATABASE, HOUSE_DATABASE "-wal"};
    uint64_t sum = 0;

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[HOUSE_PATH_SIZE];

        if (house_path(s->data, files[i], path).code == E_OK)
            sum += measure_file(path);
    }
    return sum;
}

static uint64_t descriptors_most(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

static int64_t seconds_until(uint64_t then_ms, uint64_t now_ms)
{
    return ((int64_t)then_ms - (int64_t)now_ms) / (int64_t)CLOCK_SECOND_MS;
}

static void look_up(struct serving *s, struct metrics_now *now)
{
    uint64_t now_ms = serving_now_ms();
    struct live_given given = live_given(s->live);

    now->reasons = s->reasons;
    now->reason_is = s->health.is;
    now->reasons_n = HEALTH_REASONS;
    now->version = version_text();
    peers_count(s, now);
    now->pages = given.pages;
    now->handed_over = given.messages;
    now->clients_most = s->clients_max;
    now->database_bytes = database_bytes(s);
    (void)measure_disk_free(s->data, &now->disk_free_bytes);
    now->directory_ends_s = seconds_until(s->watch.ends_ms[WATCH_DIRECTORY], now_ms);
    now->tls_ends_s = seconds_until(s->watch.ends_ms[WATCH_TLS], now_ms);
    now->lines_suppressed = s->journal.suppressed;
    now->clock_jumps = s->watch.jumps;
    now->resident_bytes = measure_resident();
    now->descriptors = measure_descriptors();
    now->descriptors_most = descriptors_most();
}

static void answer(void *ctx, struct bytes path, struct plain_answer *out)
{
    struct serving *s = ctx;

    if (bytes_same(path, BYTES_LITERAL("/live"))) {
        out->status = "200 OK";
        out->type = JSON;
        buf_text(&out->body, "{\"state\":\"live\"}\n");
    } else if (bytes_same(path, BYTES_LITERAL("/ready"))) {
        serving_look(s);
        out->status = health_serves(&s->health) ? "200 OK" : "503 Service Unavailable";
        out->type = JSON;
        health_write(&s->health, &out->body);
    } else if (bytes_same(path, BYTES_LITERAL("/metrics"))) {
        serving_look(s);
        look_up(s, &s->metrics.now);
        out->status = "200 OK";
        out->type = METRICS;
        metrics_write(&s->metrics, &out->body);
    }
}

/* `address` with the port that the kernel chose. */
struct err monitor_open(struct serving *s, const char *address)
{
    char bound[SERVING_ADDRESS_SIZE];
    const char *colon = strrchr(address, ':');
    int host = colon == NULL ? 0 : (int)(colon - address);

    for (enum health_reason i = 0; i < HEALTH_REASONS; i++)
        s->reasons[i] = health_name(i);
    TRY(plain_new(s->loop, address, answer, s, &s->monitor));
    snprintf(bound, sizeof bound, "%.*s:%u", host, address, (unsigned)plain_port(s->monitor));
    journal_note(&s->journal, JOURNAL_MONITOR_LISTENING, LOG_FIELDS(log_listens(bound)));
    printf("monitor listens on %s\n", bound);
    fflush(stdout);
    return OK;
}

void monitor_close(struct serving *s)
{
    plain_free(s->monitor);
    s->monitor = NULL;
}
