/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arriving: this device asks to be added to an account, until it is answered; then it signs in on
 * the same connection.  [PROTOCOL 15.2, 15.3, 15.4]
 *
 * Till then the engine has no account: nothing else runs in it.  Of `own` there is what it takes to
 * connect.
 */
#include <stdlib.h>

#include "client/engine_internal.h"
#include "wire/tacet.pb-c.h"

#define AGAIN_MS CLOCK_SECOND_MS /* between two asks: half of what the server bears */

struct err arriving_load(struct engine *e)
{
    struct newcomer *n = calloc(1, sizeof *n);
    struct err err;

    if (n == NULL)
        return FAIL(E_NOMEM);
    err = newcomer_load(e->vault, n);
    if (err.code != E_OK) {
        free(n);
        return err;
    }
    e->own.nid = n->link.nid;
    memcpy(e->own.pin, n->link.pin, sizeof e->own.pin);
    memcpy(e->own.address, n->link.address, n->link.address_n + 1);
    e->newcomer = n;
    return OK;
}

void arriving_free(struct engine *e)
{
    if (e->newcomer != NULL)
        newcomer_free(e->newcomer);
    free(e->newcomer);
    e->newcomer = NULL;
    e->arriving_ms = 0;
}

/* ---- asking */

struct err arriving_begin(struct engine *e)
{
    const struct newcomer *n = e->newcomer;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    Tacet__Wire__AskLink m = TACET__WIRE__ASK_LINK__INIT;
    uint8_t slot[DEVICE_LINK_SLOT_SIZE];

    TRY(device_link_slot(&n->link, slot));
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    m.versions = &versions;
    m.slot = frame_data(BYTES(slot));
    m.box = frame_data(bytes(n->box, n->box_n));
    e->arriving_ms = 0;
    return link_request(e, OP_LINK_ASK, &m, NULL);
}

/* A server bears nobody for long who does not sign in: that it hangs up is no trouble. */
void arriving_link_down(struct engine *e, enum err_code why, bool *news)
{
    *news = !e->arriving_heard || (why != E_OK && why != E_CLOSED);
    e->arriving_heard = false;
}

uint64_t arriving_at(const struct engine *e)
{
    return e->newcomer != NULL && e->link.state == LINK_GREETING ? e->arriving_ms : 0;
}

struct err arriving_wake(struct engine *e)
{
    return arriving_at(e) == 0 || e->now_ms < e->arriving_ms ? OK : arriving_begin(e);
}

/* ---- answers */

static void tell(struct engine *e, enum adding_step step, enum err_code code)
{
    const struct newcomer *n = e->newcomer;
    struct event event = {.kind = EVENT_ADDING, .code = code, .adding = {.step = step}};

    event.adding.did = n->ask.did;
    memcpy(event.adding.name, n->ask.name, sizeof event.adding.name);
    if (step == ADDING_ASKED &&
        (link_ask_digest(&n->ask, event.adding.digest).code != E_OK ||
         link_ask_code(&n->link, &n->ask, event.adding.code).code != E_OK)) {
        e->failure = FAIL(E_NOMEM);
        return;
    }
    actions_tell(e, &event);
}

/* Once a program: it is slow to work out. */
static struct err wait_on(struct engine *e)
{
    if (!e->arriving_told)
        tell(e, ADDING_ASKED, E_OK);
    e->arriving_told = e->arriving_heard = true;
    e->link.failures = 0;
    e->arriving_ms = clock_add(e->now_ms, AGAIN_MS);
    return OK;
}

/* The same link may be tried again: what made this does not count for ever. */
static void give_up(struct engine *e, enum err_code code)
{
    tell(e, ADDING_OVER, code);
    link_end(e, code);
}

static struct err refused(struct engine *e, const struct frame *f, struct arena *a)
{
    enum err_code code = err_from_number(f->code);

    if (code == E_VERSION)
        greeting_tell_version(e, f, a);
    if (err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR)
        link_try_later(e, code);
    else
        give_up(e, code);
    return OK;
}

static struct err take_answer(struct engine *e, struct bytes answer)
{
    struct own own;
    struct err err = newcomer_adopt(e->newcomer, e->vault, answer, e->now_ms, &own);

    if (err.code != E_OK && err_who(err.code) != WHO_OPERATOR) {
        give_up(e, err.code);
        return OK;
    }
    TRY(err);
    arriving_free(e);
    e->arriving_heard = false;
    own_free(&e->own);
    e->own = own;
    TRY(engine_begin(e));
    actions_tell(e, &(struct event){.kind = EVENT_JOINED});
    return greeting_sign_in(e);
}

struct err arriving_answered(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__LinkAnswer *m;

    if (e->newcomer == NULL)
        return FAIL(E_MALFORMED);
    if (f->code != 0)
        return refused(e, f, a);
    TRY(frame_unpack(f->body, &tacet__wire__link_answer__descriptor, a, &m));
    return m->answer.len == 0 ? wait_on(e) : take_answer(e, frame_bytes(m->answer));
}
