/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tries: wrong passphrases, counted where killing the program does not take them back.
 * [ARCHITECTURE 4]
 *
 * One row of the vault's database, unsealed, since it is read before there is a key.  A try is
 * counted as a wrong one, on disk, before it is looked at; the right passphrase takes it back.  So
 * whoever kills the program in the middle, or cuts its power, has used the try up.  The lock that
 * lets one process have the profile lets one try be under way.
 *
 * After `free` wrong ones in a row the next is not looked at for a minute, and for twice as long
 * after each that follows, up to a day.  The wait is of this machine's clock: setting it back makes
 * the wait begin anew, and setting it forward shortens it.  Where `wipe_at` is set and so many were
 * counted, none is looked at any more, and the vault is to be destroyed.
 *
 * This is against who has the program and its profile in front of them.  Who can copy or write the
 * file tries on a copy, or sets the row to 0; against them stands what scrypt costs.
 */
#ifndef TACET_CLIENT_TRIES_H
#define TACET_CLIENT_TRIES_H

#include "base/clock.h"
#include "storage/migrate.h"

#define TRIES_FREE         10
#define TRIES_WAIT_MS      CLOCK_MINUTE_MS
#define TRIES_WAIT_MOST_MS CLOCK_DAY_MS
#define TRIES_MOST         1000000 /* no profile has seen more: the counter stays there */

/* What may be demanded of a profile; zeros: what is above, and no wiping. */
struct tries_rules {
    uint32_t free;
    uint32_t wipe_at;
};

struct tries {
    uint64_t now_ms; /* given: by this machine's clock */

    uint32_t wrong;   /* in a row; with the one at hand, which is wrong until it ends */
    uint32_t untold;  /* that came before it was opened and that nobody was told of */
    uint64_t last_ms; /* when the last of those two kinds was; 0: there was none */
    uint64_t wait_ms; /* until the next is looked at; 0: it is at once */
    bool spent;       /* so many that the vault is to be destroyed */
};

/* Step by step, with the vault's own. */
extern const struct schema tries_schema;

/*
 * Before a passphrase is looked at: it is counted.
 *
 * E_AGAIN: it is not to be looked at, and was not counted: t->wait_ms says for how long, or
 * t->spent is set.  E_FULL: the disk has no room to count it; where nothing is counted yet this is
 * OK, so that a full disk can still be read.  E_MALFORMED: the row was damaged.  E_IO.
 */
FALLIBLE tries_begin(struct db *db, struct tries *t);

/* It was right: nothing is counted any more; t->untold is what there was.  A full disk is no
 * error: then what was counted stays. */
FALLIBLE tries_end(struct db *db, struct tries *t);

/* It was wrong: what follows from that.  t->spent: the vault is to be destroyed. */
FALLIBLE tries_fail(struct db *db, struct tries *t);

/* The person was told. */
FALLIBLE tries_told(struct db *db);

/* In force from the next try on.  E_LIMIT: over TRIES_MOST. */
FALLIBLE tries_set_rules(struct db *db, const struct tries_rules *rules);
FALLIBLE tries_rules(struct db *db, struct tries_rules *out);

#endif
