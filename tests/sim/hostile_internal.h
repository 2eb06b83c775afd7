/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_internal: the liar as its files see it: what passes, and what is put back. */
#ifndef TACET_TESTS_SIM_HOSTILE_INTERNAL_H
#define TACET_TESTS_SIM_HOSTILE_INTERNAL_H

#include "property/impostor.h"
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
    uint64_t of_ms;                           /* when */
    size_t people, removed;                   /* at that time */
    bool rolled_back, junk;
    bool forged; /* the frame at hand shows devices or members that nobody made */
    struct {     /* each with dice of its own: worlds without them stay as they were */
        struct dice fork, insert, recovery;
    } dice;
    struct {                      /* hostile_fork.c */
        struct disk_image *other; /* the history that nobody is shown now; NULL: there is one */
        uint64_t of_ms;           /* it ends then, so far */
        uint64_t here;          /* a bit for each of the people who are shown the one that it has */
        size_t people, removed; /* when it began */
        uint64_t listed_ms;
    } fork;
    struct buf account;        /* hostile_recovery.c: what somebody was shown who came back */
    struct impostor *impostor; /* hostile_insert.c; NULL: not needed yet */
};

/* Is this lie told now, once in n?  Counted. */
bool hostile_lies(struct hostile *h, struct dice *d, enum kind k, size_t n);

/* hostile_copies.c: copies of disks are made, and put back. */
void hostile_copies(struct hostile *h, struct person *who);
bool hostile_all_have_joined(const struct world *w);
size_t hostile_how_many_leave(const struct world *w);

/* hostile_fork.c: two histories begin, take turns, and are one again. */
void hostile_fork(struct hostile *h);
void hostile_fork_end(struct hostile *h);

/* hostile_insert.c: one more than there are, in what goes to somebody; in the arena. */
void hostile_insert_device(struct hostile *h, Tacet__Wire__Person *p, struct arena *a);
void hostile_insert_member(struct hostile *h, Tacet__Wire__RosterAnswer *m, struct arena *a);
void hostile_insert_free(struct hostile *h);
/* Does anybody believe in what nobody made? */
void hostile_insert_check(struct world *w);

/* hostile_recovery.c: what goes to somebody who comes back by a recovery key. */
void hostile_recovery(struct hostile *h, struct person *to, Tacet__Wire__Recovered *m,
                      struct arena *a);

#endif
