/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backups: where the host keeps the backup that is under way, as the handler sees it.
 *
 * Everything is called on the worker's thread.
 */
#ifndef TACET_SERVER_ADMIN_BACKUPS_H
#define TACET_SERVER_ADMIN_BACKUPS_H

#include "base/bytes.h"
#include "base/err.h"

struct backups {
    void *ctx;

    /*
     * What stands in the backup of this session from byte `at` on, borrowed until the next call.
     * At 0 a backup is ordered, one a session; until it has begun *part is empty: to be asked
     * again. Else `at` is where the part before this one ended, or where that began.  *end: nothing
     * stands behind this part.  Whoever asks there all the same says that it has stored it all.
     *
     * E_CONFLICT: another session's is under way.  E_STALE: there is none of this session's: it
     * was given up.  E_MALFORMED: `at` is neither.  E_FULL: the disk has not enough room for what
     * is changed meanwhile.  E_IO, E_NOMEM, E_CRYPTO.  An error ends it.
     */
    struct err (*ask)(void *ctx, uint64_t session, uint64_t at, uint64_t now_ms, struct bytes *part,
                      bool *end);
};

#endif
