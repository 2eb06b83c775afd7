/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handset: a resident's device at the end of a connection, as far as a bench needs one: it
 * connects, signs in, and from then on takes and gives frames.  A connection that ends unasked, a
 * refusal and whatever else fails ends the program.
 */
#ifndef TACET_BENCH_HANDSET_H
#define TACET_BENCH_HANDSET_H

#include "bench/town.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls.h"
#include "wire/frame.h"

struct handset;

/* What many have in common. */
struct handsets {
    struct loop *loop;
    struct tls *tls;
    struct stream_setup setup;
    const struct town *town;
    const char *address;
    void (*ready)(struct handset *h); /* signed in, and its mailbox was empty */
    void (*frame)(struct handset *h, const struct frame *f, struct arena *a);
};

struct handset {
    const struct handsets *all;
    const struct resident *who;
    struct stream *stream;
    bool ready;
    void *ctx;
};

void handset_prepare(struct handsets *all, struct loop *loop, const struct town *town,
                     const char *address);
void handset_connect(struct handset *h, const struct handsets *all, const struct resident *who);
void handset_send(struct handset *h, struct bytes frame);
void handset_free(struct handset *h);
void handset_part(struct handsets *all);

/* A frame with this message as its body, appended. */
void handset_write(enum op op, uint64_t id, const void *message, struct buf *out);

#endif
