/* SPDX-License-Identifier: Apache-2.0 */
#include "client/stars.h"

#include <stdlib.h>

#include "client/agreed.h"
#include "client/deeds.h"
#include "client/engine_internal.h"
#include "client/registers.h"
#include "client/target.h"

#define ROW_ARENA (2 * VAULT_VALUE_MAX)

struct err stars_has(struct vault *v, const struct message *m, bool *has)
{
    uint8_t name[TARGET_NAME_SIZE];

    return agreed_is_on(v, REGISTERS_STARRED, target_name(&m->sender, &m->id, name), has);
}

static struct err put(struct engine *e, const struct message *m, bool on)
{
    uint8_t name[TARGET_NAME_SIZE];

    return agreed_turn(e, REGISTERS_STARRED, target_name(&m->sender, &m->id, name), on);
}

struct err stars_command(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    bool on = c->kind == COMMAND_STAR, has;
    uint64_t conversation;
    struct message m;

    TRY_OUT(engine_conversation(e, c, &conversation));
    TRY_OUT(messages_get(e->vault, conversation, c->number, &a, &m));
    TRY_OUT(stars_has(e->vault, &m, &has));
    if ((m.notes & (MESSAGE_DEVICES | MESSAGE_ROOM)) != 0 || deeds_is_quiet(&m))
        err = FAIL(E_ABSENT);
    else if (has == on)
        err = FAIL(E_STALE);
    if (err.code != E_OK)
        goto out;
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, put(e, &m, on)));
out:
    arena_free(&a);
    return err;
}

/* ---- all of them */

/* The message that a change of a register marks.  *is: it does, and is here. */
static struct err find(struct vault *v, const struct shared_change *c, struct stars_place *out,
                       bool *is)
{
    struct arena a = ARENA(ROW_ARENA);
    struct message m;
    struct err err;

    *is = false;
    if (c->kind != REGISTERS_STARRED || !agreed_says_on(c->value))
        return OK;
    err = target_named(v, c->key, &a, &m);
    *is = err.code == E_OK;
    if (*is)
        *out = (struct stars_place){m.contact, m.place};
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* Counts with `at` NULL.  The registers of one kind stand nowhere together: all are looked at. */
static struct err go_through(struct vault *v, struct stars_place *at, size_t *n)
{
    struct shared_have have;

    *n = 0;
    TRY(registers_have(v, &have));
    for (size_t i = 0; i < have.n; i++) {
        struct err err = OK;
        uint64_t after = 0;

        while (err.code == E_OK) {
            struct arena a = ARENA(8 * SHARED_VALUE_MAX);
            struct shared_change c;
            struct stars_place place;
            bool is = false;

            err = registers_next(v, &have.mark[i].writer, after, &a, &c);
            if (err.code == E_OK) {
                after = c.number;
                err = find(v, &c, &place, &is);
            }
            if (is && at != NULL)
                at[*n] = place;
            *n += is;
            arena_free(&a);
        }
        if (err.code != E_ABSENT)
            return err;
    }
    return OK;
}

static int compare(const void *a, const void *b)
{
    const struct stars_place *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

struct err stars_collect(struct vault *v, struct arena *a, struct stars *out)
{
    *out = (struct stars){.n = 0};
    TRY(go_through(v, NULL, &out->n));
    if (out->n == 0)
        return OK;
    out->at = ARENA_ARRAY(a, out->n, struct stars_place);
    if (out->at == NULL)
        return FAIL(E_NOMEM);
    TRY(go_through(v, out->at, &out->n));
    qsort(out->at, out->n, sizeof *out->at, compare);
    return OK;
}
