/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sentlog.h"

#include "base/reader.h"
#include "client/people.h"
#include "client/rules.h"
#include "wire/limits.h"

static const struct bytes NO_KEY = {NULL, 0};

#define LIFE_MS     (45 * CLOCK_DAY_MS)
#define RECORD_MAX  (LIMIT_TEXT + 1024)
#define FORGET_MOST 4096 /* at a time */
#define ARENA_MAX   (4 * RECORD_MAX)
#define OF_KEY_SIZE 16

/* ---- records */

static struct err put_number(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t at,
                             uint64_t number)
{
    struct err err;
    struct buf b = BUF(8);

    buf_u64(&b, number);
    err = vault_put(v, kind, key, at, buf_view(&b));
    buf_free(&b);
    return err;
}

static struct err parse_number(struct bytes value, uint64_t *number)
{
    struct reader r = reader(value);

    *number = reader_u64(&r);
    return reader_end(&r);
}

/* Of all entries of one message. */
static struct bytes of_key(uint64_t contact, uint64_t place, uint8_t out[OF_KEY_SIZE])
{
    for (size_t i = 0; i < 8; i++) {
        out[i] = (uint8_t)(contact >> (56 - 8 * i));
        out[8 + i] = (uint8_t)(place >> (56 - 8 * i));
    }
    return bytes(out, OF_KEY_SIZE);
}

static struct err parse(struct bytes in, uint64_t number, struct sentlog_entry *out)
{
    struct reader r = reader(in);
    struct sentlog_entry s = {.number = number};
    struct bytes core;

    s.upload = reader_u64(&r);
    s.made_ms = reader_u64(&r);
    reader_copy(&r, s.ctx, sizeof s.ctx);
    s.contact = reader_u64(&r);
    s.place = reader_u64(&r);
    core = reader_take(&r, TRAILER_CORE_SIZE);
    reader_copy(&r, s.roster.b, sizeof s.roster.b);
    s.partial = reader_u8(&r) != 0;
    reader_copy(&r, s.to.b, sizeof s.to.b);
    s.tries = reader_u8(&r);
    s.content = reader_block(&r, RECORD_MAX);
    TRY(reader_end(&r));
    TRY(trailer_parse_core(core, &s.core));
    *out = s;
    return OK;
}

static struct err write(struct vault *v, const struct sentlog_entry *s)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    struct bytes value;
    size_t opened;

    buf_u64(&b, s->upload);
    buf_u64(&b, s->made_ms);
    buf_bytes(&b, BYTES(s->ctx));
    buf_u64(&b, s->contact);
    buf_u64(&b, s->place);
    trailer_write_core(&s->core, &b);
    buf_bytes(&b, ID_BYTES(s->roster));
    buf_u8(&b, s->partial);
    buf_bytes(&b, ID_BYTES(s->to));
    buf_u8(&b, s->tries);
    opened = buf_open(&b);
    buf_bytes(&b, s->content);
    buf_close(&b, opened);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_SENT, NO_KEY, s->number, value));
out:
    buf_free(&b);
    return err;
}

static struct err name_message(struct vault *v, const struct sentlog_entry *s)
{
    uint8_t key[OF_KEY_SIZE];

    return s->place == 0
               ? OK
               : vault_put(v, VAULT_SENT_OF, of_key(s->contact, s->place, key), s->number, NO_KEY);
}

static bool has_place(const struct sentlog_entry *s)
{
    return !s->partial && s->core.seq > 0;
}

struct err sentlog_put(struct vault *v, struct sentlog_entry *s)
{
    if (s->number == 0)
        TRY(vault_count(v, VAULT_NEXT_SENT, &s->number));
    TRY(write(v, s));
    TRY(name_message(v, s));
    TRY(put_number(v, VAULT_SENT_UPLOAD, NO_KEY, s->upload, s->number));
    TRY(put_number(v, VAULT_SENT_CTX, BYTES(s->ctx), 0, s->number));
    return has_place(s)
               ? put_number(v, VAULT_SENT_PLACE, ID_BYTES(s->core.room), s->core.seq, s->number)
               : OK;
}

/* A name of this entry, unless it is another's meanwhile. */
static struct err drop_name(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t at,
                            uint64_t number)
{
    struct err err = OK;
    struct arena a = ARENA(1024);
    struct bytes value;
    uint64_t named;

    TRY_OUT(vault_get(v, kind, key, at, &a, &value));
    TRY_OUT(parse_number(value, &named));
    if (named == number)
        TRY_OUT(vault_erase(v, kind, key, at));
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err drop(struct vault *v, const struct sentlog_entry *s)
{
    uint8_t key[OF_KEY_SIZE];

    TRY(vault_erase(v, VAULT_SENT, NO_KEY, s->number));
    TRY(vault_erase(v, VAULT_SENT_OF, of_key(s->contact, s->place, key), s->number));
    TRY(drop_name(v, VAULT_SENT_UPLOAD, NO_KEY, s->upload, s->number));
    TRY(drop_name(v, VAULT_SENT_CTX, BYTES(s->ctx), 0, s->number));
    return has_place(s)
               ? drop_name(v, VAULT_SENT_PLACE, ID_BYTES(s->core.room), s->core.seq, s->number)
               : OK;
}

struct err sentlog_drop(struct vault *v, uint64_t upload)
{
    struct arena a = ARENA(ARENA_MAX);
    struct sentlog_entry s;
    struct err err = sentlog_by_upload(v, upload, &a, &s);

    if (err.code == E_OK)
        err = drop(v, &s);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* The entry anew, without what says something of its content: sealed under another key. */
static struct err blank(struct vault *v, struct sentlog_entry *s)
{
    memset(s->core.digest, 0, sizeof s->core.digest);
    s->content = NO_KEY;
    TRY(vault_erase(v, VAULT_SENT, NO_KEY, s->number));
    return write(v, s);
}

static struct err void_next(struct vault *v, struct bytes key, uint64_t *number)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct sentlog_entry s;
    struct bytes value;

    TRY_OUT(vault_next(v, VAULT_SENT_OF, key, *number + 1, &a, number, &value));
    TRY_OUT(sentlog_get(v, *number, &a, &s));
    TRY_OUT(blank(v, &s));
    TRY_OUT(vault_erase(v, VAULT_SENT_OF, key, *number));
out:
    arena_free(&a);
    return err;
}

struct err sentlog_void(struct vault *v, uint64_t contact, uint64_t place)
{
    struct err err = OK;
    uint64_t number = 0;
    uint8_t key[OF_KEY_SIZE];

    while (err.code == E_OK)
        err = void_next(v, of_key(contact, place, key), &number);
    return err.code == E_ABSENT ? OK : err;
}

struct err sentlog_name_messages(struct vault *v)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct sentlog_entry s = {.number = 0};

    while (err.code == E_OK) {
        struct bytes value;
        uint64_t number;

        arena_free(&a);
        err = vault_next(v, VAULT_SENT, NO_KEY, s.number + 1, &a, &number, &value);
        if (err.code == E_OK)
            err = parse(value, number, &s);
        if (err.code == E_OK && s.core.type == PAYLOAD_HISTORY)
            err = blank(v, &s);
        if (err.code == E_OK)
            err = name_message(v, &s);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- finding */

struct err sentlog_get(struct vault *v, uint64_t number, struct arena *a, struct sentlog_entry *out)
{
    struct bytes value;

    TRY(vault_get(v, VAULT_SENT, NO_KEY, number, a, &value));
    return parse(value, number, out);
}

static struct err by_name(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t at,
                          struct arena *a, struct sentlog_entry *out)
{
    struct bytes value;
    uint64_t number;

    TRY(vault_get(v, kind, key, at, a, &value));
    TRY(parse_number(value, &number));
    return sentlog_get(v, number, a, out);
}

struct err sentlog_by_upload(struct vault *v, uint64_t upload, struct arena *a,
                             struct sentlog_entry *out)
{
    return by_name(v, VAULT_SENT_UPLOAD, NO_KEY, upload, a, out);
}

struct err sentlog_by_ctx(struct vault *v, const uint8_t ctx[CONTROL_MARK_SIZE], struct arena *a,
                          struct sentlog_entry *out)
{
    return by_name(v, VAULT_SENT_CTX, bytes(ctx, CONTROL_MARK_SIZE), 0, a, out);
}

struct err sentlog_by_place(struct vault *v, const struct room_id *room, uint64_t seq,
                            struct arena *a, struct sentlog_entry *out)
{
    return by_name(v, VAULT_SENT_PLACE, ID_BYTES(*room), seq, a, out);
}

struct err sentlog_next_place(struct vault *v, const struct room_id *room, uint64_t first,
                              uint64_t last, uint64_t *seq)
{
    struct arena a = ARENA(1024);
    struct bytes value;
    struct err err = vault_next(v, VAULT_SENT_PLACE, ID_BYTES(*room), first, &a, seq, &value);

    arena_free(&a);
    TRY(err);
    return *seq <= last ? OK : FAIL(E_ABSENT);
}

/* ---- to whom? */

/* Is it a device of this account, by the list that the roster names?  A list that is not kept has
 * none. */
static struct err is_of(struct vault *v, const struct own *me, const struct roster_account *account,
                        const struct device_id *did, bool *is)
{
    const struct device_entry *device;
    struct device_list list;
    struct err err = people_list(v, me, &account->aid, account->list_version, &list);

    *is = false;
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    if (!roster_names(account, &list))
        return FAIL(E_STALE);
    device = device_list_find_device(&list, did);
    *is = device != NULL && device_list_is_device(device);
    return OK;
}

/* Is it one of the recipients, and of this account (unless it is NULL)?  A list at a time: all of a
 * large room's are megabytes. */
static struct err find_recipient(struct vault *v, const struct own *me, const struct roster *r,
                                 const struct account_id *only, const struct device_id *did,
                                 bool *found)
{
    if (ID_SAME(*did, me->me.who.did) || roster_skips(r, did))
        return OK;
    for (size_t i = 0; i < r->accounts && !*found; i++)
        if (only == NULL || ID_SAME(r->account[i].aid, *only))
            TRY(is_of(v, me, &r->account[i], did, found));
    return OK;
}

/* A message that goes to one device once more goes to who keeps copies, too.  [PROTOCOL 6.6] */
static struct err went_to_keeper(struct vault *v, const struct own *me, const struct roster *r,
                                 const struct device_id *did, bool *went)
{
    struct network_policy policy;
    const struct account_id *keeper;

    if (r->network[0].policy_version == 0)
        return OK;
    TRY(rules_get(v, me, r->network[0].policy_version, &policy));
    keeper = policy_requires(&policy, false, NULL);
    return keeper == NULL ? OK : find_recipient(v, me, r, keeper, did, went);
}

/* What was for all devices of the account that has this one. */
static struct err went_to_account(struct vault *v, const struct own *me, const struct roster *r,
                                  const struct device_id *of, const struct device_id *did,
                                  bool *went)
{
    bool is = false;

    for (size_t i = 0; i < r->accounts && !is; i++) {
        TRY(is_of(v, me, &r->account[i], of, &is));
        if (is)
            TRY(find_recipient(v, me, r, &r->account[i].aid, did, went));
    }
    return OK;
}

struct err sentlog_is_recipient(struct vault *v, const struct own *me, struct bytes roster,
                                const struct device_id *did, struct arena *a, bool *is)
{
    struct roster r;
    struct err err;

    *is = false;
    TRY(roster_parse(roster, a, &r));
    err = find_recipient(v, me, &r, NULL, did, is);
    return err.code == E_ABSENT ? OK : err;
}

struct err sentlog_went_to(struct vault *v, const struct own *me, const struct sentlog_entry *s,
                           const struct device_id *did, struct arena *a, bool *went)
{
    struct bytes roster;
    struct roster r;
    struct err err;

    *went = s->partial && ID_SAME(s->to, *did);
    if (s->partial && (*went || s->core.seq == 0))
        return OK;
    err = people_roster(v, &s->roster, a, &roster);
    if (err.code == E_ABSENT) /* it was not accepted yet, and so came to nobody */
        return OK;
    TRY(err);
    if (!s->partial && s->core.type != PAYLOAD_RECEIPT)
        return sentlog_is_recipient(v, me, roster, did, a, went);
    TRY(roster_parse(roster, a, &r));
    if (!s->partial)
        return went_to_account(v, me, &r, &s->to, did, went);
    err = went_to_keeper(v, me, &r, did, went);
    return err.code == E_ABSENT ? OK : err;
}

bool sentlog_lives(const struct sentlog_entry *s, uint64_t now_ms)
{
    return clock_since(now_ms, s->core.sent_ms) < s->core.ttl_s * CLOCK_SECOND_MS;
}

/* ---- time */

struct err sentlog_forget_old(struct vault *v, uint64_t now_ms)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);

    for (size_t i = 0; err.code == E_OK && i < FORGET_MOST; i++) {
        struct sentlog_entry s;
        struct bytes value;
        uint64_t number;

        arena_free(&a);
        TRY_OUT(vault_next(v, VAULT_SENT, NO_KEY, 0, &a, &number, &value));
        TRY_OUT(parse(value, number, &s));
        if (clock_since(now_ms, s.made_ms) < LIFE_MS)
            break;
        err = drop(v, &s);
    }
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}
