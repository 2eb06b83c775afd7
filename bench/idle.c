/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idle: what memory a signed-in device that says nothing costs a real tacetd: resident memory of
 * the process with N of them, less that with none, over N, when they have been quiet for 10 s.
 * What the kernel keeps for a socket is not in it.
 */
#include <sys/resource.h>

#include "bench/handset.h"
#include "bench/measure.h"
#include "bench/process.h"

#define FEW       1000
#define MANY      10000
#define AT_A_TIME 32 /* that connect and sign in at once */
#define QUIET_MS  10000
#define SPARE     64 /* descriptors for all else */

static struct {
    struct town town;
    struct process tacetd;
    struct loop *loop;
    struct loop_timer *quiet;
    struct handsets handsets;
    struct handset *handset;
    size_t begun, ready, wanted, most;
    unsigned long empty_kib;
} run;

static void connect_some(void)
{
    while (run.begun < run.wanted && run.begun < run.ready + AT_A_TIME) {
        handset_connect(&run.handset[run.begun], &run.handsets, &run.town.resident[run.begun]);
        run.begun++;
    }
}

static void on_ready(struct handset *h)
{
    (void)h;
    if (++run.ready == run.wanted)
        loop_timer_set(run.quiet, QUIET_MS);
    else
        connect_some();
}

static void on_frame(struct handset *h, const struct frame *f, struct arena *a)
{
    (void)h;
    (void)f;
    (void)a;
    measure_must(FAIL(E_MALFORMED)); /* nobody writes */
}

static void on_quiet(void *ctx)
{
    unsigned long kib = process_memory_kib(&run.tacetd) - run.empty_kib;

    (void)ctx;
    printf("idle_%zu %.2f KiB\n", run.ready, (double)kib / (double)run.ready);
    fflush(stdout);
    if (run.ready == run.most) {
        loop_stop(run.loop);
        return;
    }
    run.wanted = run.most;
    connect_some();
}

/* As many as this process, and so the server, may have open. */
static size_t room(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return FEW;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max >= MANY + 2 * SPARE ? MANY : FEW;
}

int main(void)
{
    run.wanted = FEW;
    run.most = room();
    if (run.most < MANY)
        printf("# idle_%d: this machine allows no process so many descriptors (ulimit -Hn)\n",
               MANY);
    run.handset = calloc(run.most, sizeof *run.handset);
    if (run.handset == NULL)
        measure_must(FAIL(E_NOMEM));
    town_found(&run.town, run.most);
    process_begin(&run.tacetd, run.town.data);
    measure_must(loop_new(&run.loop));
    measure_must(loop_timer_new(run.loop, on_quiet, NULL, &run.quiet));
    handset_prepare(&run.handsets, run.loop, &run.town, run.tacetd.address);
    run.handsets.ready = on_ready;
    run.handsets.frame = on_frame;
    run.empty_kib = process_memory_kib(&run.tacetd);
    connect_some();
    loop_run(run.loop);
    for (size_t i = 0; i < run.most; i++)
        handset_free(&run.handset[i]);
    handset_part(&run.handsets);
    loop_timer_free(run.quiet);
    loop_free(run.loop);
    process_end(&run.tacetd);
    town_leave(&run.town);
    free(run.handset);
    return 0;
}
