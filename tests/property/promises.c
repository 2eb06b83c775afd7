/* SPDX-License-Identifier: Apache-2.0 */
#include "property/promises.h"

#include <stdlib.h>
#include <string.h>

#include "client/rules.h"
#include "scenario/stage_internal.h"

#define LINES_MAX 256
#define ARENA_MAX (4u << 20)
#define NOBODY    SIZE_MAX

/* One message as it stands in somebody's vault. */
struct line_of {
    size_t with;
    struct message m;
};

struct conversations {
    struct line_of line[LINES_MAX];
    size_t n;
};

static struct conversations all[SCHEDULE_DEVICES];

static size_t keeper_of(const struct world *w)
{
    size_t i = 0;

    if (w->edicts.n == 0)
        return NOBODY;
    while (w->who[i] != w->edicts.keeper)
        i++;
    return i;
}

static void read_all(struct world *w, size_t in, struct arena *a)
{
    struct conversations *c = &all[in];
    struct contact contact;

    c->n = 0;
    for (size_t with = 0; with < w->people; with++) {
        struct message m = {.place = 0};
        struct err err =
            people_by_handle(w->who[in]->vault, bytes_text(w->who[with]->handle), &contact);

        while (err.code == E_OK) {
            err = messages_next(w->who[in]->vault, contact.number, m.place, a, &m);
            if (err.code != E_OK)
                break;
            assert_true(c->n < LINES_MAX);
            if ((m.notes & MESSAGE_DEVICES) == 0) /* else it is no message */
                c->line[c->n++] = (struct line_of){with, m};
        }
        assert_int_equal(err.code, E_ABSENT);
    }
}

/* How often it stands in the conversation of `in` with `with`, and how the last one stands. */
static unsigned copies(size_t in, size_t with, const char *text, bool mine, struct message *last)
{
    unsigned n = 0;

    for (size_t i = 0; i < all[in].n; i++) {
        const struct line_of *l = &all[in].line[i];

        if (l->with != with || l->m.mine != mine || !bytes_same(l->m.text, bytes_text(text)))
            continue;
        n++;
        *last = l->m;
    }
    return n;
}

/* ---- nothing from or for the wrong one */

static bool was_said(const struct world *w, size_t in, size_t from, struct bytes text,
                     uint32_t notes)
{
    size_t keeper = keeper_of(w), to = world_owner(w, in);

    for (size_t i = 0; i < w->n; i++)
        if (world_owner(w, w->said[i].from) == from &&
            (w->said[i].to == to || keeper == to || from == to) &&
            bytes_same(bytes_text(w->said[i].text), text))
            return true;
    for (size_t i = 0; i < w->n_forged; i++)
        if (w->forged[i].from == from && w->forged[i].to == to && w->forged[i].shows &&
            bytes_same(bytes_text(w->forged[i].text), text))
            return notes & MESSAGE_NO_COPY;
    return false;
}

static void check_was_said(const struct world *w, size_t in, size_t from, struct bytes text,
                           uint32_t notes)
{
    if (from == w->people || !was_said(w, in, from, text, notes))
        fail_msg("%zu has \"%.*s\" with notes %x of %zu, who did not say it", in, (int)text.n,
                 (const char *)text.at, (unsigned)notes, from);
}

/* What was ever shown, also by a vault that was put back since, and what stands there now. */
static void check_shown(const struct world *w, size_t in)
{
    const struct person *who = w->who[in];

    for (size_t i = 0; i < who->n_shown; i++) {
        size_t from = 0;

        while (from < w->people && strcmp(w->who[from]->handle, who->from[i]) != 0)
            from++;
        check_was_said(w, in, from, bytes_text(who->text[i]), who->shown[i].notes);
    }
    for (size_t i = 0; i < all[in].n; i++)
        if (!all[in].line[i].m.mine)
            check_was_said(w, in, all[in].line[i].with, all[in].line[i].m.text,
                           all[in].line[i].m.notes);
}

/* Devices, accounts and policies: only what their owners signed. */
static void check_known(const struct world *w, size_t in)
{
    const struct own *own = engine_own(w->who[in]->engine);
    struct network_policy policy;

    for (size_t i = 0; i < w->people; i++) {
        const struct own *theirs = engine_own(w->who[i]->engine);
        struct device_list list;
        struct contact c;

        if (i == world_owner(w, in) ||
            people_by_handle(w->who[in]->vault, bytes_text(w->who[i]->handle), &c).code != E_OK)
            continue;
        if (c.known && (c.changed || !ID_SAME(c.aid, theirs->me.who.aid)))
            fail_msg("%zu takes somebody else for %zu", in, i);
        if (people_newest_list(w->who[in]->vault, own, &theirs->me.who.aid, &list).code == E_OK &&
            memcmp(list.hash, theirs->list.hash, sizeof list.hash) != 0)
            fail_msg("%zu knows a device of %zu that is none", in, i);
    }
    assert_ok(rules_newest(w->who[in]->vault, own, &policy));
    if (policy.number != edicts_newest(&w->edicts)->number ||
        (policy.number > 0 &&
         memcmp(policy.hash, edicts_newest(&w->edicts)->hash, sizeof policy.hash) != 0))
        fail_msg("%zu follows policy %u", in, (unsigned)policy.number);
}

/* ---- everything that was said */

/* Accepted, and not there: what may have taken it? */
static void check_lost(const struct world *w, const struct said *s, size_t in)
{
    if (w->life[in] == 0 && s->life == w->life[s->from])
        fail_msg("\"%s\" was accepted and never came to %zu", s->text, in);
    assert_true(w->told_restored[in] || w->told_restored[s->from] || w->rolled_back);
}

/* At each device of whom it was for, and at the sender's other one: once, if it was accepted. */
static void check_devices(struct world *w, const struct said *s, bool accepted)
{
    for (size_t in = 0; in < w->devices; in++) {
        bool own = world_owner(w, in) == world_owner(w, s->from);
        struct message m;
        unsigned came;

        if (in == s->from || (!own && world_owner(w, in) != s->to))
            continue;
        came = copies(in, own ? s->to : world_owner(w, s->from), s->text, own, &m);
        w->counts->arrived += came > 0 && in == s->to;
        if (came > 1)
            fail_msg("\"%s\" came %u times to device %zu", s->text, came, in);
        if (came == 0 && accepted)
            check_lost(w, s, in);
    }
}

static void check_copy(struct world *w, const struct said *s, bool accepted)
{
    size_t keeper = keeper_of(w);
    struct message m;
    unsigned copied;

    if (!s->kept || s->from == keeper || s->to == keeper)
        return;
    copied = copies(keeper, world_owner(w, s->from), s->text, false, &m);
    w->counts->copied += copied > 0;
    if (copied > 1)
        fail_msg("\"%s\" came %u times to the keeper", s->text, copied);
    if (copied == 0 && accepted)
        check_lost(w, s, keeper);
}

static void check_one(struct world *w, const struct said *s)
{
    struct message mine = {0};
    unsigned kept = copies(s->from, s->to, s->text, true, &mine);
    bool accepted = kept > 0 && mine.state == DELIVERY_ACCEPTED;

    w->counts->messages++;
    check_devices(w, s, accepted);
    check_copy(w, s, accepted);
    if (kept == 0) { /* the sender's vault was put back to before it */
        assert_true(s->life < w->life[s->from]);
        return;
    }
    if (mine.state == DELIVERY_FAILED)
        w->counts->failed++;
    else if (!accepted)
        fail_msg("\"%s\" is %s in the end", s->text, delivery_name(mine.state));
}

/* Junk stays sealed; what the server or a vault had twice may be there twice. */
static void check_waiting(struct world *w, size_t i)
{
    uint64_t outgoing, parked;
    bool twice = w->rolled_back || w->life[i] > 0;

    assert_ok(engine_waiting(stage_engine(w->who[i]), &outgoing, &parked));
    w->counts->parked += parked;
    if (outgoing != 0)
        fail_msg("%zu has %llu messages that were not sent", i, (unsigned long long)outgoing);
    if (parked > w->liar.junk && (!twice || w->liar.junk == 0))
        fail_msg("%zu cannot open %llu items", i, (unsigned long long)parked);
    w->told_restored[i] = stage_heard(w->who[i], PROBLEM_RESTORED);
    /* A server that was set back itself has no word of what came after. */
    if (w->life[i] > 0 && !w->told_restored[i] && !w->rolled_back)
        fail_msg("%zu was not told that the vault was restored", i);
}

void promises_check(struct world *w)
{
    struct arena a = ARENA(ARENA_MAX);

    for (size_t i = 0; i < w->devices; i++) {
        check_waiting(w, i);
        read_all(w, i, &a);
    }
    for (size_t i = 0; i < w->devices; i++) {
        check_shown(w, i);
        check_known(w, i);
    }
    for (size_t i = 0; i < w->n; i++)
        check_one(w, &w->said[i]);
    arena_free(&a);
}
