/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/losing.h"

#include <string.h>

#include "client/coming.h"
#include "client/diary.h"
#include "client/engine_internal.h"
#include "client/people.h"
#include "sim/backups.h"
#include "sim/edicts.h"
#include "sim/people.h"

#define MAKE_ONCE_IN  5 /* steps */
#define LOSE_ONCE_IN  6
#define LOSSES_MOST   2 /* in a world: each is a device more, and a day or so */
#define SEE_MOST_MS   5000
#define TYPE_MOST_MS  5000
#define AGAIN_MS      CLOCK_MINUTE_MS
#define ON_ITS_WAY_MS CLOCK_HOUR_MS

static bool is_of(const struct person *who, const struct person *account)
{
    return who->first == account->first;
}

/* ---- making a key */

/* Where the server's disk is lost it forgets keys and lists, and those who came back by them. */
static bool may_happen(const struct world *w)
{
    return options_has(&w->options, KIND_LOSE_DEVICES) && !w->calm &&
           (w->options.hostile || !options_has(&w->options, KIND_LOST_DISK));
}

/* The letters are those of the key in the newest list that the server took. */
static bool has_good_letters(const struct person *first)
{
    const struct losing *l = &first->losing;

    return l->letters[0] != '\0' && l->has_key && ID_SAME(l->key, l->paper);
}

static void make(struct person *by)
{
    enum err_code code;

    if (by->engine == NULL || !by->joined || by->kin.leaving || backups_is_gone(by) ||
        by->first->leaving)
        return;
    by->losing.making = true;
    code = people_command(by, COMMAND_RECOVERY_MAKE, "", "");
    world_trace(by->world, "%s is asked for a recovery key: %s", by->name, err_name(code));
}

/* They are on the paper when they were seen, whatever becomes of the program then. */
static void see(struct world *w, void *subject)
{
    struct person *who = subject;
    struct losing *l = &who->first->losing;
    struct device_id did;

    if (who->engine == NULL)
        return;
    did = who->engine->keeping.did;
    if (engine_letters(who->engine, l->letters).code != E_OK)
        return;
    l->paper = did;
    world_trace(w, "  %s shows the letters of a recovery key", who->name);
    (void)people_command(who, COMMAND_RECOVERY_SHOWN, "", "");
}

void losing_made(struct person *who, enum err_code code)
{
    struct world *w = who->world;

    world_trace(w, "  %s has a recovery key: %s", who->name, err_name(code));
    if (code != E_OK)
        return;
    world_after(w, 1 + dice_below(&w->lose, SEE_MOST_MS), see, who, &who->life);
}

/* ---- losing everything */

void losing_put_back(struct person *who)
{
    if (who->losing.making)
        who->losing.forgot_ms = who->world->now_ms;
}

/* Is there nothing left of a key that is being made?  A list with it may be on its way, also from
 * a program that forgot it. */
static bool is_settled(struct person *who)
{
    struct arena a = ARENA(4 * RECOVERY_BLOB_MOST);
    struct recovering_key key;

    if (who->losing.forgot_ms != 0 &&
        clock_since(who->world->now_ms, who->losing.forgot_ms) < ON_ITS_WAY_MS)
        return false;
    if (who->losing.making && who->engine != NULL && !engine_is_returning(who->engine) &&
        who->engine->keeping.stage == KEEPING_NOTHING)
        who->losing.making = recovering_get(who->vault, RECOVERING_NEW, &a, &key).code != E_ABSENT;
    arena_free(&a);
    return !who->losing.making;
}

/* While another key takes the place of one, the letters of neither are good for sure. */
static bool makes_none(const struct person *first)
{
    const struct world *w = first->world;

    for (size_t i = 0; i < w->people; i++)
        if (is_of(w->person[i], first) && !w->person[i]->losing.lost && !is_settled(w->person[i]))
            return false;
    return true;
}

static bool can_lose(const struct person *first)
{
    const struct losing *l = &first->losing;

    return first == first->first && first->joined && !first->leaving && !first->removed &&
           first != edicts_keeper(first->world) && has_good_letters(first) && !l->gone &&
           (l->back == NULL || l->back->joined) && makes_none(first);
}

static void come_back(struct world *w, void *subject);

static uint64_t until_back_ms(struct world *w)
{
    static const uint64_t most[] = {5 * CLOCK_SECOND_MS, 5 * CLOCK_MINUTE_MS, 2 * CLOCK_HOUR_MS,
                                    26 * CLOCK_HOUR_MS};

    return 1 + dice_below(&w->lose, most[dice_below(&w->lose, 4)]);
}

static void lose(struct person *first)
{
    struct world *w = first->world;

    world_trace(w, "%s loses everything but the paper", first->handle);
    w->outcome->faults[KIND_LOSE_DEVICES]++;
    w->losses++;
    first->losing.gone = true;
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if (!is_of(who, first))
            continue;
        who->losing.lost = true;
        people_crash(who, dice_once_in(&w->lose, 2));
    }
    world_after(w, until_back_ms(w), come_back, first, NULL);
}

void losing_step(struct world *w)
{
    size_t by = dice_below(&w->lose, w->people), from = dice_below(&w->lose, w->people);
    bool makes = dice_once_in(&w->lose, MAKE_ONCE_IN), loses = dice_once_in(&w->lose, LOSE_ONCE_IN);

    if (!may_happen(w))
        return;
    if (makes)
        make(w->person[by]);
    for (size_t i = 0; loses && w->losses < LOSSES_MOST && i < w->people; i++) {
        struct person *who = w->person[(from + i) % w->people];

        if (can_lose(who)) {
            lose(who);
            return;
        }
    }
}

/* ---- coming back */

/* From now on there may be a list that revokes the others. */
static void revoke_lost(struct person *first)
{
    struct world *w = first->world;

    for (size_t i = 0; i < w->people; i++) {
        struct kin *k = &w->person[i]->kin;

        if (!is_of(w->person[i], first) || !w->person[i]->losing.lost || k->leaving)
            continue;
        k->leaving = true;
        k->leaving_ms = w->now_ms;
    }
}

static void come_back(struct world *w, void *subject)
{
    struct person *first = subject, *who;

    if (!first->losing.gone || first->leaving || first->removed)
        return;
    first->losing.gone = false;
    revoke_lost(first);
    who = people_another(first);
    who->losing.returns = true;
    first->losing.back = who;
    world_trace(w, "%s comes back as %s", first->handle, who->name);
    people_start(who);
}

void losing_end(struct world *w)
{
    for (size_t i = 0, n = w->people; i < n; i++)
        if (w->person[i]->losing.gone)
            come_back(w, w->person[i]);
}

struct err losing_adopt(struct person *who)
{
    const struct server_node *s = &who->world->server;
    struct recovery_link link = {.address_n = strlen(s->server.address)};
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct coming_profile p;
    struct bytes list;
    struct err err = coming_load(who->vault, &a, &p, &list);

    arena_free(&a);
    if (err.code == E_OK)
        coming_free(&p);
    if (err.code != E_ABSENT)
        return err;
    world_must(names_network(&s->root, BYTES_LITERAL(WORLD_DOMAIN), &link.nid), "a network");
    memcpy(link.pin, s->server.pin, sizeof link.pin);
    memcpy(link.address, s->server.address, link.address_n);
    return coming_create(who->vault, &link, false);
}

/* It may end at any moment from now on. */
static void type(struct world *w, void *subject)
{
    struct person *who = subject;
    uint64_t in = 1 + dice_below(&w->lose, 12);
    bool ends = world_rolls(w, &w->lose, KIND_CRASH, 2);

    if (who->engine == NULL || !returning_waits(who->engine))
        return;
    if (ends)
        who->crash_in = (unsigned)in;
    world_trace(w, "  %s is given the letters", who->name);
    (void)people_command(who, COMMAND_RECOVERY_USE, "", who->first->losing.letters);
}

static void type_later(struct person *who, uint64_t ms)
{
    struct world *w = who->world;

    world_after(w, ms + dice_below(&w->lose, TYPE_MOST_MS), type, who, &who->life);
}

/* A program that ended as soon as it had an account does not say so any more. */
void losing_started(struct person *who)
{
    if (!who->losing.returns || who->engine == NULL)
        return;
    if (engine_is_returning(who->engine))
        type_later(who, 1);
    else if (!who->joined)
        people_joined(who);
}

/* An honest server never has a reason to send away who comes with good letters. */
void losing_link(struct person *who, enum err_code code)
{
    struct world *w = who->world;

    if (code == E_OK || who->engine == NULL || !returning_waits(who->engine))
        return;
    if (!w->options.hostile && !who->first->leaving)
        ledger_break(w, WRONG_STUCK, "%s cannot come back: %s", who->name, err_name(code));
    type_later(who, AGAIN_MS);
}

void losing_joined(struct person *who)
{
    if (!who->losing.returns)
        return;
    if (who->losing.lied_to)
        ledger_break(who->world, WRONG_UNDETECTED, "%s came back by what the server made up",
                     who->name);
    kin_listed(who, &engine_own(who->engine)->list);
}

/* ---- what it means for the others */

/* Does this program know the account, by lists before this one? */
static bool knows_before(struct person *who, const struct person *account,
                         const struct device_list *list)
{
    struct device_list known;
    struct contact c;

    return who->engine != NULL && !engine_is_returning(who->engine) && !is_of(who, account) &&
           people_by_handle(who->vault, bytes_text(account->handle), &c).code == E_OK && c.known &&
           !c.changed &&
           people_newest_list(who->vault, engine_own(who->engine), &c.aid, &known).code == E_OK &&
           known.version < list->version;
}

static bool is_anybodys(const struct world *w, const struct device_id *did)
{
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->kin.named && ID_SAME(w->person[i]->kin.did, *did))
            return true;
    return false;
}

/* The keys of who comes back are its own: it has them before anybody else hears of them. */
static void name_device(struct person *by, const struct device_list *list)
{
    for (size_t i = 0; i < list->devices; i++) {
        const struct device_entry *d = &list->device[i];

        if (!device_list_is_device(d) || is_anybodys(by->world, &d->did))
            continue;
        if (by->kin.named)
            ledger_break(by->world, WRONG_UNEXPECTED, "%s is two devices", by->name);
        by->kin.did = d->did;
        by->kin.named = true;
    }
}

static void came_back(struct person *by, const struct device_list *list)
{
    struct world *w = by->world;
    struct losing *l = &by->first->losing;

    world_trace(w, "  %s is back, by list %u", by->name, list->version);
    l->version = list->version;
    l->knew = 0;
    for (size_t i = 0; i < w->people; i++)
        if (knows_before(w->person[i], by->first, list))
            l->knew |= UINT64_C(1) << i;
    name_device(by, list);
}

void losing_listed(struct person *by, const struct device_list *list)
{
    struct losing *l = &by->first->losing;
    const struct device_entry *key = device_list_recovery(list);

    if (list->version <= l->newest)
        return;
    l->newest = list->version;
    l->has_key = key != NULL;
    if (key != NULL)
        l->key = key->did;
    if (by->losing.returns && device_list_is_recovered(list))
        came_back(by, list);
}

void losing_noted(struct person *in, struct person *account, const struct message *m)
{
    struct diary_devices what;

    if (!diary_read(m, &what) || !what.recovered)
        return;
    if (account->losing.version == 0)
        ledger_break(in->world, WRONG_ALARM, "%s is told that %s came back", in->name,
                     account->handle);
    account->losing.told |= UINT64_C(1) << in->index;
}

/* ---- in the end */

/* Whoever knows the account by that list or a later one, and knew it before, was told. */
static void check_told(struct world *w, struct person *first, struct person *who)
{
    struct losing *l = &first->losing;
    struct device_list known;
    struct contact c;

    if (who->engine == NULL || who->restored > 0 || (l->knew >> who->index & 1) == 0 ||
        (l->told >> who->index & 1) != 0 ||
        people_by_handle(who->vault, bytes_text(first->handle), &c).code != E_OK)
        return;
    world_must(people_newest_list(who->vault, engine_own(who->engine), &c.aid, &known), "a list");
    if (known.version >= l->version)
        ledger_break(w, WRONG_UNDETECTED, "%s was not told that %s came back by a recovery key",
                     who->name, first->handle);
}

static void check_device(struct world *w, const struct person *who)
{
    const struct losing *l = &who->first->losing;
    bool is_over = who->first->leaving || who->first->removed;

    if (who->losing.lost && !who->kin.removed && who->kin.listed && !is_over && l->back != NULL &&
        l->back->joined)
        ledger_break(w, WRONG_STUCK, "%s is lost, and is still a device", who->name);
    if (who->losing.returns && !who->joined && !is_over)
        ledger_break(w, WRONG_STUCK, "%s did not come back", who->name);
    if (who->losing.gone && !is_over)
        ledger_break(w, WRONG_STUCK, "%s does not come back", who->name);
}

void losing_check(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        check_device(w, w->person[i]);
        for (size_t j = 0; w->person[i]->losing.version > 0 && j < w->people; j++)
            check_told(w, w->person[i], w->person[j]);
    }
}
