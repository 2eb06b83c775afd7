/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ahead.h"

#include <stdlib.h>

#include "crypto/p521.h"

struct work {
    const struct own *own;
    const Tacet__Wire__Deliver *page;
    struct opened *begun;
};

/* Any thread's: reads what nobody changes meanwhile, and writes one struct of its own.  What goes
 * wrong does so again, and is told of, in its turn. */
static void agree_one(void *arg, size_t i)
{
    struct work *w = arg;
    const Tacet__Wire__Item *item = w->page->items[i];
    struct opened *o = &w->begun[i];
    const struct own_prekey *mine;

    if (item->kind != FRAME_MESSAGE || open_begin(frame_bytes(item->sealed), o).code != E_OK)
        return;
    mine = own_prekeys_find_low(w->own, o->prekey_low);
    if (mine != NULL)
        (void)open_agree(o, mine->secret).code; /* else `agreed` stays false */
}

struct err ahead_agree(const struct engine *e, const Tacet__Wire__Deliver *page, struct ahead *out)
{
    struct work w = {&e->own, page, NULL};
    size_t n = page->n_items < AHEAD_MOST ? page->n_items : AHEAD_MOST;

    *out = (struct ahead){0};
    if (e->pool == NULL || n < 2)
        return OK;
    w.begun = calloc(n, sizeof *w.begun);
    if (w.begun == NULL)
        return FAIL(E_NOMEM);
    e->pool->run(e->pool->ctx, agree_one, &w, n);
    *out = (struct ahead){n, w.begun};
    return OK;
}

const struct opened *ahead_of(const struct ahead *a, size_t i)
{
    return i < a->n && a->begun[i].agreed ? &a->begun[i] : NULL;
}

void ahead_free(struct ahead *a)
{
    for (size_t i = 0; i < a->n; i++)
        open_wipe(&a->begun[i]);
    free(a->begun);
    *a = (struct ahead){0};
}
