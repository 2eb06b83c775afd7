/* SPDX-License-Identifier: Apache-2.0 */
/*
 * governing: network policies, asked for and followed.  [PROTOCOL 4.8]
 *
 * The newest is asked for after each sign-in and once a day; others when a message names them, or
 * when without them it cannot be said what is in force.  What a server says changes nothing that
 * the root has not signed, and a server that goes back is told of.
 */
#include "client/engine_internal.h"
#include "client/rules.h"
#include "client/sealing.h"
#include "wire/tacet.pb-c.h"

/* ---- asking */

struct err governing_fetch(struct engine *e, uint32_t number)
{
    Tacet__Wire__AskPolicy m = TACET__WIRE__ASK_POLICY__INIT;
    struct waiting w = {.number = number, .key = bytes((const uint8_t *)&number, sizeof number)};

    m.number = number;
    return lookups_may_ask(e, OP_POLICY, w.key) ? link_request(e, OP_POLICY, &m, &w) : OK;
}

/* What is still missing when policies above `from` were learned. */
static struct err chase(struct engine *e, uint32_t from)
{
    uint32_t number;

    TRY(rules_needed(e->vault, &e->own, e->now_ms, &number));
    if (number == 0 && from != 0)
        TRY(rules_missing(e->vault, &e->own, from, &number));
    return number == 0 ? OK : governing_fetch(e, number);
}

/* The people are to see who keeps copies, before anything is sent. */
static struct err look_up_keeper(struct engine *e)
{
    struct network_policy newest;
    struct contact keeper;
    struct err err;

    TRY(rules_newest(e->vault, &e->own, &newest));
    if (!newest.retains || ID_SAME(newest.retention.aid, e->own.me.who.aid))
        return OK;
    err = people_by_account(e->vault, &newest.retention.aid, &keeper);
    return err.code == E_ABSENT ? lookups_account(e, &newest.retention.aid) : err;
}

/* ---- learning */

/* In the caller's transaction.  E_STALE: the server had shown a higher one before. */
static struct err learn(struct engine *e, uint32_t asked, struct bytes statement, uint32_t newest,
                        bool *news)
{
    struct network_policy p;

    if (statement.n == 0)
        return asked != 0 ? FAIL(E_ABSENT) : newest != 0 ? FAIL(E_STALE) : OK;
    TRY(rules_learn(e->vault, &e->own, statement, e->now_ms, &p, news));
    if (asked != 0 && p.number != asked)
        return FAIL(E_FORGED);
    return asked == 0 && p.number < newest ? FAIL(E_STALE) : OK;
}

static struct err keep_answer(struct engine *e, const struct waiting *w, const struct frame *f,
                              struct arena *a, bool *news)
{
    Tacet__Wire__PolicyAnswer *m;
    struct network_policy before;
    struct err err;

    TRY(frame_unpack(f->body, &tacet__wire__policy_answer__descriptor, a, &m));
    TRY(rules_newest(e->vault, &e->own, &before));
    TRY(vault_begin(e->vault));
    err = vault_end(e->vault,
                    learn(e, (uint32_t)w->number, frame_bytes(m->statement), before.number, news));
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK) {
        lookups_tell_bad(e, err.code);
        *news = false;
        return OK;
    }
    return *news ? chase(e, w->number != 0 ? (uint32_t)w->number : before.number) : OK;
}

/* A server that is older than the question does not answer it. */
struct err governing_answer(struct engine *e, const struct waiting *w, const struct frame *f,
                            struct arena *a)
{
    bool news = false;

    if (f->code == 0)
        TRY(keep_answer(e, w, f, a, &news));
    if (!news) {
        incoming_report(e);
        return OK;
    }
    TRY(look_up_keeper(e));
    TRY(incoming_retry(e, false));
    return outgoing_pump(e);
}

struct err governing_learn(struct engine *e, struct bytes statement, bool *news)
{
    struct network_policy p;

    return rules_learn(e->vault, &e->own, statement, e->now_ms, &p, news);
}

/* ---- following: nothing is sent without whoever has to get a copy */

static void tell_keeper(struct engine *e, const struct contact *keeper, enum err_code why)
{
    struct event event = {.kind = EVENT_PROBLEM, .problem = PROBLEM_KEEPER, .code = why};

    if (e->keeper_told)
        return;
    if (keeper != NULL)
        event.contact = *keeper;
    e->keeper_told = true;
    actions_tell(e, &event);
}

struct err governing_nobody(struct engine *e, const struct account_id *aid)
{
    struct rules rules;

    TRY(rules_of_pair(e->vault, &e->own, NULL, e->now_ms, &rules));
    if (rules.joins && ID_SAME(rules.keeper, *aid))
        tell_keeper(e, NULL, E_ABSENT);
    return OK;
}

/* Can all devices of theirs be sealed to?  One that is passed over would be left out. */
static struct err is_reachable(struct engine *e, const struct contact *keeper, uint8_t profile,
                               bool *reachable)
{
    struct device_list list;

    TRY(people_newest_list(e->vault, &e->own, &keeper->aid, &list));
    *reachable = true;
    for (size_t i = 0; i < list.devices; i++) {
        enum sealing_way way;
        struct prekey p;

        if (!sealing_is_recipient(e, &list.device[i]))
            continue;
        TRY(sealing_way_to(e, &list.device[i].did, profile, &p, &way));
        *reachable &= way == SEALING_READY;
    }
    return OK;
}

static struct err prepare_keeper(struct engine *e, const struct contact *keeper, uint8_t profile,
                                 bool *waits)
{
    bool reachable;

    *waits = true;
    if (keeper->removed) {
        tell_keeper(e, keeper, E_REMOVED);
        return OK;
    }
    if (!outgoing_is_fresh(e, keeper))
        return lookups_account(e, &keeper->aid);
    TRY(lookups_kem_keys(e, keeper, waits));
    if (*waits)
        return OK;
    TRY(is_reachable(e, keeper, profile, &reachable));
    *waits = !reachable;
    if (!reachable)
        tell_keeper(e, keeper, E_EXPIRED);
    else
        e->keeper_told = false;
    return OK;
}

static struct err prepare(struct engine *e, const struct rules *rules, bool *waits)
{
    struct contact keeper;
    struct err err;

    *waits = false;
    if (!rules->joins || ID_SAME(rules->keeper, e->own.me.who.aid))
        return OK;
    err = people_by_account(e->vault, &rules->keeper, &keeper);
    if (err.code == E_ABSENT) {
        *waits = true;
        return lookups_account(e, &rules->keeper);
    }
    TRY(err);
    return prepare_keeper(e, &keeper, rules->profile, waits);
}

struct err governing_prepare(struct engine *e, const struct contact *to, bool *waits)
{
    struct rules rules;

    TRY(rules_of_pair(e->vault, &e->own, &to->aid, e->now_ms, &rules));
    return prepare(e, &rules, waits);
}

struct err governing_prepare_room(struct engine *e, const struct room_state *s, bool *waits)
{
    struct rules rules;

    TRY(rules_of_room(e->vault, &e->own, s, e->now_ms, &rules));
    return prepare(e, &rules, waits);
}
