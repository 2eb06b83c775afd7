/* SPDX-License-Identifier: Apache-2.0 */
/* greeting: the first frames of a connection: JOIN, SIGN_IN, and what the server says to them. */
#include "client/engine_internal.h"
#include "client/giver.h"
#include "client/taker.h"
#include "client/transferring.h"
#include "statement/signin.h"
#include "wire/tacet.pb-c.h"

/* ---- asking */

static Tacet__Wire__Versions our_versions(void)
{
    Tacet__Wire__Versions v = TACET__WIRE__VERSIONS__INIT;

    v.version = FRAME_PROTOCOL_VERSION;
    v.least = FRAME_PROTOCOL_LEAST;
    return v;
}

static struct err join(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    Tacet__Wire__Versions versions = our_versions();
    Tacet__Wire__Join m = TACET__WIRE__JOIN__INIT;
    struct bytes list, prekey, kem;

    TRY_OUT(own_list_statement(&e->own, e->vault, &a, &list));
    TRY_OUT(own_prekeys_statement(&e->own, e->vault, 1, &a, &prekey, &kem));
    m.versions = &versions;
    m.token = frame_data(BYTES(e->own.token));
    m.ark = frame_data(BYTES(e->own.me.ark.b));
    m.list = frame_data(list);
    m.prekey = frame_data(prekey);
    m.kem = frame_data(kem);
    TRY_OUT(link_request(e, OP_JOIN, &m, NULL));
out:
    arena_free(&a);
    return err;
}

struct err greeting_sign_in(struct engine *e)
{
    struct err err = OK;
    struct buf statement = BUF(SIGNIN_MAX_SIZE);
    struct signin s = {e->own.me.who.did, bytes_text(e->own.domain), BYTES(e->link.binding), 0};
    Tacet__Wire__Versions versions = our_versions();
    Tacet__Wire__SignIn m = TACET__WIRE__SIGN_IN__INIT;

    TRY_OUT(generations_next(e, &s.generation));
    TRY_OUT(signin_sign(&s, &e->own.nid, e->own.me.dsk_secret, &statement));
    m.versions = &versions;
    m.statement = frame_data(buf_view(&statement));
    TRY_OUT(link_request(e, OP_SIGN_IN, &m, NULL));
out:
    buf_free(&statement);
    return err;
}

struct err greeting_begin(struct engine *e)
{
    if (e->newcomer != NULL)
        return arriving_begin(e);
    if (e->returning != NULL)
        return returning_begin(e);
    return e->own.joined ? greeting_sign_in(e) : join(e);
}

/* ---- answers */

static struct err joined(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__Joined *m;
    struct own_joined answer;
    struct event event = {.kind = EVENT_JOINED};

    TRY(frame_unpack(f->body, &tacet__wire__joined__descriptor, a, &m));
    answer = (struct own_joined){frame_bytes(m->root), frame_bytes(m->domain),
                                 frame_bytes(m->certificate), frame_bytes(m->me)};
    TRY(own_join(&e->own, e->vault, &answer, e->now_ms));
    actions_tell(e, &event);
    return greeting_sign_in(e);
}

static struct err number_on(struct engine *e, uint64_t mine, uint64_t servers)
{
    if (servers < mine)
        TRY(forgotten_seal(e, servers, mine));
    return vault_counter_set(e->vault, VAULT_NEXT_UPLOAD, servers);
}

/* Uploads are numbered on from what the server accepted last, whatever it said before. */
static struct err compare_uploads(struct engine *e, uint64_t servers)
{
    uint64_t mine;

    TRY(vault_counter_get(e->vault, VAULT_NEXT_UPLOAD, &mine));
    if (servers >= mine && servers - mine <= 1) /* the answer to one upload may be lost */
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, number_on(e, mine, servers));
}

/* Our statements will be refused, or theirs by us. */
static void compare_clocks(struct engine *e, uint64_t servers_ms)
{
    if (clock_is_ahead(servers_ms, e->now_ms) || clock_is_ahead(e->now_ms, servers_ms))
        lookups_tell_bad(e, E_CLOCK);
}

static struct err welcomed(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__Welcome *m;
    struct directory_certificate certificate;
    struct generations_news news;
    bool restored;
    struct err err;

    TRY(frame_unpack(f->body, &tacet__wire__welcome__descriptor, a, &m));
    news = (struct generations_news){frame_bytes(m->signin), m->prekey, m->uploads};
    err = directory_check_certificate(frame_bytes(m->certificate), &e->own.nid, &e->own.root,
                                      e->now_ms, &certificate);
    if (err.code == E_EXPIRED) /* whom we know we can go on writing to */
        lookups_tell_bad(e, err.code);
    else
        TRY(err);
    if (err.code == E_OK)
        TRY(own_learn_network(&e->own, e->vault, certificate.name));
    e->link.state = LINK_READY;
    delays_begin(e);
    compare_clocks(e, m->now_ms);
    TRY(generations_compare(e, &news, &restored));
    TRY(restored ? publishing_send(e) : publishing_compare(e, m->prekey));
    TRY(compare_uploads(e, m->uploads));
    TRY(forgotten_again(e));
    link_tell_state(e, E_OK);
    /* A program that ended between learning something and opening what waited for it: before what
     * comes now, which its sender said later. */
    TRY(incoming_retry(e, false));
    TRY(link_ask_what_holds(e));
    TRY(offering_pump(e)); /* before: what came too late is not asked of the list */
    TRY(changing_pump(e));
    TRY(taker_listed(e));
    TRY(giver_pump(e));
    TRY(keeping_signed_in(e));
    TRY(outgoing_pump(e));
    return transferring_pump(e);
}

/* Of my account's own word alone this device is at an end; what only the server says is told.
 * [PROTOCOL 15.7] */
static struct err removed(struct engine *e, const struct frame *f, struct arena *a)
{
    bool revoked;

    TRY(siblings_refused(e, f->body, a, &revoked));
    if (revoked)
        siblings_end(e);
    else
        link_end(e, E_REMOVED);
    return OK;
}

static struct err refused(struct engine *e, const struct waiting *w, const struct frame *f,
                          struct arena *a)
{
    enum err_code code = err_from_number(f->code);
    bool knocks = false;

    if (code == E_REMOVED && w->op == OP_SIGN_IN)
        return removed(e, f, a);
    if (code == E_DENIED && w->op == OP_SIGN_IN)
        TRY(relisting_knock(e, &knocks));
    if (knocks)
        return OK;
    if (code == E_CLOCK && w->op == OP_JOIN) {
        TRY(vault_begin(e->vault));
        TRY(vault_end(e->vault, own_date_again(&e->own, e->vault, e->now_ms)));
    }
    if (code == E_CLOCK || err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR)
        link_try_later(e, code);
    else
        link_end(e, code);
    return OK;
}

/* The versions do not meet: who must update?  The server's answer says its own.  [PROTOCOL 9.2] */
void greeting_tell_version(struct engine *e, const struct frame *f, struct arena *a)
{
    struct event event = {.kind = EVENT_PROBLEM, .problem = PROBLEM_OLD_SERVER, .code = E_VERSION};
    Tacet__Wire__Versions *theirs;

    if (frame_unpack(f->body, &tacet__wire__versions__descriptor, a, &theirs).code != E_OK)
        return;
    if (theirs->least > FRAME_PROTOCOL_VERSION)
        event.problem = PROBLEM_OLD_SELF;
    actions_tell(e, &event);
}

/* JOIN or SIGN_IN was answered. */
struct err greeting_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                             struct arena *a)
{
    struct err err;

    if (f->code == E_VERSION)
        greeting_tell_version(e, f, a);
    if (f->code != 0)
        return refused(e, w, f, a);
    if (w->op == OP_SIGN_IN)
        return welcomed(e, f, a);
    err = joined(e, f, a);
    if (err.code == E_EXPIRED) { /* the server's certificate: its operator must act first */
        lookups_tell_bad(e, err.code);
        link_try_later(e, E_AGAIN);
        return OK;
    }
    if (err.code != E_OK && err.code != E_CLOCK && err_who(err.code) != WHO_OPERATOR) {
        link_end(e, err.code); /* another network than the invitation's */
        return OK;
    }
    return err;
}
