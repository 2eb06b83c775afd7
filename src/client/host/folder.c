/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_SIZE   (FILING_PATH_MAX + 1)
#define DRAFT_SIZE  48
#define NUMBERS_MAX 10000 /* names that are tried */

static struct err failure(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return FAIL(E_ABSENT);
    case EACCES:
    case EPERM:
    case ELOOP:
    case EROFS:
    case EISDIR:
        return FAIL(E_DENIED);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return FAIL(E_FULL);
    default:
        return FAIL(E_IO);
    }
}

static struct err path_of(struct bytes in, char out[PATH_SIZE])
{
    if (in.n == 0 || in.n >= PATH_SIZE || memchr(in.at, '\0', in.n) != NULL)
        return FAIL(E_LIMIT);
    memcpy(out, in.at, in.n);
    out[in.n] = '\0';
    return OK;
}

/* ---- names */

/* Of what a terminal or a file system could take for something else, nothing. */
static bool is_harmless(struct bytes point)
{
    struct buf b = BUF(64);
    bool is;

    text_harmless(&b, point, false);
    is = bytes_same(buf_view(&b), point);
    buf_free(&b);
    return is && point.at[0] != '\\' && point.at[0] != '/' && point.at[0] != ':';
}

static struct bytes last_part(struct bytes in)
{
    for (size_t i = in.n; i > 0; i--)
        if (in.at[i - 1] == '/' || in.at[i - 1] == '\\')
            return bytes(in.at + i, in.n - i);
    return in;
}

static size_t clean(struct bytes in, char out[FOLDER_NAME_MAX])
{
    size_t n = 0;

    while (in.n > 0) {
        uint32_t point;
        size_t step = text_point(in, &point);

        if (step > 0 && n + step <= FOLDER_NAME_MAX && is_harmless(bytes(in.at, step)) &&
            (n > 0 || (in.at[0] != '.' && in.at[0] != ' ' && in.at[0] != '-'))) {
            memcpy(&out[n], in.at, step);
            n += step;
        }
        step = step == 0 ? 1 : step;
        in = bytes(in.at + step, in.n - step);
    }
    while (n > 0 && (out[n - 1] == '.' || out[n - 1] == ' '))
        n--;
    return n;
}

void folder_name(struct bytes theirs, unsigned number, char out[FOLDER_NAME_MAX + 16])
{
    char name[FOLDER_NAME_MAX];
    size_t n = clean(last_part(theirs), name), dot;

    if (n == 0)
        n = (size_t)snprintf(name, sizeof name, "file");
    for (dot = n; dot > 0 && name[dot - 1] != '.'; dot--)
        continue;
    dot = dot > 1 ? dot - 1 : n;
    if (number > 1)
        snprintf(out, FOLDER_NAME_MAX + 16, "%.*s (%u)%.*s", (int)dot, name, number, (int)(n - dot),
                 &name[dot]);
    else
        snprintf(out, FOLDER_NAME_MAX + 16, "%.*s", (int)n, name);
}

/* ---- what is sent */

static struct err open_theirs(struct bytes path, int *out, uint64_t *size)
{
    char at[PATH_SIZE];
    struct stat st;

    TRY(path_of(path, at));
    *out = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe would wait */
    if (*out < 0)
        return failure();
    if (fstat(*out, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = (uint64_t)st.st_size;
        return OK;
    }
    close(*out);
    return FAIL(E_DENIED);
}

static struct err measure(void *ctx, struct bytes path, uint64_t *size)
{
    int fd;

    (void)ctx;
    TRY(open_theirs(path, &fd, size));
    close(fd);
    return OK;
}

static struct err read_some(void *ctx, struct bytes path, uint64_t at, uint8_t *out, size_t n)
{
    struct err err = OK;
    uint64_t size;
    int fd;

    (void)ctx;
    TRY(open_theirs(path, &fd, &size));
    while (n > 0 && err.code == E_OK) {
        ssize_t got = pread(fd, out, n, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err = failure();
        else if (got == 0)
            err = FAIL(E_CONFLICT);
        else
            out += got, at += (uint64_t)got, n -= (size_t)got;
    }
    close(fd);
    return err;
}

/* ---- what is fetched */

static void draft_name(uint64_t draft, char out[DRAFT_SIZE])
{
    snprintf(out, DRAFT_SIZE, ".tacet-%llx.part", (unsigned long long)draft);
}

static struct err folder_open(struct bytes path, int *out)
{
    char at[PATH_SIZE];

    TRY(path_of(path, at));
    *out = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *out >= 0 ? OK : failure();
}

/* Ours, and nobody's else: a file that somebody put there under its name is none. */
static struct err draft_open(struct bytes path, uint64_t draft, bool make, int *folder, int *out)
{
    char name[DRAFT_SIZE];
    struct stat st;
    struct err err = OK;

    TRY(folder_open(path, folder));
    draft_name(draft, name);
    *out = openat(*folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*out < 0 && errno == ENOENT && make)
        *out = openat(*folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (*out < 0 || fstat(*out, &st) != 0)
        err = failure();
    else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
        err = FAIL(E_DENIED);
    if (err.code == E_OK)
        return OK;
    if (*out >= 0)
        close(*out);
    close(*folder);
    return err;
}

static struct err write_at(int fd, uint64_t at, struct bytes part)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return failure();
    if ((uint64_t)st.st_size < at)
        return FAIL(E_ABSENT);
    while (part.n > 0) {
        ssize_t n = pwrite(fd, part.at, part.n, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failure();
        part = bytes(part.at + n, part.n - (size_t)n);
        at += (uint64_t)n;
    }
    return OK;
}

static struct err write_some(void *ctx, struct bytes path, uint64_t draft, uint64_t at,
                             struct bytes part)
{
    struct err err;
    int folder, fd;

    (void)ctx;
    TRY(draft_open(path, draft, at == 0, &folder, &fd));
    err = write_at(fd, at, part);
    close(fd);
    close(folder);
    return err;
}

static struct err sync_draft(void *ctx, struct bytes path, uint64_t draft)
{
    struct err err = OK;
    int folder, fd;

    (void)ctx;
    TRY(draft_open(path, draft, false, &folder, &fd));
    if (fdatasync(fd) != 0 || fsync(folder) != 0)
        err = failure();
    close(fd);
    close(folder);
    return err;
}

/* Unlike rename, a link takes no name that is there.  A crash in between leaves both names, of
 * which the next try takes another; the draft goes last. */
static struct err link_draft(int folder, uint64_t draft, struct bytes theirs,
                             char name[FOLDER_NAME_MAX + 16])
{
    char at[DRAFT_SIZE];

    draft_name(draft, at);
    for (unsigned number = 1; number <= NUMBERS_MAX; number++) {
        folder_name(theirs, number, name);
        if (linkat(folder, at, folder, name, 0) == 0)
            return fsync(folder) == 0 && unlinkat(folder, at, 0) == 0 ? OK : failure();
        if (errno != EEXIST)
            return failure();
    }
    return FAIL(E_LIMIT);
}

static struct err keep(void *ctx, struct bytes path, uint64_t draft, struct bytes theirs,
                       struct bytes *kept)
{
    struct folder *f = ctx;
    char name[FOLDER_NAME_MAX + 16];
    struct err err;
    int folder;

    TRY(folder_open(path, &folder));
    err = link_draft(folder, draft, theirs, name);
    close(folder);
    TRY(err);
    snprintf(f->kept, sizeof f->kept, "%.*s/%s", (int)path.n, (const char *)path.at, name);
    *kept = bytes_text(f->kept);
    return OK;
}

static void drop(void *ctx, struct bytes path, uint64_t draft)
{
    char name[DRAFT_SIZE];
    int folder;

    (void)ctx;
    if (folder_open(path, &folder).code != E_OK)
        return;
    draft_name(draft, name);
    (void)unlinkat(folder, name, 0);
    close(folder);
}

struct filing folder_filing(struct folder *f)
{
    return (struct filing){f, measure, read_some, write_some, sync_draft, keep, drop};
}
