/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk: SQLite's side of the platter, and what goes wrong on the way to it.
 *
 * A handle is alive while it has its file; restarting takes it away.  Every change passes change(),
 * so that a power cut can be ordered before any of them.
 */
#include "sim/disk.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "sim/platter.h"

struct handle {
    sqlite3_file base; /* first: a file of SQLite is one of these */
    struct disk *disk;
    struct platter_file *file; /* NULL: dead */
    struct handle *next;
    int lock, cause;
    bool sync_names; /* with the next sync of it */
};

struct disk {
    sqlite3_vfs vfs;
    char name[24];
    struct platter *platter;
    struct handle *open;
    uint64_t crash_in, fail_read_in, fail_write_in, fail_sync_in; /* 0: not ordered */
    uint64_t most; /* bytes that all files may have */
    bool off, skips_syncs;
    int claims, cause;
    uint64_t random;
    struct disk_counts counts;
};

struct disk_image {
    struct platter *platter;
};

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)file;
}

/* The one that was ordered is here. */
static bool due(uint64_t *in)
{
    return *in > 0 && --*in == 0;
}

static int failed(struct handle *h, int cause, int result)
{
    h->cause = cause;
    h->disk->cause = cause;
    return result;
}

static int change(struct disk *d)
{
    d->off = d->off || due(&d->crash_in);
    if (d->off) {
        d->cause = EIO;
        return SQLITE_IOERR;
    }
    d->counts.changes++;
    return SQLITE_OK;
}

static bool works(const struct handle *h)
{
    return h->file != NULL && !h->disk->off;
}

/* ---- files */

static int x_close(sqlite3_file *file)
{
    struct handle *h = handle_of(file), **at = &h->disk->open;

    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    platter_drop(h->file);
    return SQLITE_OK;
}

static int x_read(sqlite3_file *file, void *out, int n, sqlite3_int64 offset)
{
    struct handle *h = handle_of(file);
    size_t got;

    if (!works(h))
        return failed(h, EIO, SQLITE_IOERR);
    h->disk->counts.reads++;
    if (due(&h->disk->fail_read_in))
        return failed(h, EIO, SQLITE_IOERR_READ);
    got = platter_read(h->file, (uint64_t)offset, out, (size_t)n);
    if (got == (size_t)n)
        return SQLITE_OK;
    memset(&((uint8_t *)out)[got], 0, (size_t)n - got);
    return failed(h, 0, SQLITE_IOERR_SHORT_READ);
}

/* How many of these bytes the limit lets be written. */
static size_t room_for(const struct handle *h, uint64_t offset, size_t n)
{
    uint64_t size = platter_size(h->file), room;

    if (h->disk->most == UINT64_MAX || offset + n <= size)
        return n;
    room = size + disk_room(h->disk);
    if (room <= offset)
        return 0;
    return room - offset < n ? (size_t)(room - offset) : n;
}

static int x_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 offset)
{
    struct handle *h = handle_of(file);
    struct disk *d = h->disk;
    size_t fits;

    if (!works(h) || change(d) != SQLITE_OK)
        return failed(h, EIO, SQLITE_IOERR);
    if (due(&d->fail_write_in))
        return failed(h, EIO, SQLITE_IOERR_WRITE);
    fits = room_for(h, (uint64_t)offset, (size_t)n);
    platter_write(h->file, (uint64_t)offset, bytes(data, fits));
    d->counts.writes++;
    d->counts.bytes += fits;
    return fits == (size_t)n ? SQLITE_OK : failed(h, 0, SQLITE_FULL);
}

static int x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct handle *h = handle_of(file);

    if (!works(h) || change(h->disk) != SQLITE_OK)
        return failed(h, EIO, SQLITE_IOERR);
    platter_resize(h->file, (uint64_t)size);
    return SQLITE_OK;
}

static int sync_names(struct disk *d)
{
    if (change(d) != SQLITE_OK)
        return SQLITE_IOERR;
    if (!d->skips_syncs)
        platter_sync_names(d->platter);
    return SQLITE_OK;
}

/* SQLITE_SYNC_DATAONLY is the same: a size that changed is data. */
static int x_sync(sqlite3_file *file, int flags)
{
    struct handle *h = handle_of(file);
    struct disk *d = h->disk;

    (void)flags;
    if (!works(h) || change(d) != SQLITE_OK)
        return failed(h, EIO, SQLITE_IOERR);
    d->counts.syncs++;
    if (due(&d->fail_sync_in)) {
        platter_forget(d->platter, h->file);
        return failed(h, EIO, SQLITE_IOERR_FSYNC);
    }
    if (!d->skips_syncs)
        platter_sync(h->file);
    if (!h->sync_names)
        return SQLITE_OK;
    h->sync_names = false;
    return sync_names(d);
}

static int x_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct handle *h = handle_of(file);

    if (!works(h))
        return failed(h, EIO, SQLITE_IOERR);
    *size = (sqlite3_int64)platter_size(h->file);
    return SQLITE_OK;
}

/* The strongest lock that another has on the file. */
static int lock_of_others(const struct handle *h)
{
    int lock = SQLITE_LOCK_NONE;

    for (const struct handle *o = h->disk->open; o != NULL; o = o->next)
        if (o != h && o->file == h->file && o->lock > lock)
            lock = o->lock;
    return lock;
}

static int x_lock(sqlite3_file *file, int lock)
{
    struct handle *h = handle_of(file);
    int others, most;

    if (!works(h))
        return failed(h, EIO, SQLITE_IOERR);
    if (lock <= h->lock)
        return SQLITE_OK;
    others = lock_of_others(h);
    most = lock == SQLITE_LOCK_SHARED     ? SQLITE_LOCK_RESERVED
           : lock == SQLITE_LOCK_RESERVED ? SQLITE_LOCK_SHARED
                                          : SQLITE_LOCK_NONE;
    if (others > most)
        return SQLITE_BUSY;
    h->lock = lock;
    return SQLITE_OK;
}

static int x_unlock(sqlite3_file *file, int lock)
{
    handle_of(file)->lock = lock;
    return SQLITE_OK;
}

static int x_reserved(sqlite3_file *file, int *out)
{
    struct handle *h = handle_of(file);

    *out =
        works(h) && (h->lock >= SQLITE_LOCK_RESERVED || lock_of_others(h) >= SQLITE_LOCK_RESERVED);
    return works(h) ? SQLITE_OK : failed(h, EIO, SQLITE_IOERR);
}

static int x_control(sqlite3_file *file, int what, void *out)
{
    if (what != SQLITE_FCNTL_LAST_ERRNO)
        return SQLITE_NOTFOUND;
    *(int *)out = handle_of(file)->cause;
    return SQLITE_OK;
}

static int x_sector(sqlite3_file *file)
{
    (void)file;
    return PLATTER_SECTOR;
}

static int x_claims(sqlite3_file *file)
{
    return handle_of(file)->disk->claims;
}

/* The first version: no memory is shared, nothing is mapped. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_claims,
};

/* ---- the folder */

static struct disk *disk_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int no_such(struct disk *d, int cause)
{
    d->cause = cause;
    return SQLITE_CANTOPEN;
}

/* The file held for a handle; *made says that it is new. */
static int find_or_make(struct disk *d, const char *name, int flags, struct platter_file **out,
                        bool *made)
{
    struct platter_file *f = name == NULL ? NULL : platter_find(d->platter, name);

    if (f != NULL && (flags & SQLITE_OPEN_EXCLUSIVE) != 0)
        return no_such(d, EEXIST);
    if (f == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
        return no_such(d, ENOENT);
    *made = f == NULL;
    if (*made && change(d) != SQLITE_OK)
        return SQLITE_IOERR;
    *out = *made ? platter_make(d->platter, name) : platter_hold(f);
    return SQLITE_OK;
}

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    struct disk *d = disk_of(vfs);
    struct handle *h = handle_of(file);
    struct platter_file *f;
    bool made;
    int result;

    file->pMethods = NULL;
    if (d->off)
        return no_such(d, EIO);
    if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0)
        name = NULL;
    result = find_or_make(d, name, flags, &f, &made);
    if (result != SQLITE_OK)
        return result;
    *h = (struct handle){.base.pMethods = &methods, .disk = d, .file = f, .next = d->open};
    /* Also when the file is there: its name may be what a program that died did not sync. */
    h->sync_names = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0;
    d->open = h;
    if (out != NULL)
        *out = flags;
    return SQLITE_OK;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    struct disk *d = disk_of(vfs);

    if (!d->off && platter_find(d->platter, name) == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    if (change(d) != SQLITE_OK)
        return SQLITE_IOERR;
    platter_remove(d->platter, name);
    return sync_folder ? sync_names(d) : SQLITE_OK;
}

/* As on Unix, an empty file is none to who asks whether there is one. */
static int x_access(sqlite3_vfs *vfs, const char *name, int what, int *out)
{
    struct disk *d = disk_of(vfs);
    const struct platter_file *f = platter_find(d->platter, name);

    *out = f != NULL && (what != SQLITE_ACCESS_EXISTS || platter_size(f) > 0);
    return d->off ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int x_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)n, "%s", name) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int x_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    struct disk *d = disk_of(vfs);

    for (int i = 0; i < n; i++) {
        d->random = d->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        out[i] = (char)(d->random >> 56);
    }
    return n;
}

static int x_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int x_time(sqlite3_vfs *vfs, double *days)
{
    (void)vfs;
    *days = 2460000.5; /* always */
    return SQLITE_OK;
}

static int x_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)n;
    (void)out;
    return disk_of(vfs)->cause;
}

/* ---- a disk */

void disk_begin_run(uint64_t seed)
{
    int folded = (int)((seed ^ seed >> 31) & INT32_MAX);

    /* 0 would mean: from the system. */
    (void)sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, folded == 0 ? 1 : folded, NULL);
}

struct disk *disk_new(uint64_t seed)
{
    static unsigned made;
    struct disk *d = calloc(1, sizeof *d);

    invariant(d != NULL);
    d->platter = platter_new(seed);
    d->random = seed;
    d->most = UINT64_MAX;
    snprintf(d->name, sizeof d->name, "disk-%u", ++made);
    d->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = sizeof(struct handle),
        .mxPathname = PLATTER_NAME_MAX - 1,
        .zName = d->name,
        .pAppData = d,
        .xOpen = x_open,
        .xDelete = x_delete,
        .xAccess = x_access,
        .xFullPathname = x_full_name,
        .xRandomness = x_randomness,
        .xSleep = x_sleep,
        .xCurrentTime = x_time,
        .xGetLastError = x_last_error,
    };
    invariant(sqlite3_vfs_register(&d->vfs, 0) == SQLITE_OK);
    return d;
}

void disk_free(struct disk *d)
{
    if (d == NULL)
        return;
    invariant(d->open == NULL);
    sqlite3_vfs_unregister(&d->vfs);
    platter_free(d->platter);
    free(d);
}

const char *disk_vfs(const struct disk *d)
{
    return d->name;
}

void disk_crash_at(struct disk *d, uint64_t n)
{
    d->crash_in = n;
}

bool disk_is_off(const struct disk *d)
{
    return d->off;
}

/* What is open dies, and nothing stays ordered. */
static void begin_again(struct disk *d)
{
    for (struct handle *h = d->open; h != NULL; h = h->next) {
        platter_drop(h->file);
        h->file = NULL;
    }
    d->crash_in = d->fail_read_in = d->fail_write_in = d->fail_sync_in = 0;
    d->off = false;
}

/* What was given back and is there again with the power is not somebody else's, either. */
void disk_restart(struct disk *d)
{
    begin_again(d);
    platter_cut(d->platter);
    if (d->most < platter_used(d->platter))
        d->most = platter_used(d->platter);
}

void disk_revive(struct disk *d)
{
    begin_again(d);
}

void disk_limit(struct disk *d, uint64_t room)
{
    uint64_t used = platter_used(d->platter);

    d->most = room > UINT64_MAX - used ? UINT64_MAX : used + room;
}

uint64_t disk_room(const struct disk *d)
{
    uint64_t used = platter_used(d->platter);

    return d->most == UINT64_MAX ? UINT64_MAX : d->most > used ? d->most - used : 0;
}

void disk_fail_read(struct disk *d, uint64_t n)
{
    d->fail_read_in = n;
}

void disk_fail_write(struct disk *d, uint64_t n)
{
    d->fail_write_in = n;
}

void disk_fail_sync(struct disk *d, uint64_t n)
{
    d->fail_sync_in = n;
}

void disk_skip_syncs(struct disk *d, bool skip)
{
    d->skips_syncs = skip;
}

void disk_claim(struct disk *d, int characteristics)
{
    d->claims = characteristics;
}

struct disk_counts disk_counts(const struct disk *d)
{
    return d->counts;
}

uint64_t disk_digest(const struct disk *d)
{
    return platter_digest(d->platter);
}

int64_t disk_file_size(const struct disk *d, const char *name)
{
    const struct platter_file *f = platter_find(d->platter, name);

    return f == NULL ? -1 : (int64_t)platter_size(f);
}

bool disk_file_resize(struct disk *d, const char *name, uint64_t size)
{
    int64_t now = disk_file_size(d, name);

    if (now < 0 && change(d) == SQLITE_OK) {
        platter_drop(platter_make(d->platter, name));
        now = 0;
    }
    if (now < 0 || (size > (uint64_t)now && size - (uint64_t)now > disk_room(d)) ||
        change(d) != SQLITE_OK)
        return false;
    platter_resize(platter_find(d->platter, name), size);
    return true;
}

void disk_file_delete(struct disk *d, const char *name)
{
    if (platter_find(d->platter, name) != NULL && change(d) == SQLITE_OK)
        platter_remove(d->platter, name);
}

struct disk_image *disk_snapshot(const struct disk *d)
{
    struct disk_image *image = calloc(1, sizeof *image);

    invariant(image != NULL);
    image->platter = platter_new(0);
    platter_copy(image->platter, d->platter);
    return image;
}

struct disk_image *disk_image_of(const char *name, struct bytes content)
{
    struct disk_image *image = calloc(1, sizeof *image);
    struct platter_file *file;

    invariant(image != NULL);
    image->platter = platter_new(0);
    file = platter_make(image->platter, name);
    platter_write(file, 0, content);
    platter_sync(file);
    platter_drop(file);
    platter_sync_names(image->platter);
    return image;
}

void disk_roll_back(struct disk *d, const struct disk_image *image)
{
    begin_again(d);
    platter_copy(d->platter, image->platter);
}

void disk_image_free(struct disk_image *image)
{
    if (image == NULL)
        return;
    platter_free(image->platter);
    free(image);
}
