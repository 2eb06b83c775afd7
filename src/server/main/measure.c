/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/measure.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

uint64_t measure_steady_us(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t measure_steady_ms(void)
{
    return measure_steady_us() / 1000;
}

bool measure_disk_free(const char *path, uint64_t *bytes)
{
    struct statvfs fs;

    if (statvfs(path, &fs) != 0)
        return false;
    *bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    return true;
}

uint64_t measure_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

uint64_t measure_resident(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    char line[128], *second;
    uint64_t pages = 0;
    long size = sysconf(_SC_PAGESIZE);

    if (f == NULL)
        return 0;
    if (fgets(line, sizeof line, f) != NULL && (second = strchr(line, ' ')) != NULL)
        pages = strtoull(second, NULL, 10);
    fclose(f);
    return size > 0 ? pages * (uint64_t)size : 0;
}

size_t measure_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    if (d == NULL)
        return 0;
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n < 3 ? 0 : n - 3; /* without . and .. and the one that this took */
}
