/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files: sealed files, as many bytes that nobody here can read.  [PROTOCOL 13.6]
 *
 * Whoever signed in may begin one under an id of their choice, fill it, and say how long it is to
 * be kept; whoever knows the id may read it.  Which message it belongs to is not known here.  Rows
 * are for who may and how long, and are committed before the first byte comes; the bytes are in the
 * host's blob store, under SHA-256 of the id: who reads the database or the disk cannot ask.
 *
 *   a row, no blob       begun, or its first bytes were lost
 *   a row and a blob     kept until the row's time is over, or its account drops it
 *   a blob without row   garbage: the row went first
 */
#ifndef TACET_SERVER_FILES_FILES_H
#define TACET_SERVER_FILES_FILES_H

#include "base/clock.h"
#include "server/api/api.h"
#include "server/devices/devices.h"

#define FILES_ID_SIZE    32
#define FILES_SIZE_LEAST UINT64_C(1040)                              /* sealed, bytes */
#define FILES_SIZE_MOST  (LIMIT_FILE + LIMIT_FILE / (64 << 10) * 16) /* the same */
#define FILES_BEGUN_MS   (7 * CLOCK_DAY_MS) /* to fill it, and to say for how long it is kept */
#define FILES_KEEP_MOST  (400u * 24 * 3600) /* seconds */

#define FILES_ACCOUNT_COUNT 10000
#define FILES_ACCOUNT_BYTES (UINT64_C(20) << 30)
#define FILES_ALL_BYTES     (UINT64_C(1) << 40)

#define FILES_EXPIRE_MOST 64 /* at once */

/* FILES_ACCOUNT_BYTES and FILES_ALL_BYTES. */
extern const struct files_room files_room;

/* E_MALFORMED: that is no id. */
FALLIBLE files_name(struct bytes id, struct blob_name *out);

/* Room for one; the same once more gives it FILES_BEGUN_MS anew.  E_MALFORMED, E_LIMIT: no size of
 * a sealed file.  E_CONFLICT: there is another one of this name.  E_FULL: no room. */
FALLIBLE files_begin(struct db *db, const struct device *me, const struct blob_name *name,
                     uint64_t size, const struct files_room *room, uint64_t now_ms,
                     uint64_t *expires_ms);

/* Until then at least.  E_LIMIT: longer than FILES_KEEP_MOST, or no time at all.  E_ABSENT: the
 * account has none of this name. */
FALLIBLE files_keep(struct db *db, const struct device *me, const struct blob_name *name,
                    uint32_t ttl_s, uint64_t now_ms, uint64_t *expires_ms);

/* Its row.  E_DENIED: it is another account's.  Harmless when there is none. */
FALLIBLE files_drop(struct db *db, const struct device *me, const struct blob_name *name);

/* Delete rows whose time is over, in a transaction of its own: their names, whose blobs are to be
 * erased after it. */
FALLIBLE files_expire(struct db *db, uint64_t now_ms, struct blob_name out[FILES_EXPIRE_MOST],
                      size_t *n);

/* Of these names, those that have no row stay, in their order. */
FALLIBLE files_unknown(struct db *db, struct blob_name *names, size_t *n);

extern const struct schema files_schema;
extern const struct route files_routes[];

#endif
