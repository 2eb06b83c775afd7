/* SPDX-License-Identifier: Apache-2.0 */
#include "client/transferring_internal.h"

#include <stdlib.h>

#include "client/showing.h"
#include "client/timers.h"
#include "crypto/secret.h"
#include "wire/tacet.pb-c.h"

struct err transferring_lend(struct engine *e, const struct filing *filing)
{
    struct transferring *x = calloc(1, sizeof *x);

    if (x == NULL)
        return FAIL(E_NOMEM);
    x->arena = ARENA(ARENA_MAX);
    x->filing = filing;
    e->transferring = x;
    return OK;
}

/* What is known of the one at hand. */
static void let_go(struct transferring *x)
{
    x->phase = PHASE_NONE;
    x->life++;
    x->out = 0;
    x->batch = 0;
    x->moved = false;
    file_key_free(&x->key);
    x->key = (struct file_key){.root = NULL};
    secret_wipe(&x->a, sizeof x->a);
    free(x->sealed);
    x->sealed = NULL;
    arena_free(&x->arena);
    x->arena = ARENA(ARENA_MAX);
}

void transferring_free(struct engine *e)
{
    if (e->transferring == NULL)
        return;
    let_go(e->transferring);
    showing_forget(e->transferring);
    free(e->transferring);
    e->transferring = NULL;
}

void transferring_down(struct engine *e)
{
    if (e->transferring == NULL)
        return;
    let_go(e->transferring);
    e->transferring->retry_ms = 0;
}

void transferring_again(struct engine *e, uint64_t ms)
{
    let_go(e->transferring);
    e->transferring->retry_ms = clock_add(e->now_ms, ms);
}

/* ---- telling */

static uint64_t done_bytes(const struct transferring *x, uint32_t chunks)
{
    uint64_t at = (uint64_t)chunks * FILE_KEY_CHUNK_SIZE;

    return at < x->a.file.size ? at : x->a.file.size;
}

static struct event news(const struct transferring *x, uint32_t chunks)
{
    return (struct event){.kind = EVENT_TRANSFER,
                          .transfer = {.number = x->t.number,
                                       .sending = transfers_leaves(&x->t),
                                       .done = done_bytes(x, chunks),
                                       .of = x->a.file.size},
                          .message = {.contact = x->t.conversation, .place = x->t.place}};
}

void transferring_progress(struct engine *e, uint32_t chunks)
{
    struct event event = news(e->transferring, chunks);

    actions_tell(e, &event);
}

void transferring_end(struct engine *e, enum err_code code, struct bytes path)
{
    const struct transferring *x = e->transferring;
    struct event event = news(x, code == E_OK ? x->key.shape.chunks : x->key.next);

    event.transfer.ended = true;
    event.code = code;
    event.message.text = path;
    actions_tell(e, &event);
}

struct err transferring_drop(struct engine *e, uint64_t number)
{
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, transfers_drop(e->vault, number));
}

/* It will not come, or go, however often it is tried. */
struct err transferring_fail(struct engine *e, enum err_code why)
{
    struct transferring *x = e->transferring;

    if (x->t.kind == TRANSFERS_FETCHING)
        x->filing->drop(x->filing->ctx, x->t.path, x->t.number);
    if (x->t.kind == TRANSFERS_SHOWING)
        showing_forget(x);
    else
        TRY(transferring_drop(e, x->t.number));
    transferring_end(e, why, (struct bytes){NULL, 0});
    transferring_again(e, 0);
    return OK;
}

/* What comes of something that failed: what time mends is tried again, of our disk as well. */
struct err transferring_judge(struct engine *e, enum err_code code)
{
    if (code == E_FULL || code == E_AGAIN || code == E_NOMEM || code == E_CLOSED) {
        transferring_again(e, LATER_MS);
        return OK;
    }
    return transferring_fail(e, code);
}

/* ---- batches of what is sent */

/* Chunk i of the batch is made where it will stand in it. */
static struct err seal_one(struct transferring *x, uint32_t i, bool anew)
{
    uint32_t chunk = x->first + i;
    struct file_chunk c = file_key_chunk(&x->key.shape, chunk);
    uint8_t *at = x->sealed + i * SEALED;

    if (c.own > 0)
        TRY(x->filing->read(x->filing->ctx, x->t.path, c.at, at, c.own));
    return anew ? file_key_seal(&x->key, bytes(at, c.own), at, x->digests[i])
                : file_key_seal_again(&x->key, chunk, x->digests[i], bytes(at, c.own), at);
}

static struct err load_digests(struct engine *e, uint32_t first, uint32_t n)
{
    struct transferring *x = e->transferring;
    struct arena a = ARENA(VAULT_VALUE_MAX);
    struct bytes digests;
    struct err err = transfers_digests(e->vault, x->t.number, first, &a, &digests);

    if (err.code == E_OK && digests.n != (size_t)n * FILE_KEY_DIGEST_SIZE)
        err = FAIL(E_MALFORMED);
    if (err.code == E_OK)
        memcpy(x->digests, digests.at, digests.n);
    arena_free(&a);
    return err;
}

struct err transferring_keep_digests(struct engine *e, uint32_t first, uint32_t n)
{
    struct transferring *x = e->transferring;

    TRY(vault_begin(e->vault));
    return vault_end(e->vault,
                     transfers_put_digests(e->vault, x->t.number, first,
                                           bytes(x->digests, (size_t)n * FILE_KEY_DIGEST_SIZE)));
}

static uint32_t batch_size(const struct transferring *x, uint32_t first)
{
    uint32_t left = x->key.shape.chunks - first;

    return left < TRANSFERS_BATCH ? left : TRANSFERS_BATCH;
}

/* F1: what is sealed for the first time is committed before any of it leaves. */
static struct err fill_batch(struct engine *e, uint32_t first)
{
    struct transferring *x = e->transferring;
    uint32_t n = batch_size(x, first);
    bool anew = first == x->key.next;

    x->batch = 0;
    x->first = first;
    if (x->sealed == NULL)
        x->sealed = malloc(BATCH_SIZE);
    if (x->sealed == NULL)
        return FAIL(E_NOMEM);
    if (!anew)
        TRY(load_digests(e, first, n));
    for (uint32_t i = 0; i < n; i++)
        TRY(seal_one(x, i, anew));
    if (anew)
        TRY(transferring_keep_digests(e, first, n));
    x->batch = n;
    return OK;
}

/* ---- questions */

struct waiting transferring_about(const struct transferring *x, uint32_t chunk)
{
    return (struct waiting){.number = (uint64_t)x->life << 32 | chunk};
}

static struct err ask_begin(struct engine *e)
{
    struct transferring *x = e->transferring;
    Tacet__Wire__BeginFile m = TACET__WIRE__BEGIN_FILE__INIT;
    struct waiting w = transferring_about(x, 0);

    m.id = frame_data(BYTES(x->a.id));
    m.size = x->key.shape.sealed;
    x->phase = PHASE_BEGINNING;
    return link_request(e, OP_FILE_BEGIN, &m, &w);
}

static struct err ask_write(struct engine *e, uint64_t at, struct bytes part)
{
    struct transferring *x = e->transferring;
    Tacet__Wire__WriteFile m = TACET__WIRE__WRITE_FILE__INIT;
    struct waiting w = transferring_about(x, (uint32_t)(at / SEALED));

    m.id = frame_data(BYTES(x->a.id));
    m.at = at;
    m.part = frame_data(part);
    TRY(link_request(e, OP_FILE_WRITE, &m, &w));
    x->out++;
    return OK;
}

struct err transferring_ask_keep(struct engine *e)
{
    struct transferring *x = e->transferring;
    Tacet__Wire__KeepFile m = TACET__WIRE__KEEP_FILE__INIT;
    struct waiting w = transferring_about(x, 0);
    struct timers lives;

    if (x->t.kind == TRANSFERS_SENDING)
        TRY(file_key_end(&x->key, x->a.file.root));
    TRY(timers_choose(e, x->t.conversation, &(struct timers){0}, &lives));
    m.id = frame_data(BYTES(x->a.id));
    m.ttl_s = lives.ttl_s + FETCH_S;
    x->phase = PHASE_KEEPING;
    return link_request(e, OP_FILE_KEEP, &m, &w);
}

uint64_t transferring_part_end(const struct transferring *x, uint32_t chunk)
{
    uint64_t end = (chunk + PART) * SEALED;

    return end < x->key.shape.sealed ? end : x->key.shape.sealed;
}

/* The next part, from its batch. */
static struct err send_part(struct engine *e)
{
    struct transferring *x = e->transferring;
    uint64_t at = x->next * SEALED, end = transferring_part_end(x, x->next);
    uint32_t first = x->next - x->next % TRANSFERS_BATCH;
    uint32_t chunks = x->next % PART == 0 ? PART : PART - x->next % PART;

    if (x->batch == 0 || x->first != first)
        TRY(fill_batch(e, first));
    if ((x->next + chunks) * SEALED < end) /* it went on within a part */
        end = (x->next + chunks) * SEALED;
    TRY(ask_write(e, at, bytes(x->sealed + (at - first * SEALED), (size_t)(end - at))));
    x->next += chunks;
    if (x->next > x->key.shape.chunks)
        x->next = x->key.shape.chunks;
    return OK;
}

/* ---- beginning */

/* What was done before; a file that was begun anew has less of it. */
static struct err pass_digests(struct engine *e)
{
    struct transferring *x = e->transferring;
    struct err err = OK;

    while (x->key.next < x->key.shape.chunks && err.code == E_OK) {
        uint32_t first = x->key.next, n = batch_size(x, first);

        err = load_digests(e, first, n);
        for (uint32_t i = 0; i < n && err.code == E_OK; i++)
            err = file_key_pass(&x->key, x->digests[i]);
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err transferring_take_up(struct engine *e)
{
    struct transferring *x = e->transferring;

    TRY(attachment_parse(x->t.attachment, &x->a));
    TRY(file_key_begin(&x->a.file, &x->key));
    TRY(pass_digests(e));
    x->next = x->key.next;
    x->phase = PHASE_MOVING;
    return OK;
}

/* F2: what has another length is another file. */
static struct err begin_sending(struct engine *e)
{
    struct transferring *x = e->transferring;
    uint64_t size;
    struct err err = x->filing->measure(x->filing->ctx, x->t.path, &size);

    if (err.code == E_OK && size != x->a.file.size)
        err = FAIL(E_CONFLICT);
    return err.code == E_OK ? ask_begin(e) : transferring_judge(e, err.code);
}

/* E_ABSENT: there is nothing to do. */
static struct err begin_next(struct engine *e)
{
    struct transferring *x = e->transferring;

    if (showing_waits(x))
        return showing_begin(e);
    TRY(transfers_next(e->vault, 0, &x->arena, &x->t));
    TRY(transferring_take_up(e));
    if (x->t.kind == TRANSFERS_SENDING)
        return begin_sending(e);
    if (x->t.kind == TRANSFERS_PASSING)
        return ask_begin(e);
    return x->key.next == x->key.shape.chunks ? fetching_finish(e) : OK;
}

static bool is_ready(const struct engine *e)
{
    return e->transferring != NULL && e->link.state == LINK_READY &&
           (e->transferring->retry_ms == 0 || e->now_ms >= e->transferring->retry_ms);
}

static struct err move(struct engine *e)
{
    struct transferring *x = e->transferring;
    struct err err = OK;

    while (err.code == E_OK && x->phase == PHASE_MOVING && !x->moved && x->out < WINDOW &&
           x->next < x->key.shape.chunks && e->link.n + WINDOW < ENGINE_REQUESTS_MAX)
        err = x->t.kind == TRANSFERS_SENDING ? send_part(e) : fetching_ask(e);
    return err.code == E_OK ? OK : transferring_judge(e, err.code);
}

struct err transferring_pump(struct engine *e)
{
    struct err err;

    if (!is_ready(e))
        return OK;
    e->transferring->retry_ms = 0;
    if (e->transferring->phase == PHASE_NONE) {
        err = begin_next(e);
        if (err.code == E_ABSENT) {
            let_go(e->transferring);
            return OK;
        }
        TRY(err);
    }
    return move(e);
}

/* ---- answers to what is sent */

static struct err queue_message(struct engine *e, struct bytes content, struct message *m)
{
    struct transferring *x = e->transferring;

    TRY(outgoing_put(e, x->t.conversation, PAYLOAD_FILE, content, m));
    return transfers_drop(e->vault, x->t.number);
}

/* The server has it all, and keeps it for as long as the message may wait. */
static struct err finish_sending(struct engine *e)
{
    struct transferring *x = e->transferring;
    struct buf content = BUF(ATTACHMENT_MAX_SIZE);
    struct message m;
    struct err err = OK;

    TRY_OUT(attachment_write(&x->a, &content));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, queue_message(e, buf_view(&content), &m)));
    x->t.place = m.place;
    transferring_end(e, E_OK, (struct bytes){NULL, 0});
    outbox_tell(e, &m, E_OK);
    transferring_again(e, 0);
out:
    if (content.at != NULL)
        secret_wipe(content.at, content.n);
    buf_free(&content);
    return err.code == E_OK ? outgoing_pump(e) : err;
}

/* Where the server goes on; or all is there. */
static struct err go_on_sending(struct engine *e)
{
    struct transferring *x = e->transferring;
    uint64_t sealed = x->key.shape.sealed;

    if (x->out > 0)
        return move(e);
    if (x->phase == PHASE_MOVING &&
        x->held != (x->next < x->key.shape.chunks ? x->next * SEALED : sealed))
        x->moved = true; /* it has less than we sent, and says that all is well */
    if (x->held > sealed || (x->held % SEALED != 0 && x->held != sealed))
        return transferring_fail(e, E_MALFORMED);
    if (x->held == sealed && x->durable == sealed && x->key.next == x->key.shape.chunks)
        return transferring_ask_keep(e);
    if (x->held == sealed) { /* not on its disk; or by somebody else, under our id */
        if (x->key.next < x->key.shape.chunks)
            return transferring_fail(e, E_CONFLICT);
        transferring_again(e, LATER_MS);
        return OK;
    }
    x->next = (uint32_t)(x->held / SEALED);
    if (x->next > x->key.next) /* we never sent that much */
        return transferring_fail(e, E_CONFLICT);
    if (x->moved) { /* not at once, or a server could have us turn round for ever */
        transferring_again(e, SOON_MS);
        return OK;
    }
    x->phase = PHASE_MOVING;
    return move(e);
}

static struct err written(struct engine *e, const struct frame *f, struct arena *a)
{
    struct transferring *x = e->transferring;
    uint64_t before = x->held;
    Tacet__Wire__FileState *m;

    x->out--;
    if (f->code == E_DENIED) { /* others were begun since, on this connection */
        transferring_again(e, SOON_MS);
        return OK;
    }
    if (f->code != 0 && f->code != E_CONFLICT)
        return transferring_judge(e, err_from_number(f->code));
    TRY(frame_unpack(f->body, &tacet__wire__file_state__descriptor, a, &m));
    x->held = m->held;
    x->durable = m->durable;
    x->moved |= f->code == E_CONFLICT;
    if (x->held / BATCH_SIZE != before / BATCH_SIZE)
        transferring_progress(e, (uint32_t)(x->held / SEALED));
    return go_on_sending(e);
}

static struct err begun(struct engine *e, const struct frame *f)
{
    struct transferring *x = e->transferring;

    if (f->code != 0)
        return transferring_judge(e, err_from_number(f->code));
    x->phase = PHASE_ASKING;
    x->held = x->durable = 0;
    if (x->t.kind == TRANSFERS_PASSING)
        return passing_ask(e);
    return ask_write(e, 0, (struct bytes){NULL, 0});
}

static struct err kept(struct engine *e, const struct frame *f)
{
    if (f->code == 0)
        return finish_sending(e);
    if (f->code == E_ABSENT) { /* its time was over before it was there */
        transferring_again(e, SOON_MS);
        return OK;
    }
    return transferring_judge(e, err_from_number(f->code));
}

struct err transferring_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                                 struct arena *a)
{
    struct transferring *x = e->transferring;

    if (x == NULL || (uint32_t)(w->number >> 32) != x->life || w->op == OP_FILE_DROP)
        return OK;
    switch ((int)w->op) {
    case OP_FILE_BEGIN:
        TRY(begun(e, f));
        break;
    case OP_FILE_WRITE:
        TRY(written(e, f, a));
        break;
    case OP_FILE_COPY:
        TRY(passing_copied(e, f));
        break;
    case OP_FILE_KEEP:
        TRY(kept(e, f));
        break;
    default:
        TRY(fetching_came(e, (uint32_t)w->number, f, a));
    }
    return transferring_pump(e);
}

uint64_t transferring_at(const struct engine *e)
{
    return e->transferring != NULL && e->link.state == LINK_READY ? e->transferring->retry_ms : 0;
}

struct err transferring_wake(struct engine *e)
{
    uint64_t at = transferring_at(e);

    return at != 0 && e->now_ms >= at ? transferring_pump(e) : OK;
}
