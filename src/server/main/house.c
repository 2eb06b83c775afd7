/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/house.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err failure(void)
{
    switch (errno) {
    case ENOENT:
        return FAIL(E_ABSENT);
    case EEXIST:
    case ENOTEMPTY:
        return FAIL(E_CONFLICT);
    case ENOSPC:
    case EDQUOT:
        return FAIL(E_FULL);
    default:
        return FAIL(E_IO);
    }
}

struct err house_path(const char *dir, const char *name, char out[HOUSE_PATH_SIZE])
{
    int n = snprintf(out, HOUSE_PATH_SIZE, "%s/%s", dir, name);

    return n < 0 || n >= HOUSE_PATH_SIZE ? FAIL(E_LIMIT) : OK;
}

static bool is_empty(const char *dir)
{
    DIR *d = opendir(dir);
    unsigned entries = 0;

    if (d == NULL)
        return false;
    while (readdir(d) != NULL && entries < 3)
        entries++;
    closedir(d);
    return entries <= 2; /* . and .. */
}

struct err house_make(const char *dir)
{
    if (mkdir(dir, 0700) == 0)
        return OK;
    if (errno != EEXIST)
        return failure();
    if (!is_empty(dir))
        return FAIL(E_CONFLICT);
    return chmod(dir, 0700) == 0 ? OK : failure();
}

struct err house_check(const char *dir)
{
    struct stat st;

    if (stat(dir, &st) != 0)
        return failure();
    return (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 ? OK : FAIL(E_DENIED);
}

static struct err write_all(int fd, struct bytes content)
{
    while (content.n > 0) {
        ssize_t n = write(fd, content.at, content.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failure();
        content = bytes(content.at + n, content.n - (size_t)n);
    }
    return fsync(fd) == 0 ? OK : failure();
}

/* A name is on disk when its directory is. */
static struct err sync_parent(const char *path)
{
    char dir[HOUSE_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    int fd;
    struct err err;

    snprintf(dir, sizeof dir, "%.*s", (int)n, path);
    fd = open(slash == NULL ? "." : n == 0 ? "/" : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failure();
    err = fsync(fd) == 0 ? OK : failure();
    close(fd);
    return err;
}

/* The content under a name of its own, on disk. */
static struct err write_draft(const char *path, struct bytes content, char draft[HOUSE_PATH_SIZE])
{
    struct err err;
    int fd;

    TRY(house_path(path, "", draft)); /* long enough for the suffix below */
    snprintf(draft, HOUSE_PATH_SIZE, "%.*s.new", HOUSE_PATH_SIZE - 8, path);
    fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failure();
    err = write_all(fd, content);
    close(fd);
    if (err.code != E_OK)
        unlink(draft);
    return err;
}

struct err house_write(const char *path, struct bytes content)
{
    char draft[HOUSE_PATH_SIZE];
    struct err err = OK;

    TRY(write_draft(path, content, draft));
    if (link(draft, path) != 0) /* unlike rename, keeps what is there */
        err = failure();
    unlink(draft);
    return err.code == E_OK ? sync_parent(path) : err;
}

struct err house_replace(const char *path, struct bytes content)
{
    char draft[HOUSE_PATH_SIZE];
    struct err err;

    TRY(write_draft(path, content, draft));
    err = house_move(draft, path);
    if (err.code != E_OK)
        unlink(draft);
    return err;
}

struct err house_move(const char *from, const char *to)
{
    if (rename(from, to) != 0)
        return failure();
    return sync_parent(to);
}

struct err house_erase(const char *path)
{
    if (unlink(path) != 0)
        return errno == ENOENT ? OK : failure();
    return sync_parent(path);
}

struct err house_read(const char *path, struct buf *out)
{
    struct err err = OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;
    size_t before = out->n;

    if (fd < 0)
        return failure();
    while (n > 0 && err.code == E_OK) {
        uint8_t part[4096];

        n = read(fd, part, sizeof part);
        if (n < 0)
            err = failure();
        else
            buf_bytes(out, bytes(part, (size_t)n));
        explicit_bzero(part, sizeof part);
        if (out->failed != E_OK || out->n - before > HOUSE_FILE_MAX)
            err = FAIL(E_LIMIT);
    }
    close(fd);
    return err;
}
