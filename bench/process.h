/* SPDX-License-Identifier: Apache-2.0 */
/* process: a real tacetd on a data directory, on a port of loopback that the kernel chose, and what
 * it takes.  It is the one that was built along, or, to compare, the one that TACETD in the
 * environment names.  Whatever fails ends the program, and the process with it. */
#ifndef TACET_BENCH_PROCESS_H
#define TACET_BENCH_PROCESS_H

#include <sys/types.h>

struct process {
    pid_t pid;
    char address[64]; /* "host:port" */
};

void process_begin(struct process *p, const char *data);

/* User and system time of all its threads, so far. */
double process_cpu_s(const struct process *p);

/* What of its memory is resident now. */
unsigned long process_memory_kib(const struct process *p);

/* SIGTERM, and its end, which must be a good one. */
void process_end(struct process *p);

#endif
