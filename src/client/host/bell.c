/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4200

static bool name_of(const char *vault, char out[PATH_SIZE])
{
    int n = snprintf(out, PATH_SIZE, "%s-ask", vault);

    return n > 0 && n < PATH_SIZE;
}

/* Never through a link, and nothing but a pipe of our own. */
static int open_pipe(const char *path, int way)
{
    int fd = open(path, way | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    struct stat s;

    if (fd < 0)
        return -1;
    if (fstat(fd, &s) == 0 && S_ISFIFO(s.st_mode) && s.st_uid == geteuid())
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

int bell_hang(const char *vault)
{
    char path[PATH_SIZE];

    if (!name_of(vault, path) || (mkfifo(path, 0600) != 0 && errno != EEXIST))
        return -1;
    return open_pipe(path, O_RDWR); /* else each who rang would leave an end behind */
}

void bell_unhang(const char *vault)
{
    char path[PATH_SIZE];

    if (name_of(vault, path))
        unlink(path);
}

bool bell_take(int bell)
{
    char bytes[64];
    bool any = false;

    while (read(bell, bytes, sizeof bytes) > 0)
        any = true;
    return any;
}

/* Until the other end is closed. */
static struct err wait_for_end(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd};

    if (poll(&p, 1, timeout_ms) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0)
        return OK;
    return FAIL(E_AGAIN);
}

struct err bell_ring(const char *vault, int timeout_ms)
{
    char path[PATH_SIZE];
    struct err err = OK;
    int fd;

    if (!name_of(vault, path))
        return FAIL(E_IO);
    signal(SIGPIPE, SIG_IGN);
    fd = open_pipe(path, O_WRONLY);
    if (fd < 0)
        return errno == ENOENT || errno == ENXIO ? FAIL(E_ABSENT) : FAIL(E_IO);
    /* A pipe that is full was rung often enough, and one that broke was closed just now. */
    if (write(fd, "", 1) != 1 && errno != EAGAIN && errno != EPIPE)
        err = FAIL(E_IO);
    if (err.code == E_OK)
        err = wait_for_end(fd, timeout_ms);
    close(fd);
    return err;
}
