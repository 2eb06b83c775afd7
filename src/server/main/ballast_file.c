/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/ballast_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/main/house.h"

static int open_file(const struct ballast_file *f, int flags)
{
    char path[HOUSE_PATH_SIZE];

    if (house_path(f->data, HOUSE_BALLAST, path).code != E_OK)
        return -1;
    return open(path, flags | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool measure(void *ctx, uint64_t *free_bytes)
{
    const struct ballast_file *f = ctx;

    return f->measure(f->data, free_bytes);
}

static int64_t size(void *ctx)
{
    int fd = open_file(ctx, 0);
    struct stat st = {0};

    if (fd < 0)
        return -1;
    (void)!fstat(fd, &st);
    close(fd);
    return st.st_size;
}

/* Nothing is synced here: after a power cut the file is as it was, or shorter, and either is a
 * state from which the ballast goes on. */
static bool make(void *ctx, uint64_t bytes, uint64_t margin)
{
    int fd = open_file(ctx, O_CREAT);
    bool made;

    if (fd < 0)
        return false;
    /* The margin, too, has to be there: of a quota only writing tells. */
    made = posix_fallocate(fd, 0, (off_t)(bytes + margin)) == 0;
    (void)!ftruncate(fd, made ? (off_t)bytes : 0);
    close(fd);
    return made;
}

static void empty(void *ctx)
{
    int fd = open_file(ctx, O_CREAT | O_TRUNC);

    if (fd >= 0)
        close(fd);
}

static void erase(void *ctx)
{
    const struct ballast_file *f = ctx;
    char path[HOUSE_PATH_SIZE];

    if (house_path(f->data, HOUSE_BALLAST, path).code == E_OK)
        (void)unlink(path);
}

struct ballast_place ballast_file_place(struct ballast_file *f)
{
    return (struct ballast_place){f, measure, size, make, empty, erase};
}
