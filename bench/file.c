/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: how fast a sealed file goes to a real tacetd over TLS on loopback and comes back, one
 * device with WINDOW parts on their way; what it takes of the server's processor; and by how much
 * its memory grows.  The bytes are random and not sealed here, and are compared when they come
 * back; this program's own work, TLS and masking, is on the same processors.
 */
#include <string.h>

#include "bench/handset.h"
#include "bench/measure.h"
#include "bench/process.h"
#include "crypto/random.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define ID_SIZE 32
#define PARTS   2048 /* 384 MiB */
#define SIZE    ((uint64_t)PARTS * LIMIT_FILE_PART)
#define WINDOW  4
#define MB      1e6
#define MIB_KIB 1024.0

static struct {
    struct town town;
    struct process tacetd;
    struct loop *loop;
    struct handsets handsets;
    struct handset handset;
    uint8_t id[ID_SIZE], part[LIMIT_FILE_PART];
    struct buf frame;
    uint64_t asked, answered; /* parts */
    double begun_us, cpu_s;
    unsigned long empty_kib, most_kib;
    bool reading;
} run;

static void send_frame(enum op op, const void *message)
{
    buf_cut(&run.frame, 0);
    handset_write(op, run.asked + 1, message, &run.frame);
    handset_send(&run.handset, buf_view(&run.frame));
}

/* Parts differ by where they are. */
static struct bytes part_at(uint64_t i)
{
    memcpy(run.part, &i, sizeof i);
    return BYTES(run.part);
}

static void ask_next(void)
{
    Tacet__Wire__WriteFile put = TACET__WIRE__WRITE_FILE__INIT;
    Tacet__Wire__ReadFile get = TACET__WIRE__READ_FILE__INIT;

    put.id = get.id = frame_data(BYTES(run.id));
    put.at = get.at = run.asked * LIMIT_FILE_PART;
    if (run.reading) {
        get.most = LIMIT_FILE_PART;
        send_frame(OP_FILE_READ, &get);
    } else {
        put.part = frame_data(part_at(run.asked));
        send_frame(OP_FILE_WRITE, &put);
    }
    run.asked++;
}

static void ask_some(void)
{
    while (run.asked < PARTS && run.asked < run.answered + WINDOW)
        ask_next();
}

static void begin_way(bool reading)
{
    run.reading = reading;
    run.asked = run.answered = 0;
    run.begun_us = measure_us(MEASURE_WALL);
    run.cpu_s = process_cpu_s(&run.tacetd);
    ask_some();
}

static void end_way(void)
{
    const char *name = run.reading ? "get" : "put";
    double s = (measure_us(MEASURE_WALL) - run.begun_us) / 1e6;

    printf("file_server_%s %.1f MB/s\n", name, (double)SIZE / MB / s);
    printf("file_server_%s_per_cpu_s %.1f MB/s\n", name,
           (double)SIZE / MB / (process_cpu_s(&run.tacetd) - run.cpu_s));
    fflush(stdout);
}

static void on_ready(struct handset *h)
{
    Tacet__Wire__BeginFile m = TACET__WIRE__BEGIN_FILE__INIT;

    (void)h;
    m.id = frame_data(BYTES(run.id));
    m.size = SIZE;
    send_frame(OP_FILE_BEGIN, &m);
}

static void take_part(const struct frame *f, struct arena *a)
{
    Tacet__Wire__FilePart *m;

    measure_must(frame_unpack(f->body, &tacet__wire__file_part__descriptor, a, &m));
    if (m->size != SIZE || !bytes_same(frame_bytes(m->part), part_at(run.answered)))
        measure_must(FAIL(E_FORGED));
}

static void on_frame(struct handset *h, const struct frame *f, struct arena *a)
{
    unsigned long kib = process_memory_kib(&run.tacetd);

    (void)h;
    if (kib > run.most_kib)
        run.most_kib = kib;
    if (f->op == OP_FILE_BEGIN) {
        begin_way(false);
        return;
    }
    if (f->op == OP_FILE_READ)
        take_part(f, a);
    run.answered++;
    ask_some();
    if (run.answered < PARTS)
        return;
    end_way();
    if (run.reading)
        loop_stop(run.loop);
    else
        begin_way(true);
}

int main(void)
{
    struct random random = random_system();

    run.frame = BUF(LIMIT_FRAME);
    measure_must(random_fill(&random, run.id, sizeof run.id));
    measure_must(random_fill(&random, run.part, sizeof run.part));
    town_found(&run.town, 1);
    process_begin(&run.tacetd, run.town.data);
    measure_must(loop_new(&run.loop));
    handset_prepare(&run.handsets, run.loop, &run.town, run.tacetd.address);
    run.handsets.ready = on_ready;
    run.handsets.frame = on_frame;
    run.empty_kib = run.most_kib = process_memory_kib(&run.tacetd);
    handset_connect(&run.handset, &run.handsets, &run.town.resident[0]);
    loop_run(run.loop);
    printf("file_server_peak %.1f MiB\n", (double)(run.most_kib - run.empty_kib) / MIB_KIB);
    handset_free(&run.handset);
    handset_part(&run.handsets);
    loop_free(run.loop);
    process_end(&run.tacetd);
    town_leave(&run.town);
    buf_free(&run.frame);
    return 0;
}
