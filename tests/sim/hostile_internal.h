/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_internal: the liar as its two files see it: what passes, and what is put back. */
#ifndef TACET_TESTS_SIM_HOSTILE_INTERNAL_H
#define TACET_TESTS_SIM_HOSTILE_INTERNAL_H

#include "property/mail.h"
#include "sim/hostile.h"

#define HOSTILE_PREKEYS 4

struct hostile {
    struct world *world;
    unsigned one_in; /* of each kind, it tells one where it could tell so many */
    bool stopped;
    struct person *stalled; /* gets no mail at all */
    struct mail seen, held;
    struct buf prekey[HOSTILE_PREKEYS], list; /* statements that were true once, of somebody */
    struct disk_image *server;                /* its disk, as it was */
    size_t people, removed;                   /* at that time */
    bool rolled_back, junk;
    bool forged; /* the frame at hand shows devices that nobody made */
};

/* hostile_copies.c: copies of disks are made, and put back. */
void hostile_copies(struct hostile *h, struct person *who);

#endif
