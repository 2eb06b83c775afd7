/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: judges what the host sees of disk, clock, certificates and room, and tells health and the
 * journal: the journal of what is news, and of certificates once a day.
 */
#ifndef TACET_SERVER_MAIN_WATCH_H
#define TACET_SERVER_MAIN_WATCH_H

#include "base/clock.h"
#include "server/main/ballast.h"
#include "server/main/health.h"
#include "server/main/journal.h"

#define WATCH_SOON_MS       (14 * CLOCK_DAY_MS) /* before a certificate's end */
#define WATCH_JUMP_MS       CLOCK_SECOND_MS     /* further than this is a jump */
#define WATCH_JUMP_SHOWN_MS CLOCK_HOUR_MS       /* health shows a jump for so long */
#define WATCH_DISK_LOW      (256u << 20)        /* bytes free: below, the disk will soon be full */

enum watch_certificate { WATCH_DIRECTORY = 1, WATCH_TLS, WATCH_CERTIFICATES };

struct watch {
    struct health *health;
    struct journal *journal;
    bool clock_seen, jumped;
    bool refuses;      /* what needs room is refused: the disk is full, whatever was written */
    int64_t offset_ms; /* between the two clocks, when they were last seen */
    uint64_t jumped_ms, jumps;
    uint64_t ends_ms[WATCH_CERTIFICATES], told_ms[WATCH_CERTIFICATES]; /* 0: not known, never */
};

/* The wall clock, and one that only ever grows and that nobody sets. */
void watch_clocks(struct watch *w, uint64_t wall_ms, uint64_t steady_ms);

/* When a certificate ends; it is judged by watch_certificates(). */
void watch_ends(struct watch *w, enum watch_certificate which, uint64_t ends_ms);
void watch_certificates(struct watch *w, uint64_t now_ms);

/* What is free where the database lies. */
void watch_disk(struct watch *w, uint64_t free_bytes);

/* After a batch, before watch_batch(). */
void watch_ballast(struct watch *w, enum ballast_state state, bool refuses);

/* A batch's end: what the disk refused (E_OK, E_FULL, or E_IO for good), and whether something was
 * written. */
void watch_batch(struct watch *w, enum err_code trouble, bool wrote);

/* TCP connections, and how many there may be. */
void watch_clients(struct watch *w, size_t clients, size_t most);

#endif
