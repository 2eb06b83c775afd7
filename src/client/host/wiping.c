/* SPDX-License-Identifier: Apache-2.0 */
/* wiping: the end of a profile whose device was removed by another one [PROTOCOL 15.7], or whose
 * passphrase was guessed at too often. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "client/host/client_internal.h"

#define PATH_SIZE 4200

/* The database's own files beside it hold parts of what it held, sealed under a key that is gone.
 */
static struct err unlink_files(const char *path)
{
    static const char *const ends[] = {"-wal", "-shm", "-journal", "-ask", ""};
    struct err err = OK;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char name[PATH_SIZE];
        int n = snprintf(name, sizeof name, "%s%s", path, ends[i]);

        if (n < 0 || (size_t)n >= sizeof name || (unlink(name) != 0 && errno != ENOENT))
            err = FAIL(E_IO);
    }
    return err;
}

/* The key first: without it the files are nothing, whatever becomes of them. */
struct err wiping_begin(struct tacet_client *c)
{
    struct err err = c->vault == NULL ? vault_destroy_closed(c->db) : vault_destroy(c->vault);
    struct err gone = unlink_files(c->path);

    c->wiped = true;
    return err.code == E_OK ? gone : err;
}
