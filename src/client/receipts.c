/* SPDX-License-Identifier: Apache-2.0 */
#include "client/receipts.h"

#include "client/agreed.h"
#include "client/places.h"
#include "client/registers.h"
#include "client/roomlog.h"
#include "client/rules.h"
#include "client/streams.h"
#include "e2ee/receipt.h"

#define LEAST_MS   2000
#define MOST_MS    12000
#define ARENA_MAX  (1 << 20)
#define OF_SIZE    (32 + 8 + 8 + 8)
#define BATCH_SIZE (STREAMS_KEY_SIZE + 8 + PLACES_SIZE)

static const struct bytes NO_KEY = {NULL, 0};

/* Of one stream of somebody else's: whose, and what they were told. */
struct told {
    struct account_id aid;
    uint64_t conversation;
    uint64_t batch; /* the number of what waits; 0: nothing does */
    uint64_t read;  /* as it was told last */
};

struct batch {
    uint64_t number;
    struct room_id room;
    struct device_id writer;
    uint64_t leaves_ms;
    struct places came;
};

/* ---- as the vault keeps them */

static struct err get_told(struct vault *v, struct bytes key, struct told *out)
{
    struct arena a = ARENA(1024);
    struct bytes value;
    struct err err = vault_get(v, VAULT_RECEIPT_TOLD, key, 0, &a, &value);

    if (err.code == E_OK) {
        struct reader r = reader(value);

        reader_copy(&r, out->aid.b, sizeof out->aid.b);
        out->conversation = reader_u64(&r);
        out->batch = reader_u64(&r);
        out->read = reader_u64(&r);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err;
}

static struct err put_told(struct vault *v, struct bytes key, const struct told *t)
{
    struct err err = OK;
    struct buf b = BUF(OF_SIZE);
    struct bytes value;

    buf_bytes(&b, ID_BYTES(t->aid));
    buf_u64(&b, t->conversation);
    buf_u64(&b, t->batch);
    buf_u64(&b, t->read);
    TRY_OUT(buf_end(&b, &value));
    err = vault_put(v, VAULT_RECEIPT_TOLD, key, 0, value);
out:
    buf_free(&b);
    return err;
}

static struct err put_batch(struct vault *v, const struct batch *batch)
{
    struct err err = OK;
    struct buf b = BUF(BATCH_SIZE);
    struct bytes value;

    buf_bytes(&b, ID_BYTES(batch->room));
    buf_bytes(&b, ID_BYTES(batch->writer));
    buf_u64(&b, batch->leaves_ms);
    places_write(&batch->came, &b);
    TRY_OUT(buf_end(&b, &value));
    err = vault_put(v, VAULT_RECEIPT_BATCH, NO_KEY, batch->number, value);
out:
    buf_free(&b);
    return err;
}

/* The first from this number on.  E_ABSENT. */
static struct err next_batch(struct vault *v, uint64_t from, struct batch *out)
{
    struct arena a = ARENA(2 * BATCH_SIZE);
    struct bytes value;
    struct err err = vault_next(v, VAULT_RECEIPT_BATCH, NO_KEY, from, &a, &out->number, &value);

    if (err.code == E_OK) {
        struct reader r = reader(value);

        reader_copy(&r, out->room.b, sizeof out->room.b);
        reader_copy(&r, out->writer.b, sizeof out->writer.b);
        out->leaves_ms = reader_u64(&r);
        places_read(&r, &out->came);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err;
}

/* ---- when it leaves */

void receipts_soon(struct engine *e)
{
    e->receipts_ms = e->now_ms;
}

uint64_t receipts_at(const struct engine *e)
{
    return e->drained ? e->receipts_ms : 0;
}

static void look_at(struct engine *e, uint64_t at_ms)
{
    if (e->receipts_ms == 0 || at_ms < e->receipts_ms)
        e->receipts_ms = at_ms;
}

/* Evenly, so that nobody reads from the moment of a receipt that of what it speaks of. */
static struct err draw(struct engine *e, uint64_t *leaves_ms)
{
    uint8_t b[4];

    TRY(random_fill(e->random, b, sizeof b));
    *leaves_ms = clock_add(e->now_ms, LEAST_MS + (((uint64_t)b[0] << 24) | ((uint64_t)b[1] << 16) |
                                                  ((uint64_t)b[2] << 8) | b[3]) %
                                                     (MOST_MS - LEAST_MS + 1));
    look_at(e, *leaves_ms);
    return OK;
}

/* ---- how much is told */

struct err receipts_level(struct engine *e, enum receipts_level *out)
{
    struct arena a = ARENA(4 * SHARED_VALUE_MAX);
    struct bytes value;
    uint8_t said;
    struct err err;

    if (rules_says_receipts(&said)) {
        *out = (enum receipts_level)said;
        return OK;
    }
    err = registers_get(e->vault, REGISTERS_RECEIPTS, ID_BYTES(e->own.me.who.aid), &a, &value);
    *out = RECEIPTS_DEFAULT;
    if (err.code == E_OK && value.n == 1 && value.at[0] <= RECEIPTS_READ)
        *out = (enum receipts_level)value.at[0];
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* What waits goes, and is not told later. */
static struct err forget_all(struct engine *e)
{
    struct batch batch = {.number = 0};
    struct err err;

    while ((err = next_batch(e->vault, batch.number + 1, &batch)).code == E_OK) {
        uint8_t name[STREAMS_KEY_SIZE];
        struct bytes key = streams_key(&batch.room, &batch.writer, name);
        struct told told;

        TRY(get_told(e->vault, key, &told));
        told.batch = 0;
        TRY(put_told(e->vault, key, &told));
        TRY(vault_erase(e->vault, VAULT_RECEIPT_BATCH, NO_KEY, batch.number));
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err receipts_follow(struct engine *e)
{
    enum receipts_level level;

    TRY(receipts_level(e, &level));
    return level == RECEIPTS_NOTHING ? forget_all(e) : OK;
}

static struct err set(struct engine *e, uint8_t level)
{
    TRY(agreed_put(e, REGISTERS_RECEIPTS, ID_BYTES(e->own.me.who.aid), bytes(&level, 1)));
    return receipts_follow(e);
}

struct err receipts_command(struct engine *e, const struct command *c)
{
    uint8_t said;

    if (c->number > RECEIPTS_READ)
        return FAIL(E_MALFORMED);
    if (rules_says_receipts(&said))
        return FAIL(E_DENIED);
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, set(e, (uint8_t)c->number));
}

/* ---- what is to be told */

/* The batch that waits for a stream, or a new one, which is still to be put. */
static struct err open_batch(struct engine *e, struct bytes key, struct told *told,
                             struct batch *out)
{
    if (told->batch != 0) {
        TRY(next_batch(e->vault, told->batch, out));
        return out->number == told->batch ? OK : FAIL(E_MALFORMED);
    }
    TRY(vault_count(e->vault, VAULT_NEXT_RECEIPT, &told->batch));
    out->number = told->batch;
    out->came.n = 0;
    TRY(draw(e, &out->leaves_ms));
    return put_told(e->vault, key, told);
}

struct err receipts_came(struct engine *e, const struct core *core, const struct message *m)
{
    struct told told = {.aid = core->sender.aid, .conversation = m->contact};
    struct batch batch = {.room = core->room, .writer = core->sender.did};
    uint8_t name[STREAMS_KEY_SIZE];
    struct bytes key = streams_key(&batch.room, &batch.writer, name);
    enum receipts_level level;
    struct err err;

    if (m->mine || (m->notes & MESSAGE_COPY) != 0)
        return OK;
    TRY(receipts_level(e, &level));
    if (level == RECEIPTS_NOTHING)
        return OK;
    err = get_told(e->vault, key, &told);
    if (err.code != E_ABSENT)
        TRY(err);
    TRY(open_batch(e, key, &told, &batch));
    if (!places_add(&batch.came, core->seq, core->seq)) /* never more than came */
        return OK;
    return put_batch(e->vault, &batch);
}

struct err receipts_read(struct engine *e, const struct room_id *room, const struct device_id *did)
{
    struct batch batch = {.room = *room, .writer = *did};
    uint8_t name[STREAMS_KEY_SIZE];
    struct bytes key = streams_key(room, did, name);
    enum receipts_level level;
    struct told told;
    struct err err = get_told(e->vault, key, &told);

    if (err.code == E_ABSENT) /* nothing of it was told, so this says nothing */
        return OK;
    TRY(err);
    TRY(receipts_level(e, &level));
    if (level != RECEIPTS_READ || told.batch != 0) /* it goes along */
        return OK;
    TRY(open_batch(e, key, &told, &batch));
    return put_batch(e->vault, &batch);
}

/* ---- telling */

/* Somebody is there to hear it: the person talks to them, and in not too large a room. */
static struct err is_wanted(struct engine *e, const struct told *told, bool *is)
{
    struct arena a = ARENA(ARENA_MAX);
    struct roomlog_step newest;
    struct contact c;
    struct room room;
    struct err err;
    bool blocked;

    *is = false;
    TRY(agreed_is_blocked(e->vault, &told->aid, &blocked));
    if (blocked)
        return OK;
    err = people_get(e->vault, told->conversation, &c);
    if (err.code != E_ABSENT) {
        TRY(err);
        *is = !c.changed && !c.removed;
        return OK;
    }
    err = roomlog_get(e->vault, told->conversation, &room);
    if (err.code == E_OK && room.standing == ROOMLOG_IN)
        err = roomlog_newest(e->vault, &room, &a, &newest);
    else if (err.code == E_OK)
        err = FAIL(E_ABSENT);
    *is = err.code == E_OK && newest.state.members <= RECEIPTS_MEMBERS_MAX &&
          room_state_find(&newest.state, &e->own.nid, &told->aid) != NULL;
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err queue(struct engine *e, const struct told *told, const struct receipt *receipt)
{
    struct err err = OK;
    struct buf b = BUF(LIMIT_TEXT);
    struct outbox_row row = {.kind = OUTBOX_RECEIPT,
                             .contact = told->conversation,
                             .to = receipt->writer,
                             .account = told->aid,
                             .type = PAYLOAD_RECEIPT};

    receipt_write(receipt, &b);
    TRY_OUT(buf_end(&b, &row.content));
    err = outgoing_add(e, &row);
out:
    buf_free(&b);
    return err;
}

/* As many of its ranges as one receipt holds; the others wait again. */
static struct err leave(struct engine *e, struct bytes key, struct told *told, struct batch *batch,
                        uint64_t read)
{
    struct receipt receipt = {.writer = batch->writer, .read = read, .n = batch->came.n};

    if (receipt.n > RECEIPT_RANGES_MAX)
        receipt.n = RECEIPT_RANGES_MAX;
    memcpy(receipt.came, batch->came.at, receipt.n * sizeof receipt.came[0]);
    places_drop(&batch->came, receipt.n);
    if (read > 0)
        told->read = read;
    if (receipt.n > 0 || read > 0)
        TRY(queue(e, told, &receipt));
    if (batch->came.n == 0) {
        told->batch = 0;
        TRY(put_told(e->vault, key, told));
        return vault_erase(e->vault, VAULT_RECEIPT_BATCH, NO_KEY, batch->number);
    }
    TRY(put_told(e->vault, key, told));
    TRY(draw(e, &batch->leaves_ms));
    return put_batch(e->vault, batch);
}

static struct err tell(struct engine *e, struct batch *batch)
{
    uint8_t name[STREAMS_KEY_SIZE];
    struct bytes key = streams_key(&batch->room, &batch->writer, name);
    enum receipts_level level;
    uint64_t mark = 0;
    struct told told;
    bool wanted;

    TRY(get_told(e->vault, key, &told));
    TRY(receipts_level(e, &level));
    TRY(is_wanted(e, &told, &wanted));
    if (!wanted || level == RECEIPTS_NOTHING)
        batch->came.n = 0;
    else if (level == RECEIPTS_READ)
        TRY(agreed_read_up_to(e->vault, &batch->room, &batch->writer, &mark));
    return leave(e, key, &told, batch, mark > told.read ? mark : 0);
}

/* A clock that was set back makes nothing wait for longer than it would have. */
static bool is_due(const struct engine *e, const struct batch *batch)
{
    return batch->leaves_ms <= e->now_ms || batch->leaves_ms - e->now_ms > MOST_MS;
}

struct err receipts_wake(struct engine *e)
{
    struct batch batch = {.number = 0};
    struct err err;

    if (receipts_at(e) == 0 || e->now_ms < e->receipts_ms)
        return OK;
    e->receipts_ms = 0;
    while ((err = next_batch(e->vault, batch.number + 1, &batch)).code == E_OK) {
        if (!is_due(e, &batch)) {
            look_at(e, batch.leaves_ms);
            continue;
        }
        TRY(vault_begin(e->vault));
        TRY(vault_end(e->vault, tell(e, &batch)));
    }
    if (err.code != E_ABSENT)
        return err;
    return outgoing_pump(e);
}
