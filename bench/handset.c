/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/handset.h"

#include "bench/measure.h"
#include "statement/signin.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define A_FRAME (1 << 20) /* unpacked */

void handset_write(enum op op, uint64_t id, const void *message, struct buf *out)
{
    struct buf body = BUF(LIMIT_FRAME);
    struct frame f = {.op = op, .id = id};
    struct bytes whole;

    frame_pack(message, &body);
    measure_must(buf_end(&body, &f.body));
    frame_write(&f, out);
    measure_must(buf_end(out, &whole));
    buf_free(&body);
}

static void on_opened(void *ctx, struct bytes binding)
{
    struct handset *h = ctx;
    struct buf statement = BUF(SIGNIN_MAX_SIZE), frame = BUF(LIMIT_FRAME);
    struct signin s = {h->who->me.who.did, bytes_text(TOWN_DOMAIN), binding, 1};
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    Tacet__Wire__SignIn m = TACET__WIRE__SIGN_IN__INIT;

    measure_must(signin_sign(&s, &h->all->town->nid, h->who->me.dsk_secret, &statement));
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    m.versions = &versions;
    m.statement = frame_data(buf_view(&statement));
    handset_write(OP_SIGN_IN, 1, &m, &frame);
    handset_send(h, buf_view(&frame));
    buf_free(&statement);
    buf_free(&frame);
}

static void on_message(void *ctx, struct bytes message)
{
    struct handset *h = ctx;
    struct arena a = ARENA(A_FRAME);
    struct frame f;

    measure_must(frame_parse(message, &a, &f));
    if (f.code != 0)
        measure_must(FAIL(err_from_number(f.code)));
    if (h->ready) {
        h->all->frame(h, &f, &a);
    } else if (f.op == OP_DELIVER) { /* the empty page that follows the welcome */
        h->ready = true;
        h->all->ready(h);
    }
    arena_free(&a);
}

static void on_closed(void *ctx, enum stream_end why, struct bytes text)
{
    (void)ctx;
    fprintf(stderr, "bench: a connection ended: %d, %.*s\n", (int)why, (int)text.n,
            (const char *)text.at);
    exit(1);
}

static const struct stream_events EVENTS = {on_opened, on_message, on_closed};

void handset_prepare(struct handsets *all, struct loop *loop, const struct town *town,
                     const char *address)
{
    all->loop = loop;
    all->town = town;
    all->address = address;
    measure_must(tls_new_client(bytes(town->pin, TLS_PIN_SIZE), &all->tls));
    all->setup = (struct stream_setup){loop, all->tls, &EVENTS, STREAM_LIMITS};
}

void handset_connect(struct handset *h, const struct handsets *all, const struct resident *who)
{
    h->all = all;
    h->who = who;
    measure_must(stream_connect(&all->setup, all->address, TOWN_DOMAIN, h, &h->stream));
}

void handset_send(struct handset *h, struct bytes frame)
{
    measure_must(stream_send(h->stream, frame));
}

void handset_free(struct handset *h)
{
    stream_free(h->stream);
    h->stream = NULL;
}

void handset_part(struct handsets *all)
{
    tls_free(all->tls);
}
