/* SPDX-License-Identifier: Apache-2.0 */
#include "client/showing.h"

#include <stdlib.h>

#include "client/transferring_internal.h"
#include "crypto/secret.h"

#define FIRST_NUMBER (1ull << 62) /* transfers that are kept have lower ones */

void showing_forget(struct transferring *x)
{
    struct showing *s = &x->showing;

    if (s->at != NULL)
        secret_wipe(s->at, s->room);
    free(s->at);
    *s = (struct showing){.count = s->count};
}

static struct err attachment_at(struct engine *e, uint64_t conversation, uint64_t place,
                                struct arena *a, struct attachment *out)
{
    struct message m;

    TRY(messages_get(e->vault, conversation, place, a, &m));
    return m.type == PAYLOAD_FILE ? attachment_parse(m.text, out) : FAIL(E_MALFORMED);
}

/* Whole chunks, padding included, so that each is opened where it will stay. */
static struct err make_room(struct showing *s, uint64_t size)
{
    struct file_shape shape;

    if (size > SHOWING_MAX)
        return FAIL(E_LIMIT);
    TRY(file_key_shape(size, &shape));
    s->room = (size_t)shape.chunks * FILE_KEY_CHUNK_SIZE;
    s->n = (size_t)size;
    s->at = malloc(s->room);
    return s->at == NULL ? FAIL(E_NOMEM) : OK;
}

struct err showing_ask(struct engine *e, uint64_t conversation, uint64_t place, uint64_t *number)
{
    struct transferring *x = e->transferring;
    struct arena a = ARENA(ARENA_MAX);
    struct attachment attachment = {.duration_ms = 0};
    struct err err = OK;

    if (x == NULL)
        return FAIL(E_AGAIN);
    transferring_again(e, 0); /* whatever is at hand goes on behind this */
    showing_forget(x);
    TRY_OUT(attachment_at(e, conversation, place, &a, &attachment));
    TRY_OUT(make_room(&x->showing, attachment.file.size));
    x->showing.number = *number = FIRST_NUMBER + ++x->showing.count;
    x->showing.conversation = conversation;
    x->showing.place = place;
    x->showing.wanted = true;
out:
    secret_wipe(&attachment, sizeof attachment);
    arena_free(&a);
    TRY(err);
    return transferring_pump(e);
}

struct err showing_look(const struct engine *e, uint64_t number, struct bytes *out)
{
    const struct transferring *x = e->transferring;

    if (x == NULL || x->showing.at == NULL || x->showing.wanted || x->showing.number != number)
        return FAIL(E_ABSENT);
    *out = bytes(x->showing.at, x->showing.n);
    return OK;
}

bool showing_waits(const struct transferring *x)
{
    return x->showing.wanted;
}

struct err showing_begin(struct engine *e)
{
    struct transferring *x = e->transferring;
    const struct showing *s = &x->showing;
    struct message m;
    struct err err;

    x->t = (struct transfer){.number = s->number,
                             .kind = TRANSFERS_SHOWING,
                             .conversation = s->conversation,
                             .place = s->place};
    err = messages_get(e->vault, s->conversation, s->place, &x->arena, &m);
    if (err.code == E_ABSENT || (err.code == E_OK && m.type != PAYLOAD_FILE))
        return transferring_fail(e, E_ABSENT); /* its time is over, or it was taken back */
    TRY(err);
    x->t.attachment = m.text;
    return transferring_take_up(e);
}

uint8_t *showing_at(struct transferring *x, uint64_t at)
{
    invariant(at + FILE_KEY_CHUNK_SIZE <= x->showing.room);
    return x->showing.at + at;
}

struct err showing_finish(struct engine *e)
{
    struct transferring *x = e->transferring;
    struct err err = file_key_check(&x->key, x->a.file.root);

    if (err.code != E_OK)
        return transferring_judge(e, err.code);
    x->showing.wanted = false;
    transferring_end(e, E_OK, (struct bytes){NULL, 0});
    transferring_again(e, 0);
    return transferring_pump(e);
}
