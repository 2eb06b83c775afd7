/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/engine_internal.h"
#include "client/vault.h"
#include "crypto/password.h"
#include "sim/hostile.h"
#include "sim/operator.h"
#include "sim/plants.h"
#include "sim/power.h"
#include "statement/invitation.h"
#include "storage/sqlite/sqlite.h"

#define FILE_NAME     "vault.db"
#define AGAIN_MOST_MS 20000 /* until a person starts a program again that has ended */

uint64_t people_clock(const struct person *who)
{
    return (uint64_t)((int64_t)who->world->now_ms + who->skew_ms);
}

static void let_pass(struct person *who)
{
    engine_steady(who->engine, who->world->now_ms);
    engine_wake(who->engine, people_clock(who));
}

/* ---- passphrases */

#define PASSPHRASE_ROOM 32
static struct bytes passphrase_of(unsigned number, char out[PASSPHRASE_ROOM])
{
    (void)snprintf(out, PASSPHRASE_ROOM, "correct horse %u", number);
    return bytes_text(out);
}

static struct err open_vault(struct person *who, unsigned number, struct vault **out)
{
    char text[PASSPHRASE_ROOM];

    return vault_open(out, who->db, passphrase_of(number, text), &who->world->random);
}

/* Those that are not its own any more, or not yet, do not open it. */
static void try_others(struct person *who)
{
    for (unsigned number = 0; number <= who->passphrase + 1; number++) {
        struct vault *v = NULL;

        if (number != who->passphrase && open_vault(who, number, &v).code == E_OK)
            ledger_break(who->world, WRONG_STUCK, "%s: passphrase %u opens what is under %u",
                         who->name, number, who->passphrase);
        vault_close(v);
    }
}

/* Something is committed that changes nothing. */
static struct err commit_nothing(struct vault *v)
{
    uint64_t number;

    TRY(vault_counter_get(v, VAULT_NEXT_OUTBOX, &number));
    TRY(vault_begin(v));
    return vault_end(v, vault_counter_set(v, VAULT_NEXT_OUTBOX, number));
}

/* Where a disk failed or was full, one of two; and as long as nothing else was committed, it may be
 * the other after a power cut. */
static struct err unlock_either(struct person *who)
{
    unsigned number = who->passphrase;
    struct err err = open_vault(who, number, &who->vault);

    if (err.code == E_DENIED)
        err = open_vault(who, ++number, &who->vault);
    TRY(err);
    TRY(commit_nothing(who->vault));
    who->passphrase = number;
    who->either = false;
    return OK;
}

static struct err unlock(struct person *who)
{
    TRY(who->either ? unlock_either(who) : open_vault(who, who->passphrase, &who->vault));
    if (options_has(&who->world->options, KIND_PASSPHRASE))
        try_others(who);
    return OK;
}

/* ---- starting */

static void start_now(struct world *w, void *subject)
{
    (void)w;
    people_start(subject);
}

static void start_later(struct person *who)
{
    struct world *w = who->world;

    world_after(w, 1 + dice_below(&w->machine, AGAIN_MOST_MS), start_now, who, &who->life);
}

/* An interrupted joining goes on where it was, and one that had not begun begins. */
static struct err make_vault(struct person *who)
{
    struct invitation invitation;
    struct own own = {0};
    char text[PASSPHRASE_ROOM];
    struct err err;

    if (who->vault == NULL)
        TRY(vault_create(&who->vault, who->db, passphrase_of(0, text), PASSWORD_COST_LEAST,
                         &who->world->random));
    err = own_load(who->vault, &own);
    own_free(&own);
    if (err.code != E_ABSENT)
        return err;
    if (who->losing.returns)
        return losing_adopt(who);
    if (who->first != who)
        return kin_adopt(who);
    TRY(invitation_read(bytes_text(who->link), &invitation));
    TRY(own_create(who->vault, &invitation, people_clock(who), &own));
    own_free(&own);
    return OK;
}

static struct err open_all(struct person *who)
{
    struct random *random = &who->world->random;
    struct err err;

    TRY(sqlite_open_on(&who->db, disk_vfs(who->disk), FILE_NAME, true, true));
    err = unlock(who);
    if (err.code == E_ABSENT && !who->made)
        err = OK;
    TRY(err);
    if (!who->made)
        TRY(make_vault(who));
    who->made = true;
    return engine_new(&who->engine, who->vault, random, people_clock(who));
}

static void close_all(struct person *who)
{
    engine_free(who->engine);
    vault_close(who->vault);
    db_close(who->db);
    who->engine = NULL;
    who->vault = NULL;
    who->db = NULL;
    who->crash_in = 0;
    who->life++;
    who->wakes++;
}

static void look_after(struct person *who);

static void wake(struct world *w, void *subject)
{
    struct person *who = subject;

    (void)w;
    let_pass(who);
    look_after(who);
}

/* The key went before the power did. */
static bool was_wiped(struct person *who, struct err err)
{
    who->kin.wiped |= who->kin.removed && who->made && err.code == E_ABSENT;
    return who->kin.wiped;
}

/* Every way in which a start may fail that is not the world's own doing is wrong. */
static void did_not_start(struct person *who, struct err err)
{
    struct world *w = who->world;

    world_trace(w, "  %s does not start: %s at %s", who->name, err_name(err.code), err.where);
    close_all(who);
    if (was_wiped(who, err))
        return;
    if (disk_is_off(who->disk))
        disk_restart(who->disk);
    else if (w->calm || (err.code != E_IO && err.code != E_FULL))
        ledger_break(w, WRONG_STUCK, "%s does not start: %s at %s", who->name, err_name(err.code),
                     err.where);
    start_later(who);
}

static bool has_what_it_begins_with(const struct person *who)
{
    return who->link != NULL || who->kin.list.n > 0 || who->losing.returns;
}

void people_start(struct person *who)
{
    struct world *w = who->world;
    struct err err;

    if (who->engine != NULL || who->kin.wiped || who->losing.lost || !has_what_it_begins_with(who))
        return;
    if (world_rolls(w, &w->machine, KIND_DISK_CRASH, 6))
        disk_crash_at(who->disk, 1 + dice_below(&w->machine, 30));
    err = open_all(who);
    if (err.code != E_OK || disk_is_off(who->disk)) {
        did_not_start(who, err);
        return;
    }
    world_trace(w, "  %s runs", who->name);
    who->away = false;
    let_pass(who);
    look_after(who);
    losing_started(who);
}

/* ---- ending */

static void let_go(struct person *who, bool quietly)
{
    if (who->line != NULL)
        network_close(who->line, WAY_UP, quietly);
    who->line = NULL;
}

/* What the next sign-in is answered does not tell of what stood there before an answer that was
 * lost.  [PROTOCOL 10 V1] */
void people_may_be_unheard(struct person *who)
{
    who->unheard |= who->restored_later > 0 && !who->told_restored && !who->answered;
}

void people_stop(struct person *who)
{
    if (who->engine == NULL)
        return;
    world_trace(who->world, "  %s ends", who->name);
    people_may_be_unheard(who);
    let_go(who, false);
    close_all(who);
    if (disk_is_off(who->disk))
        disk_restart(who->disk);
}

void people_crash(struct person *who, bool quietly)
{
    if (who->engine == NULL)
        return;
    world_trace(who->world, "  %s crashes%s", who->name, quietly ? ", and nobody is told" : "");
    who->unheard |= who->restored_later > 0 && !who->told_restored;
    let_go(who, quietly);
    power_cut(who->world, who->disk);
    close_all(who);
    start_later(who);
}

/* ---- what the engine wants done */

static void connect_up(struct person *who)
{
    network_connect(who);
}

static void carry_out(struct person *who, const struct action *a)
{
    struct world *w = who->world;

    switch (a->kind) {
    case ACTION_CONNECT:
        connect_up(who);
        break;
    case ACTION_SEND:
        if (who->line != NULL)
            network_send(who->line, WAY_UP, a->frame);
        break;
    case ACTION_CLOSE:
        if (who->line != NULL)
            network_close(who->line, WAY_UP, false);
        who->line = NULL;
        engine_link_down(who->engine, E_CLOSED);
        break;
    case ACTION_WAKE:
        who->wakes++; /* in the place of an earlier one */
        world_after(w, clock_since(a->at_ms, people_clock(who)) + 1, wake, who, &who->wakes);
        break;
    case ACTION_TELL:
        ledger_hear(w, who, &a->event);
        break;
    }
}

/* Its vault is no vault any more; where the disk was in the way, it is told again. */
static void wipe(struct person *who)
{
    struct world *w = who->world;
    struct vault *v = NULL;

    kin_wipe(who);
    who->kin.told = false;
    if (disk_is_off(who->disk)) {
        people_crash(who, dice_once_in(&w->machine, 2));
        return;
    }
    if (who->kin.wiped && open_vault(who, who->passphrase, &v).code != E_ABSENT)
        ledger_break(w, WRONG_STUCK, "%s was wiped, and its vault is there", who->name);
    vault_close(v);
    people_stop(who);
    if (!who->kin.wiped)
        start_later(who);
}

/* After each call: is the machine still on, and the engine well?  Then what it wants is done. */
static void look_after(struct person *who)
{
    struct world *w = who->world;
    struct action a;
    struct err err;

    for (;;) {
        if (disk_is_off(who->disk)) {
            people_crash(who, dice_once_in(&w->machine, 2));
            return;
        }
        if (!engine_next(who->engine, &a))
            break;
        if (who->crash_in > 0 && --who->crash_in == 0) {
            people_crash(who, dice_once_in(&w->machine, 2));
            return;
        }
        carry_out(who, &a);
    }
    if (who->kin.told) {
        wipe(who);
        return;
    }
    err = engine_failure(who->engine);
    if (err.code == E_OK)
        return;
    world_trace(w, "  %s ends by itself: %s at %s", who->name, err_name(err.code), err.where);
    if (w->calm || (err.code != E_IO && err.code != E_FULL))
        ledger_break(w, WRONG_STUCK, "%s ends by itself: %s at %s", who->name, err_name(err.code),
                     err.where);
    people_stop(who);
    start_later(who);
}

void people_link_up(struct person *who, struct bytes binding)
{
    let_pass(who);
    engine_link_up(who->engine, binding);
    look_after(who);
}

void people_link_down(struct person *who, enum err_code why)
{
    who->line = NULL;
    let_pass(who);
    engine_link_down(who->engine, why);
    look_after(who);
}

void people_take(struct person *who, struct bytes frame)
{
    uint64_t told = who->told;

    let_pass(who);
    engine_frame(who->engine, frame);
    look_after(who);
    hostile_was_taken(who->world, who, told);
}

void people_frame(struct person *who, struct bytes frame)
{
    struct buf b = BUF(LIMIT_FRAME);

    buf_bytes(&b, frame);
    if (hostile_down(who->world, who, &b))
        people_take(who, buf_view(&b));
    buf_free(&b);
}

enum err_code people_order(struct person *who, const struct command *c)
{
    struct err err = engine_command(who->engine, c, people_clock(who));

    look_after(who);
    return err.code;
}

enum err_code people_command(struct person *who, enum command_kind kind, const char *handle,
                             const char *text)
{
    struct command c = {.kind = kind, .handle = bytes_text(handle), .text = bytes_text(text)};

    return people_order(who, &c);
}

enum err_code people_about_device(struct person *who, enum command_kind kind,
                                  const struct device_id *did)
{
    struct command c = {.kind = kind, .text = ID_BYTES(*did)};

    return people_order(who, &c);
}

enum err_code people_change_list(struct person *who, const struct listing_change *change)
{
    struct err err;

    let_pass(who);
    err = changing_ask(who->engine, change);
    let_pass(who);
    look_after(who);
    if (err_who(err.code) == WHO_OPERATOR && who->engine != NULL) { /* as after a command */
        people_stop(who);
        start_later(who);
    }
    return err.code;
}

void people_change_passphrase(struct person *who)
{
    struct world *w = who->world;
    char old[PASSPHRASE_ROOM], fresh[PASSPHRASE_ROOM];
    struct err err =
        vault_change_passphrase(who->vault, passphrase_of(who->passphrase, old),
                                passphrase_of(who->passphrase + 1, fresh), PASSWORD_COST_LEAST);

    world_trace(w, "%s changes the passphrase: %s", who->name, err_name(err.code));
    who->passphrase += err.code == E_OK;
    /* Full: a log whose last frame is there and only its padding is not counts, after a crash. */
    who->either = err.code == E_IO || err.code == E_FULL;
    if (err.code != E_OK && err.code != E_IO && err.code != E_FULL)
        ledger_break(w, WRONG_STUCK, "%s cannot change the passphrase: %s at %s", who->name,
                     err_name(err.code), err.where);
    if (err.code == E_IO && !disk_is_off(who->disk)) { /* nothing is believed until it is read */
        people_stop(who);
        start_later(who);
        return;
    }
    look_after(who);
}

/* ---- coming and going */

static struct person *enter(struct world *w)
{
    struct person *who = calloc(1, sizeof *who);

    invariant(who != NULL && w->people < OPTIONS_DEVICES_MOST);
    who->world = w;
    who->index = w->people;
    who->disk = disk_new(dice_roll(&w->machine));
    disk_skip_syncs(who->disk, plants_has("vault_skips_syncs"));
    who->latency_ms =
        w->options.latency_ms / 2 + (unsigned)dice_below(&w->net, w->options.latency_ms + 1);
    w->person[w->people++] = who;
    return who;
}

struct person *people_new(struct world *w)
{
    struct person *who = enter(w);

    who->first = who;
    snprintf(who->handle, sizeof who->handle, "p%02zu", w->accounts++);
    snprintf(who->name, sizeof who->name, "%s", who->handle);
    operator_asks(w, OP_INVITE, who);
    return who;
}

struct person *people_another(struct person *of)
{
    struct person *who = enter(of->world);

    who->first = of->first;
    memcpy(who->handle, of->handle, sizeof who->handle);
    snprintf(who->name, sizeof who->name, "%s/%zu", who->handle, who->index);
    return who;
}

void people_added(struct person *who)
{
    who->joined = true;
    who->joined_ms = who->world->now_ms;
    start_later(who);
}

void people_joined(struct person *who)
{
    if (!who->joined)
        who->joined_ms = who->world->now_ms;
    who->joined = true;
    kin_joined(who);
}

void people_invited(struct person *who, struct bytes link)
{
    if (who->link != NULL)
        return;
    who->link = strndup((const char *)link.at, link.n);
    invariant(who->link != NULL);
    people_start(who);
}

void people_removed(struct person *who)
{
    struct world *w = who->world;

    world_trace(w, "  %s was removed", who->handle);
    for (size_t i = 0; i < w->people; i++) {
        struct person *device = w->person[i];

        if (device->first != who->first || device->removed) /* again, by one that was put back */
            continue;
        device->removed = true;
        device->removed_at = w->ledger.n;
    }
}

void people_free(struct person *who)
{
    close_all(who);
    kin_free(who);
    past_free(who);
    disk_free(who->disk);
    disk_image_free(who->copy);
    free(who->link);
    free(who);
}
