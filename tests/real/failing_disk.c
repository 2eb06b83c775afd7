/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails while the file that TACET_TEST_DISK_FAILS names is there: loaded before a
 * program's own libraries. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

static int sync_with(long number, int fd)
{
    const char *sign = getenv("TACET_TEST_DISK_FAILS");

    if (sign != NULL && access(sign, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(number, fd);
}

VISIBLE int fsync(int fd)
{
    return sync_with(SYS_fsync, fd);
}

VISIBLE int fdatasync(int fd)
{
    return sync_with(SYS_fdatasync, fd);
}
