/* SPDX-License-Identifier: Apache-2.0 */
/* stage_devices: people with several devices on the stage in memory, made with both keys at hand.
 */
#include "client/newcomer.h"
#include "crypto/password.h"
#include "scenario/stage_internal.h"
#include "statement/device_change.h"
#include "wire/tacet.pb-c.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- with both keys at hand */

/* A new device of the account of `of`. */
static void make_identity(struct person *of, struct identity *out)
{
    const struct identity *mine = &engine_own(of->engine)->me;
    struct identity both = {.who = mine->who, .ark_secret = mine->ark_secret};
    struct buf b = BUF(512);
    struct point dsk;

    assert_ok(sign_generate(&both.dsk_secret, dsk.b));
    assert_ok(identity_write(&both, &b));
    assert_ok(identity_parse(buf_view(&b), out));
    sign_private_free(both.dsk_secret);
    buf_free(&b);
}

static struct device_list next_list(struct person *by)
{
    struct device_list next;

    assert_ok(device_change_begin(&engine_own(by->engine)->list, stage_now(by->play), &next));
    return next;
}

static void add_entry(struct device_list *l, const struct identity *id, enum device_role role,
                      uint64_t now_ms)
{
    struct device_entry entry = {
        .did = id->who.did, .dsk = id->dsk, .role = role, .added_ms = now_ms};

    assert_ok(device_change_add(l, &entry));
}

static void sign_list(struct person *by, struct device_list *list, struct buf *statement)
{
    const struct own *own = engine_own(by->engine);

    assert_ok(device_list_sign(list, &own->nid, own->me.ark_secret, &own->me.who.did,
                               own->me.dsk_secret, statement));
}

/* A refusal would cost the link, since nobody waits for the answer. */
static void publish(struct person *by, struct bytes statement)
{
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    Tacet__Wire__PublishList m = TACET__WIRE__PUBLISH_LIST__INIT;
    struct frame f = {.op = OP_LIST};

    m.statement = frame_data(statement);
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    stage_send(by, buf_view(&frame));
    assert_true(engine_is_ready(by->engine));
    buf_free(&body);
    buf_free(&frame);
}

/* By an older list than the account's newest nothing could be signed. */
static void look_at_own_list(struct person *who)
{
    leaves(who);
    returns(who);
}

struct person *stage_device_by_hand(struct person *of, const char *name)
{
    struct play *p = of->play;
    const struct own *own;
    struct buf statement = BUF(DEVICE_LIST_MAX_SIZE);
    struct person *who = stage_enter(p, of->handle, name);
    struct identity id;
    struct device_list list;
    struct own made;

    look_at_own_list(of);
    own = engine_own(of->engine);
    make_identity(of, &id);
    list = next_list(of);
    add_entry(&list, &id, DEVICE_PLAIN, stage_now(p));
    sign_list(of, &list, &statement);
    publish(of, buf_view(&statement));
    assert_ok(own_adopt(who->vault,
                        &(struct own_adopted){.me = &id,
                                              .root = BYTES(own->root.b),
                                              .domain = bytes_text(own->domain),
                                              .handle = bytes_text(own->handle),
                                              .address = bytes_text(own->address),
                                              .pin = BYTES(own->pin),
                                              .list = buf_view(&statement)},
                        stage_clock(who), &made));
    own_free(&made);
    buf_free(&statement);
    stage_start(who);
    assert_true(engine_is_drained(who->engine));
    return who;
}

/* ---- through the engines */

#define ADDING_MS (3 * CLOCK_SECOND_MS) /* more than both wait between two questions */

static enum err_code command(struct person *who, enum command_kind kind, struct bytes text)
{
    struct command c = {.kind = kind, .text = text};
    struct err err = engine_command(who->engine, &c, stage_clock(who));

    stage_settle(who->play);
    return err.code;
}

char *stage_offers(struct person *of)
{
    struct buf link = BUF(DEVICE_LINK_MAX + 1);
    char *text = NULL;

    of->adding = (struct event){.kind = 0};
    if (command(of, COMMAND_OFFER, (struct bytes){NULL, 0}) == E_OK && of->engine != NULL &&
        engine_link(of->engine, &link).code == E_OK)
        text = strndup((const char *)link.at, link.n);
    buf_free(&link);
    return text;
}

struct person *stage_asks(struct person *of, const char *name, const char *link)
{
    struct person *who = stage_enter(of->play, of->handle, name);
    struct device_link read;

    assert_ok(device_link_read(bytes_text(link), &read));
    assert_ok(newcomer_make(who->vault, &read, bytes_text(name), &of->play->random));
    stage_start(who);
    return who;
}

struct event stage_told_of_adding(struct person *who)
{
    struct event told = who->adding;

    who->adding = (struct event){.kind = 0};
    return told;
}

enum err_code stage_confirms_digest(struct person *of, struct bytes digest)
{
    return command(of, COMMAND_OFFER_CONFIRM, digest);
}

enum err_code stage_confirms(struct person *of)
{
    struct event told = of->adding;

    return stage_confirms_digest(of, BYTES(told.adding.digest));
}

enum err_code stage_cancels(struct person *of)
{
    return command(of, COMMAND_OFFER_CANCEL, (struct bytes){NULL, 0});
}

bool stage_has_joined(const struct person *who)
{
    return who->joined;
}

struct person *stage_second_device(struct person *of, const char *name)
{
    char *link = stage_offers(of);
    struct person *who;

    assert_non_null(link);
    who = stage_asks(of, name, link);
    free(link);
    stage_forward(of->play, ADDING_MS);
    assert_int_equal(of->adding.adding.step, ADDING_ASKED);
    assert_string_equal(of->adding.adding.name, name);
    assert_string_equal(of->adding.adding.from, STAGE_FROM);
    assert_string_equal(of->adding.adding.code, who->adding.adding.code);
    assert_int_equal(stage_confirms(of), E_OK);
    assert_int_equal(of->adding.adding.step, ADDING_DONE);
    stage_forward(of->play, ADDING_MS);
    assert_true(who->joined);
    assert_true(engine_is_drained(who->engine));
    return who;
}

/* ---- out of the list */

/* Its program may have ended, but its vault knows who it is. */
static struct device_id name_of(struct person *who)
{
    struct device_id did;
    struct own own;

    if (who->engine != NULL)
        return engine_own(who->engine)->me.who.did;
    stage_open(who);
    assert_ok(own_load(who->vault, &own));
    did = own.me.who.did;
    own_free(&own);
    stage_stop(who);
    return did;
}

void stage_late_revocation(struct person *by, struct person *gone, uint32_t later,
                           struct buf *statement)
{
    struct device_id did = name_of(gone);
    struct device_list list;

    look_at_own_list(by);
    list = next_list(by);
    list.version += later;
    assert_ok(device_change_revoke(&list, &did));
    sign_list(by, &list, statement);
}

void stage_revocation(struct person *by, struct person *gone, struct buf *statement)
{
    stage_late_revocation(by, gone, 0, statement);
}

void stage_remove_device(struct person *by, struct person *gone)
{
    struct buf statement = BUF(DEVICE_LIST_MAX_SIZE);

    stage_revocation(by, gone, &statement);
    publish(by, buf_view(&statement));
    buf_free(&statement);
}

enum err_code stage_revokes_id(struct person *by, const struct device_id *did)
{
    by->listed = (struct event){.kind = 0};
    return command(by, COMMAND_REVOKE, ID_BYTES(*did));
}

enum err_code stage_revoke(struct person *by, struct person *gone)
{
    struct device_id did = name_of(gone);

    return stage_revokes_id(by, &did);
}

enum err_code stage_told_of_list(struct person *who)
{
    return who->listed.kind == EVENT_LISTED ? who->listed.code : E_AGAIN;
}

void stage_recover(struct person *by)
{
    const struct own *own;
    struct buf statement = BUF(DEVICE_LIST_MAX_SIZE);
    struct identity key;
    struct device_list list;

    look_at_own_list(by);
    make_identity(by, &key);
    list = next_list(by);
    add_entry(&list, &key, DEVICE_RECOVERY, stage_now(by->play));
    sign_list(by, &list, &statement);
    publish(by, buf_view(&statement));
    buf_free(&statement);

    look_at_own_list(by);
    own = engine_own(by->engine);
    list = next_list(by);
    statement = BUF(DEVICE_LIST_MAX_SIZE);
    assert_ok(device_list_sign(&list, &own->nid, own->me.ark_secret, &key.who.did, key.dsk_secret,
                               &statement));
    publish(by, buf_view(&statement));
    buf_free(&statement);
    identity_free(&key);
}

static enum err_code ask_of(struct person *by, struct person *other, enum command_kind kind)
{
    struct device_id did = name_of(other);
    struct command c = {.kind = kind, .text = ID_BYTES(did)};
    struct err err = engine_command(by->engine, &c, stage_clock(by));

    stage_settle(by->play);
    return err.code;
}

enum err_code stage_give(struct person *by, struct person *to)
{
    return ask_of(by, to, COMMAND_GIVE);
}

enum err_code stage_take(struct person *by, struct person *from)
{
    return ask_of(by, from, COMMAND_TAKE);
}

enum err_code stage_has_history(const struct person *who)
{
    return who->history.history.phase == HISTORY_ENDED ? who->history.code : E_AGAIN;
}

unsigned stage_told_of_history(struct person *who, struct history_news *last)
{
    unsigned n = who->histories;

    *last = who->history.history;
    who->histories = 0;
    return n;
}

bool stage_was_removed(const struct person *who)
{
    return who->removed;
}

unsigned stage_told_of_devices(struct person *who, struct event *last)
{
    unsigned n = who->changes;

    *last = who->devices;
    who->changes = 0;
    return n;
}

void sees_own(struct person *who, struct person *with, const char *text)
{
    const struct message *m = stage_next_shown(who);

    assert_non_null(m);
    assert_true(m->mine);
    assert_true(m->read);
    assert_int_equal(m->state, DELIVERY_ACCEPTED);
    assert_int_equal(m->notes & ~(uint32_t)MESSAGE_GAP, MESSAGE_ELSEWHERE);
    assert_string_equal(who->with[who->seen], with->handle);
    sees(who, who, text);
}
