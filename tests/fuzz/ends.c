/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/ends.h"

#include "e2ee/control.h"
#include "e2ee/open.h"
#include "e2ee/seal.h"
#include "wire/limits.h"

#define NOW_MS    UINT64_C(1793000000000)
#define ARENA_MAX (4 << 20)
#define AHEAD_MAX 512 /* steps that are worth their time here; the limit has its own tests */

struct prekey_pair {
    struct channel_prekey pub;
    struct agree_private *secret;
    struct agree_public *key;
    struct mlkem_private *kem_secret;
    uint8_t kem[MLKEM_PUBLIC_SIZE];
};

static struct cast {
    struct identity me;
    struct sign_public *dsk;
    struct prekey_pair prekey[ENDS_PREKEYS];
} cast[ENDS];

static void make_prekey(struct prekey_pair *p, uint32_t number)
{
    p->pub.number = number;
    invariant(agree_generate(&p->secret, p->pub.point).code == E_OK);
    invariant(agree_public_parse(&p->key, BYTES(p->pub.point)).code == E_OK);
    invariant(mlkem_generate(&p->kem_secret, p->kem).code == E_OK);
    invariant(prekey_kem_digest(BYTES(p->kem), p->pub.kem_digest).code == E_OK);
}

static void make_cast(void)
{
    static const struct network_id nid = {"one network"};

    for (size_t i = 0; i < ENDS; i++) {
        struct cast *c = &cast[i];

        invariant(identity_make(&nid, &c->me).code == E_OK);
        invariant(sign_public_parse(&c->dsk, BYTES(c->me.dsk.b)).code == E_OK);
        for (uint32_t k = 0; k < ENDS_PREKEYS; k++)
            make_prekey(&c->prekey[k], k + 1);
    }
}

void ends_begin(struct ends *e, uint8_t profile)
{
    if (cast[0].dsk == NULL)
        make_cast();
    *e = (struct ends){.profile = profile, .arena = ARENA(ARENA_MAX)};
}

void ends_free(struct ends *e)
{
    arena_free(&e->arena);
}

/* ---- sealing */

/* One upload on its way: what becomes the state of its sender only when all of it was made. */
struct sealing {
    struct ends *e;
    const struct ends_order *o;
    struct ends_state after;
    struct channel_opener opener;
    struct seal_recipient to[ENDS];
    struct upload_capsule capsule[ENDS];
    struct ends_made opened[ENDS]; /* the log's word of each capsule */
    struct buf capsules[ENDS];
    uint16_t place[ENDS];
    size_t whom[ENDS], n, n_capsules;
};

static size_t prekey_of(const struct ends *e, const struct ends_order *o, size_t to)
{
    const struct ends_state *s = &e->end[to];

    return o->late && s->newest > s->oldest ? s->newest - 1 : s->newest;
}

static void open_epoch(struct sealing *s, size_t to, size_t k)
{
    const struct prekey_pair *p = &cast[to].prekey[k];
    struct channel_peer peer = {&cast[to].me.who, &p->pub, p->key, BYTES(p->kem)};
    struct epoch *epoch = &s->after.sending[to];
    struct buf *b = &s->capsules[s->n_capsules];

    *b = BUF(UPLOAD_CAPSULE_MOST);
    if (s->opener.secret == NULL)
        invariant(channel_opener_make(&cast[s->o->from].me, NOW_MS, &s->opener).code == E_OK);
    invariant(channel_open(&s->opener, &peer, s->e->profile, epoch, b).code == E_OK);
    s->after.sends[to] = true;
    s->opened[s->n_capsules] = (struct ends_made){
        .from = s->o->from, .to = to, .is_capsule = true, .prekey = k, .epoch = *epoch};
    s->capsule[s->n_capsules++] = (struct upload_capsule){(uint16_t)s->n, buf_view(b)};
}

static void address(struct sealing *s, size_t to)
{
    size_t k = prekey_of(s->e, s->o, to);
    struct seal_recipient *r = &s->to[s->n];
    struct epoch *epoch = &s->after.sending[to];

    if (!s->after.sends[to])
        open_epoch(s, to, k);
    *r = (struct seal_recipient){cast[to].me.who, (uint32_t)k + 1, cast[to].prekey[k].key,
                                 .n = epoch->n};
    memcpy(r->epoch, epoch->id, sizeof r->epoch);
    invariant(channel_step(epoch, r->mk).code == E_OK);
    s->place[s->n] = (uint16_t)(to - (to > s->o->from));
    s->whom[s->n++] = to;
}

static struct ends_said compose(const struct ends *e, const struct ends_order *o)
{
    struct random random = random_system();
    bool text = !payload_is_control(o->type);
    struct ends_said s = {.from = o->from, .content_n = o->content.n};

    if (o->again != SIZE_MAX)
        return e->said[o->again];
    s.core = (struct core){.sender = cast[o->from].me.who,
                           .seq = text ? 1 : 0,
                           .sent_ms = NOW_MS,
                           .ttl_s = 3600,
                           .type = o->type};
    invariant(random_fill(&random, s.core.id.b, sizeof s.core.id.b).code == E_OK);
    if (o->content.n > 0)
        memcpy(s.content, o->content.at, o->content.n);
    invariant(trailer_digest(&s.core.id, o->content, s.core.digest).code == E_OK);
    return s;
}

static void log_made(struct ends *e, struct ends_made made, struct bytes in)
{
    invariant(e->n_made < ENDS_MADE_MAX);
    invariant(arena_copy(&e->arena, in, &made.bytes).code == E_OK);
    e->made[e->n_made++] = made;
}

/* As the server takes the upload apart. */
static void hand_out(struct sealing *s, struct bytes upload)
{
    struct arena a = ARENA(4096);
    struct buf b = BUF(LIMIT_FRAME);
    struct upload u;

    invariant(upload_parse(upload, &a, &u).code == E_OK && u.recipients == s->n);
    invariant(u.capsules == s->n_capsules);
    for (size_t i = 0; i < u.capsules; i++) {
        upload_write_capsule(s->e->profile, u.capsule[i].capsule, &b);
        log_made(s->e, s->opened[i], buf_view(&b));
        buf_cut(&b, 0);
    }
    for (size_t i = 0; i < s->n; i++) {
        upload_write_delivery(&u.shared, upload_entry(&u, i), &b);
        log_made(s->e,
                 (struct ends_made){.from = s->o->from,
                                    .to = s->whom[i],
                                    .prekey = s->to[i].prekey - 1,
                                    .said = s->e->n_said - 1},
                 buf_view(&b));
        buf_cut(&b, 0);
    }
    arena_free(&a);
    buf_free(&b);
}

static void seal_all(struct sealing *s)
{
    struct random random = random_system();
    struct ends_said *said = &s->e->said[s->e->n_said];
    struct wrap wrap = {.roster = {"a roster"}, .list_version = 1};
    struct buf upload = BUF(LIMIT_FRAME);

    *said = compose(s->e, s->o);
    for (size_t i = 0; i < s->n; i++) {
        memcpy(said->epoch[s->whom[i]], s->to[i].epoch, CHANNEL_EPOCH_ID_SIZE);
        said->n[s->whom[i]] = s->to[i].n;
    }
    invariant(seal(&(struct seal_request){.me = &cast[s->o->from].me,
                                          .core = &said->core,
                                          .wrap = &wrap,
                                          .content = bytes(said->content, said->content_n),
                                          .profile = s->e->profile,
                                          .number = s->e->n_said + 1,
                                          .capsule = s->capsule,
                                          .capsules = s->n_capsules,
                                          .to = s->to,
                                          .place = s->n < ENDS - 1 ? s->place : NULL,
                                          .n = s->n},
                   &random, &upload)
                  .code == E_OK);
    s->e->n_said++;
    hand_out(s, buf_view(&upload));
    buf_free(&upload);
}

void ends_seal(struct ends *e, const struct ends_order *o)
{
    struct sealing s = {.e = e, .o = o, .after = e->end[o->from]};

    invariant(o->content.n <= ENDS_CONTENT_MAX);
    if (e->n_said == ENDS_SAID_MAX || e->n_made + (size_t)2 * ENDS > ENDS_MADE_MAX)
        return;
    for (size_t i = 0; i < ENDS; i++)
        if (i != o->from && (o->to >> i & 1) != 0)
            address(&s, i);
    if (s.n > 0) {
        seal_all(&s);
        e->end[o->from] = s.after;
    }
    for (size_t i = 0; i < s.n_capsules; i++)
        buf_free(&s.capsules[i]);
    channel_opener_free(&s.opener);
}

/* ---- hearing */

static bool same_party(const struct party *x, const struct party *y)
{
    return ID_SAME(x->nid, y->nid) && ID_SAME(x->aid, y->aid) && ID_SAME(x->did, y->did);
}

/* Which end is it that a claim names?  ENDS: none, or the hearer itself. */
static size_t end_of(const struct party *who, size_t me)
{
    for (size_t i = 0; i < ENDS; i++)
        if (i != me && same_party(&cast[i].me.who, who))
            return i;
    return ENDS;
}

/* The one of the log with these bytes; NULL: there is none. */
static struct ends_made *find(struct ends *e, size_t me, bool is_capsule, struct bytes in)
{
    for (size_t i = 0; i < e->n_made; i++)
        if (e->made[i].to == me && e->made[i].is_capsule == is_capsule &&
            bytes_same(e->made[i].bytes, in))
            return &e->made[i];
    return NULL;
}

static bool has_prekey(const struct ends_state *s, size_t k)
{
    return k >= s->oldest && k <= s->newest;
}

/* The epoch of this id at its receiver, or NULL. */
static struct ends_epoch *epoch_of(struct ends_state *s, size_t from, const uint8_t *id)
{
    for (size_t i = 0; i < s->epochs[from]; i++)
        if (memcmp(s->hearing[from][i].e.id, id, CHANNEL_EPOCH_ID_SIZE) == 0)
            return &s->hearing[from][i];
    return NULL;
}

static struct skipped *kept_key(struct ends_epoch *h, uint32_t n)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->kept[i].n == n)
            return &h->kept[i];
    return NULL;
}

static struct err hear_capsule(struct ends *e, size_t me, struct bytes in)
{
    struct ends_state *s = &e->end[me];
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct ends_epoch fresh = {.n = 0};
    const struct prekey_pair *p;
    size_t from;

    TRY(upload_parse_capsule(in, &form));
    if (form.prekey == 0 || !has_prekey(s, form.prekey - 1))
        return FAIL(E_ABSENT);
    p = &cast[me].prekey[form.prekey - 1];
    TRY(channel_accept(
        &form, &(struct channel_receiver){&cast[me].me.who, &p->pub, p->secret, p->kem_secret},
        NOW_MS, &claim, &fresh.e));
    from = end_of(&claim.from, me);
    if (from == ENDS)
        return FAIL(E_ABSENT);
    TRY(channel_verify(&claim, &cast[from].me.dsk, NOW_MS));
    for (size_t i = 0; i < e->n_made; i++) /* an id that it had, as the log knows */
        if (e->made[i].taken && e->made[i].is_capsule && e->made[i].to == me &&
            memcmp(e->made[i].epoch.id, fresh.e.id, sizeof fresh.e.id) == 0)
            return FAIL(E_CONFLICT);
    s->epochs[from] += s->epochs[from] < CHANNEL_EPOCHS_MAX;
    memmove(&s->hearing[from][1], &s->hearing[from][0],
            (s->epochs[from] - 1) * sizeof s->hearing[from][0]);
    s->hearing[from][0] = fresh;
    return OK;
}

/* The message key at n; on success the epoch is one from which this key is gone. */
static struct err take_key(struct ends_epoch *h, uint32_t n, uint8_t mk[CHANNEL_KEY_SIZE])
{
    struct arena a = ARENA(1 << 17);
    struct skipped *passed = NULL, *kept = kept_key(h, n);
    struct epoch after;
    size_t n_passed = 0;
    struct err err = OK;

    if (kept != NULL) {
        memcpy(mk, kept->mk, CHANNEL_KEY_SIZE);
        *kept = h->kept[--h->n];
        return OK;
    }
    if (n >= h->e.n && n - h->e.n > AHEAD_MAX)
        return FAIL(E_LIMIT);
    TRY_OUT(channel_reach(&h->e, n, &a, &after, mk, &passed, &n_passed));
    h->e = after;
    for (size_t i = 0; i < n_passed; i++) {
        if (h->n == ENDS_KEPT)
            memmove(&h->kept[0], &h->kept[1], --h->n * sizeof h->kept[0]);
        h->kept[h->n++] = passed[i];
    }
out:
    arena_free(&a);
    return err;
}

static bool is_addressed(const struct opened *o, size_t from, size_t me)
{
    size_t places = upload_places(&o->in.shared);
    bool found = places == 0;

    for (size_t i = 0; i < places; i++)
        found |= upload_place(&o->in.shared, i) == me - (me > from);
    return found;
}

/* One candidate: the epoch as it is afterwards, when all fits.  [PROTOCOL 6.5] */
static struct err try_epoch(struct opened o, size_t from, size_t me, struct ends_epoch *h,
                            size_t prekey, struct core *core, struct buf *content)
{
    struct err err = OK;
    uint8_t mk[CHANNEL_KEY_SIZE];

    TRY_OUT(take_key(h, o.n, mk));
    TRY_OUT(
        open_entry(&o, &(struct open_candidate){&cast[from].me.who.did, &cast[me].me.who,
                                                (uint32_t)prekey + 1, h->e.profile, h->e.id, mk}));
    if (!same_party(&o.core.sender, &cast[from].me.who) ||
        !ID_SAME(o.wrap.roster, o.in.shared.roster) || !is_addressed(&o, from, me))
        TRY_OUT(FAIL(E_FORGED));
    TRY_OUT(open_content(&o, cast[from].dsk, content));
    *core = o.core;
out:
    open_wipe(&o);
    return err;
}

static struct err open_under(struct ends_state *s, const struct opened *o, size_t me, size_t prekey,
                             struct core *core, struct buf *content, uint8_t id[])
{
    for (size_t from = 0; from < ENDS; from++) {
        bool named =
            from != me && memcmp(o->prefix, cast[from].me.who.did.b, sizeof o->prefix) == 0;

        for (size_t i = 0; named && i < s->epochs[from]; i++) {
            struct ends_epoch after = s->hearing[from][i];

            if (try_epoch(*o, from, me, &after, prekey, core, content).code != E_OK)
                continue;
            s->hearing[from][i] = after;
            memcpy(id, after.e.id, CHANNEL_EPOCH_ID_SIZE);
            return OK;
        }
    }
    return FAIL(E_ABSENT);
}

static struct err hear_message(struct ends *e, size_t me, struct bytes in, struct core *core,
                               struct buf *content, uint8_t id[], uint32_t *n)
{
    struct ends_state *s = &e->end[me];
    struct opened o;

    TRY(open_begin(in, &o));
    for (size_t k = s->oldest; k <= s->newest; k++) {
        if ((k + 1) % 65536 != o.prekey_low)
            continue;
        TRY(open_hint(&o, cast[me].prekey[k].secret, &cast[me].me.who.did));
        *n = o.n;
        return open_under(s, &o, me, k, core, content, id);
    }
    return FAIL(E_ABSENT);
}

/* ---- what must have happened */

/* Has it the keys, and not the thing itself? */
static bool can_take(struct ends *e, size_t me, const struct ends_made *m)
{
    struct ends_state *s = &e->end[me];
    const struct ends_said *said = &e->said[m->said];
    struct ends_epoch *h;

    if (m->taken || !has_prekey(s, m->prekey))
        return false;
    if (m->is_capsule)
        return true;
    h = epoch_of(s, m->from, said->epoch[me]);
    return h != NULL && (kept_key(h, said->n[me]) != NULL || said->n[me] >= h->e.n);
}

static bool same_core(const struct core *x, const struct core *y)
{
    struct buf a = BUF(TRAILER_CORE_SIZE), b = BUF(TRAILER_CORE_SIZE);
    bool same;

    trailer_write_core(x, &a);
    trailer_write_core(y, &b);
    same = bytes_same(buf_view(&a), buf_view(&b));
    buf_free(&a);
    buf_free(&b);
    return same;
}

/* A control's content says what it said, and would be written so again.  [PROTOCOL 6.8] */
static void is_control(uint16_t type, struct bytes content)
{
    struct buf b = BUF(ENDS_CONTENT_MAX);
    struct control c;

    if (control_parse(type, content, &c).code == E_OK) {
        control_write(&c, &b);
        invariant(bytes_same(buf_view(&b), content));
    }
    buf_free(&b);
}

static bool take_message(struct ends *e, size_t me, const struct ends_made *m, struct bytes in)
{
    struct buf content = BUF(LIMIT_TEXT);
    uint8_t id[CHANNEL_EPOCH_ID_SIZE];
    struct core core;
    uint32_t n = 0;
    bool taken = hear_message(e, me, in, &core, &content, id, &n).code == E_OK;

    if (taken) {
        const struct ends_said *said;

        invariant(m != NULL); /* nothing else opens */
        said = &e->said[m->said];
        invariant(said->from == m->from && same_core(&core, &said->core));
        invariant(bytes_same(buf_view(&content), bytes(said->content, said->content_n)));
        invariant(n == said->n[me] && memcmp(id, said->epoch[me], sizeof id) == 0);
        if (payload_is_control(core.type))
            is_control(core.type, buf_view(&content));
    } else {
        invariant(content.n == 0);
    }
    buf_free(&content);
    return taken;
}

static bool take_capsule(struct ends *e, size_t me, const struct ends_made *m, struct bytes in)
{
    const struct epoch *got;

    if (hear_capsule(e, me, in).code != E_OK)
        return false;
    invariant(m != NULL);
    got = &e->end[me].hearing[m->from][0].e;
    invariant(memcmp(got->id, m->epoch.id, sizeof got->id) == 0 && got->n == 0);
    invariant(memcmp(got->ck, m->epoch.ck, sizeof got->ck) == 0);
    invariant(got->profile == e->profile);
    return true;
}

void ends_hear(struct ends *e, size_t me, bool is_capsule, struct bytes in)
{
    static struct ends_state before;
    struct ends_made *m = find(e, me, is_capsule, in);
    bool due = m != NULL && can_take(e, me, m), taken;

    memcpy(&before, &e->end[me], sizeof before); /* with what lies between the fields */
    taken = is_capsule ? take_capsule(e, me, m, in) : take_message(e, me, m, in);
    invariant(taken == due);
    if (taken)
        m->taken = true;
    else
        /* NOLINTNEXTLINE(*-comparison,cert-*): it was copied whole, above. */
        invariant(memcmp(&before, &e->end[me], sizeof before) == 0);
}
