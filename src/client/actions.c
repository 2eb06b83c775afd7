/* SPDX-License-Identifier: Apache-2.0 */
/* actions: the queue between the engine and its host. */
#include <stdlib.h>

#include "client/engine_internal.h"

struct queued_action {
    struct queued_action *next;
    struct action action;
    struct buf data; /* what the action points to */
};

#define DATA_MAX LIMIT_FRAME

static struct queued_action *push(struct engine *e, enum action_kind kind, struct bytes data)
{
    struct queued_action *q = calloc(1, sizeof *q);

    if (q != NULL) {
        q->action.kind = kind;
        q->data = BUF(DATA_MAX);
        buf_bytes(&q->data, data);
    }
    if (q == NULL || q->data.failed != E_OK) {
        free(q);
        if (e->failure.code == E_OK)
            e->failure = FAIL(E_NOMEM);
        return NULL;
    }
    if (e->last == NULL)
        e->first = q;
    else
        e->last->next = q;
    e->last = q;
    return q;
}

void actions_connect(struct engine *e)
{
    struct queued_action *q = push(e, ACTION_CONNECT, (struct bytes){0});

    if (q == NULL)
        return;
    q->action.address = e->own.address;
    q->action.pins = own_pins(&e->own);
}

void actions_send(struct engine *e, struct bytes frame)
{
    struct queued_action *q = push(e, ACTION_SEND, frame);

    if (q != NULL)
        q->action.frame = buf_view(&q->data);
}

void actions_close(struct engine *e)
{
    push(e, ACTION_CLOSE, (struct bytes){0});
}

void actions_wake(struct engine *e, uint64_t at_ms)
{
    struct queued_action *q = push(e, ACTION_WAKE, (struct bytes){0});

    if (q != NULL)
        q->action.at_ms = at_ms;
}

void actions_tell(struct engine *e, const struct event *event)
{
    struct queued_action *q = push(e, ACTION_TELL, event->message.text);

    if (q == NULL)
        return;
    q->action.event = *event;
    q->action.event.message.text = buf_view(&q->data);
    q->action.event.message.proof = (struct bytes){0};
}

static void drop(struct queued_action *q)
{
    if (q != NULL)
        buf_free(&q->data);
    free(q);
}

bool actions_next(struct engine *e, struct action *out)
{
    drop(e->taken);
    e->taken = e->first;
    if (e->taken == NULL)
        return false;
    e->first = e->taken->next;
    if (e->first == NULL)
        e->last = NULL;
    *out = e->taken->action;
    return true;
}

void actions_free(struct engine *e)
{
    struct action ignored;

    while (actions_next(e, &ignored))
        continue;
}
