/* SPDX-License-Identifier: Apache-2.0 */
#include "client/elders.h"

#include "client/attending.h"

#define LISTS_ARENA (4 * DEVICE_LIST_MAX_SIZE)
#define KEY_SIZE    (sizeof(struct account_id) + 1) /* another question than for what is new */

static struct bytes key_of(const struct engine *e, uint8_t out[KEY_SIZE])
{
    memcpy(out, e->own.me.who.aid.b, KEY_SIZE - 1);
    out[KEY_SIZE - 1] = 1;
    return bytes(out, KEY_SIZE);
}

bool elders_is(const struct waiting *w)
{
    return w->by_account && w->key.n == KEY_SIZE;
}

/* The first of a kind. */
static struct err first_of(struct engine *e, enum vault_kind kind, struct device_list *out)
{
    struct err err = OK;
    struct arena a = ARENA(LISTS_ARENA);
    struct bytes statement;
    uint64_t version;

    TRY_OUT(vault_next(e->vault, kind, ID_BYTES(e->own.me.who.aid), 0, &a, &version, &statement));
    TRY_OUT(device_list_parse(statement, &e->own.nid, out));
out:
    arena_free(&a);
    return err;
}

static struct err lowest(struct engine *e, struct device_list *out)
{
    struct err err = first_of(e, VAULT_ELDER, out);

    return err.code == E_ABSENT ? first_of(e, VAULT_LIST, out) : err;
}

struct err elders_list(struct engine *e, uint32_t version, struct device_list *out)
{
    struct err err = OK;
    struct arena a = ARENA(LISTS_ARENA);
    struct bytes statement;

    TRY_OUT(vault_get(e->vault, VAULT_ELDER, ID_BYTES(e->own.me.who.aid), version, &a, &statement));
    TRY_OUT(device_list_parse(statement, &e->own.nid, out));
out:
    arena_free(&a);
    return err;
}

struct err elders_ask(struct engine *e)
{
    Tacet__Wire__AskPerson m = TACET__WIRE__ASK_PERSON__INIT;
    uint8_t key[KEY_SIZE];
    struct waiting w = {.key = key_of(e, key), .by_account = true};
    struct device_list known;

    TRY(lowest(e, &known));
    if (known.version == 1 || !lookups_may_ask(e, OP_PERSON, w.key))
        return OK;
    m.aid = frame_data(ID_BYTES(e->own.me.who.aid));
    m.from_list = known.version > LIMIT_ANSWER_LISTS ? known.version - LIMIT_ANSWER_LISTS : 1;
    w.number = m.from_list;
    return link_request(e, OP_PERSON, &m, &w);
}

/* In a transaction.  Falling: what is not the one before is passed over. */
static struct err keep(struct engine *e, const Tacet__Wire__Person *p, bool *news)
{
    struct device_list known, l;

    TRY(lowest(e, &known));
    for (size_t i = p->n_lists; i > 0; i--) {
        struct bytes statement = frame_bytes(p->lists[i - 1]);

        if (device_list_parse(statement, &e->own.nid, &l).code != E_OK ||
            l.version + 1 != known.version || !ID_SAME(l.aid, known.aid) ||
            !bytes_same(BYTES(l.hash), BYTES(known.previous)))
            continue;
        TRY(vault_put(e->vault, VAULT_ELDER, ID_BYTES(l.aid), l.version, statement));
        known = l;
        *news = true;
    }
    return OK;
}

struct err elders_answered(struct engine *e, const Tacet__Wire__Person *p)
{
    bool news = false;

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, keep(e, p, &news)));
    if (news)
        return attending_met(e);
    incoming_report(e);
    return OK;
}
