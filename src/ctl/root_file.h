/* SPDX-License-Identifier: Apache-2.0 */
/* root_file: the file with the network's root key, which is kept off the server. */
#ifndef TACET_CTL_ROOT_FILE_H
#define TACET_CTL_ROOT_FILE_H

#include "base/buf.h"
#include "crypto/keyfile.h"
#include "terminal/words.h"

#define ROOT_FILE_BUF BUF(KEYFILE_SIZE)

/* What the codes mean of reading and opening it, and of signing with it. */
extern const struct sentence root_file_sentences[];

/* Into an empty ROOT_FILE_BUF.  Warns on stderr when others may read it.
 * E_ABSENT: no such file.  E_MALFORMED: not of its size.  E_IO. */
FALLIBLE root_file_read(const char *path, struct buf *out);

#endif
