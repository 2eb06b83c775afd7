/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder: files of the person's on this machine, for the engine [client/filing.h].
 *
 * What is fetched lies in a draft beside where it will stand, for this user alone, and is linked
 * under its name when all of it is there: nothing is ever overwritten, followed or made executable.
 */
#ifndef TACET_CLIENT_HOST_FOLDER_H
#define TACET_CLIENT_HOST_FOLDER_H

#include "client/filing.h"

#define FOLDER_NAME_MAX 200 /* bytes; with a number and the suffix a file system's 255 hold it */

/* Holds a path that was lent last. */
struct folder {
    char kept[FILING_PATH_MAX + 512];
};

struct filing folder_filing(struct folder *f);

/* A name for a file, of what somebody else calls it: of its last part, without what ends a part, a
 * dot at the front, controls, characters that turn or hide text, and bytes that are not UTF-8;
 * "file" when nothing is left.  With `number` above 1 that stands in it, before the last dot.  With
 * a NUL. */
void folder_name(struct bytes theirs, unsigned number, char out[FOLDER_NAME_MAX + 16]);

#endif
