/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue/queue.h"

#include "base/reader.h"
#include "statement/notice.h"

#define FRONT_SIZE (UPLOAD_HEAD_SIZE + UPLOAD_COMMITMENT_SIZE + sizeof(struct roster_id))
#define SHARED_MAX (FRONT_SIZE + UPLOAD_SCOPE_MOST + UPLOAD_BODY_MOST + UPLOAD_TRAILER_SIZE)

static const char BODY[] = "INSERT INTO mail_body (waiting, sealed) VALUES ($1, $2)";
static const char INSERT[] = "INSERT INTO mail (device, kind, body, sealed, size, received_ms,"
                             " expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char TOTALS[] = "SELECT sum(items), sum(bytes) FROM mailbox";
static const char MAILBOX[] = "SELECT items, bytes FROM mailbox WHERE device = $1";
static const char NOTICES[] = "SELECT count(*) FROM mail WHERE device = $1 AND kind = 3";
static const char PAGE[] =
    "SELECT m.number, m.kind, m.size, m.received_ms, m.sealed, b.sealed"
    " FROM mail m LEFT JOIN mail_body b ON b.id = m.body"
    " WHERE m.device = $1 AND m.number > $2 AND m.expires_ms > $3 ORDER BY m.number LIMIT $4";
#define GONE " RETURNING device, size, body"
static const char ACKNOWLEDGE[] = "DELETE FROM mail WHERE device = $1 AND number <= $2" GONE;
static const char EXPIRE[] =
    "DELETE FROM mail WHERE number IN"
    " (SELECT number FROM mail WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2)" GONE;
static const char FORGET[] = "DELETE FROM mail WHERE device = $1" GONE;

/* Counts and bodies follow the rows. */
static const char COMES[] = "INSERT INTO mailbox (device, items, bytes) VALUES ($1, 1, $2)"
                            " ON CONFLICT (device) DO UPDATE SET items = items + 1,"
                            " bytes = bytes + $2";
static const char GOES[] =
    "UPDATE mailbox SET items = items - $2, bytes = bytes - $3 WHERE device = $1";
static const char MAILBOX_GONE[] = "DELETE FROM mailbox WHERE device = $1";
static const char BODY_GOES[] = "UPDATE mail_body SET waiting = waiting - 1 WHERE id = $1";
static const char BODY_GONE[] = "DELETE FROM mail_body WHERE id = $1 AND waiting = 0";

/* ---- In. */

static struct err mailbox(struct db *db, uint64_t device, uint64_t *items, uint64_t *size)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    TRY_OUT(db_begin_query(db, MAILBOX, DB_VALUES(DB_NUMBER_OF(device)), &q));
    TRY_OUT(db_next(q, &more));
    *items = more ? (uint64_t)db_number(q, 0) : 0;
    *size = more ? (uint64_t)db_number(q, 1) : 0;
out:
    db_end_query(q);
    return err;
}

static size_t delivered_size(const struct upload *u)
{
    return FRONT_SIZE + u->shared.scope.n + UPLOAD_ENTRY_SIZE + u->shared.body.n +
           u->shared.trailer.n;
}

/* Is there room for the message, and for the capsule that it brings? */
static struct err has_room(struct db *db, const struct upload *u, const struct device *to, size_t i,
                           bool *room)
{
    uint64_t items, size;

    TRY(mailbox(db, to[i].row, &items, &size));
    for (size_t c = 0; c < u->capsules; c++)
        if (u->capsule[c].recipient == i) {
            items += 1;
            size += UPLOAD_CAPSULE_FRONT + u->capsule[c].capsule.n;
        }
    *room = items + 1 <= LIMIT_MAILBOX_ITEMS && size + delivered_size(u) <= LIMIT_MAILBOX_BYTES;
    return OK;
}

/* `number` is 0 for those who have none, and something else for the others: `n` of them. */
static struct err find_room(struct db *db, const struct upload *u, const struct device *to,
                            uint64_t *number, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < u->recipients; i++) {
        bool room;

        TRY(has_room(db, u, to, i, &room));
        number[i] = room;
        *n += room;
    }
    return *n > 0 ? OK : FAIL(E_FULL);
}

static struct err add(struct db *db, const struct device *to, enum frame_item kind,
                      struct db_value body, struct bytes sealed, size_t size, uint64_t now_ms,
                      uint64_t expires_ms, uint64_t *number)
{
    TRY(db_run(db, INSERT,
               DB_VALUES(DB_NUMBER_OF(to->row), DB_NUMBER_OF(kind), body, DB_BYTES_OF(sealed),
                         DB_NUMBER_OF(size), DB_NUMBER_OF(now_ms), DB_NUMBER_OF(expires_ms)),
               NULL));
    *number = (uint64_t)db_inserted(db);
    return db_run(db, COMES, DB_VALUES(DB_NUMBER_OF(to->row), DB_NUMBER_OF(size)), NULL);
}

static uint64_t message_ends(const struct queue_life *life, const struct device *to)
{
    return life->keeper == to->account ? life->kept_message_ms : life->message_ms;
}

static uint64_t capsule_ends(const struct queue_life *life, const struct device *to)
{
    return life->keeper == to->account ? life->kept_capsule_ms : life->capsule_ms;
}

static struct err add_capsules(struct db *db, const struct upload *u, const struct device *to,
                               const uint64_t *number, uint64_t now_ms,
                               const struct queue_life *life)
{
    uint64_t item;

    for (size_t i = 0; i < u->capsules; i++) {
        struct buf b = BUF(UPLOAD_DELIVERED_MOST);
        struct bytes sealed;
        struct err err;

        if (number[u->capsule[i].recipient] == 0)
            continue;
        upload_write_capsule(upload_profile(BYTES(u->shared.head)), u->capsule[i].capsule, &b);
        err = buf_end(&b, &sealed);
        if (err.code == E_OK)
            err = add(db, &to[u->capsule[i].recipient], FRAME_CAPSULE, DB_NULL_OF(), sealed,
                      sealed.n, now_ms, capsule_ends(life, &to[u->capsule[i].recipient]), &item);
        buf_free(&b);
        TRY(err);
    }
    return OK;
}

static struct err add_body(struct db *db, const struct upload *u, size_t waiting,
                           struct db_value *id)
{
    struct buf b = BUF(SHARED_MAX);
    struct err err = OK;
    struct bytes sealed;

    buf_bytes(&b, BYTES(u->shared.head));
    buf_bytes(&b, u->shared.scope);
    buf_bytes(&b, BYTES(u->shared.com));
    buf_bytes(&b, ID_BYTES(u->shared.roster));
    buf_bytes(&b, u->shared.body);
    buf_bytes(&b, u->shared.trailer);
    TRY_OUT(buf_end(&b, &sealed));
    TRY_OUT(db_run(db, BODY, DB_VALUES(DB_NUMBER_OF(waiting), DB_BYTES_OF(sealed)), NULL));
    *id = DB_NUMBER_OF(db_inserted(db));
out:
    buf_free(&b);
    return err;
}

/* What goes to one device alone is one row, as it is delivered. */
static struct err add_whole(struct db *db, struct arena *a, const struct upload *u,
                            const struct device *to, uint64_t now_ms, const struct queue_life *life,
                            uint64_t *number)
{
    struct bytes sealed;

    TRY(queue_assemble(a, &u->shared, upload_entry(u, 0), &sealed));
    return add(db, to, FRAME_MESSAGE, DB_NULL_OF(), sealed, sealed.n, now_ms,
               message_ends(life, to), number);
}

struct err queue_append(struct db *db, struct arena *a, const struct upload *u,
                        const struct device *to, uint64_t now_ms, const struct queue_life *life,
                        uint64_t *number)
{
    struct db_value body;
    size_t n;

    TRY(find_room(db, u, to, number, &n));
    TRY(add_capsules(db, u, to, number, now_ms, life));
    if (u->recipients == 1)
        return add_whole(db, a, u, to, now_ms, life, number);
    TRY(add_body(db, u, n, &body));
    for (size_t i = 0; i < u->recipients; i++)
        if (number[i] != 0)
            TRY(add(db, &to[i], FRAME_MESSAGE, body, upload_entry(u, i), delivered_size(u), now_ms,
                    message_ends(life, &to[i]), &number[i]));
    return OK;
}

/* Notices have room of their own: a sender whose mailbox is full must hear of them all the same. */
static struct err add_notice(struct db *db, const struct device *sender,
                             const struct upload_notice *n, uint64_t now_ms, uint64_t *number)
{
    struct buf b = BUF(NOTICE_SIZE);
    struct err err = OK;
    struct bytes text;
    struct db_value kept;

    TRY(db_one(db, NULL, NOTICES, DB_VALUES(DB_NUMBER_OF(sender->row)), &kept, 1));
    if (kept.number >= LIMIT_MAILBOX_NOTICES)
        return FAIL(E_FULL);
    notice_write(n, &b);
    TRY_OUT(buf_end(&b, &text));
    TRY_OUT(add(db, sender, FRAME_NOTICE, DB_NULL_OF(), text, text.n, now_ms,
                clock_add(now_ms, QUEUE_NOTICE_LIFE_MS), number));
out:
    buf_free(&b);
    return err;
}

struct err queue_tell_left_out(struct db *db, const struct device *sender,
                               const struct queue_offer *o, uint64_t *notice)
{
    *notice = 0;
    for (size_t i = 0; i < o->upload.recipients; i++) {
        struct upload_notice n = {o->upload.number, o->to[i].did, E_FULL};

        if (o->number[i] == 0)
            TRY(add_notice(db, sender, &n, o->now_ms, notice));
    }
    return OK;
}

/* ---- Out. */

struct err queue_assemble(struct arena *a, const struct upload_shared *shared, struct bytes entry,
                          struct bytes *out)
{
    struct buf b = BUF(SHARED_MAX + UPLOAD_ENTRY_SIZE);
    struct err err = OK;
    struct bytes whole;

    upload_write_delivery(shared, entry, &b);
    TRY_OUT(buf_end(&b, &whole));
    TRY_OUT(arena_copy(a, whole, out));
out:
    buf_free(&b);
    return err;
}

/* From what recipients share and one device's entry, its message. */
static struct err assemble(struct arena *a, struct bytes shared, struct bytes entry,
                           struct bytes *out)
{
    struct reader r = reader(shared);
    struct upload_shared s = {.scope = {NULL, 0}};

    invariant(shared.n > FRONT_SIZE + UPLOAD_TRAILER_SIZE && entry.n == UPLOAD_ENTRY_SIZE);
    reader_copy(&r, s.head, sizeof s.head);
    upload_read_scope(&r, &s);
    reader_copy(&r, s.com, sizeof s.com);
    reader_copy(&r, s.roster.b, sizeof s.roster.b);
    s.body = reader_take(&r, reader_left(&r) - UPLOAD_TRAILER_SIZE);
    s.trailer = reader_take(&r, UPLOAD_TRAILER_SIZE);
    return queue_assemble(a, &s, entry, out);
}

static struct err take_item(struct db_query *q, struct arena *a, struct queue_item *out)
{
    struct queue_item i = {.number = (uint64_t)db_number(q, 0),
                           .kind = (enum frame_item)db_number(q, 1),
                           .received_ms = (uint64_t)db_number(q, 3)};

    if (db_is_null(q, 5)) /* whole as it is */
        TRY(arena_copy(a, db_bytes(q, 4), &i.sealed));
    else
        TRY(assemble(a, db_bytes(q, 5), db_bytes(q, 4), &i.sealed));
    *out = i;
    return OK;
}

struct err queue_page(struct db *db, struct arena *a, uint64_t device, uint64_t after,
                      uint64_t now_ms, struct queue_page **out)
{
    struct queue_page *page = ARENA_NEW(a, struct queue_page);
    struct db_query *q = NULL;
    struct err err = OK;
    size_t total = 0;

    if (page == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(db_begin_query(db, PAGE,
                           DB_VALUES(DB_NUMBER_OF(device), DB_NUMBER_OF(after),
                                     DB_NUMBER_OF(now_ms), DB_NUMBER_OF(QUEUE_PAGE_ITEMS + 1)),
                           &q));
    TRY_OUT(db_next(q, &page->more));
    while (page->more) {
        total += (size_t)db_number(q, 2);
        if (page->n == QUEUE_PAGE_ITEMS || (page->n > 0 && total > QUEUE_PAGE_BYTES))
            break; /* this one is for the next page */
        TRY_OUT(take_item(q, a, &page->item[page->n++]));
        TRY_OUT(db_next(q, &page->more));
    }
    *out = page;
out:
    db_end_query(q);
    return err;
}

/* ---- Gone. */

static struct err body_goes(struct db *db, int64_t body)
{
    TRY(db_run(db, BODY_GOES, DB_VALUES(DB_NUMBER_OF(body)), NULL));
    return db_run(db, BODY_GONE, DB_VALUES(DB_NUMBER_OF(body)), NULL);
}

static struct err goes(struct db *db, uint64_t device, uint64_t items, uint64_t size)
{
    return db_run(db, GOES,
                  DB_VALUES(DB_NUMBER_OF(device), DB_NUMBER_OF(items), DB_NUMBER_OF(size)), NULL);
}

/* Delete rows, and settle what hangs on them; rows of one device that follow each other at once. */
static struct err drop(struct db *db, const char *sql, struct db_value x, struct db_value y,
                       size_t values, uint64_t *deleted)
{
    const struct db_value v[] = {x, y};
    uint64_t device = 0, items = 0, size = 0, all = 0;
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    TRY_OUT(db_begin_query(db, sql, v, values, &q));
    TRY_OUT(db_next(q, &more));
    for (; more; all++) {
        if (items > 0 && device != (uint64_t)db_number(q, 0)) {
            TRY_OUT(goes(db, device, items, size));
            items = size = 0;
        }
        device = (uint64_t)db_number(q, 0);
        items++;
        size += (uint64_t)db_number(q, 1);
        if (!db_is_null(q, 2))
            TRY_OUT(body_goes(db, db_number(q, 2)));
        TRY_OUT(db_next(q, &more));
    }
    if (items > 0)
        TRY_OUT(goes(db, device, items, size));
    if (deleted != NULL)
        *deleted = all;
out:
    db_end_query(q);
    return err;
}

struct err queue_acknowledge(struct db *db, uint64_t device, uint64_t number)
{
    if (number > INT64_MAX)
        number = INT64_MAX;
    return drop(db, ACKNOWLEDGE, DB_NUMBER_OF(device), DB_NUMBER_OF(number), 2, NULL);
}

struct err queue_expire(struct db *db, uint64_t now_ms, uint64_t *deleted)
{
    struct err err;
    uint64_t due;

    *deleted = 0;
    TRY(db_begin(db));
    err = drop(db, EXPIRE, DB_NUMBER_OF(now_ms), DB_NUMBER_OF(QUEUE_EXPIRE_MOST), 2, &due);
    if (err.code != E_OK) {
        db_rollback(db);
        return err;
    }
    TRY(db_commit(db));
    *deleted = due; /* and not a moment before: more would be tried at once */
    return OK;
}

struct err queue_waiting(struct db *db, uint64_t device, uint64_t *items)
{
    uint64_t size;

    return mailbox(db, device, items, &size);
}

struct err queue_totals(struct db *db, uint64_t *items, uint64_t *bytes)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    TRY_OUT(db_begin_query(db, TOTALS, DB_NO_VALUES, &q));
    TRY_OUT(db_next(q, &more));
    *items = more ? (uint64_t)db_number(q, 0) : 0;
    *bytes = more ? (uint64_t)db_number(q, 1) : 0;
out:
    db_end_query(q);
    return err;
}

struct err queue_forget(struct db *db, uint64_t device)
{
    TRY(drop(db, FORGET, DB_NUMBER_OF(device), DB_NULL_OF(), 1, NULL));
    return db_run(db, MAILBOX_GONE, DB_VALUES(DB_NUMBER_OF(device)), NULL);
}
