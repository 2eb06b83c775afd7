/* SPDX-License-Identifier: Apache-2.0 */
/* States as they are kept and read. */
#include "server/rooms/states_internal.h"

static const char NEWEST[] = "SELECT statement, commitment FROM room_state WHERE room = $1"
                             " ORDER BY version DESC LIMIT 1";
static const char AT[] =
    "SELECT statement, commitment FROM room_state WHERE room = $1 AND version = $2";
static const char FROM[] = "SELECT statement, commitment FROM room_state WHERE room = $1"
                           " AND version >= $2 ORDER BY version LIMIT $3";
static const char INSERT[] = "INSERT INTO room_state (room, version, statement, commitment)"
                             " VALUES ($1, $2, $3, $4)";
static const char NOBODY[] = "DELETE FROM room_moderator WHERE room = $1";
static const char NO_MEMBER[] = "DELETE FROM room_member WHERE room = $1 AND aid = $2";
static const char LEFT[] =
    "INSERT OR REPLACE INTO room_left (room, aid, version) VALUES ($1, $2, $3)";
static const char LEFT_AT[] = "SELECT version FROM room_left WHERE room = $1 AND aid = $2";
static const char MEMBER[] = "INSERT INTO room_member (aid, room) VALUES ($1, $2)";
static const char ROOMS_OF[] = "SELECT m.room, max(s.version) FROM room_member m"
                               " JOIN room_state s ON s.room = m.room"
                               " WHERE m.aid = $1 AND m.room > $2"
                               " GROUP BY m.room ORDER BY m.room LIMIT $3";
static const char MODERATES[] = "INSERT INTO room_moderator (aid, room) VALUES ($1, $2)";

static struct err parse(struct arena *a, struct bytes statement, struct bytes commitment,
                        struct rooms_state *out)
{
    struct rooms_state s = {.statement = statement, .commitment = commitment};

    TRY(room_state_parse(statement, a, &s.state));
    TRY(room_commit_parse(commitment, &s.commit));
    *out = s;
    return OK;
}

struct err rooms_newest(struct db *db, struct arena *a, const struct room_id *room,
                        struct rooms_state *out)
{
    struct db_value v[2];

    TRY(db_one(db, a, NEWEST, DB_VALUES(DB_BYTES_OF(ID_BYTES(*room))), v, 2));
    return parse(a, v[0].bytes, v[1].bytes, out);
}

struct err rooms_at(struct db *db, struct arena *a, const struct room_id *room, uint32_t version,
                    struct rooms_state *out)
{
    struct db_value v[2];

    TRY(db_one(db, a, AT, DB_VALUES(DB_BYTES_OF(ID_BYTES(*room)), DB_NUMBER_OF(version)), v, 2));
    return parse(a, v[0].bytes, v[1].bytes, out);
}

static struct err take_rows(struct db_query *q, struct arena *a, struct rooms_page *page)
{
    size_t total = 0;

    TRY(db_next(q, &page->more));
    while (page->more) {
        total += db_bytes(q, 0).n + db_bytes(q, 1).n;
        if (page->n == ROOMS_STATES_MAX || (page->n > 0 && total > ROOMS_STATES_BYTES))
            return OK;
        TRY(arena_copy(a, db_bytes(q, 0), &page->statement[page->n]));
        TRY(arena_copy(a, db_bytes(q, 1), &page->commitment[page->n]));
        page->n++;
        TRY(db_next(q, &page->more));
    }
    return OK;
}

struct err rooms_page(struct db *db, struct arena *a, const struct room_id *room, uint32_t from,
                      struct rooms_page **out)
{
    struct rooms_page *page = ARENA_NEW(a, struct rooms_page);
    struct db_query *q = NULL;
    struct err err = OK;

    if (page == NULL)
        return FAIL(E_NOMEM);
    if (from == 0)
        TRY_OUT(db_begin_query(db, NEWEST, DB_VALUES(DB_BYTES_OF(ID_BYTES(*room))), &q));
    else
        TRY_OUT(db_begin_query(db, FROM,
                               DB_VALUES(DB_BYTES_OF(ID_BYTES(*room)), DB_NUMBER_OF(from),
                                         DB_NUMBER_OF(ROOMS_STATES_MAX + 1)),
                               &q));
    TRY_OUT(take_rows(q, a, page));
    *out = page;
out:
    db_end_query(q);
    return err;
}

bool rooms_is_member(const struct networks *n, const struct room_state *s,
                     const struct account_id *aid)
{
    return room_state_find(s, networks_id(n), aid) != NULL;
}

static struct err keep_moderators(struct db *db, const struct room_state *s)
{
    TRY(db_run(db, NOBODY, DB_VALUES(DB_BYTES_OF(ID_BYTES(s->room))), NULL));
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].role == ROOM_MODERATOR)
            TRY(db_run(
                db, MODERATES,
                DB_VALUES(DB_BYTES_OF(ID_BYTES(s->member[i].aid)), DB_BYTES_OF(ID_BYTES(s->room))),
                NULL));
    return OK;
}

static struct err let_go(struct db *db, const struct room_state *s, const struct account_id *aid)
{
    TRY(db_run(db, NO_MEMBER,
               DB_VALUES(DB_BYTES_OF(ID_BYTES(s->room)), DB_BYTES_OF(ID_BYTES(*aid))), NULL));
    return db_run(db, LEFT,
                  DB_VALUES(DB_BYTES_OF(ID_BYTES(s->room)), DB_BYTES_OF(ID_BYTES(*aid)),
                            DB_NUMBER_OF(s->version)),
                  NULL);
}

/* Only who came and who went: there may be a thousand. */
static struct err keep_members(struct db *db, const struct networks *n, struct arena *a,
                               const struct room_state *s)
{
    struct rooms_state before = {.state = {.members = 0}};
    struct err err = s->version == 1 ? FAIL(E_ABSENT) : rooms_newest(db, a, &s->room, &before);

    if (err.code != E_ABSENT)
        TRY(err);
    for (size_t i = 0; i < before.state.members; i++)
        if (!rooms_is_member(n, s, &before.state.member[i].aid))
            TRY(let_go(db, s, &before.state.member[i].aid));
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].since == s->version)
            TRY(db_run(
                db, MEMBER,
                DB_VALUES(DB_BYTES_OF(ID_BYTES(s->member[i].aid)), DB_BYTES_OF(ID_BYTES(s->room))),
                NULL));
    return OK;
}

struct err rooms_keep_committed(struct db *db, const struct networks *n, struct arena *a,
                                const struct rooms_state *s)
{
    TRY(keep_members(db, n, a, &s->state));
    TRY(db_run(db, INSERT,
               DB_VALUES(DB_BYTES_OF(ID_BYTES(s->state.room)), DB_NUMBER_OF(s->state.version),
                         DB_BYTES_OF(s->statement), DB_BYTES_OF(s->commitment)),
               NULL));
    return keep_moderators(db, &s->state);
}

struct err rooms_keep(struct db *db, const struct networks *n, struct arena *a, uint64_t now_ms,
                      struct rooms_state *s)
{
    s->commit = room_commit_of(&s->state, now_ms);
    TRY(networks_sign_commit(n, &s->commit, a, &s->commitment));
    return rooms_keep_committed(db, n, a, s);
}

struct err rooms_left(struct db *db, struct arena *a, const struct room_id *room,
                      const struct account_id *aid, uint32_t *version)
{
    struct db_value v;

    TRY(db_one(db, a, LEFT_AT, DB_VALUES(DB_BYTES_OF(ID_BYTES(*room)), DB_BYTES_OF(ID_BYTES(*aid))),
               &v, 1));
    *version = (uint32_t)v.number;
    return OK;
}

struct err rooms_of(struct db *db, struct arena *a, const struct account_id *aid,
                    struct bytes after, struct rooms_mark *out, size_t max, size_t *n)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    *n = 0;
    TRY_OUT(db_begin_query(
        db, ROOMS_OF, DB_VALUES(DB_BYTES_OF(ID_BYTES(*aid)), DB_BYTES_OF(after), DB_NUMBER_OF(max)),
        &q));
    TRY_OUT(db_next(q, &more));
    for (; more && *n < max; (*n)++) {
        TRY_OUT(arena_copy(a, db_bytes(q, 0), &out[*n].room));
        out[*n].version = (uint32_t)db_number(q, 1);
        TRY_OUT(db_next(q, &more));
    }
out:
    db_end_query(q);
    return err;
}
