/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/client_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/version.h"
#include "client/host/bell.h"
#include "client/host/key_store.h"
#include "client/host/threads.h"
#include "client/newcomer.h"
#include "client/nicknames.h"
#include "client/registers.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "crypto/selftest.h"
#include "storage/sqlite/sqlite.h"

#define PATH_SIZE 4096

/* The two vocabularies are one: numbers never change their meaning. */
_Static_assert((int)TACET_FULL == (int)E_FULL && (int)TACET_REMOVED == (int)E_REMOVED, "codes");
_Static_assert((int)TACET_STATE_ACCEPTED == (int)DELIVERY_ACCEPTED, "states");
_Static_assert((int)TACET_STATE_FAILED == (int)DELIVERY_FAILED, "states");
_Static_assert((int)TACET_EVENT_PROBLEM == (int)EVENT_PROBLEM, "events");
_Static_assert((int)TACET_PROBLEM_HISTORY == (int)PROBLEM_HISTORY, "problems");
_Static_assert((int)TACET_CAUSE_OLD_POLICY == (int)ROSTER_OLD_POLICY, "causes");
_Static_assert((int)TACET_NOTE_UNPROVED == (int)MESSAGE_UNPROVED, "notes");
_Static_assert((int)TACET_EVENT_ENDED == (int)EVENT_ENDED, "events");
_Static_assert((int)TACET_EVENT_REMOVED == (int)EVENT_REMOVED, "events");
_Static_assert((int)TACET_EVENT_DEVICES == (int)EVENT_DEVICES, "events");
_Static_assert((int)TACET_EVENT_LISTED == (int)EVENT_LISTED, "events");
_Static_assert((int)TACET_EVENT_HISTORY == (int)EVENT_HISTORY, "events");
_Static_assert((int)TACET_HISTORY_ENDED == (int)HISTORY_ENDED, "phases");
_Static_assert((int)TACET_EVENT_SHARED == (int)EVENT_SHARED, "events");
_Static_assert((int)TACET_PROBLEM_TWO_LISTS == (int)PROBLEM_TWO_LISTS, "problems");
_Static_assert(TACET_SHARED_DEVICE_NAMES == 1 << REGISTERS_DEVICE_NAME &&
                   TACET_SHARED_BLOCKED == 1 << REGISTERS_BLOCKED &&
                   TACET_SHARED_TIMERS == 1 << REGISTERS_TIMERS &&
                   TACET_SHARED_DELETED == 1 << REGISTERS_DELETED &&
                   TACET_SHARED_RECEIPTS == REGISTERS_TOLD && TACET_SHARED_MARKS == REGISTERS_MARKS,
               "what is shared");
_Static_assert(TACET_DRAFT_MAX == SHARED_VALUE_MAX, "sizes");
_Static_assert((int)TACET_EVENT_ADDING == (int)EVENT_ADDING, "events");
_Static_assert((int)TACET_ADDING_OVER == (int)ADDING_OVER, "steps");
_Static_assert(TACET_LINK_SIZE == DEVICE_LINK_MAX + 1 && TACET_CODE_SIZE == LINK_ASK_CODE_SIZE &&
                   TACET_DEVICE_MAX == LINK_ASK_NAME_MAX,
               "sizes");
_Static_assert((int)TACET_EVENT_ROOM_CHANGE == (int)EVENT_ROOM_CHANGE, "events");
_Static_assert((int)TACET_PROBLEM_ROOM == (int)PROBLEM_ROOM_FORKED, "problems");
_Static_assert((int)TACET_EVENT_RECOVERY == (int)EVENT_RECOVERY, "events");
_Static_assert((int)TACET_NOTE_RECALLED == (int)MESSAGE_RECALLED, "notes");
_Static_assert((int)TACET_EVENT_DEED == (int)EVENT_DEED, "events");
_Static_assert((int)TACET_EVENT_RECEIPT == (int)EVENT_RECEIPT, "events");
_Static_assert((int)TACET_EVENT_ACTIVITY == (int)EVENT_ACTIVITY, "events");
_Static_assert(TACET_NAME_MAX == NICKNAMES_MAX, "sizes");
_Static_assert(TACET_PASSPHRASE_MAX == VAULT_PASSPHRASE_MAX, "sizes");
_Static_assert(TACET_TEXT_MAX == LIMIT_TEXT && TACET_HANDLE_SIZE == TEXT_HANDLE_MAX + 1, "sizes");

/* ---- what the calls share */

enum tacet_code client_code(struct err err)
{
    return (enum tacet_code)err.code;
}

void client_hex(struct bytes in, char *out)
{
    struct buf b = BUF(128);

    encoding_hex(&b, in);
    invariant(b.failed == E_OK);
    memcpy(out, b.at, b.n);
    out[b.n] = '\0';
    buf_free(&b);
}

struct err client_string(struct arena *a, struct bytes text, const char **out)
{
    char *at = arena_alloc(a, text.n + 1);

    if (at == NULL)
        return FAIL(E_NOMEM);
    if (text.n > 0)
        memcpy(at, text.at, text.n);
    at[text.n] = '\0';
    *out = at;
    return OK;
}

void client_handle(struct tacet_client *c, const struct account_id *aid,
                   char out[TACET_HANDLE_SIZE])
{
    const struct own *own = engine_own(c->engine);
    struct contact contact;

    out[0] = '\0';
    if (ID_SAME(*aid, own->me.who.aid))
        snprintf(out, TACET_HANDLE_SIZE, "%s", own->handle);
    else if (people_by_account(c->vault, aid, &contact).code == E_OK)
        snprintf(out, TACET_HANDLE_SIZE, "%s", contact.handle);
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

struct err client_new(const struct tacet_profile *p, struct tacet_client **out)
{
    char path[PATH_SIZE];
    struct tacet_client *c = calloc(1, sizeof *c);

    if (c == NULL)
        return FAIL(E_NOMEM);
    c->random = random_system();
    c->bell = -1;
    c->shown = ARENA(1 << 20);
    c->told = ARENA(1 << 20);
    c->version = ARENA(1 << 20);
    c->reacted = ARENA(4 << 20);
    c->named = ARENA(4096);
    c->starred = ARENA(64 << 20);
    c->shelved = ARENA(2 << 20);
    c->called = ARENA(4096);
    c->room = ARENA(4 << 20);
    c->met = c->said = SEARCHING;
    *out = c;
    TRY(vault_path(p->directory, path));
    c->path = strdup(path);
    if (c->path == NULL)
        return FAIL(E_NOMEM);
    return selftest_run();
}

static void tell_tries(const struct tries *t, bool right, struct tacet_tries *out)
{
    if (out == NULL)
        return;
    *out = (struct tacet_tries){.wrong = right ? t->untold : t->wrong,
                                .wait_s = (unsigned)((t->wait_ms + 999) / 1000),
                                .last_ms = t->last_ms};
}

/* What follows from a try that came to `err`. */
static struct err wipe_if_spent(struct tacet_client *c, const struct tries *t, struct err err)
{
    if ((err.code != E_DENIED && err.code != E_AGAIN) || !t->spent)
        return err;
    TRY(wiping_begin(c));
    return FAIL(E_DENIED);
}

/* No try of a passphrase, and not counted; who had tried some is told of it when one is right. */
static struct err open_with_key_store(struct tacet_client *c)
{
    struct err err;
    uint8_t name[SPARE_KEY_NAME_SIZE], key[SPARE_KEY_SIZE] = {0};

    TRY(vault_prepare(c->db));
    err = spare_key_name(c->db, name);
    if (err.code == E_OK)
        err = key_store_get(name, key);
    if (err.code == E_OK)
        err = vault_open_spare(&c->vault, c->db, key, &c->random);
    secret_wipe(key, sizeof key);
    return err.code == E_ABSENT || err.code == E_AGAIN ? FAIL(E_DENIED) : err;
}

struct err client_open_vault(struct tacet_client *c, const struct tacet_profile *p)
{
    struct tries tries = {.now_ms = carrier_clock()};
    char path[PATH_SIZE];
    struct err err;

    TRY(vault_path(p->directory, path));
    TRY(sqlite_open(&c->db, path, false, true));
    if (p->passphrase == NULL)
        return open_with_key_store(c);
    err = vault_open_counted(&c->vault, c->db, bytes(p->passphrase, p->passphrase_n), &c->random,
                             &tries);
    tell_tries(&tries, err.code == E_OK, p->tries);
    c->wrong_tries = tries.untold;
    err = wipe_if_spent(c, &tries, err);
    if (p->tries != NULL)
        p->tries->wiped = c->wiped;
    return err;
}

static struct err scrypt_cost(unsigned asked, uint8_t *cost)
{
    if (asked > UINT8_MAX)
        return FAIL(E_LIMIT);
    *cost = asked == 0 ? TACET_COST_DEFAULT : (uint8_t)asked;
    return OK;
}

struct err client_create_vault(struct tacet_client *c, const struct tacet_profile *p)
{
    char path[PATH_SIZE];
    uint8_t cost;

    TRY(scrypt_cost(p->cost, &cost));
    TRY(make_directories(p->directory));
    TRY(vault_path(p->directory, path));
    TRY(sqlite_open(&c->db, path, true, true));
    return vault_create(&c->vault, c->db, bytes(p->passphrase, p->passphrase_n), cost, &c->random);
}

struct err client_start(struct tacet_client *c)
{
    TRY(engine_new(&c->engine, c->vault, &c->random, carrier_clock()));
    c->threads = threads_that_fit();
    c->pool = (struct pool){threads_run, &c->threads};
    engine_lend(c->engine, &c->pool);
    c->filing = folder_filing(&c->folder);
    TRY(engine_lend_files(c->engine, &c->filing));
    TRY(carrier_new(&c->carrier, c->engine));
    c->bell = bell_hang(c->path);
    return c->bell < 0 ? OK : carrier_hear(c->carrier, c->bell);
}

enum tacet_code tacet_open(struct tacet_client **out, const struct tacet_profile *p)
{
    struct err err = OK;
    struct tacet_client *c = NULL;

    if (!tacet_profile_exists(p->directory))
        return TACET_ABSENT;
    TRY_OUT(client_new(p, &c));
    TRY_OUT(client_open_vault(c, p));
    TRY_OUT(client_start(c));
    if (engine_is_returning(c->engine))
        TRY_OUT(FAIL(E_STALE));
    *out = c;
    c = NULL;
out:
    tacet_close(c);
    return client_code(err);
}

/* A link of either kind: the other one is zero. */
struct way {
    bool to_account; /* that is there: a device shows it */
    struct invitation invitation;
    struct device_link device;
};

static struct err read_way(const char *link, struct way *out)
{
    struct err err = device_link_read(bytes_text(link), &out->device);

    out->to_account = err.code != E_MALFORMED;
    return out->to_account ? err : invitation_read(bytes_text(link), &out->invitation);
}

/* What an interrupted join left behind: does it belong to this link? */
static struct err go_on_asking(struct tacet_client *c, const struct way *way)
{
    bool same;

    TRY(newcomer_asks_by(c->vault, &way->device, &same));
    return way->to_account && same ? OK : FAIL(E_STALE);
}

static struct err go_on(struct tacet_client *c, const struct way *way)
{
    const struct invitation *link = &way->invitation;
    struct own own;
    struct err err = own_load(c->vault, &own);
    bool joined, same;

    if (err.code == E_ABSENT)
        return go_on_asking(c, way);
    TRY(err);
    joined = own.joined;
    same = !way->to_account && ID_SAME(own.nid, link->nid) &&
           secret_same(BYTES(own.token), BYTES(link->token));
    own_free(&own);
    return joined ? FAIL(E_CONFLICT) : same ? OK : FAIL(E_STALE);
}

/* A profile that never joined holds nothing: a new link begins anew. */
struct err client_begin_anew(struct tacet_client *c, const struct tacet_profile *p)
{
    char path[PATH_SIZE];

    vault_close(c->vault);
    db_close(c->db);
    c->vault = NULL;
    c->db = NULL;
    TRY(vault_path(p->directory, path));
    if (unlink(path) != 0)
        return FAIL(E_IO);
    return client_create_vault(c, p);
}

static struct err make_profile(struct tacet_client *c, const struct tacet_profile *p,
                               const struct way *way)
{
    struct own own;

    if (way->to_account)
        return newcomer_make(c->vault, &way->device, bytes_text(p->name == NULL ? "" : p->name),
                             &c->random);
    TRY(own_create(c->vault, &way->invitation, carrier_clock(), &own));
    own_free(&own);
    return OK;
}

static struct err prepare(struct tacet_client *c, const struct tacet_profile *p,
                          const struct way *way)
{
    struct err err = FAIL(E_ABSENT);

    if (tacet_profile_exists(p->directory)) {
        err = client_open_vault(c, p);
        if (err.code == E_OK)
            err = go_on(c, way);
        else if (err.code == E_ABSENT) /* interrupted before the vault was made */
            err = FAIL(E_STALE);
        if (err.code == E_STALE) {
            TRY(client_begin_anew(c, p));
            err = FAIL(E_ABSENT);
        }
    } else {
        TRY(client_create_vault(c, p));
    }
    return err.code == E_ABSENT ? make_profile(c, p, way) : err;
}

enum tacet_code tacet_check_link(const char *link)
{
    struct way way = {0};
    struct err err = read_way(link, &way);

    secret_wipe(&way, sizeof way);
    return client_code(err);
}

bool tacet_is_device_link(const char *link)
{
    struct way way = {0};
    bool is = read_way(link, &way).code == E_OK && way.to_account;

    secret_wipe(&way, sizeof way);
    return is;
}

enum tacet_code tacet_join(struct tacet_client **out, const struct tacet_profile *p,
                           const char *link)
{
    struct err err = OK;
    struct tacet_client *c = NULL;
    struct way way = {0};

    TRY_OUT(read_way(link, &way));
    TRY_OUT(client_new(p, &c));
    TRY_OUT(prepare(c, p, &way));
    TRY_OUT(client_start(c));
    *out = c;
    c = NULL;
out:
    secret_wipe(&way, sizeof way);
    tacet_close(c);
    return client_code(err);
}

enum tacet_code tacet_tries_told(struct tacet_client *c)
{
    return client_code(tries_told(c->db));
}

static struct err change_passphrase(struct tacet_client *c, const struct tacet_passphrases *p)
{
    struct tries tries = {.now_ms = carrier_clock()};
    struct err err;
    uint8_t cost;

    TRY(scrypt_cost(p->cost, &cost));
    err = tries_begin(c->db, &tries);
    if (err.code == E_OK) {
        err = vault_change_passphrase(c->vault, bytes(p->old, p->old_n),
                                      bytes(p->fresh, p->fresh_n), cost);
        if (err.code == E_OK)
            err = tries_end(c->db, &tries);
        else if (err.code == E_DENIED)
            TRY(tries_fail(c->db, &tries));
    }
    return wipe_if_spent(c, &tries, err);
}

enum tacet_code tacet_change_passphrase(struct tacet_client *c, const struct tacet_passphrases *p)
{
    return client_code(change_passphrase(c, p));
}

void tacet_close(struct tacet_client *c)
{
    if (c == NULL)
        return;
    carrier_free(c->carrier);
    engine_free(c->engine);
    if (c->bell >= 0 && !c->wiped) /* else another profile may be there by now */
        bell_unhang(c->path);
    vault_close(c->vault);
    db_close(c->db);
    if (c->bell >= 0) /* last of all: whoever rang sees that all is closed */
        close(c->bell);
    arena_free(&c->shown);
    arena_free(&c->told);
    arena_free(&c->version);
    arena_free(&c->reacted);
    arena_free(&c->named);
    arena_free(&c->starred);
    arena_free(&c->shelved);
    arena_free(&c->called);
    arena_free(&c->room);
    searching_free(&c->met);
    searching_free(&c->said);
    free(c->path);
    free(c);
}

/* ---- the network */

static void cause_out(struct tacet_client *c, const struct roster_finding *f,
                      struct tacet_event *out)
{
    static const struct account_id nobody = {.b = {0}};
    static const struct device_id no_device = {.b = {0}};

    out->cause = (enum tacet_cause)f->cause;
    if (!ID_SAME(f->aid, nobody))
        client_handle(c, &f->aid, out->about);
    if (!ID_SAME(f->did, no_device))
        client_hex(ID_BYTES(f->did), out->device);
}

static void ended_out(struct tacet_client *c, const struct message *m, struct tacet_message *out)
{
    meeting_with(c, m->contact, out->with);
    out->place = m->place;
}

enum tacet_code tacet_run(struct tacet_client *c, int timeout_ms, struct tacet_event *out)
{
    struct event e;
    enum carrier_news news;
    struct err err;

    if (c->wiped)
        return TACET_REMOVED;
    err = carrier_run(c->carrier, timeout_ms, &e, &news);
    if (err.code != E_OK)
        return client_code(err);
    if (news != CARRIER_EVENT) {
        *out = (struct tacet_event){.kind = news == CARRIER_INPUT ? TACET_EVENT_INPUT
                                                                  : TACET_EVENT_LOCK};
        return TACET_OK;
    }
    if (e.kind == EVENT_REMOVED)
        e.code = wiping_begin(c).code;
    *out = (struct tacet_event){.kind = (enum tacet_event_kind)e.kind,
                                .code = (enum tacet_code)e.code,
                                .problem = (enum tacet_problem)e.problem,
                                .added = e.added,
                                .removed = e.removed,
                                .given = e.given,
                                .recovered = e.recovered,
                                .shared = e.shared,
                                .wished = (unsigned)e.wished,
                                .activity = hearing_activity(e.activity),
                                .verified = e.contact.verified};
    snprintf(out->who, sizeof out->who, "%s", e.contact.handle);
    cause_out(c, &e.finding, out);
    arena_free(&c->told);
    if (e.kind == EVENT_MESSAGE || e.kind == EVENT_STATE || e.kind == EVENT_DEED)
        return client_code(telling_message(c, &e.message, &c->told, &out->message));
    if (e.kind == EVENT_ROOM || e.kind == EVENT_ROOM_CHANGE || e.kind == EVENT_RECEIPT ||
        e.kind == EVENT_ACTIVITY || e.problem == PROBLEM_ROOM_FORKED)
        meeting_with(c, e.message.contact, out->message.with);
    else if (e.kind == EVENT_ENDED)
        ended_out(c, &e.message, &out->message);
    else if (e.kind == EVENT_LISTED)
        client_hex(ID_BYTES(e.change.entry.did), out->device);
    else if (e.kind == EVENT_TRANSFER)
        handing_event(c, &e, out);
    else if (e.kind == EVENT_HISTORY)
        adding_history_out(&e.history, out);
    else if (e.kind == EVENT_ADDING)
        adding_out(c, &e.adding, out);
    else
        out->message.missing = e.message.missing;
    return TACET_OK;
}

void tacet_watch(struct tacet_client *c, int fd)
{
    carrier_watch(c->carrier, fd);
}

void tacet_interrupt(struct tacet_client *c)
{
    carrier_interrupt(c->carrier);
}

/* ---- asking */

enum tacet_code client_command(struct tacet_client *c, const struct command *cmd)
{
    engine_steady(c->engine, carrier_steady());
    return client_code(engine_command(c->engine, cmd, carrier_clock()));
}

enum tacet_code client_order(struct tacet_client *c, enum command_kind kind, const char *handle,
                             struct bytes text)
{
    struct command cmd = {.kind = kind, .handle = bytes_text(handle), .text = text};

    return client_command(c, &cmd);
}

/* The message that was queued last is the one with the highest place. */
struct err client_newest_id(struct tacet_client *c, const char *with, char id[TACET_ID_SIZE])
{
    struct message m;
    uint64_t number;

    TRY(meeting_conversation(c, with, &number));
    arena_free(&c->shown);
    TRY(messages_last(c->vault, number, UINT64_MAX, &c->shown, &m));
    client_hex(ID_BYTES(m.id), id);
    return OK;
}

enum tacet_code tacet_send(struct tacet_client *c, const char *to, const uint8_t *text, size_t n,
                           char id[TACET_ID_SIZE])
{
    return tacet_send_for(c, to, text, n, &(struct tacet_timers){0}, id);
}

enum tacet_code tacet_look_up(struct tacet_client *c, const char *handle)
{
    return client_order(c, COMMAND_LOOK_UP, handle, (struct bytes){0});
}

enum tacet_code tacet_confirm(struct tacet_client *c, const char *handle, const char *digits)
{
    return client_order(c, COMMAND_CONFIRM, handle, bytes_text(digits));
}

enum tacet_code tacet_accept_key(struct tacet_client *c, const char *handle)
{
    return client_order(c, COMMAND_ACCEPT, handle, (struct bytes){0});
}

const char *tacet_version(void)
{
    return version_text();
}
