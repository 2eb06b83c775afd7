/* SPDX-License-Identifier: Apache-2.0 */
/*
 * house: the data directory, and its few files that are read and written whole.
 *
 * Nothing in it is for other users.  What is written is on disk, whole, before it has its name.
 */
#ifndef TACET_SERVER_MAIN_HOUSE_H
#define TACET_SERVER_MAIN_HOUSE_H

#include "base/buf.h"

#define HOUSE_PATH_SIZE 4096
#define HOUSE_FILE_MAX  (64 * 1024)

#define HOUSE_DATABASE      "tacet.db"
#define HOUSE_DIRECTORY_KEY "directory.key"
#define HOUSE_TLS_KEY       "tls.key"
#define HOUSE_TLS_CERT      "tls.crt"
#define HOUSE_NEXT_KEY      "tls-next.key" /* of the key that is announced */
#define HOUSE_NEXT_CERT     "tls-next.crt"
#define HOUSE_BALLAST       "ballast"
#define HOUSE_FILES         "files"
#define HOUSE_CONTROL       "control.sock"

/* dir/name.  E_LIMIT: too long. */
FALLIBLE house_path(const char *dir, const char *name, char out[HOUSE_PATH_SIZE]);

/* Make the directory if it is not there; an empty one is made private.  E_CONFLICT: it holds
 * something; E_IO. */
FALLIBLE house_make(const char *dir);

/* E_ABSENT; E_DENIED: others can write in it, and so put other keys in the place of ours. */
FALLIBLE house_check(const char *dir);

/* Write a file that must not exist yet, mode 0600.  E_CONFLICT: it does; E_FULL, E_IO. */
FALLIBLE house_write(const char *path, struct bytes content);

/* The same, in the place of what may be there: at any moment the name is of the old or of the new,
 * whole. */
FALLIBLE house_replace(const char *path, struct bytes content);

/* Give a file another name, in the place of what may have it.  E_ABSENT, E_IO. */
FALLIBLE house_move(const char *from, const char *to);

/* Erasing what is not there is fine.  E_IO. */
FALLIBLE house_erase(const char *path);

/* Append what is in a file.  E_ABSENT, E_LIMIT: over HOUSE_FILE_MAX; E_IO. */
FALLIBLE house_read(const char *path, struct buf *out);

#endif
