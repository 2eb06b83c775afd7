/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/watch.h"

static const struct {
    enum health_reason soon, over;
    enum journal_event event;
} CERTIFICATES[WATCH_CERTIFICATES] = {
    [WATCH_DIRECTORY] = {HEALTH_DIRECTORY_CERTIFICATE_SOON, HEALTH_DIRECTORY_CERTIFICATE_OVER,
                         JOURNAL_DIRECTORY_CERTIFICATE_ENDS},
    [WATCH_TLS] = {HEALTH_TLS_CERTIFICATE_SOON, HEALTH_TLS_CERTIFICATE_OVER,
                   JOURNAL_TLS_CERTIFICATE_ENDS},
};

void watch_clocks(struct watch *w, uint64_t wall_ms, uint64_t steady_ms)
{
    int64_t offset = (int64_t)(wall_ms - steady_ms), moved = offset - w->offset_ms;

    if (w->clock_seen && (moved > (int64_t)WATCH_JUMP_MS || moved < -(int64_t)WATCH_JUMP_MS)) {
        w->jumped = true;
        w->jumped_ms = steady_ms;
        w->jumps++;
        journal_note(w->journal, JOURNAL_CLOCK_JUMPED, LOG_FIELDS(log_offset_ms(moved)));
    }
    w->clock_seen = true;
    w->offset_ms = offset;
    (void)health_set(w->health, HEALTH_CLOCK_JUMPED,
                     w->jumped && clock_since(steady_ms, w->jumped_ms) < WATCH_JUMP_SHOWN_MS);
}

void watch_ends(struct watch *w, enum watch_certificate which, uint64_t ends_ms)
{
    w->ends_ms[which] = ends_ms;
}

static void judge(struct watch *w, enum watch_certificate which, uint64_t now_ms)
{
    uint64_t ends = w->ends_ms[which];
    bool over = ends <= now_ms, soon = !over && ends <= clock_add(now_ms, WATCH_SOON_MS);

    (void)health_set(w->health, CERTIFICATES[which].over, over);
    (void)health_set(w->health, CERTIFICATES[which].soon, soon);
    if (!over && !soon)
        return;
    if (w->told_ms[which] != 0 && clock_since(now_ms, w->told_ms[which]) < CLOCK_DAY_MS)
        return;
    w->told_ms[which] = now_ms;
    journal_note(w->journal, CERTIFICATES[which].event, LOG_FIELDS(log_ends_ms(ends)));
}

void watch_certificates(struct watch *w, uint64_t now_ms)
{
    for (enum watch_certificate i = WATCH_DIRECTORY; i < WATCH_CERTIFICATES; i++)
        if (w->ends_ms[i] != 0)
            judge(w, i, now_ms);
}

static void disk_full(struct watch *w)
{
    if (health_set(w->health, HEALTH_DISK_FULL, true))
        journal_note(w->journal, JOURNAL_DISK_FULL, LOG_NO_FIELDS);
}

static void disk_freed(struct watch *w)
{
    if (!w->refuses && health_set(w->health, HEALTH_DISK_FULL, false))
        journal_note(w->journal, JOURNAL_DISK_FREED, LOG_NO_FIELDS);
}

void watch_disk(struct watch *w, uint64_t free_bytes)
{
    bool low = free_bytes < WATCH_DISK_LOW;

    if (!health_set(w->health, HEALTH_DISK_LOW, low))
        return;
    if (low)
        journal_note(w->journal, JOURNAL_DISK_LOW, LOG_FIELDS(log_size_bytes(free_bytes)));
    else /* if nobody writes, nobody would find out; of a quota only writing tells */
        disk_freed(w);
}

void watch_ballast(struct watch *w, enum ballast_state state, bool refuses)
{
    bool missing = state != BALLAST_HELD, was = w->refuses;

    if (health_set(w->health, HEALTH_BALLAST_MISSING, missing))
        journal_note(w->journal, missing ? JOURNAL_BALLAST_MISSING : JOURNAL_BALLAST_MADE,
                     LOG_NO_FIELDS);
    w->refuses = refuses;
    if (refuses)
        disk_full(w);
    else if (was)
        disk_freed(w);
}

void watch_batch(struct watch *w, enum err_code trouble, bool wrote)
{
    if (trouble == E_IO && health_set(w->health, HEALTH_DISK_ERROR, true))
        journal_note(w->journal, JOURNAL_DISK_ERROR, LOG_NO_FIELDS);
    if (trouble == E_FULL)
        disk_full(w);
    if (trouble == E_OK && wrote)
        disk_freed(w);
}

void watch_clients(struct watch *w, size_t clients, size_t most)
{
    bool full = clients >= most;

    if (health_set(w->health, HEALTH_CLIENTS_FULL, full) && full)
        journal_note(w->journal, JOURNAL_CLIENTS_FULL, LOG_FIELDS(log_count(clients)));
}
