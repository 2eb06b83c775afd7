/* SPDX-License-Identifier: Apache-2.0 */
#include "property/traitor.h"

#include <stdio.h>
#include <string.h>

#include "client/chains.h"
#include "client/rules.h"
#include "crypto/secret.h"
#include "scenario/forger.h"
#include "scenario/stage_internal.h"

/* Is there what a forgery is made from: a stream, a channel, and everybody's program? */
static bool has_channel(struct person *by, struct person *to, uint8_t profile)
{
    const struct own *own = engine_own(by->engine), *theirs = engine_own(to->engine);
    struct arena a = ARENA(4096);
    struct contact c;
    struct prekey prekey;
    struct epoch epoch;
    struct room_id room;
    struct bytes stream;
    bool has;

    assert_ok(names_pair_room(&own->nid, &own->me.who.aid, &theirs->me.who.aid, &room));
    has = people_by_handle(by->vault, bytes_text(to->handle), &c).code == E_OK && c.known &&
          ID_SAME(c.aid, theirs->me.who.aid) &&
          vault_get(by->vault, VAULT_STREAM_OUT, ID_BYTES(room), 0, &a, &stream).code == E_OK &&
          people_prekey(by->vault, &theirs->me.who.did, &prekey).code == E_OK &&
          chains_sending(by->vault, &theirs->me.who.did, profile, &epoch).code == E_OK;
    secret_wipe(&epoch, sizeof epoch);
    arena_free(&a);
    return has;
}

static struct network_policy known_policy(struct person *who)
{
    struct network_policy p;

    assert_ok(rules_in_force(who->vault, engine_own(who->engine), stage_clock(who), &p));
    return p;
}

/* The honest roster of what `by` says to `to`. */
static void name_people(struct forgery *f, const struct network_policy *policy,
                        struct person *keeper)
{
    f->network.policy_version = policy->number;
    memcpy(f->network.policy_hash, policy->hash, sizeof f->network.policy_hash);
    if (policy->retains && keeper != NULL && keeper != f->by && keeper != f->to)
        f->account[f->accounts++] =
            forge_account(&policy->retention.aid, &engine_own(keeper->engine)->list);
}

static struct forged *add_forged(struct world *w, size_t by, size_t to)
{
    struct forged *f = &w->forged[w->n_forged];

    *f = (struct forged){.from = by, .to = to};
    snprintf(f->text, sizeof f->text, "%zu to %zu, forged %zu", by, to, w->n_forged);
    w->n_forged++;
    return f;
}

/* What is wrong with it.  The last account of the roster is the keeper's, if there is one. */
static enum schedule_lie spoil(struct world *w, struct forgery *f, struct forged *forged,
                               const struct network_policy *policy, struct identity *signer)
{
    const struct impostor *im = &w->liar.impostor;

    switch (f->accounts == 3 && dice_once_in(&w->dice, 2) ? 0 : dice_below(&w->dice, 4)) {
    case 0:
        if (f->accounts == 3) {
            f->accounts--;
            f->counts = forged->shows = !policy->retention.strict;
            return LIE_NO_COPY;
        }
        f->account[f->accounts++] = forge_account(&im->me.who.aid, &im->list);
        return LIE_STRANGER;
    case 1:
        f->account[f->accounts == 3 ? 2 : f->accounts++] =
            forge_account(&im->me.who.aid, &im->list);
        return LIE_STRANGER;
    case 2:
        f->other_key = true;
        return LIE_OTHER_KEY;
    default:
        *signer = *f->signer;
        signer->dsk_secret = im->me.dsk_secret;
        f->signer = signer;
        return LIE_SIGNER;
    }
}

static unsigned heard_by(const struct person *who)
{
    return who->told[PROBLEM_RECIPIENTS] + who->told[PROBLEM_DAMAGED];
}

static void forge_message(struct world *w, size_t by, size_t to)
{
    struct person *from = w->who[by], *at = w->who[to];
    struct network_policy policy = known_policy(from);
    uint8_t profile = (uint8_t)policy_profile(policy.number == 0 ? NULL : &policy);
    struct forgery f;
    struct forged *forged;
    struct identity signer;
    enum schedule_lie lie;
    unsigned heard = heard_by(at);

    if (!has_channel(from, at, profile) || (policy.retains && !stage_is_running(w->edicts.keeper)))
        return;
    forged = add_forged(w, by, to);
    forge(&f, w->play, from, at, forged->text);
    f.profile = profile;
    name_people(&f, &policy, w->edicts.keeper);
    lie = spoil(w, &f, forged, &policy, &signer);
    schedule_trace("  forges %s: lie %d\n", forged->text, (int)lie);
    forge_deliver(&f);
    liar_sit(&w->liar);
    w->counts->lie[lie]++;
    if (forged->shows)
        return;
    w->liar.junk++;
    if (heard_by(at) == heard && parked_by(at) == 0)
        fail_msg("%s was sent what is wrong (lie %d), and does not say so", at->handle, (int)lie);
}

/* A capsule from a device of by's account that stands in no list. */
static void forge_device(struct world *w, size_t by, size_t to)
{
    struct identity from = w->liar.impostor.me;

    from.who.aid = engine_own(w->who[by]->engine)->me.who.aid;
    forge_capsule(&from, w->who[to], stage_clock(w->who[to]));
    w->counts->lie[LIE_CAPSULE]++;
    w->liar.junk++;
    if (parked_by(w->who[to]) == 0)
        fail_msg("%s has a channel with a device of no list", w->who[to]->handle);
}

void traitor_betrays(struct world *w, size_t by, size_t to)
{
    struct person *from = w->who[by], *at = w->who[to];

    if (w->n_forged == WORLD_FORGED || !stage_is_running(from) || !stage_is_running(at) ||
        at->steps != 0 || !engine_is_ready(at->engine))
        return;
    if (dice_once_in(&w->dice, 5))
        forge_device(w, by, to);
    else
        forge_message(w, by, to);
}
