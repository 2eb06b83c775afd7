/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk: a computer's disk in memory, with its faults, as a VFS of SQLite.  One for each node.
 *
 * What was written and not yet synced is seen by the node and forgotten, in parts, by a power cut.
 * Names too: a file that was made or deleted stays so only after a sync of the folder, which comes
 * with the first sync of each journal that was opened to be made, whether it was there or not, and
 * with SQLite's deletions that ask for it, as on Unix.
 *
 * Databases on it are opened with sqlite_open_on(..., disk_vfs(d), ...): there is no shared memory,
 * so only locking_mode=EXCLUSIVE has a log.  One thread.  Memory that runs out ends the process.
 *
 * Everything follows from the seed and the calls, but SQLite draws salts from a generator that a
 * process has once: disk_begin_run puts it at its start.
 */
#ifndef TACET_TESTS_SIM_DISK_H
#define TACET_TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct disk;
struct disk_image;

/* SQLite's generator from here on follows from the seed; call it before a run. */
void disk_begin_run(uint64_t seed);

/* An empty disk without limits.  Every database on it is closed before it is freed; NULL is fine.
 */
struct disk *disk_new(uint64_t seed);
void disk_free(struct disk *d);

/* The name under which SQLite knows it, as long as it lives. */
const char *disk_vfs(const struct disk *d);

/* ---- power */

/*
 * The n-th change from now fails with SQLITE_IOERR, changes nothing, and the power is off: whatever
 * is asked after it fails too.  A change is a write, a truncation, a sync of a file or of the
 * folder, the making and the deletion of a file.  0: never.
 */
void disk_crash_at(struct disk *d, uint64_t n);
bool disk_is_off(const struct disk *d);

/*
 * The power goes off, if it is not, and comes back.  Of each file each write that was not synced is
 * kept, lost or torn between sectors of 512 bytes, whatever became of those before it; where a file
 * grew over what was lost, it holds zeros or noise.  Each file made or deleted since the folder was
 * synced may be as it was before.  What is open is dead: all it asks fails, and it can only be
 * closed.  Crashes and failures that were ordered are forgotten; limit, skipped syncs and claim
 * stay.
 */
void disk_restart(struct disk *d);

/* The same when only the program died: what it wrote is all there, synced or not. */
void disk_revive(struct disk *d);

/* ---- faults */

/* This many more bytes may files grow by; what they shrink by may be used again.  A write for which
 * there is no room is written in part and gives SQLITE_FULL.  UINT64_MAX: no limit. */
void disk_limit(struct disk *d, uint64_t bytes);

/* What the limit leaves. */
uint64_t disk_room(const struct disk *d);

/*
 * The n-th read, write or sync of a file from now fails once, with SQLITE_IOERR_READ, _WRITE or
 * _FSYNC; 0: none.  The write changes nothing.  The sync leaves what was to be synced as a power
 * cut would, on the disk; the node goes on to see all of it, and no later sync writes it, as on
 * Linux.
 */
void disk_fail_read(struct disk *d, uint64_t n);
void disk_fail_write(struct disk *d, uint64_t n);
void disk_fail_sync(struct disk *d, uint64_t n);

/* A planted fault: syncs say that all is well and make nothing durable. */
void disk_skip_syncs(struct disk *d, bool skip);

/* What SQLite is told of the device, as bits SQLITE_IOCAP_*; 0 when new: nothing.  Of all claims
 * this disk would keep one: SQLITE_IOCAP_POWERSAFE_OVERWRITE, which is what SQLite believes on
 * Unix; without it, it pads its log. */
void disk_claim(struct disk *d, int characteristics);

/* ---- looking */

/* Since it is new.  `bytes` were written; `changes` are those that disk_crash_at counts, without
 * those that the power did not let happen. */
struct disk_counts {
    uint64_t changes, writes, syncs, reads, bytes;
};
struct disk_counts disk_counts(const struct disk *d);

/* Of all names and bytes that the node sees: the same for the same. */
uint64_t disk_digest(const struct disk *d);

/* ---- files beside the databases, that nobody has open; nothing of this is synced */

int64_t disk_file_size(const struct disk *d, const char *name); /* -1: there is none */
/* Made if it is not there, and then zeros as far as it grows.  false: no room, or no power. */
bool disk_file_resize(struct disk *d, const char *name, uint64_t size);
void disk_file_delete(struct disk *d, const char *name);

/* ---- copies */

/* All files as the node sees them now; what is open may be in mid-transaction, as after a crash. */
struct disk_image *disk_snapshot(const struct disk *d);
/* The same of one file with these bytes: what a backup is put back as. */
struct disk_image *disk_image_of(const char *name, struct bytes content);
/* Back to that, all of it durable.  What is open is dead, as after disk_restart.  The image may be
 * another disk's, and stays the caller's. */
void disk_roll_back(struct disk *d, const struct disk_image *image);
void disk_image_free(struct disk_image *image); /* NULL is fine */

#endif
