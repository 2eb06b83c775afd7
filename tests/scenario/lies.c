/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/lies.h"

static bool tamper(void *ctx, struct person *who, struct buf *frame)
{
    struct lie *l = ctx;
    struct arena a = ARENA(64 * LIMIT_FRAME);
    struct buf body = BUF(LIMIT_FRAME);
    struct frame f;
    void *message = NULL;
    bool goes;

    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if ((l->to != NULL && l->to != who) || f.op != l->op || f.code != l->code ||
        (l->most != 0 && l->told == l->most)) {
        arena_free(&a);
        return true;
    }
    l->told++;
    if (l->form != NULL)
        assert_ok(frame_unpack(f.body, l->form, &a, &message));
    goes = l->tell(l, &f, message, &a);
    if (goes && message != NULL && f.code == l->code) {
        frame_pack(message, &body);
        f.body = buf_view(&body);
    }
    buf_cut(frame, 0);
    frame_write(&f, frame);
    buf_free(&body);
    arena_free(&a);
    return goes;
}

void lie_begin(struct play *p, struct lie *l)
{
    stage_tamper_down(p, tamper, l);
}

void lie_end(struct play *p)
{
    stage_tamper_down(p, NULL, NULL);
}

void lie_flip(ProtobufCBinaryData *data, size_t at)
{
    if (at > SIZE_MAX / 2)
        at += data->len;
    assert_true(at < data->len);
    data->data[at] ^= 1;
}

bool lie_drop(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)body, (void)a;
    return false;
}

bool lie_refuse(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)body, (void)a;
    f->code = (uint32_t)l->at;
    f->body = (struct bytes){NULL, 0};
    return true;
}

bool lie_replace(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)body, (void)a;
    f->body = l->bytes;
    return true;
}

bool lie_record(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    struct buf *out = l->ctx;

    (void)body, (void)a;
    buf_cut(out, 0);
    frame_write(f, out);
    return true;
}
