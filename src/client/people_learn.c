/* SPDX-License-Identifier: Apache-2.0 */
/* people_learn: what a server says of somebody, checked against what is known of them. */
#include "client/people_internal.h"

/* Which contact is this statement about?  A handle keeps the account that it named first. */
static struct err match(struct vault *v, const struct directory_statement *s, struct contact *c)
{
    struct err err = people_by_account(v, &s->aid, c);

    if (err.code != E_ABSENT)
        return err;
    TRY(people_find_or_add(v, s->handle, c));
    if (!c->known)
        return people_put_known(v, &s->aid, &s->ark, c);
    if (s->state == DIRECTORY_ACTIVE) {
        c->changed = true;
        c->other = s->aid;
        c->other_ark = s->ark;
    }
    return OK;
}

/* An account as its lists and prekeys are checked against. */
struct account {
    const struct account_id *aid;
    const struct point *ark;
};

/* The newest that was shown is older than `have`.  Whom we asked for by a handle may have more
 * lists than an answer has room for. */
static void note_behind(const struct people_news *news, const struct device_list *have,
                        struct people_learned *out)
{
    if (out->shown == 0)
        out->lists_behind = news->asked_from > 0 && news->asked_from <= have->version;
    else
        out->lists_behind =
            out->shown < have->version && (news->aid != NULL || news->lists < LIMIT_ANSWER_LISTS);
    out->behind |= out->lists_behind;
}

/* One of a number that we have: is it the same?  Another one that the account signed, too, is told.
 */
static struct err compare_list(struct vault *v, const struct own *me, struct account who,
                               struct bytes statement, uint64_t now_ms, struct people_learned *out)
{
    struct device_list shown, known;
    struct err err;

    TRY(device_list_parse(statement, &me->nid, &shown));
    err = people_list(v, me, who.aid, shown.version, &known);
    if (err.code == E_ABSENT) /* from before this device was added */
        return OK;
    TRY(err);
    if (bytes_same(BYTES(known.hash), BYTES(shown.hash)))
        return OK;
    TRY(device_list_check(statement, &me->nid, who.ark, NULL, now_ms, &shown));
    out->forked = true;
    return OK;
}

static struct err learn_lists(struct vault *v, const struct own *me, struct account who,
                              const struct people_news *news, uint64_t now_ms,
                              struct people_learned *out)
{
    struct device_list have, next;
    struct err err = people_newest_list(v, me, who.aid, &have);
    bool any = err.code == E_OK;

    if (err.code != E_ABSENT)
        TRY(err);
    for (size_t i = 0; i < news->lists && !out->forked; i++) {
        TRY(device_list_parse(news->list[i], &me->nid, &next));
        if (!ID_SAME(next.aid, *who.aid))
            return FAIL(E_FORGED);
        out->shown = next.version;
        if (any && next.version <= have.version) {
            TRY(compare_list(v, me, who, news->list[i], now_ms, out));
            continue;
        }
        /* From what we hold on, every step must be there; without any, the chain starts at 1. */
        if (next.version != (any ? have.version + 1 : 1))
            return FAIL(E_STALE);
        TRY(device_list_check(news->list[i], &me->nid, who.ark, any ? &have : NULL, now_ms, &next));
        TRY(vault_put(v, VAULT_LIST, ID_BYTES(*who.aid), next.version, news->list[i]));
        if (any)
            people_count_change(&have, &next, out);
        out->recovered |= any && device_list_is_recovered(&next);
        have = next;
        any = out->news = true;
    }
    out->more = out->news && news->lists >= LIMIT_ANSWER_LISTS;
    if (any && !out->forked)
        note_behind(news, &have, out);
    return any ? OK : FAIL(E_STALE);
}

/* It names the list that its device knew: a newer one than the server shows is withheld.  One that
 * is older than all that we hold of our own account, we cannot compare. */
static struct err check_named_list(struct vault *v, const struct own *me,
                                   const struct device_list *list, const struct prekey *p)
{
    struct device_list named;
    struct err err;

    if (!ID_SAME(p->aid, list->aid))
        return FAIL(E_FORGED);
    if (p->list_version > list->version)
        return FAIL(E_STALE);
    err = people_list(v, me, &p->aid, p->list_version, &named);
    if (err.code == E_ABSENT && ID_SAME(p->aid, me->me.who.aid))
        return OK;
    TRY(err);
    return bytes_same(BYTES(p->list_hash), BYTES(named.hash)) ? OK : FAIL(E_FORGED);
}

/* The server hands out this prekey, with whose ML-KEM key there was nothing once: one that was put
 * back may have been without it.  When it refuses to have the device skipped, it is asked anew. */
static struct err ask_kem_again(struct vault *v, const struct prekey *p, struct people_learned *out)
{
    struct arena a = ARENA(4 * PREKEY_KEM_SIZE);
    struct bytes kem;
    struct err err = people_kem(v, &p->did, p->number, &a, &kem);
    bool none = err.code == E_OK && kem.n == 0;

    arena_free(&a);
    if (err.code != E_ABSENT)
        TRY(err);
    if (!none)
        return OK;
    out->news = true;
    return vault_erase(v, VAULT_KEM, ID_BYTES(p->did), p->number);
}

static struct err learn_prekey(struct vault *v, const struct own *me,
                               const struct device_list *list, struct bytes statement, bool refused,
                               uint64_t now_ms, struct people_learned *out)
{
    struct prekey p, have;
    const struct device_entry *device;
    struct err err;
    bool known;

    TRY(prekey_parse(statement, &p));
    if (ID_SAME(p.did, me->me.who.did)) /* what I know better */
        return OK;
    device = device_list_find_device(list, &p.did);
    if (device == NULL) /* one that a list removed that the server has forgotten */
        return out->lists_behind ? OK : FAIL(E_FORGED);
    err = people_prekey(v, &p.did, &have);
    known = err.code == E_OK;
    if (known && p.number == have.number)
        return refused ? ask_kem_again(v, &p, out) : OK;
    if (known && p.number < have.number) {
        out->behind = true;
        return OK;
    }
    if (err.code != E_ABSENT)
        TRY(err);
    err = prekey_check(statement, &me->nid, &device->dsk, now_ms, &p);
    if (err.code == E_EXPIRED) /* true, only too old to seal to: the sender sees that itself */
        err = OK;
    TRY(err);
    TRY(check_named_list(v, me, list, &p));
    if (known)
        TRY(vault_erase(v, VAULT_KEM, ID_BYTES(p.did), have.number));
    out->news = true;
    return vault_put(v, VAULT_PREKEY, ID_BYTES(p.did), 0, statement);
}

/* An answer has a prekey of each device that ever published one. */
static struct err note_missing(struct vault *v, const struct own *me,
                               const struct device_list *list, const struct people_news *news,
                               struct people_learned *out)
{
    for (size_t i = 0; i < list->devices && !out->behind; i++) {
        const struct device_id *did = &list->device[i].did;
        struct prekey p;
        bool shown = ID_SAME(*did, me->me.who.did), known;

        TRY(vault_has(v, VAULT_PREKEY, ID_BYTES(*did), 0, &known));
        for (size_t j = 0; known && !shown && j < news->prekeys; j++)
            shown = prekey_parse(news->prekey[j], &p).code == E_OK && ID_SAME(p.did, *did);
        out->behind |= known && !shown;
    }
    return OK;
}

/* Prekeys may be of devices that stand in lists for which there was no room. */
static struct err learn_devices(struct vault *v, const struct own *me, struct account who,
                                bool removed, const struct people_news *news, uint64_t now_ms,
                                struct people_learned *out)
{
    struct device_list list;

    TRY(learn_lists(v, me, who, news, now_ms, out));
    if (out->more || out->forked)
        return OK;
    TRY(people_newest_list(v, me, who.aid, &list));
    for (size_t i = 0; i < news->prekeys; i++)
        TRY(learn_prekey(v, me, &list, news->prekey[i], news->asked_from == 0, now_ms, out));
    return removed ? OK : note_missing(v, me, &list, news, out);
}

/* The directory's word about a contact: it must be the one that we asked for. */
static struct err learn_statement(struct vault *v, const struct people_news *news,
                                  const struct directory_statement *s, struct contact *c,
                                  struct people_learned *out)
{
    if (news->aid != NULL && !ID_SAME(*news->aid, s->aid))
        return FAIL(E_FORGED);
    if (news->aid == NULL && !bytes_same(news->handle, s->handle))
        return FAIL(E_FORGED);
    TRY(match(v, s, c));
    if (news->aid == NULL && !bytes_same(news->handle, bytes_text(c->handle)))
        return FAIL(E_CONFLICT); /* one account under two handles */
    if (!ID_SAME(c->aid, s->aid))
        return OK;
    out->behind = s->number < c->statement;
    if (out->behind)
        return OK;
    out->news |= !c->removed && s->state == DIRECTORY_REMOVED; /* which a room may wait for */
    c->statement = s->number;
    c->removed = s->state == DIRECTORY_REMOVED;
    if (bytes_same(s->handle, bytes_text(c->handle)) && !c->removed)
        c->changed = false; /* the handle is the first account's again */
    return OK;
}

static struct err find_known(struct vault *v, const struct people_news *news, struct contact *c)
{
    TRY(news->aid != NULL ? people_by_account(v, news->aid, c)
                          : people_by_handle(v, news->handle, c));
    return c->known ? OK : FAIL(E_ABSENT);
}

static bool asks_for_me(const struct own *me, const struct people_news *news)
{
    return news->aid != NULL ? ID_SAME(*news->aid, me->me.who.aid)
                             : bytes_same(news->handle, bytes_text(me->handle));
}

/* Nobody speaks of me unasked, and nobody else has my handle. */
static struct err check_me(const struct own *me, const struct people_news *news,
                           const struct directory_statement *s)
{
    if (ID_SAME(s->aid, me->me.who.aid))
        return asks_for_me(me, news) ? OK : FAIL(E_CONFLICT);
    return s->state == DIRECTORY_ACTIVE && bytes_same(s->handle, bytes_text(me->handle))
               ? FAIL(E_CONFLICT)
               : OK;
}

/* Statement, lists and prekeys; or only the latter two, when the certificate is over. */
static struct err learn(struct vault *v, const struct own *me, const struct people_news *news,
                        uint64_t now_ms, struct contact *c, struct people_learned *out)
{
    struct directory_certificate certificate;
    struct directory_statement s;
    struct err err =
        directory_check_certificate(news->certificate, &me->nid, &me->root, now_ms, &certificate);

    out->expired = err.code == E_EXPIRED && find_known(v, news, c).code == E_OK;
    if (out->expired)
        return learn_devices(v, me, (struct account){&c->aid, &c->ark}, c->removed, news, now_ms,
                             out);
    TRY(err);
    TRY(directory_check(news->statement, &me->nid, &certificate.key, now_ms, &s));
    TRY(check_me(me, news, &s));
    TRY(learn_statement(v, news, &s, c, out));
    if (s.state == DIRECTORY_REMOVED && news->lists == 0)
        return OK; /* nobody will write to it, and what it sent can be opened without */
    return learn_devices(v, me, (struct account){&s.aid, &s.ark}, s.state == DIRECTORY_REMOVED,
                         news, now_ms, out);
}

struct err people_learn(struct vault *v, const struct own *me, const struct people_news *news,
                        uint64_t now_ms, struct contact *out, struct people_learned *learned)
{
    struct contact c;

    *learned = (struct people_learned){0};
    TRY(learn(v, me, news, now_ms, &c, learned));
    if (learned->recovered) { /* [PROTOCOL 15.6] */
        c.verified = false;
        c.recovered = !people_is_me(me, &c);
    }
    learned->tell_behind = learned->behind && !c.behind;
    learned->tell_forked = learned->forked && !c.forked;
    c.behind = learned->behind;
    c.forked = learned->forked;
    c.asked_ms = now_ms;
    TRY(people_put(v, &c));
    *out = c;
    return OK;
}
