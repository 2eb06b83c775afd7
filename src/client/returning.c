/* SPDX-License-Identifier: Apache-2.0 */
/*
 * returning: a person with no device left comes back into their account.  [PROTOCOL 15.6]
 *
 *   letters --RECOVER--> blob and lists: checked --RECOVER_LIST--> in the list: a profile like
 * others
 *
 * What the letters open says whose account it is; nothing that the server says is believed that
 * this does not bear out.  The list that brings the device in is committed before it leaves.  When
 * the program ends, or the answer is lost, all is asked for again: if this device stands in the
 * newest list by then, there is nothing more to send.
 */
#include <stdlib.h>

#include "client/coming.h"
#include "client/engine_internal.h"
#include "crypto/secret.h"
#include "wire/tacet.pb-c.h"

#define LISTS_ARENA   (4 * DEVICE_LIST_MAX_SIZE)
#define RECORDS_ARENA (4 * RECOVERY_BLOB_MOST)

struct returning {
    struct coming_profile profile;
    size_t signed_n; /* of the list that was signed last */
    uint8_t signed_list[DEVICE_LIST_MAX_SIZE];

    bool has_key;
    struct recovery_key key;

    /* What the server showed, checked; until it has answered to the list. */
    struct point root;
    struct recovering_key kept;
    uint8_t blob[RECOVERY_BLOB_MOST];
};

/* ---- the profile */

static void take_profile(struct engine *e, const struct recovery_link *link)
{
    e->own = (struct own){.nid = link->nid};
    memcpy(e->own.pin, link->pin, sizeof e->own.pin);
    memcpy(e->own.address, link->address, link->address_n);
}

struct err returning_load(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(LISTS_ARENA);
    struct returning *r = calloc(1, sizeof *r);
    struct bytes list;

    if (r == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(coming_load(e->vault, &a, &r->profile, &list));
    r->signed_n = list.n;
    if (list.n > 0)
        memcpy(r->signed_list, list.at, list.n);
    take_profile(e, &r->profile.link);
    e->returning = r;
    r = NULL;
out:
    free(r);
    arena_free(&a);
    return err;
}

void returning_free(struct engine *e)
{
    struct returning *r = e->returning;

    if (r == NULL)
        return;
    coming_free(&r->profile);
    secret_wipe(r, sizeof *r);
    free(r);
    e->returning = NULL;
}

static void forget_letters(struct returning *r)
{
    secret_wipe(&r->key, sizeof r->key);
    r->has_key = false;
}

/* Trying again with the same letters would change nothing. */
static struct err end(struct engine *e, enum err_code why)
{
    forget_letters(e->returning);
    link_end(e, why);
    return OK;
}

struct err returning_letters(struct engine *e, struct bytes letters)
{
    struct returning *r = e->returning;

    if (r == NULL || e->link.state == LINK_CONNECTING || e->link.state == LINK_GREETING)
        return FAIL(E_CONFLICT);
    TRY(recovery_read_letters(letters, &r->key));
    r->has_key = true;
    e->link.state = LINK_OFF;
    e->link.retry_ms = 0;
    return link_wake(e);
}

bool returning_waits(const struct engine *e)
{
    return e->returning != NULL && !e->returning->has_key;
}

struct err returning_begin(struct engine *e)
{
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    Tacet__Wire__Recover m = TACET__WIRE__RECOVER__INIT;
    uint8_t slot[RECOVERY_SLOT_SIZE];

    TRY(recovery_slot(&e->returning->key, &e->own.nid, slot));
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    m.versions = &versions;
    m.slot = frame_data(BYTES(slot));
    return link_request(e, OP_RECOVER, &m, NULL);
}

/* ---- what the server shows */

/* What was checked of it. */
struct shown {
    const struct recovery_account *account;
    struct identity me;
    struct device_id key; /* of the recovery key */
    struct device_list newest;
    struct bytes statement; /* of that list */
};

static struct err check_network(const struct engine *e, const Tacet__Wire__Recovered *m,
                                struct bytes domain, struct point *root)
{
    struct network_id nid;

    if (m->root.len != sizeof root->b)
        return FAIL(E_MALFORMED);
    memcpy(root->b, m->root.data, sizeof root->b);
    TRY(names_network(root, domain, &nid));
    return ID_SAME(nid, e->own.nid) ? OK : FAIL(E_FORGED);
}

/* The directory's word: this account, under this handle, and still one. */
static struct err check_word(const struct engine *e, const Tacet__Wire__Recovered *m,
                             const struct recovery_account *account, const struct point *root)
{
    struct directory_certificate certificate;
    struct directory_statement s;

    TRY(directory_check_certificate(frame_bytes(m->certificate), &e->own.nid, root, e->now_ms,
                                    &certificate));
    TRY(directory_check(frame_bytes(m->person->statement), &e->own.nid, &certificate.key, e->now_ms,
                        &s));
    if (!ID_SAME(s.aid, account->aid))
        return FAIL(E_FORGED);
    if (s.state != DIRECTORY_ACTIVE)
        return FAIL(E_REMOVED);
    return bytes_same(s.handle, account->handle) ? OK : FAIL(E_FORGED);
}

/* Rising, each by the one before; the last has the recovery key. */
static struct err check_lists(const struct engine *e, const Tacet__Wire__Recovered *m,
                              struct shown *s)
{
    const struct device_entry *key;
    struct device_list next;

    for (size_t i = 0; i < m->person->n_lists; i++) {
        s->statement = frame_bytes(m->person->lists[i]);
        TRY(device_list_check(s->statement, &e->own.nid, &s->me.ark, i == 0 ? NULL : &s->newest,
                              e->now_ms, &next));
        s->newest = next;
    }
    if (m->person->n_lists == 0 || !ID_SAME(s->newest.aid, s->me.who.aid))
        return FAIL(E_FORGED);
    key = device_list_recovery(&s->newest);
    return key != NULL && ID_SAME(key->did, s->key) ? OK : FAIL(E_STALE);
}

/* Who I am from now on: the account's root and this device's own key. */
static struct err make_identity(const struct engine *e, const struct recovery_account *account,
                                struct shown *s)
{
    struct err err = OK;
    struct buf b = BUF(512);
    struct point dsk;

    const struct identity keys = {.who.nid = e->own.nid,
                                  .ark_secret = account->ark_secret,
                                  .dsk_secret = e->returning->profile.dsk};

    TRY_OUT(sign_private_public(account->dsk_secret, dsk.b));
    TRY_OUT(names_device(&account->aid, &dsk, &s->key));
    TRY_OUT(identity_write(&keys, &b));
    TRY_OUT(identity_parse(buf_view(&b), &s->me));
out:
    buf_free(&b);
    return err;
}

static struct err check(struct engine *e, const Tacet__Wire__Recovered *m,
                        const struct recovery_account *account, struct shown *s)
{
    struct returning *r = e->returning;

    if (m->person == NULL)
        return FAIL(E_MALFORMED);
    s->account = account;
    TRY(check_network(e, m, account->domain, &r->root));
    TRY(check_word(e, m, account, &r->root));
    TRY(make_identity(e, account, s));
    return check_lists(e, m, s);
}

/* ---- the account has this device */

static struct err put_adopted(struct engine *e, struct shown *s, struct bytes list, struct own *out)
{
    struct returning *r = e->returning;
    struct own_adopted in = {.me = &s->me,
                             .root = BYTES(r->root.b),
                             .domain = s->account->domain,
                             .handle = s->account->handle,
                             .address = bytes_text(e->own.address),
                             .pin = BYTES(e->own.pin),
                             .list = list};

    TRY(recovering_put(e->vault, RECOVERING_IN_FORCE, &r->kept));
    TRY(coming_over(e->vault));
    return own_adopt(e->vault, &in, e->now_ms, out);
}

static struct err adopt(struct engine *e, struct shown *s, struct bytes list)
{
    struct own own = {.joined = false};
    struct err err;

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, put_adopted(e, s, list, &own));
    if (err.code != E_OK) {
        own_free(&own);
        return err;
    }
    returning_free(e);
    own_free(&e->own);
    e->own = own;
    secret_wipe(&own, sizeof own);
    TRY(engine_begin(e));
    actions_tell(e, &(struct event){.kind = EVENT_JOINED});
    return greeting_begin(e);
}

/* ---- the list that brings it in */

/* What was signed before still comes next. */
static bool follows(const struct engine *e, const struct device_list *newest)
{
    struct device_list l;

    return device_list_parse(bytes(e->returning->signed_list, e->returning->signed_n), &e->own.nid,
                             &l)
                   .code == E_OK &&
           l.version == newest->version + 1 && bytes_same(BYTES(l.previous), BYTES(newest->hash));
}

static struct err commit(struct engine *e, struct bytes list)
{
    struct returning *r = e->returning;

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, coming_signed(e->vault, &r->profile, list)));
    r->signed_n = list.n;
    memcpy(r->signed_list, list.at, list.n);
    return OK;
}

static struct err sign(struct engine *e, const struct shown *s)
{
    struct err err = OK;
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_entry mine = {
        .did = s->me.who.did, .dsk = s->me.dsk, .role = DEVICE_PLAIN, .added_ms = e->now_ms};
    struct device_list next;

    TRY_OUT(coming_next(&s->newest, &mine, e->returning->profile.keeps, e->now_ms, &next));
    TRY_OUT(device_list_sign(&next, &e->own.nid, s->account->ark_secret, &s->key,
                             s->account->dsk_secret, &b));
    TRY_OUT(commit(e, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

static struct err send_list(struct engine *e)
{
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    Tacet__Wire__RecoverList m = TACET__WIRE__RECOVER_LIST__INIT;

    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    m.versions = &versions;
    m.statement = frame_data(bytes(e->returning->signed_list, e->returning->signed_n));
    return link_request(e, OP_RECOVER_LIST, &m, NULL);
}

/* Somebody has revoked this device, who must have had the letters, too, or one of the devices that
 * stayed.  Its key is of no use any more. */
static struct err begin_anew(struct engine *e)
{
    struct coming_profile *p = &e->returning->profile;
    struct point dsk;

    sign_private_free(p->dsk);
    p->dsk = NULL;
    TRY(sign_generate(&p->dsk, dsk.b));
    TRY(commit(e, bytes((const uint8_t *)"", 0)));
    return FAIL(E_REMOVED);
}

static struct err go_on(struct engine *e, struct shown *s)
{
    if (device_list_find_device(&s->newest, &s->me.who.did) != NULL)
        return adopt(e, s, s->statement);
    if (device_list_find_revoked(&s->newest, &s->me.who.did) != NULL)
        return begin_anew(e);
    if (!follows(e, &s->newest))
        TRY(sign(e, s));
    return send_list(e);
}

/* The blob is kept as the server has it, so that it can be given to it again. */
static struct err keep_blob(struct returning *r, const struct network_id *nid, struct bytes blob,
                            const struct device_id *did)
{
    r->kept = (struct recovering_key){.state = RECOVERING_USED, .did = *did};
    TRY(recovery_slot(&r->key, nid, r->kept.slot));
    memcpy(r->blob, blob.at, blob.n); /* as long as one that opened is at most */
    r->kept.blob = bytes(r->blob, blob.n);
    return OK;
}

/* ---- answers */

static struct err take_shown(struct engine *e, const Tacet__Wire__Recovered *m,
                             const struct recovery_account *account)
{
    struct shown s = {.account = NULL};
    struct err err = OK;

    TRY_OUT(check(e, m, account, &s));
    TRY_OUT(keep_blob(e->returning, &e->own.nid, frame_bytes(m->blob), &s.key));
    TRY_OUT(go_on(e, &s));
out:
    identity_free(&s.me);
    return err;
}

static struct err shown(struct engine *e, const struct frame *f, struct arena *a)
{
    struct err err = OK;
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);
    struct recovery_account account = {.ark_secret = NULL};
    Tacet__Wire__Recovered *m;

    TRY(frame_unpack(f->body, &tacet__wire__recovered__descriptor, a, &m));
    err = recovery_open(&e->returning->key, &e->own.nid, frame_bytes(m->blob), &plain, &account);
    if (err.code == E_OK) {
        err = take_shown(e, m, &account);
        sign_private_free(account.ark_secret);
        sign_private_free(account.dsk_secret);
    }
    buf_free(&plain);
    return err;
}

/* The list is in force: it is as if the server had shown it. */
static struct err accepted(struct engine *e)
{
    struct returning *r = e->returning;
    struct err err = OK;
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);
    struct recovery_account account = {.ark_secret = NULL};
    struct shown s = {.account = &account};

    TRY_OUT(recovery_open(&r->key, &e->own.nid, r->kept.blob, &plain, &account));
    TRY_OUT(make_identity(e, &account, &s));
    TRY_OUT(adopt(e, &s, bytes(r->signed_list, r->signed_n)));
out:
    identity_free(&s.me);
    sign_private_free(account.ark_secret);
    sign_private_free(account.dsk_secret);
    buf_free(&plain);
    return err;
}

/* Another list was before it, or time mends it: all is asked for again.  Else a person must act. */
static struct err refused(struct engine *e, enum err_code code)
{
    if (code == E_CONFLICT)
        code = E_AGAIN;
    if (code == E_CLOCK || err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR)
        link_try_later(e, code);
    else
        return end(e, code);
    return OK;
}

/* What does not check ends it, as the same would come again; what this machine's clock or the
 * server's certificate is to blame for does not. */
static struct err settle(struct engine *e, struct err err)
{
    if (err.code == E_OK || err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code == E_EXPIRED || err.code == E_CLOCK)
        lookups_tell_bad(e, err.code);
    if (err.code == E_EXPIRED)
        err = FAIL(E_AGAIN);
    return refused(e, err.code);
}

struct err returning_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                              struct arena *a)
{
    if (e->returning == NULL)
        return FAIL(E_MALFORMED);
    if (f->code != 0)
        return refused(e, err_from_number(f->code));
    return settle(e, w->op == OP_RECOVER ? shown(e, f, a) : accepted(e));
}
