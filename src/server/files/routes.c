/* SPDX-License-Identifier: Apache-2.0 */
#include "server/files/files.h"
#include "wire/tacet.pb-c.h"

#define KEPT_SIZE 16 /* of what has an id and little else, beside it */

/* ---- With the database. */

static struct err answer_kept(struct request *rq, uint64_t expires_ms)
{
    Tacet__Wire__FileKept out = TACET__WIRE__FILE_KEPT__INIT;

    out.expires_ms = expires_ms;
    return request_answer(rq, &out);
}

/* The name's bytes are to last as long as the effect. */
static struct err say(struct request *rq, enum effect_kind kind, const struct blob_name *name,
                      uint64_t size)
{
    struct effect e = {.kind = kind, .session = rq->session, .number = size};

    TRY(arena_copy(rq->arena, BYTES(name->b), &e.frame));
    return request_effect(rq, e);
}

static struct err begin(struct request *rq)
{
    Tacet__Wire__BeginFile *in;
    struct blob_name name;
    struct device me;
    uint64_t expires_ms;

    TRY(request_read(rq, &tacet__wire__begin_file__descriptor, &in));
    if (rq->server->blobs == NULL)
        return FAIL(E_ABSENT);
    TRY(devices_caller(rq, &me));
    TRY(files_name(frame_bytes(in->id), &name));
    TRY(files_begin(rq->db, &me, &name, in->size, &rq->server->files_room, rq->now_ms,
                    &expires_ms));
    TRY(say(rq, EFFECT_GRANT, &name, in->size));
    return answer_kept(rq, expires_ms);
}

static struct err keep(struct request *rq)
{
    Tacet__Wire__KeepFile *in;
    struct blob_name name;
    struct device me;
    uint64_t expires_ms;

    TRY(request_read(rq, &tacet__wire__keep_file__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(files_name(frame_bytes(in->id), &name));
    TRY(files_keep(rq->db, &me, &name, in->ttl_s, rq->now_ms, &expires_ms));
    return answer_kept(rq, expires_ms);
}

static struct err drop(struct request *rq)
{
    Tacet__Wire__DropFile *in;
    struct blob_name name;
    struct device me;

    TRY(request_read(rq, &tacet__wire__drop_file__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(files_name(frame_bytes(in->id), &name));
    TRY(files_drop(rq->db, &me, &name));
    return say(rq, EFFECT_ERASE, &name, 0);
}

/* ---- Apart from it. */

static struct err granted(const struct request *rq, const struct blob_name *name, uint64_t *size)
{
    for (size_t i = 0; i < API_GRANTS_MAX; i++)
        if (rq->grants[i].size > 0 && memcmp(&rq->grants[i].name, name, sizeof *name) == 0) {
            *size = rq->grants[i].size;
            return OK;
        }
    return FAIL(E_DENIED);
}

/* Whole chunks, but for the last: then what a crash leaves can be whole chunks, too. */
static struct err check_part(struct bytes part, uint64_t at, uint64_t size)
{
    if (part.n > LIMIT_FILE_PART)
        return FAIL(E_LIMIT);
    if (at > size || (part.n % BLOB_STEP != 0 && part.n != size - at))
        return FAIL(E_MALFORMED);
    return OK;
}

static struct err write(struct request *rq)
{
    const struct blob_store *blobs = rq->server->blobs;
    Tacet__Wire__FileState out = TACET__WIRE__FILE_STATE__INIT;
    Tacet__Wire__WriteFile *in;
    struct blob_name name;
    struct blob_state state;
    struct err err;
    uint64_t size;

    TRY(request_read(rq, &tacet__wire__write_file__descriptor, &in));
    if (blobs == NULL)
        return FAIL(E_ABSENT);
    TRY(files_name(frame_bytes(in->id), &name));
    TRY(granted(rq, &name, &size));
    TRY(check_part(frame_bytes(in->part), in->at, size));
    err = blobs->append(blobs->ctx, &name, size, in->at, frame_bytes(in->part), &state);
    if (err.code != E_OK && err.code != E_CONFLICT)
        return err;
    out.held = state.held;
    out.durable = state.durable;
    return err.code == E_OK ? request_answer(rq, &out) : request_refuse(rq, E_CONFLICT, &out);
}

/* Whoever may read it may have it kept for others, too, as a file of their own. */
static struct err copy(struct request *rq)
{
    const struct blob_store *blobs = rq->server->blobs;
    Tacet__Wire__FileState out = TACET__WIRE__FILE_STATE__INIT;
    Tacet__Wire__CopyFile *in;
    struct blob_name name, from;
    uint64_t size;

    TRY(request_read(rq, &tacet__wire__copy_file__descriptor, &in));
    if (blobs == NULL)
        return FAIL(E_ABSENT);
    TRY(files_name(frame_bytes(in->id), &name));
    TRY(files_name(frame_bytes(in->from), &from));
    TRY(granted(rq, &name, &size));
    TRY(blobs->copy(blobs->ctx, &from, &name, size));
    out.held = out.durable = size;
    return request_answer(rq, &out);
}

static struct err read(struct request *rq)
{
    const struct blob_store *blobs = rq->server->blobs;
    Tacet__Wire__FilePart out = TACET__WIRE__FILE_PART__INIT;
    Tacet__Wire__ReadFile *in;
    struct blob_name name;
    uint8_t *part;
    size_t n;

    TRY(request_read(rq, &tacet__wire__read_file__descriptor, &in));
    if (blobs == NULL)
        return FAIL(E_ABSENT);
    if (in->most == 0 || in->most > LIMIT_FILE_PART)
        return FAIL(E_LIMIT);
    TRY(files_name(frame_bytes(in->id), &name));
    part = arena_alloc(rq->arena, in->most);
    if (part == NULL)
        return FAIL(E_NOMEM);
    TRY(blobs->read(blobs->ctx, &name, in->at, part, in->most, &n, &out.size));
    out.part = frame_data(bytes(part, n));
    return request_answer(rq, &out);
}

const struct route files_routes[] = {
    /* op          who           body                       rate          kind        handler */
    {OP_FILE_BEGIN, ROUTE_DEVICE, FILES_ID_SIZE + KEPT_SIZE, ROUTE_NORMAL, ROUTE_WRITES, begin},
    {OP_FILE_KEEP, ROUTE_DEVICE, FILES_ID_SIZE + KEPT_SIZE, ROUTE_NORMAL, ROUTE_WRITES, keep},
    {OP_FILE_WRITE, ROUTE_DEVICE, FILES_ID_SIZE + KEPT_SIZE + LIMIT_FILE_PART + 8, ROUTE_BULK,
     ROUTE_APART, write},
    {OP_FILE_READ, ROUTE_DEVICE, FILES_ID_SIZE + KEPT_SIZE + 8, ROUTE_BULK, ROUTE_APART, read},
    {OP_FILE_COPY, ROUTE_DEVICE, 2 * FILES_ID_SIZE + KEPT_SIZE, ROUTE_NORMAL, ROUTE_APART, copy},
    {OP_FILE_DROP, ROUTE_DEVICE, FILES_ID_SIZE + KEPT_SIZE, ROUTE_NORMAL, ROUTE_GOES_ON, drop},
    {.op = 0},
};
