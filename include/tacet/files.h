/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/files.h: files, up to 5 GiB each, sealed like messages.
 *
 * A file on its way is a transfer.  It is kept in the profile, and goes on whenever the client is
 * connected, until it has ended; the message that brings it to others leaves when the server has
 * all of it.  TACET_EVENT_FILE tells how far it is.
 */
#ifndef TACET_FILES_H
#define TACET_FILES_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_FILE_NAME_MAX 255  /* bytes */
#define TACET_PATH_MAX      4000 /* the same */

/* Send the file at `path`, which must stay as it is until it has ended, to somebody or in a room.
 * `name`: as others are to see it; NULL: the last part of the path.  `number` names the transfer.
 * TACET_ABSENT: there is no such file; TACET_DENIED: it cannot be read, or is none; TACET_LIMIT: it
 * or a name is too long, or too many are waiting; else as tacet_send(). */
TACET_API enum tacet_code tacet_send_file(struct tacet_client *c, const char *to, const char *path,
                                          const char *name, uint64_t *number);

/* Fetch the file that a message brought (`with` and `place` say which) into a directory, under a
 * name as near to its own as does no harm, of mode 0600, and never in the place of what is there.
 * TACET_ABSENT: there is no such message; TACET_MALFORMED: it brings no file; TACET_DENIED: one
 * that its sender lets nobody keep; TACET_LIMIT. */
TACET_API enum tacet_code tacet_fetch_file(struct tacet_client *c, const struct tacet_message *m,
                                           const char *directory, uint64_t *number);

/* It does not go on; what was fetched of it is deleted.  TACET_ABSENT. */
TACET_API enum tacet_code tacet_cancel_file(struct tacet_client *c, uint64_t number);

struct tacet_transfer {
    uint64_t number;              /* pass it to get the next */
    bool sending;                 /* else it is being fetched */
    char with[TACET_HANDLE_SIZE]; /* whose conversation */
    uint64_t size;                /* bytes */
    const char *path;             /* of what is sent, or of the directory */
    const char *name;             /* text of others when it is fetched */
};

/* The transfer after `number` (0: the first) that has not ended.  TACET_ABSENT: no more.  Path and
 * name live until the next call about a message or transfer. */
TACET_API enum tacet_code tacet_next_transfer(struct tacet_client *c, uint64_t number,
                                              struct tacet_transfer *out);

#ifdef __cplusplus
}
#endif

#endif
