/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/serving.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fault.h"
#include "base/version.h"
#include "server/files/files.h"
#include "server/main/depot.h"
#include "server/main/features.h"
#include "server/main/house.h"
#include "server/main/jobs.h"
#include "server/main/measure.h"
#include "server/main/monitor.h"
#include "server/main/peers.h"
#include "server/main/rekeying.h"
#include "server/main/room.h"
#include "server/main/serving_internal.h"
#include "storage/sqlite/sqlite.h"

#define HOUSEKEEPING_MS CLOCK_MINUTE_MS
#define FAREWELL_MS     2500 /* for the peers to hear that we stop */

uint64_t serving_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void released(void *ctx)
{
    (void)ctx;
    fault_point("server-after-release");
}

void serving_look(struct serving *s)
{
    uint64_t now_ms = serving_now_ms(), free_bytes;

    watch_clocks(&s->watch, now_ms, measure_steady_ms());
    watch_certificates(&s->watch, now_ms);
    watch_clients(&s->watch, s->clients, s->clients_max);
    if (measure_disk_free(s->data, &free_bytes))
        watch_disk(&s->watch, free_bytes);
}

static void housekeep(void *ctx)
{
    struct serving *s = ctx;

    journal_minute(&s->journal);
    serving_look(s);
    jobs_expire(s);
    depot_look(s);
    loop_timer_set(s->housekeeping, HOUSEKEEPING_MS);
}

static void stop(void *ctx)
{
    struct serving *s = ctx;

    if (!s->stopping)
        journal_note(&s->journal, JOURNAL_STOPPING, LOG_NO_FIELDS);
    s->stopping = s->health.stopping = true;
    loop_stop(s->loop);
}

static struct err open_database(struct serving *s, const struct serving_options *o)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, HOUSE_DATABASE, path));
    sqlite_alone();
    TRY(sqlite_open(&s->db, path, false, true));
    return features_open(s->db);
}

static struct err open_loop(struct serving *s)
{
    static const struct workers_plan plan = {jobs_work, jobs_done};
    const struct live_host host = {
        s, peers_send, peers_close, jobs_ask_page, rekeying_change, depot_erase};

    s->clients_max = room_for_clients();
    TRY(loop_new(&s->loop));
    peers_limits(s);
    s->after_release.run = released;
    TRY(live_new(&s->live, &host));
    TRY(loop_signal_new(s->loop, SIGTERM, stop, s, &s->term));
    TRY(loop_signal_new(s->loop, SIGINT, stop, s, &s->interrupt));
    TRY(loop_signal_new(s->loop, SIGHUP, rekeying_reload, s, &s->hangup));
    TRY(loop_timer_new(s->loop, housekeep, s, &s->housekeeping));
    TRY(loop_timer_new(s->loop, stop, s, &s->farewell));
    return workers_new(s->loop, &plan, s, &s->workers);
}

static struct err open_depot(struct serving *s, const struct serving_options *o)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, HOUSE_FILES, path));
    s->server.files_room = o->files_room;
    return depot_open(s, path);
}

/* `listen` with the port that the kernel chose. */
static void say_address(struct serving *s, const struct serving_options *o)
{
    const char *colon = strrchr(o->listen, ':');
    int host = colon == NULL ? 0 : (int)(colon - o->listen);

    snprintf(s->address, sizeof s->address, "%.*s:%u", host, o->listen,
             (unsigned)listener_port(s->tcp));
    s->server.address = o->address == NULL ? s->address : o->address;
    journal_note(&s->journal, JOURNAL_LISTENING, LOG_FIELDS(log_listens(s->address)));
    printf("tacetd listens on %s\n", s->address);
    fflush(stdout);
}

static struct err listen_on(struct serving *s, const struct serving_options *o)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, HOUSE_CONTROL, path));
    TRY(listener_unix(s->loop, path, peers_accept_unix, s, &s->unix_socket));
    TRY(listener_tcp(s->loop, o->listen, peers_accept_tcp, s, &s->tcp));
    say_address(s, o);
    return OK;
}

static void open_ballast(struct serving *s, const struct serving_options *o)
{
    s->ballast_file = (struct ballast_file){o->data, measure_disk_free};
    s->ballast_place = ballast_file_place(&s->ballast_file);
    s->ballast = (struct ballast){
        .place = &s->ballast_place, .db = s->db, .size = BALLAST_SIZE, .margin = BALLAST_MARGIN};
    ballast_open(&s->ballast, measure_steady_ms());
    watch_ballast(&s->watch, s->ballast.state, s->ballast.refuses);
    s->relief = (struct relief){s, jobs_relieve};
    s->server.relief = &s->relief;
}

static struct err serve(struct serving *s, const struct serving_options *o,
                        enum serving_stage *stage, const char **why)
{
    *stage = SERVING_HOUSE;
    TRY(house_check(o->data));
    *stage = SERVING_DATABASE;
    TRY(open_database(s, o));
    *stage = SERVING_KEYS;
    TRY(rekeying_open(s, o, why));
    s->random = random_system();
    s->server.db = s->db;
    s->server.networks = s->networks;
    s->server.routes = features_routes();
    backup_open(&s->backup, o->data, s->db, s->networks);
    s->server.backups = &s->backup.backups;
    open_ballast(s, o);
    *stage = SERVING_LOOP;
    TRY(open_loop(s));
    *stage = SERVING_DATABASE; /* the other half of it */
    TRY(open_depot(s, o));
    *stage = SERVING_LISTENING;
    TRY(listen_on(s, o));
    *stage = SERVING_MONITOR;
    if (o->monitor != NULL)
        TRY(monitor_open(s, o->monitor));
    *stage = SERVING;
    housekeep(s);
    loop_run(s->loop);
    return s->stopping ? OK : FAIL(E_IO);
}

/* The batch at hand is committed, its answers leave, and everybody hears that we go. */
static void say_farewell(struct serving *s)
{
    listener_free(s->tcp);
    listener_free(s->unix_socket);
    loop_timer_free(s->housekeeping); /* there is soon nobody left to keep house */
    depot_stop(s);
    workers_drain_and_stop(s->workers);
    s->workers = NULL; /* nobody works for a signal that still comes */
    peers_farewell(s);
    if (s->peers == NULL)
        return;
    loop_timer_set(s->farewell, FAREWELL_MS);
    loop_run(s->loop);
}

static void close_all(struct serving *s)
{
    if (s->loop != NULL)
        say_farewell(s);
    monitor_close(s);
    peers_free_all(s);
    live_free(s->live);
    loop_task_cancel(&s->after_release);
    loop_timer_free(s->farewell);
    loop_signal_free(s->term);
    loop_signal_free(s->interrupt);
    loop_signal_free(s->hangup);
    if (s->loop != NULL)
        loop_free(s->loop);
    tls_free(s->tls);
    backup_close(&s->backup);
    depot_close(s);
    networks_free(s->networks);
    db_close(s->db);
}

struct err serving_run(const struct serving_options *o, enum serving_stage *stage, const char **why)
{
    struct serving *s = calloc(1, sizeof *s);
    struct err err;

    *stage = SERVING_LOOP;
    *why = NULL;
    if (s == NULL)
        return FAIL(E_NOMEM);
    s->watch = (struct watch){.health = &s->health, .journal = &s->journal};
    s->data = o->data;
    s->metrics.now.started_ms = serving_now_ms();
    signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is an error of a write */
    journal_open(&s->journal, o->log_level, serving_now_ms);
    journal_note(&s->journal, JOURNAL_STARTED, LOG_FIELDS(log_version(version_text())));
    if (o->from_file)
        journal_note(&s->journal, JOURNAL_CONFIGURED, LOG_NO_FIELDS);
    err = serve(s, o, stage, why);
    close_all(s);
    journal_note(
        &s->journal, JOURNAL_STOPPED,
        LOG_FIELDS(log_duration_ms(clock_since(serving_now_ms(), s->metrics.now.started_ms))));
    free(s);
    return err;
}
