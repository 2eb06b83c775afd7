/* SPDX-License-Identifier: Apache-2.0 */
/* A file that comes: each chunk is opened as it comes and goes to the draft; a batch of digests is
 * committed when what they are of is on disk.  What is only shown goes to memory.  [PROTOCOL 13.5]
 */
#include <stdlib.h>

#include "client/showing.h"
#include "client/transferring_internal.h"
#include "wire/tacet.pb-c.h"

struct err fetching_ask(struct engine *e)
{
    struct transferring *x = e->transferring;
    Tacet__Wire__ReadFile m = TACET__WIRE__READ_FILE__INIT;
    struct waiting w = transferring_about(x, x->next);

    m.id = frame_data(BYTES(x->a.id));
    m.at = x->next * SEALED;
    m.most = (uint32_t)(transferring_part_end(x, x->next) - m.at);
    TRY(link_request(e, OP_FILE_READ, &m, &w));
    x->next += PART;
    x->out++;
    return OK;
}

struct err fetching_finish(struct engine *e)
{
    struct transferring *x = e->transferring;
    struct bytes path;
    struct err err = file_key_check(&x->key, x->a.file.root);

    if (err.code == E_OK)
        err = x->filing->keep(x->filing->ctx, x->t.path, x->t.number, x->a.name, &path);
    if (err.code != E_OK)
        return transferring_judge(e, err.code);
    TRY(transferring_drop(e, x->t.number));
    transferring_end(e, E_OK, path);
    transferring_again(e, 0);
    return transferring_pump(e);
}

static struct err take_chunk(struct engine *e, struct bytes sealed)
{
    struct transferring *x = e->transferring;
    uint32_t i = x->key.next, at = i % TRANSFERS_BATCH;
    uint64_t where = file_key_chunk(&x->key.shape, i).at;
    uint8_t *out = x->sealed;
    struct bytes part;

    TRY(file_key_open(&x->key, sealed, out, &part, x->digests[at]));
    if (part.n > 0 || i == 0) /* not where all is padding */
        TRY(x->filing->write(x->filing->ctx, x->t.path, x->t.number, where, part));
    if (at + 1 < TRANSFERS_BATCH && x->key.next < x->key.shape.chunks)
        return OK;
    TRY(x->filing->sync(x->filing->ctx, x->t.path, x->t.number));
    TRY(transferring_keep_digests(e, i - at, at + 1));
    transferring_progress(e, x->key.next);
    return OK;
}

/* Opened where it stays. */
static struct err show_chunk(struct engine *e, struct bytes sealed)
{
    struct transferring *x = e->transferring;
    uint64_t where = file_key_chunk(&x->key.shape, x->key.next).at;
    struct bytes part;

    TRY(file_key_open(&x->key, sealed, showing_at(x, where), &part, x->digests[0]));
    if (x->key.next % TRANSFERS_BATCH == 0)
        transferring_progress(e, x->key.next);
    return OK;
}

static struct err take_part(struct engine *e, struct bytes part)
{
    struct transferring *x = e->transferring;
    bool shown = x->t.kind == TRANSFERS_SHOWING;

    if (x->sealed == NULL && !shown)
        x->sealed = malloc(FILE_KEY_CHUNK_SIZE);
    if (x->sealed == NULL && !shown)
        return FAIL(E_NOMEM);
    while (part.n > 0) {
        size_t n = part.n < SEALED ? part.n : (size_t)SEALED;

        TRY(shown ? show_chunk(e, bytes(part.at, n)) : take_chunk(e, bytes(part.at, n)));
        part = bytes(part.at + n, part.n - n);
    }
    return OK;
}

struct err fetching_came(struct engine *e, uint32_t chunk, const struct frame *f, struct arena *a)
{
    struct transferring *x = e->transferring;
    Tacet__Wire__FilePart *m;
    struct err err;

    x->out--;
    if (f->code != 0)
        return transferring_judge(e, err_from_number(f->code));
    TRY(frame_unpack(f->body, &tacet__wire__file_part__descriptor, a, &m));
    if (chunk != x->key.next) /* in the order in which they were asked for */
        return FAIL(E_MALFORMED);
    if (m->size != x->key.shape.sealed)
        return transferring_fail(e, E_FORGED);
    if (m->part.len != transferring_part_end(x, chunk) - chunk * SEALED)
        return transferring_fail(e, E_TRUNCATED);
    err = take_part(e, frame_bytes(m->part));
    if (err.code != E_OK)
        return transferring_judge(e, err.code);
    if (x->key.next < x->key.shape.chunks)
        return OK; /* what follows is asked for behind this */
    return x->t.kind == TRANSFERS_SHOWING ? showing_finish(e) : fetching_finish(e);
}
