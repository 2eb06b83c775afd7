/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generations: is this vault the only one of its device, and the newest?  [PROTOCOL 10 V1, V2]
 *
 * Each sign-in commits a number that is one higher, and signs it.  The server shows the highest
 * that it saw before: one above the last that it answered to us, which is none of ours whose answer
 * was lost, was signed by a copy of this vault that went on without it.
 */
#include "client/chains.h"
#include "client/engine_internal.h"
#include "statement/signin.h"

#define UNANSWERED_MOST 1000 /* sign-ins that are remembered */

static const struct bytes NO_KEY = {NULL, 0};

static struct err next_in(struct engine *e, uint64_t *out)
{
    TRY(vault_count(e->vault, VAULT_GENERATION, out));
    if (*out > UNANSWERED_MOST)
        TRY(vault_erase_below(e->vault, VAULT_SIGN_IN, *out - UNANSWERED_MOST));
    return vault_put(e->vault, VAULT_SIGN_IN, NO_KEY, *out, BYTES(e->link.binding));
}

struct err generations_next(struct engine *e, uint64_t *out)
{
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, next_in(e, out));
}

/* The server has answered to all up to this one. */
static struct err settle(struct engine *e, uint64_t generation)
{
    TRY(vault_counter_set(e->vault, VAULT_ANSWERED, generation));
    return vault_erase_below(e->vault, VAULT_SIGN_IN, generation + 1);
}

/* What a copy may have used is not used again: chains, places in streams, numbers. */
static struct err start_over(struct engine *e, uint64_t generation, uint32_t prekey,
                             uint64_t uploads)
{
    uint64_t restores;

    generation = clock_add(generation, 1);
    TRY(vault_counter_set(e->vault, VAULT_GENERATION, generation));
    TRY(settle(e, generation));
    TRY(chains_forget_all_sending(e->vault));
    TRY(vault_count(e->vault, VAULT_RESTORES, &restores)); /* streams look at it: cores.c */
    TRY(sharing_restored(e));
    TRY(own_prekeys_renew(&e->own, e->vault, prekey, e->now_ms));
    return vault_counter_set(e->vault, VAULT_NEXT_UPLOAD, uploads);
}

/* Was it signed in this vault, and its answer lost? */
static struct err is_own(struct engine *e, const struct signin *s, bool *own)
{
    struct arena a = ARENA(1024);
    struct bytes binding;
    struct err err = vault_get(e->vault, VAULT_SIGN_IN, NO_KEY, s->generation, &a, &binding);

    *own = err.code == E_OK && bytes_same(binding, s->binding);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* Does it say what a copy of this vault signed? */
static struct err is_of_copy(struct engine *e, struct bytes statement, uint64_t *generation,
                             bool *copy)
{
    struct signin s;
    uint64_t answered;
    bool own;

    *copy = false;
    if (statement.n == 0)
        return OK;
    TRY(signin_check_past(statement, &e->own.nid, bytes_text(e->own.domain), &e->own.me.dsk, &s));
    if (!ID_SAME(s.did, e->own.me.who.did))
        return FAIL(E_FORGED);
    TRY(vault_counter_get(e->vault, VAULT_ANSWERED, &answered));
    TRY(is_own(e, &s, &own));
    *copy = s.generation > answered && !own;
    *generation = s.generation;
    return OK;
}

/* All is well, or nothing is proved. */
static struct err confirm(struct engine *e)
{
    uint64_t generation;

    TRY(vault_counter_get(e->vault, VAULT_GENERATION, &generation));
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, settle(e, generation));
}

struct err generations_compare(struct engine *e, const struct generations_news *news,
                               bool *restored)
{
    uint64_t generation = 0;
    struct err err = is_of_copy(e, news->signin, &generation, restored);

    if (err.code != E_OK && err_who(err.code) != WHO_OPERATOR) {
        lookups_tell_bad(e, err.code);
        return confirm(e);
    }
    TRY(err);
    if (!*restored)
        return confirm(e);
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, start_over(e, generation, news->prekey, news->uploads)));
    actions_tell(e, &(struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_RESTORED});
    return OK;
}
