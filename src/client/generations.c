/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generations: is this vault the only one of its device, and the newest?  [PROTOCOL 10 V1, V2]
 *
 * Each sign-in commits a number that is one higher, and signs it.  The server shows the highest
 * that it saw before: one as high as ours was signed by a copy of this vault that went on without
 * it.
 */
#include "client/chains.h"
#include "client/engine_internal.h"
#include "statement/signin.h"

struct err generations_next(struct engine *e, uint64_t *out)
{
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, vault_count(e->vault, VAULT_GENERATION, out));
}

/* What a copy may have used is not used again: chains, places in streams, numbers. */
static struct err start_over(struct engine *e, uint64_t generation, uint32_t prekey,
                             uint64_t uploads)
{
    uint64_t restores;

    TRY(vault_counter_set(e->vault, VAULT_GENERATION, clock_add(generation, 1)));
    TRY(chains_forget_all_sending(e->vault));
    TRY(vault_count(e->vault, VAULT_RESTORES, &restores)); /* streams look at it: sealing.c */
    TRY(own_renew_prekeys(&e->own, e->vault, prekey, e->now_ms));
    return vault_counter_set(e->vault, VAULT_NEXT_UPLOAD, uploads);
}

/* Does it say what a copy of this vault signed?  What we have just signed ourselves it may not be:
 * the server would make a copy of every vault. */
static struct err is_of_copy(struct engine *e, struct bytes statement, uint64_t *generation,
                             bool *copy)
{
    struct signin s;
    uint64_t mine;

    *copy = false;
    if (statement.n == 0)
        return OK;
    TRY(signin_check_past(statement, &e->own.nid, bytes_text(e->own.domain), &e->own.me.dsk, &s));
    if (!ID_SAME(s.did, e->own.me.who.did) || bytes_same(s.binding, BYTES(e->link.binding)))
        return FAIL(E_FORGED);
    TRY(vault_counter_get(e->vault, VAULT_GENERATION, &mine));
    *copy = s.generation >= mine;
    *generation = s.generation;
    return OK;
}

struct err generations_compare(struct engine *e, const struct generations_news *news,
                               bool *restored)
{
    uint64_t generation = 0;
    struct err err = is_of_copy(e, news->signin, &generation, restored);

    if (err.code != E_OK && err_who(err.code) != WHO_OPERATOR) {
        lookups_tell_bad(e, err.code); /* it proves nothing */
        return OK;
    }
    TRY(err);
    if (!*restored)
        return OK;
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, start_over(e, generation, news->prekey, news->uploads)));
    actions_tell(e, &(struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_RESTORED});
    return OK;
}
