/* SPDX-License-Identifier: Apache-2.0 */
#include "tacet/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/version.h"
#include "client/host/carrier.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "crypto/selftest.h"
#include "e2ee/fingerprint.h"
#include "storage/sqlite/sqlite.h"

#define PATH_SIZE 4096

struct tacet_client {
    struct random random;
    struct db *db;
    struct vault *vault;
    struct engine *engine;
    struct carrier *carrier;
    struct arena shown; /* what the last call lent to the caller */
};

/* The two vocabularies are one: numbers never change their meaning. */
_Static_assert((int)TACET_FULL == (int)E_FULL && (int)TACET_REMOVED == (int)E_REMOVED, "codes");
_Static_assert((int)TACET_STATE_ACCEPTED == (int)DELIVERY_ACCEPTED, "states");
_Static_assert((int)TACET_STATE_FAILED == (int)DELIVERY_FAILED, "states");
_Static_assert((int)TACET_EVENT_PROBLEM == (int)EVENT_PROBLEM, "events");
_Static_assert((int)TACET_PROBLEM_OLD_SERVER == (int)PROBLEM_OLD_SERVER, "problems");
_Static_assert((int)TACET_NOTE_UNREADABLE == (int)MESSAGE_UNREADABLE, "notes");
_Static_assert(TACET_TEXT_MAX == LIMIT_TEXT && TACET_HANDLE_SIZE == TEXT_HANDLE_MAX + 1, "sizes");

static enum tacet_code code_of(struct err err)
{
    return (enum tacet_code)err.code;
}

/* ---- opening */

static struct err vault_path(const char *directory, char out[PATH_SIZE])
{
    int n = snprintf(out, PATH_SIZE, "%s/profile.vault", directory);

    return n < 0 || n >= PATH_SIZE ? FAIL(E_LIMIT) : OK;
}

bool tacet_profile_exists(const char *directory)
{
    char path[PATH_SIZE];

    /* What may not be looked at is not missing. */
    return vault_path(directory, path).code == E_OK &&
           (access(path, F_OK) == 0 || errno == EACCES || errno == EIO);
}

/* The directory and those above it, for this user alone. */
static struct err make_directories(const char *directory)
{
    char path[PATH_SIZE];
    size_t n = strlen(directory);

    if (n == 0 || n >= sizeof path)
        return FAIL(E_LIMIT);
    memcpy(path, directory, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return FAIL(errno == ENOSPC ? E_FULL : E_IO);
        path[i] = directory[i];
    }
    return OK;
}

static struct err new_client(struct tacet_client **out)
{
    struct tacet_client *c = calloc(1, sizeof *c);

    if (c == NULL)
        return FAIL(E_NOMEM);
    c->random = random_system();
    c->shown = ARENA(1 << 20);
    *out = c;
    return selftest_run();
}

static struct err open_vault(struct tacet_client *c, const struct tacet_profile *p)
{
    char path[PATH_SIZE];

    TRY(vault_path(p->directory, path));
    TRY(sqlite_open(&c->db, path, false, true));
    return vault_open(&c->vault, c->db, bytes(p->passphrase, p->passphrase_n), &c->random);
}

static struct err create_vault(struct tacet_client *c, const struct tacet_profile *p)
{
    char path[PATH_SIZE];
    unsigned cost = p->cost == 0 ? TACET_COST_DEFAULT : p->cost;

    if (cost > UINT8_MAX)
        return FAIL(E_LIMIT);
    TRY(make_directories(p->directory));
    TRY(vault_path(p->directory, path));
    TRY(sqlite_open(&c->db, path, true, true));
    return vault_create(&c->vault, c->db, bytes(p->passphrase, p->passphrase_n), (uint8_t)cost,
                        &c->random);
}

static struct err start(struct tacet_client *c)
{
    TRY(engine_new(&c->engine, c->vault, &c->random, carrier_clock()));
    return carrier_new(&c->carrier, c->engine);
}

enum tacet_code tacet_open(struct tacet_client **out, const struct tacet_profile *p)
{
    struct err err = OK;
    struct tacet_client *c = NULL;

    if (!tacet_profile_exists(p->directory))
        return TACET_ABSENT;
    TRY_OUT(new_client(&c));
    TRY_OUT(open_vault(c, p));
    TRY_OUT(start(c));
    *out = c;
    c = NULL;
out:
    tacet_close(c);
    return code_of(err);
}

/* What an interrupted join left behind: does it belong to this link? */
static struct err go_on(struct tacet_client *c, const struct invitation *link)
{
    struct own own;
    struct err err = own_load(c->vault, &own);
    bool joined, same;

    if (err.code == E_ABSENT)
        return err;
    TRY(err);
    joined = own.joined;
    same = ID_SAME(own.nid, link->nid) && secret_same(BYTES(own.token), BYTES(link->token));
    own_free(&own);
    return joined ? FAIL(E_CONFLICT) : same ? OK : FAIL(E_STALE);
}

/* A profile that never joined holds nothing: a new link begins anew. */
static struct err begin_anew(struct tacet_client *c, const struct tacet_profile *p)
{
    char path[PATH_SIZE];

    vault_close(c->vault);
    db_close(c->db);
    c->vault = NULL;
    c->db = NULL;
    TRY(vault_path(p->directory, path));
    if (unlink(path) != 0)
        return FAIL(E_IO);
    return create_vault(c, p);
}

static struct err prepare(struct tacet_client *c, const struct tacet_profile *p,
                          const struct invitation *link)
{
    struct err err = FAIL(E_ABSENT);
    struct own own;

    if (tacet_profile_exists(p->directory)) {
        err = open_vault(c, p);
        if (err.code == E_OK)
            err = go_on(c, link);
        else if (err.code == E_ABSENT) /* interrupted before the vault was made */
            err = FAIL(E_STALE);
        if (err.code == E_STALE) {
            TRY(begin_anew(c, p));
            err = FAIL(E_ABSENT);
        }
    } else {
        TRY(create_vault(c, p));
    }
    if (err.code != E_ABSENT)
        return err;
    TRY(own_create(c->vault, link, carrier_clock(), &own));
    own_free(&own);
    return OK;
}

enum tacet_code tacet_check_link(const char *link)
{
    struct invitation invitation;
    struct err err = invitation_read(bytes_text(link), &invitation);

    secret_wipe(&invitation, sizeof invitation);
    return code_of(err);
}

enum tacet_code tacet_join(struct tacet_client **out, const struct tacet_profile *p,
                           const char *link)
{
    struct err err = OK;
    struct tacet_client *c = NULL;
    struct invitation invitation;

    TRY_OUT(invitation_read(bytes_text(link), &invitation));
    TRY_OUT(new_client(&c));
    TRY_OUT(prepare(c, p, &invitation));
    TRY_OUT(start(c));
    *out = c;
    c = NULL;
out:
    secret_wipe(&invitation, sizeof invitation);
    tacet_close(c);
    return code_of(err);
}

void tacet_close(struct tacet_client *c)
{
    if (c == NULL)
        return;
    carrier_free(c->carrier);
    engine_free(c->engine);
    vault_close(c->vault);
    db_close(c->db);
    arena_free(&c->shown);
    free(c);
}

/* ---- the network */

static void hex_of(struct bytes in, char *out)
{
    struct buf b = BUF(128);

    encoding_hex(&b, in);
    invariant(b.failed == E_OK);
    memcpy(out, b.at, b.n);
    out[b.n] = '\0';
    buf_free(&b);
}

static void message_out(const struct message *m, const char *with, struct tacet_message *out)
{
    *out = (struct tacet_message){.mine = m->mine,
                                  .read = m->read,
                                  .state = (enum tacet_state)m->state,
                                  .code = (enum tacet_code)m->code,
                                  .notes = m->notes,
                                  .missing = m->missing,
                                  .sent_ms = m->sent_ms,
                                  .received_ms = m->kept_ms,
                                  .place = m->place,
                                  .text = m->text.at,
                                  .text_n = m->text.n};
    snprintf(out->with, sizeof out->with, "%s", with);
    hex_of(ID_BYTES(m->id), out->id);
}

enum tacet_code tacet_run(struct tacet_client *c, int timeout_ms, struct tacet_event *out)
{
    struct event e;
    struct err err = carrier_run(c->carrier, timeout_ms, &e);

    if (err.code != E_OK)
        return code_of(err);
    *out = (struct tacet_event){.kind = (enum tacet_event_kind)e.kind,
                                .code = (enum tacet_code)e.code,
                                .problem = (enum tacet_problem)e.problem};
    snprintf(out->who, sizeof out->who, "%s", e.contact.handle);
    if (e.kind == EVENT_MESSAGE || e.kind == EVENT_STATE)
        message_out(&e.message, e.contact.handle, &out->message);
    return TACET_OK;
}

void tacet_interrupt(struct tacet_client *c)
{
    carrier_interrupt(c->carrier);
}

/* ---- asking */

static enum tacet_code command(struct tacet_client *c, enum command_kind kind, const char *handle,
                               struct bytes text)
{
    struct command cmd = {kind, bytes_text(handle), text};

    return code_of(engine_command(c->engine, &cmd, carrier_clock()));
}

/* The message that was queued last is the one with the highest place. */
static struct err newest_id(struct tacet_client *c, const char *to, char id[TACET_ID_SIZE])
{
    struct contact contact;
    struct message m;

    TRY(people_by_handle(c->vault, bytes_text(to), &contact));
    arena_free(&c->shown);
    TRY(messages_last(c->vault, contact.number, &c->shown, &m));
    hex_of(ID_BYTES(m.id), id);
    return OK;
}

enum tacet_code tacet_send(struct tacet_client *c, const char *to, const uint8_t *text, size_t n,
                           char id[TACET_ID_SIZE])
{
    enum tacet_code code = command(c, COMMAND_SEND, to, bytes(text, n));

    return code != TACET_OK ? code : code_of(newest_id(c, to, id));
}

enum tacet_code tacet_look_up(struct tacet_client *c, const char *handle)
{
    return command(c, COMMAND_LOOK_UP, handle, (struct bytes){0});
}

enum tacet_code tacet_confirm(struct tacet_client *c, const char *handle, const char *digits)
{
    return command(c, COMMAND_CONFIRM, handle, bytes_text(digits));
}

enum tacet_code tacet_accept_key(struct tacet_client *c, const char *handle)
{
    return command(c, COMMAND_ACCEPT, handle, (struct bytes){0});
}

/* ---- reading */

static struct err next_message(struct tacet_client *c, const char *with, uint64_t place,
                               struct tacet_message *out)
{
    struct contact contact;
    struct message m;

    arena_free(&c->shown);
    if (with == NULL) {
        TRY(messages_next_unread(c->vault, place, &c->shown, &m));
        TRY(people_get(c->vault, m.contact, &contact));
    } else {
        TRY(people_by_handle(c->vault, bytes_text(with), &contact));
        TRY(messages_next(c->vault, contact.number, place, &c->shown, &m));
    }
    message_out(&m, contact.handle, out);
    return OK;
}

enum tacet_code tacet_next_message(struct tacet_client *c, const char *with, uint64_t place,
                                   struct tacet_message *out)
{
    return code_of(next_message(c, with, place, out));
}

static struct err mark_read(struct tacet_client *c, const struct tacet_message *in)
{
    struct contact contact;
    struct message m;

    TRY(people_by_handle(c->vault, bytes_text(in->with), &contact));
    arena_free(&c->shown);
    TRY(messages_get(c->vault, contact.number, in->place, &c->shown, &m));
    TRY(vault_begin(c->vault));
    return vault_end(c->vault, messages_mark_read(c->vault, &m));
}

enum tacet_code tacet_mark_read(struct tacet_client *c, const struct tacet_message *m)
{
    return code_of(mark_read(c, m));
}

static void contact_out(const struct contact *in, struct tacet_contact *out)
{
    *out = (struct tacet_contact){.known = in->known,
                                  .verified = in->verified,
                                  .removed = in->removed,
                                  .changed = in->changed,
                                  .number = in->number};
    snprintf(out->handle, sizeof out->handle, "%s", in->handle);
}

enum tacet_code tacet_next_contact(struct tacet_client *c, uint64_t number,
                                   struct tacet_contact *out)
{
    struct contact contact;
    struct err err = people_next(c->vault, number, &contact);

    if (err.code == E_OK)
        contact_out(&contact, out);
    return code_of(err);
}

enum tacet_code tacet_find_contact(struct tacet_client *c, const char *handle,
                                   struct tacet_contact *out)
{
    struct contact contact;
    struct err err = people_by_handle(c->vault, bytes_text(handle), &contact);

    if (err.code == E_OK)
        contact_out(&contact, out);
    return code_of(err);
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
    return code_of(safety(c, handle, digits, qr));
}

/* ---- status */

enum tacet_code tacet_get_status(struct tacet_client *c, struct tacet_status *out)
{
    const struct own *own = engine_own(c->engine);

    *out = (struct tacet_status){.joined = own->joined,
                                 .connected = engine_is_ready(c->engine),
                                 .drained = engine_is_drained(c->engine),
                                 .prekey = own->prekey[0].statement.number,
                                 .prekey_made_ms = own->prekey[0].statement.made_ms};
    snprintf(out->handle, sizeof out->handle, "%s", own->handle);
    snprintf(out->domain, sizeof out->domain, "%s", own->domain);
    snprintf(out->network, sizeof out->network, "%s", own->network_name);
    snprintf(out->address, sizeof out->address, "%s", own->address);
    hex_of(ID_BYTES(own->nid), out->network_id);
    hex_of(ID_BYTES(own->me.who.aid), out->account_id);
    hex_of(ID_BYTES(own->me.who.did), out->device_id);
    return code_of(engine_waiting(c->engine, &out->outgoing, &out->parked));
}

const char *tacet_version(void)
{
    return version_text();
}
