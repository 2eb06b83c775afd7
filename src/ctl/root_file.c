/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/root_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const struct sentence root_file_sentences[] = {
    {E_ABSENT, "There is no such root key file."},
    {E_DENIED, "Wrong passphrase, or the root key file was altered."},
    {E_MALFORMED, "This is no root key file, or it is damaged."},
    {E_VERSION, "A newer program wrote the root key file.  Update this one."},
    {E_CONFLICT, "This root key file belongs to another network."},
    {E_NOMEM, "There is not enough memory to open the root key file."},
    {E_IO, "The root key file cannot be read."},
    {E_CRYPTO, "The cryptographic library of this machine failed."},
    {E_OK, NULL},
};

struct err root_file_read(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct err err = OK;
    struct stat st;
    uint8_t *at;

    if (fd < 0)
        return FAIL(errno == ENOENT ? E_ABSENT : E_IO);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        TRY_OUT(FAIL(E_IO));
    if (st.st_size != KEYFILE_SIZE)
        TRY_OUT(FAIL(E_MALFORMED));
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        fputs("Warning: others can read the root key file: chmod 600\n", stderr);
    at = buf_extend(out, KEYFILE_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(out->failed));
    if (read(fd, at, KEYFILE_SIZE) != KEYFILE_SIZE)
        TRY_OUT(FAIL(E_IO));
out:
    close(fd);
    return err;
}
