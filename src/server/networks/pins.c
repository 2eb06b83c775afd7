/* SPDX-License-Identifier: Apache-2.0 */
#include "server/networks/pins.h"

#define NEWEST_ARENA (4 * SERVER_KEYS_MAX_SIZE)

static const char NEWEST[] = "SELECT statement FROM server_keys WHERE id = 1";
static const char REPLACE[] = "INSERT OR REPLACE INTO server_keys (id, statement) VALUES (1, $1)";

static const char STARTED[] = "SELECT pin FROM server_pin WHERE id = 1";
static const char START[] = "INSERT OR REPLACE INTO server_pin (id, pin) VALUES (1, $1)";

struct err pins_newest(struct db *db, struct arena *a, struct bytes *statement,
                       struct server_keys *out)
{
    struct db_value v;
    struct err err = db_one(db, a, NEWEST, DB_NO_VALUES, &v, 1);

    *out = (struct server_keys){.number = 0};
    *statement = (struct bytes){NULL, 0};
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(server_keys_parse(v.bytes, out));
    *statement = v.bytes;
    return OK;
}

static struct err read_newest(struct db *db, struct server_keys *out)
{
    struct arena a = ARENA(NEWEST_ARENA);
    struct bytes statement;
    struct err err = pins_newest(db, &a, &statement, out);

    arena_free(&a);
    return err;
}

struct err pins_in_force(struct db *db, const uint8_t started[SERVER_KEYS_PIN_SIZE],
                         struct server_pin *out)
{
    struct server_keys s;

    TRY(read_newest(db, &s));
    if (s.number == 0)
        memcpy(out->b, started, sizeof out->b);
    else
        *out = s.pin[0];
    return OK;
}

/* `s` with the next number, signed and kept. */
static struct err say(const struct networks *n, struct db *db, struct server_keys *s,
                      uint64_t now_ms)
{
    struct arena a = ARENA(NEWEST_ARENA);
    struct err err = OK;
    struct bytes statement;

    s->number++;
    s->made_ms = now_ms;
    TRY_OUT(networks_sign_keys(n, s, &a, &statement));
    TRY_OUT(db_run(db, REPLACE, DB_VALUES(DB_BYTES_OF(statement)), NULL));
out:
    arena_free(&a);
    return err;
}

struct err pins_announce(const struct networks *n, struct db *db, const struct server_pin *in_force,
                         const struct server_pin *next, uint64_t now_ms)
{
    struct server_keys s;

    TRY(read_newest(db, &s));
    if (s.pins > 1)
        return FAIL(E_CONFLICT);
    if (ID_SAME(*in_force, *next))
        return FAIL(E_STALE);
    s.pin[0] = *in_force;
    s.pin[1] = *next;
    s.pins = 2;
    return say(n, db, &s, now_ms);
}

struct err pins_switch(const struct networks *n, struct db *db, const struct server_pin *to,
                       uint64_t now_ms)
{
    struct server_keys s;

    TRY(read_newest(db, &s));
    if (s.number == 0 || ID_SAME(s.pin[0], *to) || !server_keys_have(&s, to))
        return FAIL(E_ABSENT);
    s.pin[0] = *to;
    s.pins = 1;
    return say(n, db, &s, now_ms);
}

struct err pins_withdraw(const struct networks *n, struct db *db, uint64_t now_ms)
{
    struct server_keys s;

    TRY(read_newest(db, &s));
    if (s.pins < 2)
        return FAIL(E_ABSENT);
    s.pins = 1;
    return say(n, db, &s, now_ms);
}

/* Before the first statement: clients know the key that their invitations named.  Nothing is
 * written that is written already: a server on a full disk starts. */
static struct err start_without(struct db *db, const struct server_pin *with, bool anew)
{
    struct arena a = ARENA(NEWEST_ARENA);
    struct db_value before;
    struct err err = db_one(db, &a, STARTED, DB_NO_VALUES, &before, 1);
    bool same = err.code == E_OK && bytes_same(before.bytes, ID_BYTES(*with));

    if (err.code == E_OK && !same && !anew)
        err = FAIL(E_CONFLICT);
    else if (err.code == E_ABSENT || (err.code == E_OK && !same))
        err = db_run(db, START, DB_VALUES(DB_BYTES_OF(ID_BYTES(*with))), NULL);
    arena_free(&a);
    return err;
}

struct err pins_start(const struct networks *n, struct db *db, const struct server_pin *with,
                      bool anew, uint64_t now_ms, bool *changed)
{
    struct server_keys s;

    *changed = false;
    TRY(read_newest(db, &s));
    if (s.number == 0)
        return start_without(db, with, anew);
    if (ID_SAME(s.pin[0], *with))
        return OK;
    if (!anew && !server_keys_have(&s, with))
        return FAIL(E_CONFLICT);
    s.pin[0] = *with;
    s.pins = 1;
    TRY(say(n, db, &s, now_ms));
    *changed = true;
    return OK;
}
