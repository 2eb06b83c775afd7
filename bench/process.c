/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/measure.h"

#define PATIENCE_MS 20000 /* for the line that says where it listens */

static void must(bool good)
{
    if (!good)
        measure_must(FAIL(E_IO));
}

static pid_t start(const char *data, int out_fd)
{
    const char *other = getenv("TACETD");
    pid_t pid = fork();

    must(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the bench fails */
    dup2(out_fd, STDOUT_FILENO);
    execl(other == NULL ? TACETD : other, "tacetd", "run", "--data", data, "--listen",
          "127.0.0.1:0", (char *)NULL);
    _exit(127);
}

static void read_address(struct process *p, int fd)
{
    char line[200] = "";
    size_t n = 0;

    while (n + 1 < sizeof line && strchr(line, '\n') == NULL) {
        struct pollfd ready = {fd, POLLIN, 0};
        ssize_t got;

        must(poll(&ready, 1, PATIENCE_MS) == 1);
        got = read(fd, line + n, sizeof line - 1 - n);
        must(got > 0);
        n += (size_t)got;
    }
    must(sscanf(line, "tacetd listens on %63s", p->address) == 1);
}

void process_begin(struct process *p, const char *data)
{
    int out[2];

    must(pipe2(out, O_CLOEXEC) == 0);
    p->pid = start(data, out[1]);
    close(out[1]);
    read_address(p, out[0]);
    close(out[0]);
}

double process_cpu_s(const struct process *p)
{
    clockid_t clock;
    struct timespec t;

    must(clock_getcpuclockid(p->pid, &clock) == 0 && clock_gettime(clock, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

unsigned long process_memory_kib(const struct process *p)
{
    char path[64], line[200];
    unsigned long kib = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", (int)p->pid);
    f = fopen(path, "r");
    must(f != NULL);
    while (kib == 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtoul(line + 6, NULL, 10);
    fclose(f);
    must(kib > 0);
    return kib;
}

void process_end(struct process *p)
{
    int status;

    must(kill(p->pid, SIGTERM) == 0 && waitpid(p->pid, &status, 0) == p->pid);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
