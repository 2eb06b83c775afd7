/* SPDX-License-Identifier: Apache-2.0 */
/* What handlers call. */
#include "server/api/api.h"
#include "wire/tacet.pb-c.h"

static const size_t FRAME_OVERHEAD = 32; /* of op, id, code and the body's length, at most */
static const size_t EFFECTS_LEAST = 4;

struct err request_read(const struct request *rq, const ProtobufCMessageDescriptor *form,
                        void *out_message)
{
    return frame_unpack(rq->body, form, rq->arena, out_message);
}

static struct err pack(struct arena *a, const void *message, struct bytes *out)
{
    return frame_pack_into(message, LIMIT_FRAME - FRAME_OVERHEAD, a, out);
}

struct err request_answer(struct request *rq, const void *message)
{
    return pack(rq->arena, message, &rq->answer);
}

struct err request_refuse(struct request *rq, enum err_code code, const void *message)
{
    TRY(pack(rq->arena, message, &rq->explanation));
    return FAIL(code);
}

struct err request_effect(struct request *rq, struct effect e)
{
    if (rq->effects == rq->effects_room) {
        size_t room = rq->effects_room == 0 ? EFFECTS_LEAST : rq->effects_room * 2;
        struct effect *more = ARENA_ARRAY(rq->arena, room, struct effect);

        if (more == NULL)
            return FAIL(E_NOMEM);
        if (rq->effects > 0)
            memcpy(more, rq->effect, rq->effects * sizeof *more);
        rq->effect = more;
        rq->effects_room = room;
    }
    rq->effect[rq->effects++] = e;
    return OK;
}

struct err request_frame(struct request *rq, enum op op, const void *message, struct bytes *out)
{
    struct frame f = {.op = op};

    TRY(pack(rq->arena, message, &f.body));
    return frame_write_into(&f, rq->arena, out);
}

struct err request_versions(struct request *rq, const Tacet__Wire__Versions *theirs)
{
    Tacet__Wire__Versions ours = TACET__WIRE__VERSIONS__INIT;

    if (theirs == NULL || theirs->version < theirs->least)
        return FAIL(E_MALFORMED);
    if (theirs->version >= FRAME_PROTOCOL_LEAST && theirs->least <= FRAME_PROTOCOL_VERSION)
        return OK;
    ours.version = FRAME_PROTOCOL_VERSION;
    ours.least = FRAME_PROTOCOL_LEAST;
    return request_refuse(rq, E_VERSION, &ours);
}
