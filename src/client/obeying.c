/* SPDX-License-Identifier: Apache-2.0 */
/* obeying: what a person wants of the engine goes to whoever does it. */
#include "client/agreed.h"
#include "client/automatic.h"
#include "client/engine_internal.h"
#include "client/errands.h"
#include "client/giver.h"
#include "client/rules.h"
#include "client/showing.h"
#include "client/taker.h"
#include "client/wishing.h"
#include "e2ee/card.h"
#include "e2ee/fingerprint.h"
#include "e2ee/payload.h"
#include "e2ee/position.h"

/* With somebody new it begins. */
static struct err begin_conversation(struct engine *e, const struct command *c, uint64_t *out)
{
    struct err err = engine_conversation(e, c, out);
    struct contact to;

    if (err.code != E_ABSENT || c->room != 0)
        return err;
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, people_add(e->vault, c->handle, &to)));
    *out = to.number;
    return OK;
}

static struct err send_text(struct engine *e, const struct command *c)
{
    uint64_t conversation;

    if (c->text.n > LIMIT_TEXT)
        return FAIL(E_LIMIT);
    if (!text_is_utf8(c->text))
        return FAIL(E_MALFORMED);
    TRY(begin_conversation(e, c, &conversation));
    return outgoing_queue_for(e, conversation, PAYLOAD_TEXT, c->text, &c->timers);
}

static struct err forward(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(4 * VAULT_VALUE_MAX);
    struct bytes text;
    uint64_t to;

    TRY_OUT(doing_forwarded(e, c, &a, &text));
    TRY_OUT(begin_conversation(e, c, &to));
    TRY_OUT(outgoing_queue(e, to, PAYLOAD_FORWARD, text));
out:
    arena_free(&a);
    return err;
}

static struct err send_content(struct engine *e, const struct command *c, uint16_t type,
                               struct bytes content)
{
    uint64_t conversation;

    TRY(begin_conversation(e, c, &conversation));
    return outgoing_queue(e, conversation, type, content);
}

static struct err send_position(struct engine *e, const struct command *c)
{
    struct position at = *c->position;
    struct buf content = BUF(POSITION_MAX_SIZE);
    struct err err = OK;

    if (!rules_allows_position())
        return FAIL(E_DENIED);
    if (c->number > POSITION_LIVE_MAX)
        return FAIL(E_LIMIT);
    if (c->number > 0)
        at.until_ms = clock_add(e->now_ms, c->number * CLOCK_SECOND_MS);
    TRY_OUT(position_write(&at, &content));
    TRY_OUT(send_content(e, c, PAYLOAD_POSITION, buf_view(&content)));
out:
    buf_free(&content);
    return err;
}

/* As they are known here, or myself. */
static struct err find_introduced(struct engine *e, struct bytes handle, struct card *out)
{
    struct contact c;

    *out = (struct card){e->own.nid, e->own.me.who.aid, handle};
    if (bytes_same(handle, bytes_text(e->own.handle)))
        return OK;
    TRY(people_by_handle(e->vault, handle, &c));
    if (c.changed)
        return FAIL(E_CONFLICT);
    out->aid = c.aid;
    return c.known ? OK : FAIL(E_AGAIN);
}

static struct err send_card(struct engine *e, const struct command *c)
{
    struct buf content = BUF(CARD_MAX_SIZE);
    struct err err = OK;
    struct card card;

    TRY_OUT(find_introduced(e, c->text, &card));
    TRY_OUT(card_write(&card, &content));
    TRY_OUT(send_content(e, c, PAYLOAD_CARD, buf_view(&content)));
out:
    buf_free(&content);
    return err;
}

static struct err send_file(struct engine *e, const struct command *c)
{
    uint64_t conversation;

    TRY(begin_conversation(e, c, &conversation));
    return errands_send(e, conversation, c->about, c->text, &e->transfer);
}

static struct err pass_file(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(4 * VAULT_VALUE_MAX);
    struct bytes content;
    uint64_t to;

    TRY_OUT(doing_forwarded_file(e, c, &a, &content));
    TRY_OUT(begin_conversation(e, c, &to));
    TRY_OUT(errands_pass(e, to, content, &e->transfer));
out:
    arena_free(&a);
    return err;
}

static struct err fetch_file(struct engine *e, const struct command *c)
{
    struct contact with = {.number = c->room};

    if (c->room == 0)
        TRY(people_by_handle(e->vault, c->handle, &with));
    if (c->kind == COMMAND_FILE_SHOW)
        return showing_ask(e, with.number, c->number, &e->transfer);
    return errands_fetch(e, with.number, c->number, c->text, &e->transfer);
}

static struct err move_file(struct engine *e, const struct command *c)
{
    if (c->kind == COMMAND_FILE_SEND)
        return send_file(e, c);
    if (c->kind == COMMAND_FILE_PASS)
        return pass_file(e, c);
    if (c->kind == COMMAND_FILE_AUTOMATIC)
        return automatic_set(e, c->text, c->number);
    return c->kind == COMMAND_FILE_CANCEL ? errands_cancel(e, c->number) : fetch_file(e, c);
}

static struct err look_up(struct engine *e, const struct command *c)
{
    if (!text_is_handle(c->handle))
        return FAIL(E_MALFORMED);
    if (e->link.state != LINK_READY)
        return FAIL(E_CLOSED);
    return lookups_handle(e, c->handle);
}

/* Digits as typed: anything but digits is passed over. */
static bool are_digits_of(struct bytes typed, const char digits[FINGERPRINT_DIGITS + 1])
{
    size_t n = 0;

    for (size_t i = 0; i < typed.n; i++) {
        if (typed.at[i] < '0' || typed.at[i] > '9')
            continue;
        if (n == FINGERPRINT_DIGITS || typed.at[i] != (uint8_t)digits[n])
            return false;
        n++;
    }
    return n == FINGERPRINT_DIGITS;
}

static struct err confirm(struct engine *e, const struct command *c)
{
    struct contact to;
    uint8_t fingerprint[FINGERPRINT_SIZE];
    char digits[FINGERPRINT_DIGITS + 1];

    TRY(people_by_handle(e->vault, c->handle, &to));
    TRY(people_fingerprint(&e->own, &to, fingerprint));
    fingerprint_digits(fingerprint, digits);
    if (!are_digits_of(c->text, digits))
        return FAIL(E_FORGED);
    to.recovered = false;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, agreed_confirm(e, &to));
}

static struct err accept_key(struct engine *e, const struct command *c)
{
    struct contact to;

    TRY(people_by_handle(e->vault, c->handle, &to));
    if (!to.changed)
        return FAIL(E_CONFLICT);
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, agreed_accept(e, &to)));
    TRY(incoming_retry(e, true));
    return outgoing_pump(e);
}

static struct err revoke(struct engine *e, const struct command *c)
{
    struct listing_change change = {.kind = LISTING_REVOKE};

    if (c->text.n != sizeof change.entry.did.b)
        return FAIL(E_MALFORMED);
    memcpy(change.entry.did.b, c->text.at, c->text.n);
    if (device_list_find(&e->own.list, &change.entry.did) == NULL)
        return FAIL(E_ABSENT);
    return changing_ask(e, &change);
}

/* What is asked about a device of mine, by its did. */
static struct err with_device(struct engine *e, const struct command *c,
                              struct err (*what)(struct engine *, const struct device_id *))
{
    struct device_id did;

    if (c->text.n != sizeof did.b)
        return FAIL(E_MALFORMED);
    memcpy(did.b, c->text.at, sizeof did.b);
    return what(e, &did);
}

static struct err offer(struct engine *e, const struct command *c)
{
    if (c->kind == COMMAND_OFFER)
        return offering_begin(e);
    return c->kind == COMMAND_OFFER_CONFIRM ? offering_confirm(e, c->text) : offering_cancel(e);
}

static struct err about_person(struct engine *e, const struct command *c)
{
    if (c->kind == COMMAND_LOOK_UP)
        return look_up(e, c);
    return c->kind == COMMAND_CONFIRM ? confirm(e, c) : accept_key(e, c);
}

static struct err recover(struct engine *e, const struct command *c)
{
    if (c->kind == COMMAND_RECOVERY_MAKE)
        return keeping_make(e);
    if (c->kind == COMMAND_RECOVERY_SHOWN)
        return keeping_shown(e);
    return c->kind == COMMAND_RECOVERY_CONFIRM ? keeping_confirm(e, c->text)
                                               : returning_letters(e, c->text);
}

struct err obeying_command(struct engine *e, const struct command *c)
{
    switch (c->kind) {
    case COMMAND_SEND:
        return send_text(e, c);
    case COMMAND_LOOK_UP:
    case COMMAND_CONFIRM:
    case COMMAND_ACCEPT:
        return about_person(e, c);
    case COMMAND_REVOKE:
        return revoke(e, c);
    case COMMAND_GIVE:
    case COMMAND_TAKE:
        return with_device(e, c, c->kind == COMMAND_GIVE ? giver_ask : taker_agree);
    case COMMAND_NAME:
    case COMMAND_NAME_DEVICE:
    case COMMAND_READ:
    case COMMAND_DRAFT:
    case COMMAND_MUTE:
    case COMMAND_BLOCK:
    case COMMAND_DELETE:
    case COMMAND_STAR:
    case COMMAND_UNSTAR:
    case COMMAND_PIN:
    case COMMAND_TIMERS:
    case COMMAND_RECEIPTS:
    case COMMAND_ACTIVITY:
    case COMMAND_TELL_ACTIVITY:
        return saying_command(e, c);
    case COMMAND_ROOM_CREATE:
    case COMMAND_ROOM_ADD:
    case COMMAND_ROOM_REMOVE:
    case COMMAND_ROOM_PROMOTE:
    case COMMAND_ROOM_DEMOTE:
    case COMMAND_ROOM_NAME:
    case COMMAND_ROOM_DESCRIBE:
    case COMMAND_ROOM_LEAVE:
    case COMMAND_ROOM_DELETE:
    case COMMAND_ROOM_POSTING:
        return wanting_command(e, c);
    case COMMAND_REPLY:
    case COMMAND_REACT:
    case COMMAND_TAKE_BACK:
    case COMMAND_EDIT:
    case COMMAND_RECALL:
    case COMMAND_MOVE:
    case COMMAND_STOP:
    case COMMAND_SHELVE:
        return doing_command(e, c);
    case COMMAND_FORWARD:
        return forward(e, c);
    case COMMAND_POSITION:
        return send_position(e, c);
    case COMMAND_CARD:
        return send_card(e, c);
    case COMMAND_FILE_SEND:
    case COMMAND_FILE_PASS:
    case COMMAND_FILE_FETCH:
    case COMMAND_FILE_CANCEL:
    case COMMAND_FILE_SHOW:
    case COMMAND_FILE_AUTOMATIC:
        return move_file(e, c);
    case COMMAND_OFFER:
    case COMMAND_OFFER_CONFIRM:
    case COMMAND_OFFER_CANCEL:
        return offer(e, c);
    case COMMAND_RECOVERY_MAKE:
    case COMMAND_RECOVERY_SHOWN:
    case COMMAND_RECOVERY_CONFIRM:
    case COMMAND_RECOVERY_USE:
        return recover(e, c);
    }
    return FAIL(E_MALFORMED);
}
