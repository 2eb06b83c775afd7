/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filed: where a message stands among what its conversation keeps together: of a message that says
 * so of another one.  [PROTOCOL 6.15]
 *
 * Folder and title are the writer's words, and no path: nothing is ever written where they say.
 * Everything parsed is borrowed from what it was parsed from.
 */
#ifndef TACET_E2EE_FILED_H
#define TACET_E2EE_FILED_H

#include "base/buf.h"

#define FILED_FOLDER_MAX 255 /* bytes */
#define FILED_DEPTH_MAX  8   /* folders in one another */
#define FILED_TITLE_MAX  255 /* bytes */
#define FILED_MAX_SIZE   (1 + 1 + FILED_FOLDER_MAX + FILED_TITLE_MAX)

struct filed {
    bool kept;           /* else it does not stand there: */
    struct bytes folder; /* UTF-8 without controls, names with a slash between; empty: in none */
    struct bytes title;  /* UTF-8 without controls; empty: as the message calls it */
};

/* Append it, all of it or nothing.  E_MALFORMED: no such folder or title, or one of what is not
 * kept; E_LIMIT: too long, or `out` at its ceiling; E_NOMEM. */
FALLIBLE filed_write(const struct filed *in, struct buf *out);

/* E_TRUNCATED, E_MALFORMED, E_LIMIT. */
FALLIBLE filed_parse(struct bytes content, struct filed *out);

#endif
