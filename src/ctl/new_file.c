/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err failure(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return FAIL(E_ABSENT);
    case EEXIST:
        return FAIL(E_CONFLICT);
    case EACCES:
    case EPERM:
    case EROFS:
        return FAIL(E_DENIED);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return FAIL(E_FULL);
    default:
        return FAIL(E_IO);
    }
}

/* The draft is ours alone, and empty: what a run that was cut off has left is no use to anybody. */
static struct err claim(struct new_file *f)
{
    if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
        enum err_code code = errno == EWOULDBLOCK ? E_AGAIN : E_IO;

        close(f->fd);
        f->fd = -1;
        return FAIL(code);
    }
    return fchmod(f->fd, 0600) == 0 && ftruncate(f->fd, 0) == 0 ? OK : failure();
}

struct err new_file_open(struct new_file *f, const char *path)
{
    struct stat st;
    int n = snprintf(f->draft, sizeof f->draft, "%s.new", path);

    f->fd = -1;
    if (n < 0 || (size_t)n >= sizeof f->draft)
        return FAIL(E_LIMIT);
    memcpy(f->path, path, strlen(path) + 1);
    if (lstat(path, &st) == 0)
        return FAIL(E_CONFLICT);
    f->fd = open(f->draft, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return f->fd < 0 ? failure() : claim(f);
}

struct err new_file_write(const struct new_file *f, struct bytes content)
{
    while (content.n > 0) {
        ssize_t n = write(f->fd, content.at, content.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failure();
        content = bytes(content.at + n, content.n - (size_t)n);
    }
    return OK;
}

/* A name is on disk when its directory is. */
static struct err sync_parent(const char *path)
{
    char dir[NEW_FILE_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    struct err err;
    int fd;

    snprintf(dir, sizeof dir, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
             slash == NULL ? "." : path);
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failure();
    err = fsync(fd) == 0 ? OK : failure();
    close(fd);
    return err;
}

static void hang_up(struct new_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

struct err new_file_keep(struct new_file *f)
{
    struct err err = fsync(f->fd) == 0 ? OK : failure();

    hang_up(f);
    /* Unlike rename, link keeps what is there. */
    if (err.code == E_OK && link(f->draft, f->path) != 0)
        err = failure();
    unlink(f->draft);
    return err.code == E_OK ? sync_parent(f->path) : err;
}

void new_file_drop(struct new_file *f)
{
    if (f->fd >= 0)
        unlink(f->draft);
    hang_up(f);
}
