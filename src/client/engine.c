/* SPDX-License-Identifier: Apache-2.0 */
#include "client/engine.h"

#include <stdlib.h>

#include "client/activity.h"
#include "client/agreed.h"
#include "client/due.h"
#include "client/engine_internal.h"
#include "client/giver.h"
#include "client/heard.h"
#include "client/naming.h"
#include "client/parking.h"
#include "client/receipts.h"
#include "client/showing.h"
#include "client/timers.h"
#include "client/transferring.h"
#include "client/wishing.h"
#include "crypto/secret.h"

/* The first failure of this machine is kept; all else is the peer's, and costs it the link. */
static void settle(struct engine *e, struct err err)
{
    if (err.code == E_OK)
        return;
    if (vault_is_damaged(e->vault))
        err = FAIL(E_IO);
    if (err_who(err.code) != WHO_OPERATOR) {
        actions_close(e);
        link_down(e, err.code);
    } else if (e->failure.code == E_OK) {
        e->failure = err;
        actions_close(e);
    }
}

/* When must time be told again?  The earliest of what anyone waits for. */
static void schedule(struct engine *e)
{
    uint64_t at = UINT64_MAX, wants[] = {
                                  e->link.state == LINK_OFF ? e->link.retry_ms : 0,
                                  e->retry_ms,
                                  link_patience_ends(e),
                                  publishing_at(e),
                                  asking_at(e),
                                  delays_at(e),
                                  forgotten_at(e),
                                  changing_at(e),
                                  giver_at(e),
                                  relisting_at(e),
                                  sharing_at(e),
                                  presence_at(e),
                                  offering_at(e),
                                  arriving_at(e),
                                  keeping_at(e),
                                  wishing_at(e),
                                  naming_at(e),
                                  receipts_at(e),
                                  reminding_at(e),
                                  ending_at(e),
                                  transferring_at(e),
                              };

    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++)
        if (wants[i] != 0 && wants[i] < at)
            at = wants[i];
    if (at == UINT64_MAX || at == e->wake_ms)
        return;
    e->wake_ms = at;
    actions_wake(e, at);
}

/* On a full disk what is kept can be read; next time. */
static struct err begin_messages(struct engine *e)
{
    struct err err;

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, messages_begin(e->vault));
    return err.code == E_FULL ? OK : err;
}

struct err engine_begin(struct engine *e)
{
    TRY(begin_messages(e));
    TRY(ending_begin(e));
    TRY(agreed_begin(e));
    TRY(rereading_begin(e));
    return sharing_begin(e);
}

struct err engine_new(struct engine **out, struct vault *vault, struct random *random,
                      uint64_t now_ms)
{
    struct err err = OK;
    struct engine *e = calloc(1, sizeof *e);

    if (e == NULL)
        return FAIL(E_NOMEM);
    e->vault = vault;
    e->random = random;
    e->now_ms = now_ms;
    e->link.state = LINK_OFF;
    TRY_OUT(parsed_new(&e->parsed));
    err = own_load(vault, &e->own);
    if (err.code == E_OK)
        err = engine_begin(e);
    else if (err.code == E_ABSENT)
        err = returning_load(e);
    if (err.code == E_ABSENT)
        err = arriving_load(e);
    TRY_OUT(err);
    TRY_OUT(offer_load(vault, &e->offer));
    TRY_OUT(keeping_load(e));
    *out = e;
    e = NULL;
out:
    engine_free(e);
    return err;
}

void engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    actions_free(e);
    keeping_forget(e);
    returning_free(e);
    transferring_free(e);
    own_free(&e->own);
    arriving_free(e);
    secret_wipe(&e->offer, sizeof e->offer);
    buf_free(&e->unregistered.body);
    parsed_free(e->parsed);
    free(e);
}

void engine_lend(struct engine *e, const struct pool *pool)
{
    e->pool = pool;
}

struct err engine_lend_files(struct engine *e, const struct filing *filing)
{
    return transferring_lend(e, filing);
}

/* ---- commands */

static struct err is_open_to_me(struct engine *e, uint64_t room)
{
    struct room r;
    bool may;

    TRY(roomlog_get(e->vault, room, &r));
    if (r.standing == ROOMLOG_OUT || r.standing == ROOMLOG_COPIES)
        return FAIL(E_REMOVED);
    TRY(wanting_may_write(e, &r, &may));
    return may ? OK : FAIL(E_DENIED);
}

struct err engine_conversation(struct engine *e, const struct command *c, uint64_t *out)
{
    struct contact to;

    if (c->room != 0)
        TRY(is_open_to_me(e, c->room));
    *out = c->room;
    if (c->room != 0)
        return OK;
    if (!text_is_handle(c->handle))
        return FAIL(E_MALFORMED);
    if (bytes_same(c->handle, bytes_text(e->own.handle)) && !own_has_siblings(&e->own))
        return FAIL(E_DENIED); /* nobody would get it */
    TRY(people_by_handle(e->vault, c->handle, &to));
    if (to.changed)
        return FAIL(E_CONFLICT);
    *out = to.number;
    return to.removed ? FAIL(E_REMOVED) : OK;
}

static void tick(struct engine *e, uint64_t now_ms)
{
    e->now_ms = now_ms;
    ageing_go(&e->ageing, now_ms, e->steady_ms);
}

void engine_steady(struct engine *e, uint64_t steady_ms)
{
    e->steady_ms = steady_ms;
}

struct err engine_command(struct engine *e, const struct command *c, uint64_t now_ms)
{
    struct err err;

    if (e->failure.code != E_OK)
        return e->failure;
    if (e->newcomer != NULL) /* it has no account to do anything with */
        return FAIL(E_AGAIN);
    tick(e, now_ms);
    if (e->returning != NULL && c->kind != COMMAND_RECOVERY_USE)
        return FAIL(E_ABSENT);
    err = obeying_command(e, c);
    if (err_who(err.code) == WHO_OPERATOR || vault_is_damaged(e->vault))
        settle(e, err);
    schedule(e);
    return err;
}

/* ---- the link and time */

void engine_link_up(struct engine *e, struct bytes binding)
{
    if (e->failure.code == E_OK && e->link.state == LINK_CONNECTING)
        settle(e, link_up(e, binding));
    schedule(e);
}

void engine_frame(struct engine *e, struct bytes frame)
{
    if (e->failure.code == E_OK)
        settle(e, link_frame(e, frame));
    schedule(e);
}

void engine_link_down(struct engine *e, enum err_code why)
{
    if (e->failure.code != E_OK) /* which is the news, and not the link that it cost */
        return;
    link_down(e, why);
    schedule(e);
}

void engine_wake(struct engine *e, uint64_t now_ms)
{
    tick(e, now_ms);
    if (e->failure.code != E_OK)
        return;
    e->wake_ms = 0;
    settle(e, ending_wake(e));
    settle(e, link_wake(e));
    settle(e, arriving_wake(e));
    settle(e, offering_wake(e));
    settle(e, asking_wake(e));
    settle(e, forgotten_wake(e));
    settle(e, changing_wake(e));
    settle(e, giver_wake(e));
    settle(e, relisting_wake(e));
    settle(e, presence_wake(e));
    settle(e, sharing_wake(e));
    settle(e, keeping_wake(e));
    settle(e, wishing_wake(e));
    settle(e, naming_wake(e));
    settle(e, receipts_wake(e));
    settle(e, reminding_wake(e));
    settle(e, transferring_wake(e));
    delays_wake(e);
    if (e->retry_ms != 0 && now_ms >= e->retry_ms) {
        e->retry_ms = 0;
        settle(e, outgoing_pump(e));
    }
    schedule(e);
}

bool engine_next(struct engine *e, struct action *out)
{
    return actions_next(e, out);
}

struct err engine_failure(const struct engine *e)
{
    return e->failure;
}

/* ---- looking */

const struct own *engine_own(const struct engine *e)
{
    return &e->own;
}

struct err engine_link(const struct engine *e, struct buf *out)
{
    return e->offer.phase == OFFER_OPEN || e->offer.phase == OFFER_ASKED
               ? device_link_write(&e->offer.link, out)
               : FAIL(E_ABSENT);
}

struct vault *engine_vault(const struct engine *e)
{
    return e->vault;
}

bool engine_is_ready(const struct engine *e)
{
    return e->link.state == LINK_READY;
}

bool engine_is_returning(const struct engine *e)
{
    return e->returning != NULL;
}

bool engine_is_drained(const struct engine *e)
{
    return e->drained;
}

struct err engine_draft(struct engine *e, struct bytes handle, uint64_t room, struct arena *a,
                        struct bytes *text)
{
    return saying_draft(e, handle, room, a, text);
}

struct err engine_quiet(struct engine *e, const struct contact *c, struct engine_quiet *out)
{
    struct room_id room;

    TRY(names_pair_room(&e->own.nid, &e->own.me.who.aid, &c->aid, &room));
    TRY(engine_quiet_room(e, &room, out));
    return agreed_is_blocked(e->vault, &c->aid, &out->blocked);
}

struct err engine_tells_room(struct engine *e, uint64_t room, bool *tells)
{
    return outbox_tells_room(e, room, tells);
}

struct err engine_quiet_room(struct engine *e, const struct room_id *room, struct engine_quiet *out)
{
    out->blocked = false;
    TRY(agreed_muted(e->vault, room, &out->muted_ms));
    return agreed_is_pinned(e->vault, room, &out->pinned);
}

struct err engine_is_over(struct engine *e, const struct message *m, bool *over)
{
    return ending_is_over(e, m, over);
}

struct err engine_ends(struct engine *e, const struct message *m, uint64_t *at_ms)
{
    TRY(due_get(e->vault, m->contact, m->place, at_ms));
    if (*at_ms != 0)
        *at_ms = ageing_clock(&e->ageing, *at_ms);
    return OK;
}

struct err engine_receipts(struct engine *e, enum receipts_level *out)
{
    return receipts_level(e, out);
}

struct err engine_activity(struct engine *e, bool *told)
{
    return activity_is_told(e, told);
}

struct err engine_heard(struct engine *e, const struct message *m, struct engine_heard *out)
{
    return heard_count(e->vault, &e->own, m, out);
}

struct err engine_heard_next(struct engine *e, const struct message *m, uint64_t after,
                             struct contact *who, bool *read)
{
    return heard_next(e->vault, &e->own, m, after, who, read);
}

struct err engine_timers(struct engine *e, uint64_t conversation, struct timers_of *out)
{
    return timers_get(e, conversation, out);
}

struct err engine_waiting(struct engine *e, uint64_t *outgoing, uint64_t *parked)
{
    TRY(outgoing_waiting(e, outgoing));
    return parking_count(e, parked);
}

struct err engine_shown(const struct engine *e, uint64_t number, struct bytes *out)
{
    return showing_look(e, number, out);
}

struct err engine_answers(struct engine *e, uint64_t *n)
{
    return outgoing_answers(e, n);
}

struct err engine_recovery(struct engine *e, enum recovering_state *out)
{
    *out = RECOVERING_MAKING;
    return e->keeping.stage != KEEPING_NOTHING ? OK : recovering_look(e->vault, &e->own, out);
}

struct err engine_letters(const struct engine *e, char out[RECOVERY_LETTERS_SIZE])
{
    if (e->keeping.stage != KEEPING_READY)
        return FAIL(E_ABSENT);
    recovery_letters(&e->keeping.key, out);
    return OK;
}

uint64_t engine_transfer(const struct engine *e)
{
    return e->transfer;
}

uint64_t engine_made(const struct engine *e)
{
    return e->made;
}
