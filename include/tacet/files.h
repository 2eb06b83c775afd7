/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/files.h: files, up to 5 GiB each, sealed like messages.
 *
 * A file on its way is a transfer.  It is kept in the profile, and goes on whenever the client is
 * connected, until it has ended; the message that brings it to others leaves when the server has
 * all of it.  TACET_EVENT_FILE tells how far it is.
 *
 * What a message says of its file is its sender's word (struct tacet_message, tacet/attachment.h):
 * no name and no type may decide where something is written, what is overwritten, or which program
 * is run.
 */
#ifndef TACET_FILES_H
#define TACET_FILES_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_FILE_NAME_MAX 255  /* bytes */
#define TACET_PATH_MAX      4000 /* the same */
#define TACET_PREVIEW_MAX   32768
#define TACET_SHOWN_MAX     (8u << 20)

struct tacet_file {
    const char *path;       /* it must stay as it is until the transfer has ended */
    const char *name;       /* as others are to see it; NULL: the last part of the path */
    const char *type;       /* "image/png"; NULL: not said */
    bool view_only;         /* others may look at it with tacet_show_file(), and not keep it */
    bool spoken;            /* a voice memo: */
    uint32_t duration_ms;   /* so long; else 0 */
    const uint8_t *preview; /* a small PNG or JPEG of at most 1,024 points each way; NULL: none */
    size_t preview_n;       /* bytes, at most TACET_PREVIEW_MAX */
};

/* Send a file to somebody or in a room.  `number` names the transfer.
 * TACET_ABSENT: there is no such file; TACET_DENIED: it cannot be read, or is none; TACET_LIMIT: it
 * or a name is too long, a preview too large, or too many are waiting; TACET_MALFORMED,
 * TACET_TRUNCATED: a name, type or preview will not do; else as tacet_send(). */
TACET_API enum tacet_code tacet_send_file(struct tacet_client *c, const char *to,
                                          const struct tacet_file *file, uint64_t *number);

/* Send the file of the message at `place` to somebody else, or in a room, as it lies at the server:
 * it is not moved, and need not have been fetched.  It says that it was forwarded, and not who sent
 * it, or where.  TACET_ABSENT: there is no such message, or it brings no file; TACET_DENIED: it is
 * not to be kept, burns once it was read, or is a copy; TACET_LIMIT: too many are waiting; else as
 * tacet_send().  When TACET_EVENT_FILE says that it ended with TACET_ABSENT, the server has no such
 * file any more. */
TACET_API enum tacet_code tacet_forward_file(struct tacet_client *c, const char *with,
                                             uint64_t place, const char *to, uint64_t *number);

/* Fetch the file that a message brought (`with` and `place` say which) into a directory, under a
 * name as near to its own as does no harm, of mode 0600, and never in the place of what is there.
 * TACET_ABSENT: there is no such message; TACET_MALFORMED: it brings no file; TACET_DENIED: one
 * that its sender lets nobody keep; TACET_LIMIT. */
TACET_API enum tacet_code tacet_fetch_file(struct tacet_client *c, const struct tacet_message *m,
                                           const char *directory, uint64_t *number);

/* From now on what others send of up to `most` bytes is fetched by itself into a directory, as by
 * tacet_fetch_file() and at most 200 files a day: nothing of who is blocked, nor what is view_only.
 * With 0: nothing is.  For this device alone.  TACET_LIMIT: over 5 GiB, or the path is none. */
TACET_API enum tacet_code tacet_set_automatic(struct tacet_client *c, const char *directory,
                                              uint64_t most);

/* *most 0: nothing is.  The path lives until the next call about a message or transfer. */
TACET_API enum tacet_code tacet_automatic(struct tacet_client *c, const char **directory,
                                          uint64_t *most);

/* Bring the file of a message into memory, to look at it, before all transfers that wait; what was
 * shown before is wiped.  It is no transfer that is kept: it ends with the program at the latest.
 * When TACET_EVENT_FILE says that it has ended well, tacet_shown_file() has it.  TACET_ABSENT,
 * TACET_MALFORMED: as tacet_fetch_file(); TACET_LIMIT: it has more than TACET_SHOWN_MAX bytes. */
TACET_API enum tacet_code tacet_show_file(struct tacet_client *c, const struct tacet_message *m,
                                          uint64_t *number);

/* Its bytes, which live until the next tacet_show_file(), or tacet_cancel_file() of its number;
 * both wipe them.  Of a file that is view_only a program shows them, and neither writes them
 * anywhere nor hands them on.  TACET_ABSENT. */
TACET_API enum tacet_code tacet_shown_file(struct tacet_client *c, uint64_t number,
                                           const uint8_t **at, size_t *n);

/* It does not go on; what was fetched or shown of it is deleted.  TACET_ABSENT. */
TACET_API enum tacet_code tacet_cancel_file(struct tacet_client *c, uint64_t number);

struct tacet_transfer {
    uint64_t number;              /* pass it to get the next */
    bool sending;                 /* else it is being fetched */
    char with[TACET_HANDLE_SIZE]; /* whose conversation */
    uint64_t size;                /* bytes */
    const char *path;             /* of what is sent, or of the directory; "": it is forwarded */
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
