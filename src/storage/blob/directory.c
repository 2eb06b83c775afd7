/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/blob/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/fault.h"

#define FOLDERS       256
#define SHELF_SIZE    3    /* the name of one of the folders, and its NUL */
#define FILE_SIZE     80   /* of a file in it: digits, suffix, NUL */
#define PATH_MOST     3000 /* of the folder itself */
#define NAME_DIGITS   ((size_t)2 * BLOB_NAME_SIZE)
#define PARTS_AT_HAND 64 /* whose counts of unsynced bytes are known */
#define LOST_MOST     ((uint64_t)DIRECTORY_UNSYNCED + DIRECTORY_APPEND)

static const char SUFFIX[] = ".part";

/* A part that this process has written to. */
struct at_hand {
    struct blob_name name;
    uint64_t held, durable;
    uint64_t used; /* the larger, the later; 0: nothing is here */
};

struct directory {
    int fd;
    uint64_t margin, uses;
    struct at_hand parts[PARTS_AT_HAND];
};

static struct err failure(void)
{
    switch (errno) {
    case ENOENT:
        return FAIL(E_ABSENT);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return FAIL(E_FULL);
    case ENOMEM:
        return FAIL(E_NOMEM);
    default:
        return FAIL(E_IO);
    }
}

/* ---- Names. */

struct place {
    char shelf[SHELF_SIZE], whole[FILE_SIZE], part[FILE_SIZE];
};

static void shelf_name(unsigned i, char out[SHELF_SIZE])
{
    static const char DIGITS[] = "0123456789abcdef";

    out[0] = DIGITS[i >> 4 & 15];
    out[1] = DIGITS[i & 15];
    out[2] = '\0';
}

static struct place place_of(const struct blob_name *name)
{
    struct place p = {{0}, {0}, {0}};
    char byte[SHELF_SIZE];

    shelf_name(name->b[0], p.shelf);
    for (size_t i = 0; i < BLOB_NAME_SIZE; i++) {
        shelf_name(name->b[i], byte);
        memcpy(&p.whole[2 * i], byte, 2);
    }
    memcpy(p.part, p.whole, NAME_DIGITS);
    memcpy(&p.part[NAME_DIGITS], SUFFIX, sizeof SUFFIX);
    return p;
}

/* Is this a file of ours? */
static bool name_read(const char *file, struct blob_name *out, bool *part)
{
    size_t n = strlen(file);

    if (n < NAME_DIGITS)
        return false;
    *part = n > NAME_DIGITS;
    if (*part && strcmp(&file[NAME_DIGITS], SUFFIX) != 0)
        return false;
    return encoding_hex_read(bytes(file, NAME_DIGITS), out->b, BLOB_NAME_SIZE).code == E_OK;
}

static int shelf_open(const struct directory *d, const char *shelf)
{
    return openat(d->fd, shelf, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* ---- Parts at hand. */

static struct at_hand *at_hand(struct directory *d, const struct blob_name *name)
{
    for (size_t i = 0; i < PARTS_AT_HAND; i++)
        if (d->parts[i].used != 0 && memcmp(&d->parts[i].name, name, sizeof *name) == 0)
            return &d->parts[i];
    return NULL;
}

static struct at_hand *longest_unused(struct directory *d)
{
    struct at_hand *oldest = &d->parts[0];

    for (size_t i = 1; i < PARTS_AT_HAND; i++)
        if (d->parts[i].used < oldest->used)
            oldest = &d->parts[i];
    return oldest;
}

static void forget(struct directory *d, const struct blob_name *name)
{
    struct at_hand *p = at_hand(d, name);

    if (p != NULL)
        p->used = 0;
}

static struct err sync_fd(int fd)
{
    return fdatasync(fd) == 0 ? OK : failure();
}

/* Before what is known of it is forgotten: else it would have to be synced to know it again. */
static struct err sync_part(struct directory *d, const struct at_hand *p)
{
    struct place place = place_of(&p->name);
    int shelf = shelf_open(d, place.shelf);
    struct err err = OK;
    int fd;

    if (shelf < 0)
        return failure();
    fd = openat(shelf, place.part, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        err = sync_fd(fd);
        close(fd);
    } else if (errno != ENOENT) {
        err = failure();
    }
    close(shelf);
    return err;
}

/* What this process knows of the part, whose descriptor is `fd`.  What it knew nothing of was
 * synced, or cut to what was, when the store was opened. */
static struct err take_up(struct directory *d, const struct blob_name *name, int fd,
                          struct at_hand **out)
{
    struct at_hand *p = at_hand(d, name);
    struct stat st;

    if (p == NULL) {
        p = longest_unused(d);
        if (p->used != 0 && p->durable < p->held)
            TRY(sync_part(d, p));
        if (fstat(fd, &st) != 0)
            return failure();
        *p = (struct at_hand){.name = *name, .held = (uint64_t)st.st_size};
        p->durable = p->held;
    }
    p->used = ++d->uses;
    *out = p;
    return OK;
}

/* ---- Append. */

static struct err check_room(const struct directory *d, size_t n)
{
    struct statvfs vfs;

    if (fstatvfs(d->fd, &vfs) != 0)
        return failure();
    return (uint64_t)vfs.f_bavail * vfs.f_frsize >= d->margin + n ? OK : FAIL(E_FULL);
}

static struct err write_all(int fd, uint64_t at, struct bytes part)
{
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

/* What could not be synced may be gone without another word: it comes again. */
static void give_back(struct at_hand *p, int fd)
{
    p->held = p->durable -= p->durable % BLOB_STEP;
    if (ftruncate(fd, (off_t)p->held) != 0)
        p->used = 0; /* its length is asked for again */
}

static struct err sync_bytes(struct at_hand *p, int fd)
{
    struct err err = sync_fd(fd);

    if (err.code == E_OK)
        p->durable = p->held;
    else
        give_back(p, fd);
    return err;
}

/* Whoever asks again after this failed has it tried again. */
static struct err make_whole(const struct place *place, int shelf, struct at_hand *p, int fd)
{
    TRY(sync_bytes(p, fd));
    fault_point("blob-synced");
    if (renameat(shelf, place->part, shelf, place->whole) != 0)
        return failure();
    p->used = 0;
    fault_point("blob-renamed");
    return fsync(shelf) == 0 ? OK : failure();
}

static struct err add(const struct directory *d, struct at_hand *p, int fd, struct bytes part)
{
    struct err err;

    TRY(check_room(d, part.n));
    err = write_all(fd, p->held, part);
    if (err.code != E_OK) {
        if (ftruncate(fd, (off_t)p->held) != 0)
            p->used = 0;
        return err;
    }
    p->held += part.n;
    return p->held - p->durable < DIRECTORY_UNSYNCED ? OK : sync_bytes(p, fd);
}

static struct err part_open(const struct place *place, int shelf, bool make, int *out)
{
    *out = openat(shelf, place->part, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*out >= 0)
        return OK;
    if (errno != ENOENT || !make)
        return failure();
    *out = openat(shelf, place->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (*out < 0)
        return failure();
    return fsync(shelf) == 0 ? OK : failure();
}

static struct err grow(struct directory *d, const struct place *place, int shelf, struct at_hand *p,
                       int fd, uint64_t size, uint64_t at, struct bytes part)
{
    if (part.n > 0 && (at != p->held || part.n > size - p->held))
        return FAIL(E_CONFLICT);
    if (part.n > 0)
        TRY(add(d, p, fd, part));
    return p->held == size ? make_whole(place, shelf, p, fd) : OK;
}

static struct err append_part(struct directory *d, const struct blob_name *name, int shelf,
                              uint64_t size, uint64_t at, struct bytes part, struct blob_state *out)
{
    struct place place = place_of(name);
    struct at_hand *p = NULL;
    struct err err;
    int fd;

    *out = (struct blob_state){0, 0};
    err = part_open(&place, shelf, part.n > 0 && at == 0, &fd);
    if (err.code == E_ABSENT)
        return part.n == 0 ? OK : FAIL(E_CONFLICT);
    if (err.code == E_OK)
        err = take_up(d, name, fd, &p);
    if (err.code == E_OK) {
        err = grow(d, &place, shelf, p, fd, size, at, part);
        *out = (struct blob_state){p->held, p->durable};
    }
    if (fd >= 0)
        close(fd);
    return err;
}

static struct err shelf_make(const struct directory *d, const char *shelf)
{
    if (mkdirat(d->fd, shelf, 0700) != 0)
        return errno == EEXIST ? OK : failure();
    return fsync(d->fd) == 0 ? OK : failure();
}

static struct err append(void *ctx, const struct blob_name *name, uint64_t size, uint64_t at,
                         struct bytes part, struct blob_state *out)
{
    struct directory *d = ctx;
    struct place place = place_of(name);
    struct stat st;
    struct err err;
    int shelf;

    invariant(part.n <= DIRECTORY_APPEND);
    TRY(shelf_make(d, place.shelf));
    shelf = shelf_open(d, place.shelf);
    if (shelf < 0)
        return failure();
    if (fstatat(shelf, place.whole, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        *out = (struct blob_state){(uint64_t)st.st_size, (uint64_t)st.st_size};
        err = part.n == 0 ? OK : FAIL(E_CONFLICT);
    } else {
        err = append_part(d, name, shelf, size, at, part, out);
    }
    close(shelf);
    return err;
}

/* ---- Copy, read, erase, list. */

static struct err copy_whole(const struct place *from, int shelf, const struct place *to,
                             int to_shelf, uint64_t size)
{
    struct stat st;

    if (fstatat(shelf, from->whole, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return failure();
    if ((uint64_t)st.st_size != size)
        return FAIL(E_CONFLICT);
    if (linkat(shelf, from->whole, to_shelf, to->whole, 0) != 0 && errno != EEXIST)
        return errno == EMLINK ? FAIL(E_FULL) : failure();
    fault_point("blob-copied");
    if (unlinkat(to_shelf, to->part, 0) != 0 && errno != ENOENT)
        return failure();
    return fsync(to_shelf) == 0 ? OK : failure();
}

static struct err copy(void *ctx, const struct blob_name *from, const struct blob_name *to,
                       uint64_t size)
{
    struct directory *d = ctx;
    struct place source = place_of(from), place = place_of(to);
    int shelf = shelf_open(d, source.shelf), to_shelf = -1;
    struct err err = OK;

    if (shelf < 0)
        return failure();
    TRY_OUT(shelf_make(d, place.shelf));
    to_shelf = shelf_open(d, place.shelf);
    TRY_OUT(to_shelf >= 0 ? copy_whole(&source, shelf, &place, to_shelf, size) : failure());
    forget(d, to); /* not before: what is not synced of a part that stays is known here alone */
out:
    if (to_shelf >= 0)
        close(to_shelf);
    close(shelf);
    return err;
}

static struct err read_some(void *ctx, const struct blob_name *name, uint64_t at, uint8_t *out,
                            size_t most, size_t *n, uint64_t *size)
{
    struct directory *d = ctx;
    struct place place = place_of(name);
    int shelf = shelf_open(d, place.shelf);
    struct err err = OK;
    struct stat st;
    int fd;

    *n = 0;
    if (shelf < 0)
        return failure();
    fd = openat(shelf, place.whole, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        err = failure();
    close(shelf);
    if (fd < 0)
        return err;
    err = fstat(fd, &st) == 0 ? OK : failure();
    *size = err.code == E_OK ? (uint64_t)st.st_size : 0;
    while (err.code == E_OK && *n < most && at < *size) {
        ssize_t got = pread(fd, &out[*n], most - *n, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) /* what fstat() promised is not there */
            err = FAIL(E_IO);
        else
            *n += (size_t)got, at += (uint64_t)got;
    }
    close(fd);
    return err;
}

static struct err erase(void *ctx, const struct blob_name *name)
{
    struct directory *d = ctx;
    struct place place = place_of(name);
    int shelf = shelf_open(d, place.shelf);
    struct err err = OK;

    forget(d, name);
    if (shelf < 0)
        return errno == ENOENT ? OK : failure();
    if (unlinkat(shelf, place.part, 0) != 0 && errno != ENOENT)
        err = failure();
    if (unlinkat(shelf, place.whole, 0) != 0 && errno != ENOENT)
        err = failure();
    close(shelf);
    return err;
}

/* One more name, in its place among the lowest: *n of them, `most` at most.  It may be there
 * already, once as a part. */
static void insert(struct blob_name *list, size_t most, size_t *n, const struct blob_name *name)
{
    size_t i = *n;

    while (i > 0 && memcmp(&list[i - 1], name, sizeof *name) > 0)
        i--;
    if (i == most || (i > 0 && memcmp(&list[i - 1], name, sizeof *name) == 0))
        return;
    if (*n < most)
        ++*n;
    memmove(&list[i + 1], &list[i], (*n - i - 1) * sizeof *list);
    list[i] = *name;
}

/* Calls `each` for all files of ours on a shelf. */
static struct err visit(const struct directory *d, const char *shelf,
                        struct err (*each)(void *ctx, int folder, const char *file,
                                           const struct blob_name *name, bool part),
                        void *ctx)
{
    int fd = shelf_open(d, shelf);
    struct err err = OK;
    struct dirent *entry;
    DIR *folder;

    if (fd < 0)
        return errno == ENOENT ? OK : failure();
    folder = fdopendir(fd);
    if (folder == NULL) {
        err = failure();
        close(fd);
        return err;
    }
    errno = 0;
    while (err.code == E_OK && (entry = readdir(folder)) != NULL) {
        struct blob_name name;
        bool part;

        if (name_read(entry->d_name, &name, &part))
            err = each(ctx, fd, entry->d_name, &name, part);
        errno = 0;
    }
    if (err.code == E_OK && errno != 0)
        err = failure();
    closedir(folder);
    return err;
}

struct listing {
    const struct blob_name *after;
    struct blob_name *out;
    size_t most, *n;
};

static struct err list_one(void *ctx, int folder, const char *file, const struct blob_name *name,
                           bool part)
{
    struct listing *l = ctx;

    (void)folder;
    (void)file;
    (void)part;
    if (l->after == NULL || memcmp(name, l->after, sizeof *name) > 0)
        insert(l->out, l->most, l->n, name);
    return OK;
}

static struct err list(void *ctx, const struct blob_name *after, struct blob_name *out, size_t most,
                       size_t *n)
{
    struct listing l = {after, out, most, n};

    *n = 0;
    for (unsigned i = after == NULL ? 0 : after->b[0]; i < FOLDERS && *n < most; i++) {
        char shelf[SHELF_SIZE];

        shelf_name(i, shelf);
        TRY(visit(ctx, shelf, list_one, &l));
    }
    return OK;
}

/* ---- Open and close. */

/* What of a part is certain to be on disk. */
static struct err cut(void *ctx, int folder, const char *file, const struct blob_name *name,
                      bool part)
{
    struct err err = OK;
    struct stat st;
    uint64_t left;
    int fd;

    (void)ctx;
    (void)name;
    if (!part)
        return OK;
    fd = openat(folder, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return failure();
    if (fstat(fd, &st) == 0) {
        left = (uint64_t)st.st_size > LOST_MOST ? (uint64_t)st.st_size - LOST_MOST : 0;
        if (ftruncate(fd, (off_t)(left - left % BLOB_STEP)) != 0)
            err = failure();
    } else {
        err = failure();
    }
    close(fd);
    return err;
}

static struct err cut_all(struct directory *d)
{
    for (unsigned i = 0; i < FOLDERS; i++) {
        char shelf[SHELF_SIZE];

        shelf_name(i, shelf);
        TRY(visit(d, shelf, cut, NULL));
    }
    return OK;
}

static struct err open_folder(const char *folder, int *out)
{
    char parent[PATH_MOST + 4];
    int fd, n;

    n = snprintf(parent, sizeof parent, "%s/..", folder);
    if (n < 0 || (size_t)n >= sizeof parent)
        return FAIL(E_LIMIT);
    if (mkdir(folder, 0700) == 0) { /* its name is on disk before anything in it is */
        fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return failure();
        n = fsync(fd);
        close(fd);
        if (n != 0)
            return failure();
    } else if (errno != EEXIST) {
        return failure();
    }
    *out = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *out >= 0 ? OK : failure();
}

struct err directory_open(const char *folder, uint64_t margin, struct directory **out)
{
    struct directory *d = calloc(1, sizeof *d);
    struct err err = OK;

    if (d == NULL)
        return FAIL(E_NOMEM);
    d->fd = -1;
    d->margin = margin;
    TRY_OUT(open_folder(folder, &d->fd));
    TRY_OUT(cut_all(d));
    *out = d;
    d = NULL;
out:
    directory_close(d);
    return err;
}

struct blob_store directory_store(struct directory *d)
{
    return (struct blob_store){d, append, read_some, copy, erase, list};
}

void directory_close(struct directory *d)
{
    if (d == NULL)
        return;
    if (d->fd >= 0)
        close(d->fd);
    free(d);
}
