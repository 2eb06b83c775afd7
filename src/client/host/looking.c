/* SPDX-License-Identifier: Apache-2.0 */
/* looking: the calls that show what the vault holds, and keep what the person makes of it. */
#include <stdio.h>

#include "base/encoding.h"
#include "client/deeds.h"
#include "client/following.h"
#include "client/host/client_internal.h"
#include "client/nicknames.h"
#include "client/rules.h"
#include "e2ee/fingerprint.h"
#include "statement/upload.h"

_Static_assert(TACET_SEAL_STANDARD == UPLOAD_PROFILE_STANDARD &&
                   TACET_SEAL_HYBRID == UPLOAD_PROFILE_HYBRID,
               "a seal is a profile");
_Static_assert((int)TACET_COPIES_SOME == (int)POLICY_NAMED, "copies are a scope");

/* ---- reading */

/* Its time is over, or it shows at another message. */
static struct err is_passed_over(struct tacet_client *c, const struct message *m, bool *passed)
{
    TRY(engine_is_over(c->engine, m, passed));
    *passed |= deeds_is_quiet(m);
    return OK;
}

static struct err next_message(struct tacet_client *c, const char *with, uint64_t place,
                               struct tacet_message *out)
{
    struct message m = {.place = place};
    uint64_t number;
    bool passed = true;

    if (with != NULL)
        TRY(meeting_conversation(c, with, &number));
    while (passed) {
        arena_free(&c->shown);
        TRY(with == NULL ? messages_next_unread(c->vault, m.place, &c->shown, &m)
                         : messages_next(c->vault, number, m.place, &c->shown, &m));
        TRY(is_passed_over(c, &m, &passed));
    }
    return telling_message(c, &m, &c->shown, out);
}

enum tacet_code tacet_next_message(struct tacet_client *c, const char *with, uint64_t place,
                                   struct tacet_message *out)
{
    return client_code(next_message(c, with, place, out));
}

static struct err previous_message(struct tacet_client *c, const char *with, uint64_t place,
                                   struct tacet_message *out)
{
    struct message m = {.place = place};
    uint64_t number;
    bool passed = true;

    TRY(meeting_conversation(c, with, &number));
    while (passed) {
        arena_free(&c->shown);
        if (m.place == 1)
            return FAIL(E_ABSENT);
        TRY(messages_last(c->vault, number, m.place - 1, &c->shown, &m)); /* 0 - 1: the newest */
        TRY(is_passed_over(c, &m, &passed));
    }
    return telling_message(c, &m, &c->shown, out);
}

enum tacet_code tacet_previous_message(struct tacet_client *c, const char *with, uint64_t place,
                                       struct tacet_message *out)
{
    return client_code(previous_message(c, with, place, out));
}

static struct err sharing_out(struct tacet_client *c, const struct contact *in,
                              struct tacet_contact *out)
{
    struct engine_quiet quiet;

    TRY(engine_quiet(c->engine, in, &quiet));
    out->muted_ms = quiet.muted_ms;
    out->pinned = quiet.pinned;
    out->blocked = quiet.blocked;
    return OK;
}

static struct err contact_out(struct tacet_client *c, const struct contact *in,
                              struct tacet_contact *out)
{
    const char *name = NULL;
    struct rules rules;
    struct err err;

    arena_free(&c->named);
    err = nicknames_get(c->vault, in, &c->named, &name);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    TRY(rules_of_pair(c->vault, engine_own(c->engine), &in->aid, carrier_clock(), &rules));
    *out = (struct tacet_contact){.known = in->known,
                                  .verified = in->verified,
                                  .removed = in->removed,
                                  .changed = in->changed,
                                  .recovered = in->recovered,
                                  .seal = (enum tacet_seal)rules.profile,
                                  .kept = rules.joins,
                                  .name = name,
                                  .number = in->number};
    snprintf(out->handle, sizeof out->handle, "%s", in->handle);
    TRY(following_newest(c->vault, &in->aid, &out->uses_list));
    if (rules.joins)
        client_handle(c, &rules.keeper, out->keeper);
    return in->known ? sharing_out(c, in, out) : OK;
}

enum tacet_code tacet_next_contact(struct tacet_client *c, uint64_t number,
                                   struct tacet_contact *out)
{
    struct contact contact;
    struct err err = people_next(c->vault, number, &contact);

    if (err.code == E_OK && people_is_me(engine_own(c->engine), &contact))
        err = people_next(c->vault, contact.number, &contact);
    if (err.code == E_OK)
        err = contact_out(c, &contact, out);
    return client_code(err);
}

enum tacet_code tacet_find_contact(struct tacet_client *c, const char *handle,
                                   struct tacet_contact *out)
{
    struct contact contact;
    struct err err = people_by_handle(c->vault, bytes_text(handle), &contact);

    if (err.code == E_OK)
        err = contact_out(c, &contact, out);
    return client_code(err);
}

static struct err warned(struct tacet_client *c, const char *handle)
{
    struct contact contact;

    TRY(people_by_handle(c->vault, bytes_text(handle), &contact));
    if (!contact.recovered)
        return OK;
    contact.recovered = false;
    TRY(vault_begin(c->vault));
    return vault_end(c->vault, people_put(c->vault, &contact));
}

enum tacet_code tacet_warned(struct tacet_client *c, const char *handle)
{
    return client_code(warned(c, handle));
}

/* ---- devices: those of the list in its order, then those that were revoked */

static void device_out(const struct device_list *list, uint64_t number, struct tacet_device *out)
{
    *out = (struct tacet_device){
        .list = list->version, .list_ms = list->made_ms, .number = number + 1};
    if (number < list->devices) {
        out->since_ms = list->device[number].added_ms;
        out->given_history = list->device[number].capabilities & DEVICE_GIVEN_HISTORY;
        client_hex(ID_BYTES(list->device[number].did), out->id);
    } else {
        out->revoked_at = list->gone[number - list->devices].at_version;
        client_hex(ID_BYTES(list->gone[number - list->devices].did), out->id);
    }
}

static struct err device_name(struct tacet_client *c, const struct device_id *did,
                              const char **name)
{
    struct err err;

    arena_free(&c->called);
    err = nicknames_of_device(c->vault, did, &c->called, name);
    return err.code == E_ABSENT ? OK : err;
}

static struct err next_device(struct tacet_client *c, const char *handle, uint64_t number,
                              struct tacet_device *out)
{
    const struct own *own = engine_own(c->engine);
    struct contact contact;
    struct device_list theirs;
    const struct device_list *list = &own->list;
    char here[TACET_ID_SIZE];

    if (handle != NULL && strcmp(handle, own->handle) != 0) {
        TRY(people_by_handle(c->vault, bytes_text(handle), &contact));
        if (!contact.known)
            return FAIL(E_ABSENT);
        TRY(people_newest_list(c->vault, own, &contact.aid, &theirs));
        list = &theirs;
    }
    while (number < list->devices && !device_list_is_device(&list->device[number]))
        number++; /* a recovery key is none */
    if (number >= list->devices + list->revoked)
        return FAIL(E_ABSENT);
    device_out(list, number, out);
    client_hex(ID_BYTES(own->me.who.did), here);
    out->here = strcmp(out->id, here) == 0;
    return list == &own->list && out->revoked_at == 0
               ? device_name(c, &list->device[number].did, &out->name)
               : OK;
}

enum tacet_code tacet_next_device(struct tacet_client *c, const char *handle, uint64_t number,
                                  struct tacet_device *out)
{
    return client_code(next_device(c, handle, number, out));
}

/* ---- trust */

static struct err safety(struct tacet_client *c, const char *handle, char digits[TACET_SAFETY_SIZE],
                         char qr[128])
{
    struct contact contact;
    uint8_t fingerprint[FINGERPRINT_SIZE];
    struct buf b = BUF(127);

    TRY(people_by_handle(c->vault, bytes_text(handle), &contact));
    TRY(people_fingerprint(engine_own(c->engine), &contact, fingerprint));
    fingerprint_digits(fingerprint, digits);
    fingerprint_qr(fingerprint, &b);
    invariant(b.failed == E_OK);
    memcpy(qr, b.at, b.n);
    qr[b.n] = '\0';
    buf_free(&b);
    return OK;
}

enum tacet_code tacet_safety_number(struct tacet_client *c, const char *handle,
                                    char digits[TACET_SAFETY_SIZE], char qr[128])
{
    return client_code(safety(c, handle, digits, qr));
}

/* ---- status */

static struct err policy_out(struct tacet_client *c, struct tacet_status *out)
{
    struct network_policy p;

    TRY(rules_in_force(c->vault, engine_own(c->engine), carrier_clock(), &p));
    out->policy = p.number;
    if (!p.retains)
        return OK;
    out->copies = (enum tacet_copies)p.retention.scope;
    client_handle(c, &p.retention.aid, out->keeper);
    return OK;
}

static bool has_spare_key(struct tacet_client *c)
{
    uint8_t name[SPARE_KEY_NAME_SIZE];

    return spare_key_name(c->db, name).code == E_OK;
}

enum tacet_code tacet_get_status(struct tacet_client *c, struct tacet_status *out)
{
    const struct own *own = engine_own(c->engine);
    enum recovering_state recovery = RECOVERING_NONE;
    struct err err;

    *out = (struct tacet_status){.joined = own->joined,
                                 .connected = engine_is_ready(c->engine),
                                 .drained = engine_is_drained(c->engine),
                                 .prekey = own->prekey[0].statement.number,
                                 .prekey_made_ms = own->prekey[0].statement.made_ms,
                                 .key_store = has_spare_key(c),
                                 .wrong_tries = c->wrong_tries};
    snprintf(out->handle, sizeof out->handle, "%s", own->handle);
    snprintf(out->domain, sizeof out->domain, "%s", own->domain);
    snprintf(out->network, sizeof out->network, "%s", own->network_name);
    snprintf(out->address, sizeof out->address, "%s", own->address);
    client_hex(ID_BYTES(own->nid), out->network_id);
    client_hex(ID_BYTES(own->me.who.aid), out->account_id);
    client_hex(ID_BYTES(own->me.who.did), out->device_id);
    err = engine_recovery(c->engine, &recovery);
    if (err.code == E_OK)
        out->recovery = (enum tacet_recovery)recovery;
    if (err.code == E_OK)
        err = policy_out(c, out);
    if (err.code == E_OK)
        err = engine_waiting(c->engine, &out->outgoing, &out->parked);
    if (err.code == E_OK)
        err = engine_answers(c->engine, &out->answers);
    return client_code(err);
}
