/* SPDX-License-Identifier: Apache-2.0 */
/*
 * town: a server's data directory with many people in it, made by the server's own features
 * without a server running: so many real joins would take minutes.
 *
 * It lies on a disk and not in memory, as far as the system's habits allow: below /var/tmp.  It is
 * removed when the program ends, also by failing.  Whatever fails ends the program.
 */
#ifndef TACET_BENCH_TOWN_H
#define TACET_BENCH_TOWN_H

#include "crypto/agree.h"
#include "crypto/mlkem/mlkem.h"
#include "e2ee/identity.h"
#include "statement/device_list.h"

#define TOWN_PATH_SIZE 64
#define TOWN_DOMAIN    "town.example"

struct resident {
    struct identity me;
    struct device_list list; /* of one device */
};

struct town {
    char dir[TOWN_PATH_SIZE], data[TOWN_PATH_SIZE + 16]; /* the latter is tacetd's */
    struct network_id nid;
    uint8_t pin[32]; /* of the server's TLS key */
    struct resident *resident;
    size_t n;
    /* Of everybody, number 1: nobody here opens anything. */
    uint8_t prekey[AGREE_PUBLIC_SIZE], kem[MLKEM_PUBLIC_SIZE];
};

/* One at a time in a program. */
void town_found(struct town *t, size_t n);

/* Items in all mailboxes, while no server runs. */
uint64_t town_waiting(const struct town *t);

void town_leave(struct town *t);

#endif
