/* SPDX-License-Identifier: Apache-2.0 */
/*
 * platter: files in memory, each twice: as a program sees it, and as it is on the disk for sure;
 * and what stands between the two, which a power cut settles.  Nothing here knows SQLite or faults.
 *
 * Invariant: what is on the disk, with all changes since done to it in order, is what is seen; but
 * for platter_forget, which is the fault that breaks it.
 */
#ifndef TACET_TESTS_SIM_PLATTER_H
#define TACET_TESTS_SIM_PLATTER_H

#include "base/bytes.h"

#define PLATTER_SECTOR   512
#define PLATTER_NAME_MAX 120 /* bytes of a name, with its NUL */

struct platter;
struct platter_file;

struct platter *platter_new(uint64_t seed);
void platter_free(struct platter *p); /* no file of it is held any more */

/* The file of that name, or NULL. */
struct platter_file *platter_find(const struct platter *p, const char *name);
/* A new one in place of what had the name.  NULL: without a name, it lives while it is held. */
struct platter_file *platter_make(struct platter *p, const char *name);
/* The name goes; so does the file, when nobody holds it and the folder is synced. */
void platter_remove(struct platter *p, const char *name);

struct platter_file *platter_hold(struct platter_file *f);
void platter_drop(struct platter_file *f); /* NULL is fine */

uint64_t platter_size(const struct platter_file *f);
/* How many bytes there were from there, at most n. */
size_t platter_read(const struct platter_file *f, uint64_t offset, uint8_t *out, size_t n);
void platter_write(struct platter_file *f, uint64_t offset, struct bytes data);
void platter_resize(struct platter_file *f, uint64_t size);

void platter_sync(struct platter_file *f);
void platter_sync_names(struct platter *p);
/* The changes since the last sync are settled as by a power cut, on the disk only: what is seen
 * stays, and no later sync writes it. */
void platter_forget(struct platter *p, struct platter_file *f);

/* Settles everything; from then on what is seen is what is on the disk. */
void platter_cut(struct platter *p);

/* Bytes of all files that have a name. */
uint64_t platter_used(const struct platter *p);
uint64_t platter_digest(const struct platter *p);

/* The files that have a name, as they are seen, all durable; from another or into a new one. */
void platter_copy(struct platter *to, const struct platter *from);

#endif
