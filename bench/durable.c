/* SPDX-License-Identifier: Apache-2.0 */
/*
 * durable: what a real tacetd carries, with every message on disk before it is accepted.
 *
 *     durable [DEVICES OUTSTANDING]      100 100 unless told; lines of others have the number in
 *                                        their name: durable_1000_wall
 *
 * Each device sends 1 KiB to the next one of a ring, sealed before the clock starts ("presealed").
 * At any time OUTSTANDING uploads wait for their acceptance; when one comes, the device that has
 * waited longest sends: with as many as devices that is the same one.  Receivers do not open, but
 * acknowledge each page as a client does.  Latency is from sending to delivery.  The generator is
 * one thread beside the server's two.
 *
 * Of WINDOWS windows each line prints its best: others may be using the machine.  At the end
 * everything that was accepted must have been delivered, once and in order, and no mailbox may hold
 * anything.
 */
#include <string.h>

#include "bench/handset.h"
#include "bench/letter.h"
#include "bench/measure.h"
#include "bench/process.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define DEVICES     100
#define WARM_UP_MS  2000
#define WINDOW_MS   2000
#define WINDOWS     9
#define SAMPLES_MAX 1000000

struct device_here {
    struct handset handset;
    struct letter letter;
    uint64_t sent, accepted, delivered; /* the last: of what was sent to it */
    uint64_t item;                      /* last one delivered, for the acknowledgement */
    struct device_here *behind;         /* in the queue of those that may send */
};

struct best {
    double wall, per_cpu_s, p50_ms, p99_ms;
};

struct run {
    size_t n, outstanding, connected, under_way;
    struct town town;
    struct process tacetd;
    struct loop *loop;
    struct loop_timer *timer;
    struct handsets handsets;
    struct device_here *device, *first, **last;
    bool stopping;
    size_t confirmed; /* devices whose last acknowledgement was answered */
    struct buf acknowledgement;

    unsigned window; /* 0: warming up */
    uint64_t began_ns;
    double began_cpu_s;
    uint32_t *sample_us;
    size_t samples;
    struct best best;
};

static struct run run;

/* ---- sending */

static void line_up(struct device_here *d)
{
    d->behind = NULL;
    *run.last = d;
    run.last = &d->behind;
}

static void send_while_allowed(void)
{
    while (!run.stopping && run.first != NULL && run.under_way < run.outstanding) {
        struct device_here *d = run.first;
        struct letter_stamp stamp = {++d->sent, letter_now_ns()};

        run.first = d->behind;
        if (run.first == NULL)
            run.last = &run.first;
        run.under_way++;
        if (d->sent == 1)
            handset_send(&d->handset, buf_view(&d->letter.registering));
        handset_send(&d->handset, letter_copy(&d->letter, &stamp));
    }
}

/* ---- receiving */

static void acknowledge(struct device_here *d, uint64_t id)
{
    Tacet__Wire__Acknowledge m = TACET__WIRE__ACKNOWLEDGE__INIT;

    m.number = d->item;
    handset_write(OP_ACKNOWLEDGE, id, &m, &run.acknowledgement);
    handset_send(&d->handset, buf_view(&run.acknowledgement));
    buf_free(&run.acknowledgement);
}

/* Everything has arrived: ask each for an answer to its last acknowledgement, which is then done.
 */
static void finish_if_over(void)
{
    for (size_t i = 0; i < run.n; i++)
        if (run.device[(i + 1) % run.n].delivered != run.device[i].sent)
            return;
    for (size_t i = 0; i < run.n; i++)
        acknowledge(&run.device[i], 1);
}

static void take_item(struct device_here *d, const Tacet__Wire__Item *item)
{
    struct letter_stamp stamp = letter_read(frame_bytes(item->sealed));

    if (item->kind != FRAME_MESSAGE || stamp.number != ++d->delivered || item->number <= d->item) {
        fprintf(stderr, "bench: lost, twice or out of order: %llu instead of %llu\n",
                (unsigned long long)stamp.number, (unsigned long long)d->delivered);
        exit(1);
    }
    d->item = item->number;
    if (run.samples < SAMPLES_MAX)
        run.sample_us[run.samples++] = (uint32_t)((letter_now_ns() - stamp.sent_ns) / 1000);
}

static void take_page(struct device_here *d, const struct frame *f, struct arena *a)
{
    Tacet__Wire__Deliver *page;

    measure_must(frame_unpack(f->body, &tacet__wire__deliver__descriptor, a, &page));
    for (size_t i = 0; i < page->n_items; i++)
        take_item(d, page->items[i]);
    if (page->n_items > 0)
        acknowledge(d, 0);
}

static void on_frame(struct handset *h, const struct frame *f, struct arena *a)
{
    struct device_here *d = h->ctx;

    switch (f->op) {
    case OP_REGISTER:
        return;
    case OP_SEND:
        d->accepted++;
        run.under_way--;
        line_up(d);
        send_while_allowed();
        break;
    case OP_DELIVER:
        take_page(d, f, a);
        break;
    case OP_ACKNOWLEDGE:
        if (++run.confirmed == run.n)
            loop_stop(run.loop);
        return;
    default:
        measure_must(FAIL(E_MALFORMED));
    }
    if (run.stopping && run.under_way == 0)
        finish_if_over();
}

/* ---- windows */

static int rises(const void *a, const void *b)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static double percentile_ms(unsigned percent)
{
    size_t at = (run.samples - 1) * percent / 100;

    return (double)run.sample_us[at] / 1000;
}

static void keep_most(double *best, double v)
{
    if (v > *best)
        *best = v;
}

static void keep_least(double *best, double v)
{
    if (*best == 0 || v < *best)
        *best = v;
}

static void end_window(void)
{
    double passed_s = (double)(letter_now_ns() - run.began_ns) / 1e9;
    double cpu_s = process_cpu_s(&run.tacetd) - run.began_cpu_s;

    if (run.samples == 0)
        measure_must(FAIL(E_AGAIN));
    qsort(run.sample_us, run.samples, sizeof run.sample_us[0], rises);
    keep_most(&run.best.wall, (double)run.samples / passed_s);
    keep_most(&run.best.per_cpu_s, (double)run.samples / cpu_s);
    keep_least(&run.best.p50_ms, percentile_ms(50));
    keep_least(&run.best.p99_ms, percentile_ms(99));
}

static void begin_window(void)
{
    run.samples = 0;
    run.began_ns = letter_now_ns();
    run.began_cpu_s = process_cpu_s(&run.tacetd);
}

static void on_time(void *ctx)
{
    (void)ctx;
    if (run.window > 0)
        end_window();
    begin_window();
    if (run.window++ < WINDOWS)
        loop_timer_set(run.timer, WINDOW_MS);
    else
        run.stopping = true;
}

/* ---- beginning and end */

static void on_ready(struct handset *h)
{
    struct device_here *d = h->ctx;

    line_up(d);
    if (++run.connected < run.n) {
        handset_connect(&run.device[run.connected].handset, &run.handsets,
                        &run.town.resident[run.connected]);
        return;
    }
    send_while_allowed();
    loop_timer_set(run.timer, WARM_UP_MS);
}

static void begin(void)
{
    run.device = calloc(run.n, sizeof *run.device);
    run.sample_us = calloc(SAMPLES_MAX, sizeof *run.sample_us);
    if (run.device == NULL || run.sample_us == NULL)
        measure_must(FAIL(E_NOMEM));
    run.last = &run.first;
    run.acknowledgement = BUF(LIMIT_FRAME);
    town_found(&run.town, run.n);
    for (size_t i = 0; i < run.n; i++) {
        run.device[i].handset.ctx = &run.device[i];
        letter_seal(&run.device[i].letter, &run.town, &run.town.resident[i],
                    &run.town.resident[(i + 1) % run.n]);
    }
    process_begin(&run.tacetd, run.town.data);
    measure_must(loop_new(&run.loop));
    measure_must(loop_timer_new(run.loop, on_time, NULL, &run.timer));
    handset_prepare(&run.handsets, run.loop, &run.town, run.tacetd.address);
    run.handsets.ready = on_ready;
    run.handsets.frame = on_frame;
    handset_connect(&run.device[0].handset, &run.handsets, &run.town.resident[0]);
}

static void end(void)
{
    for (size_t i = 0; i < run.n; i++) {
        if (run.device[i].accepted != run.device[i].sent)
            measure_must(FAIL(E_AGAIN));
        handset_free(&run.device[i].handset);
        letter_free(&run.device[i].letter);
    }
    handset_part(&run.handsets);
    loop_timer_free(run.timer);
    loop_free(run.loop);
    process_end(&run.tacetd);
    if (town_waiting(&run.town) != 0)
        measure_must(FAIL(E_CONFLICT));
    town_leave(&run.town);
    free(run.device);
    free(run.sample_us);
}

int main(int argc, char **argv)
{
    char infix[32] = "";

    run.n = run.outstanding = DEVICES;
    if (argc == 3) {
        run.n = strtoul(argv[1], NULL, 10);
        run.outstanding = strtoul(argv[2], NULL, 10);
        snprintf(infix, sizeof infix, "%zu_", run.n);
    }
    if ((argc != 1 && argc != 3) || run.n < 2 || run.outstanding < 1 || run.outstanding > run.n) {
        fprintf(stderr, "usage: durable [DEVICES OUTSTANDING]\n");
        return 2;
    }
    begin();
    loop_run(run.loop);
    end();
    printf("durable_%swall %.0f messages/s presealed\n", infix, run.best.wall);
    printf("durable_%sper_cpu_s %.0f messages presealed\n", infix, run.best.per_cpu_s);
    printf("durable_%sp50 %.2f ms presealed\n", infix, run.best.p50_ms);
    printf("durable_%sp99 %.2f ms presealed\n", infix, run.best.p99_ms);
    return 0;
}
