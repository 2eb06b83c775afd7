/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory: blobs as files, in 256 folders by the first byte of their names.
 *
 *   FOLDER/3f/3f...        whole: written, synced, then given this name, and the folder synced
 *   FOLDER/3f/3f....part   what came of one that is not
 *
 * A part is synced after each DIRECTORY_UNSYNCED bytes, so of its length at most these and one more
 * append may be missing after a loss of power, whatever the file says: as much is taken off every
 * part when the store is opened, down to a multiple of BLOB_STEP.
 */
#ifndef TACET_STORAGE_BLOB_DIRECTORY_H
#define TACET_STORAGE_BLOB_DIRECTORY_H

#include "storage/blob.h"

#define DIRECTORY_UNSYNCED (4u << 20)   /* bytes that may come before the next sync */
#define DIRECTORY_APPEND   (256u << 10) /* the most at once, bytes */

struct directory;

/* The folder is made where it is not there.  `margin`: bytes of the disk that are for others: what
 * would leave less free is refused with E_FULL.  E_LIMIT: the path is too long; E_NOMEM, E_IO. */
FALLIBLE directory_open(const char *folder, uint64_t margin, struct directory **out);

struct blob_store directory_store(struct directory *d);

/* NULL is fine. */
void directory_close(struct directory *d);

#endif
