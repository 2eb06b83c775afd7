/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/frame.h"

#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

/* An arena that a peer's bytes fill: its ceiling is their fault, a lack of memory is not. */
struct filling {
    struct arena *arena;
    bool over;
};

static void *take(void *filling, size_t n)
{
    struct filling *f = filling;

    f->over |= n > f->arena->max - f->arena->used;
    return arena_alloc(f->arena, n);
}

/* The arena frees everything at once. */
static void keep(void *filling, void *at)
{
    (void)filling;
    (void)at;
}

/* Where a message is written back: compared with what it came from as it comes. */
struct echo {
    ProtobufCBuffer base; /* first */
    struct bytes rest;
    bool differs;
};

static void compare(ProtobufCBuffer *b, size_t n, const uint8_t *at)
{
    struct echo *e = (struct echo *)b;

    e->differs |= n > e->rest.n || (n > 0 && memcmp(e->rest.at, at, n) != 0);
    if (!e->differs)
        e->rest = bytes(e->rest.at + n, e->rest.n - n);
}

static bool is_written_so(const ProtobufCMessage *message, struct bytes body)
{
    struct echo e = {{compare}, body, false};

    protobuf_c_message_pack_to_buffer(message, &e.base);
    return !e.differs && e.rest.n == 0;
}

struct err frame_unpack(struct bytes body, const ProtobufCMessageDescriptor *form, struct arena *a,
                        void *out_message)
{
    struct filling filling = {a, false};
    ProtobufCAllocator allocator = {take, keep, &filling};
    ProtobufCMessage *message = protobuf_c_message_unpack(form, &allocator, body.n, body.at);

    if (message == NULL)
        return FAIL(filling.over ? E_LIMIT : a->full ? E_NOMEM : E_MALFORMED);
    if (!is_written_so(message, body) || message->n_unknown_fields > 0)
        return FAIL(E_MALFORMED);
    memcpy(out_message, &message, sizeof message);
    return OK;
}

void frame_pack(const void *message, struct buf *out)
{
    size_t n = protobuf_c_message_get_packed_size(message);
    uint8_t *at = buf_extend(out, n);

    if (at != NULL && n > 0)
        protobuf_c_message_pack(message, at);
}

struct err frame_parse(struct bytes in, struct arena *a, struct frame *out)
{
    Tacet__Wire__Frame *f;

    if (in.n > LIMIT_FRAME)
        return FAIL(E_LIMIT);
    TRY(frame_unpack(in, &tacet__wire__frame__descriptor, a, &f));
    *out = (struct frame){f->op, f->id, f->code, frame_bytes(f->body)};
    return OK;
}

static Tacet__Wire__Frame form_of(const struct frame *f)
{
    Tacet__Wire__Frame m = TACET__WIRE__FRAME__INIT;

    m.op = f->op;
    m.id = f->id;
    m.code = f->code;
    m.body = frame_data(f->body);
    return m;
}

void frame_write(const struct frame *f, struct buf *out)
{
    Tacet__Wire__Frame m = form_of(f);

    frame_pack(&m, out);
}

struct err frame_pack_into(const void *message, size_t most, struct arena *a, struct bytes *out)
{
    size_t n = protobuf_c_message_get_packed_size(message);
    uint8_t *at;

    if (n > most)
        return FAIL(E_LIMIT);
    at = arena_alloc(a, n);
    if (at == NULL)
        return FAIL(E_NOMEM);
    protobuf_c_message_pack(message, at);
    *out = bytes(at, n);
    return OK;
}

struct err frame_write_into(const struct frame *f, struct arena *a, struct bytes *out)
{
    Tacet__Wire__Frame m = form_of(f);

    return frame_pack_into(&m, LIMIT_FRAME, a, out);
}
