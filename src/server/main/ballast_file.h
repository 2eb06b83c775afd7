/* SPDX-License-Identifier: Apache-2.0 */
/* ballast_file: the ballast as a file of the data directory. */
#ifndef TACET_SERVER_MAIN_BALLAST_FILE_H
#define TACET_SERVER_MAIN_BALLAST_FILE_H

#include "server/main/ballast.h"

struct ballast_file {
    const char *data;                                        /* the directory */
    bool (*measure)(const char *path, uint64_t *free_bytes); /* measure_disk_free() */
};

/* The file outlives the place. */
struct ballast_place ballast_file_place(struct ballast_file *f);

#endif
