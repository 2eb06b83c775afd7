/* SPDX-License-Identifier: Apache-2.0 */
/* crowd: one sender and as many receiving devices as one upload takes, with open channels. */
#ifndef TACET_BENCH_CROWD_H
#define TACET_BENCH_CROWD_H

#include "bench/measure.h"
#include "e2ee/open.h"
#include "e2ee/payload.h"
#include "e2ee/seal.h"
#include "wire/limits.h"

#define CROWD_SIZE   1000
#define CROWD_TEXT   1024 /* bytes */
#define CROWD_NOW_MS UINT64_C(1793000000000)

struct crowd_device {
    struct party who;
    struct agree_private *secret;
    struct agree_public *key;
    struct epoch epoch;
};

struct crowd {
    struct identity me;
    struct core core;
    struct wrap wrap;
    uint8_t text[CROWD_TEXT];
    struct crowd_device device[CROWD_SIZE];
    struct seal_recipient to[CROWD_SIZE];
    const struct pool *pool; /* NULL: none */
};

static inline void crowd_gather(struct crowd *c)
{
    static const struct network_id network = {"a network that exists in benches"};
    struct random random = random_system();

    measure_must(identity_make(&network, &c->me));
    memset(c->text, 'x', sizeof c->text);
    c->core = (struct core){.sender = c->me.who, .seq = 1, .ttl_s = 1, .type = PAYLOAD_TEXT};
    c->core.sent_ms = CROWD_NOW_MS;
    measure_must(trailer_digest(&c->core.id, BYTES(c->text), c->core.digest));
    for (size_t i = 0; i < CROWD_SIZE; i++) {
        struct crowd_device *d = &c->device[i];
        uint8_t point[AGREE_PUBLIC_SIZE];

        d->who = (struct party){.nid = network};
        measure_must(random_fill(&random, d->who.aid.b, sizeof d->who.aid.b));
        measure_must(random_fill(&random, d->who.did.b, sizeof d->who.did.b));
        measure_must(random_fill(&random, d->epoch.id, sizeof d->epoch.id));
        measure_must(random_fill(&random, d->epoch.ck, sizeof d->epoch.ck));
        measure_must(agree_generate(&d->secret, point));
        measure_must(agree_public_parse(&d->key, BYTES(point)));
    }
}

/* The next message to the first n devices: each chain goes one step on.  The epochs as they stand
 * are left alone, so that every repetition does the same work. */
static inline void crowd_seal(struct crowd *c, size_t n, struct buf *upload)
{
    struct random random = random_system();
    struct seal_request rq = {.me = &c->me,
                              .core = &c->core,
                              .wrap = &c->wrap,
                              .content = BYTES(c->text),
                              .profile = UPLOAD_PROFILE_HYBRID,
                              .number = 1,
                              .to = c->to,
                              .n = n,
                              .pool = c->pool};

    for (size_t i = 0; i < n; i++) {
        const struct crowd_device *d = &c->device[i];
        struct epoch e = d->epoch;

        c->to[i] = (struct seal_recipient){.who = d->who, .prekey = 1, .key = d->key, .n = e.n};
        memcpy(c->to[i].epoch, e.id, sizeof e.id);
        measure_must(channel_step(&e, c->to[i].mk));
    }
    measure_must(seal(&rq, &random, upload));
}

/* What device i gets of it. */
static inline void crowd_deliver(const struct buf *upload, size_t i, struct buf *delivery)
{
    struct arena arena = ARENA(4096);
    struct upload u;

    measure_must(upload_parse(buf_view(upload), &arena, &u));
    upload_write_delivery(&u.shared, upload_entry(&u, i), delivery);
    arena_free(&arena);
}

static inline void crowd_part(struct crowd *c)
{
    identity_free(&c->me);
    for (size_t i = 0; i < CROWD_SIZE; i++) {
        agree_private_free(c->device[i].secret);
        agree_public_free(c->device[i].key);
    }
}

#endif
