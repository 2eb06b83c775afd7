/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/shelf.h: what a conversation keeps together for all of its people: its files, and messages
 * that somebody saved.
 *
 * A file stands there since it was sent.  Whoever wrote a message says where it stands, and so do
 * both people of a pair, the members of a group and the moderators of a room; the newest word
 * counts.  Folders are there as long as something is in them, and are no paths: nothing is written
 * anywhere by them.  What stands there ends in its own time, as everywhere.
 */
#ifndef TACET_SHELF_H
#define TACET_SHELF_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_FOLDER_MAX 255 /* bytes: at most 8 names with a slash between */
#define TACET_TITLE_MAX  255 /* bytes */

/* Text of others, which lives until the next call about what stands there. */
struct tacet_shelved {
    const char *folder; /* "": in none */
    const char *title;  /* "": as the message calls it */
};

/* The next message after `place` (0: from the first) that stands there, in a conversation with a
 * person or of a room.  TACET_ABSENT: no more. */
TACET_API enum tacet_code tacet_next_shelved(struct tacet_client *c, const char *with,
                                             uint64_t place, struct tacet_message *out,
                                             struct tacet_shelved *where);

/* Queue that the message at `place` stands there in a folder under a title; NULL: as it does now.
 * As tacet_reply(), but TACET_DENIED: also that I may not say so of it; TACET_STALE: it is so
 * already; TACET_MALFORMED: a folder or title will not do; TACET_LIMIT: or is too long;
 * TACET_AGAIN: it is not known yet whose handle that is. */
TACET_API enum tacet_code tacet_shelve(struct tacet_client *c, const char *with, uint64_t place,
                                       const char *folder, const char *title,
                                       char id[TACET_ID_SIZE]);

/* Queue that it does not stand there any more; the message itself stays.  The same. */
TACET_API enum tacet_code tacet_unshelve(struct tacet_client *c, const char *with, uint64_t place,
                                         char id[TACET_ID_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
