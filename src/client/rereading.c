/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rereading: what a program of before kept and could not read, this one may.  [PROTOCOL 6.1]
 *
 * Once, at the beginning of the first program that reads more: every message is looked at.
 */
#include "client/deeds.h"
#include "client/engine_internal.h"
#include "client/roomlog.h"
#include "e2ee/payload.h"

/* Rises with each kind of content that deeds_are_readable() learns. */
#define READABLE  PAYLOAD_FILED
#define ROW_ARENA (2 * VAULT_VALUE_MAX)

static struct err reread(struct engine *e, uint64_t conversation)
{
    struct err err = OK;
    struct message m = {.place = 0};

    while (err.code == E_OK) {
        struct arena a = ARENA(ROW_ARENA);
        uint32_t before;

        err = messages_next(e->vault, conversation, m.place, &a, &m);
        before = m.notes;
        if (err.code == E_OK)
            err = deeds_reread(e->vault, &e->own, &m);
        if (err.code == E_OK && m.notes != before) /* it may have taken something back */
            ending_emptied(e);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

static struct err reread_all(struct engine *e)
{
    struct contact c = {.number = 0};
    struct room r = {.number = 0};
    struct err err;

    while ((err = people_next(e->vault, c.number, &c)).code == E_OK)
        TRY(reread(e, c.number));
    if (err.code != E_ABSENT)
        return err;
    while ((err = roomlog_next(e->vault, r.number, &r)).code == E_OK)
        TRY(reread(e, r.number));
    if (err.code != E_ABSENT)
        return err;
    return vault_counter_set(e->vault, VAULT_READABLE, READABLE);
}

struct err rereading_begin(struct engine *e)
{
    struct err err;
    uint64_t done;

    TRY(vault_counter_get(e->vault, VAULT_READABLE, &done));
    if (done >= READABLE)
        return OK;
    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, reread_all(e));
    return err.code == E_FULL ? OK : err; /* next time */
}
