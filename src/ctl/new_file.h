/* SPDX-License-Identifier: Apache-2.0 */
/*
 * new_file: a file that has its name when it is on disk, whole, and not before.
 *
 * Until then it is called NAME.new, and is for its owner alone.  What has the name already stays.
 */
#ifndef TACET_CTL_NEW_FILE_H
#define TACET_CTL_NEW_FILE_H

#include "base/bytes.h"
#include "base/err.h"

#define NEW_FILE_PATH_SIZE 4096

struct new_file {
    int fd; /* -1: it is not open */
    char path[NEW_FILE_PATH_SIZE], draft[NEW_FILE_PATH_SIZE];
};

/* E_CONFLICT: something has the name.  E_ABSENT: no such directory.  E_DENIED: not allowed there.
 * E_AGAIN: another program writes it.
 * E_LIMIT: the path is too long.  E_FULL, E_IO. */
FALLIBLE new_file_open(struct new_file *f, const char *path);

/* E_FULL, E_IO. */
FALLIBLE new_file_write(const struct new_file *f, struct bytes content);

/* Give it its name.  E_CONFLICT, E_FULL, E_IO.  It is closed whatever happens. */
FALLIBLE new_file_keep(struct new_file *f);

/* There is none; harmless when it was kept, or never opened. */
void new_file_drop(struct new_file *f);

#endif
