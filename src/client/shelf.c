/* SPDX-License-Identifier: Apache-2.0 */
#include "client/shelf.h"

#include "base/clock.h"
#include "base/reader.h"
#include "client/roomlog.h"
#include "e2ee/payload.h"

#define RECORD_MAX (32 + 16 + 16 + 8 + FILED_MAX_SIZE)
#define ROOM_ARENA (4 * VAULT_VALUE_MAX)

/* ---- the record: a person's, under the message */

static struct err read_record(struct bytes value, struct shelf_word *out)
{
    struct reader r = reader(value);
    struct shelf_word word;

    reader_copy(&r, word.by.b, sizeof word.by.b);
    target_read_said(&r, &word.said);
    value = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    TRY(filed_parse(value, &word.filed));
    *out = word;
    return OK;
}

static struct err put(struct vault *v, const struct target *to, const struct shelf_word *word)
{
    struct buf b = BUF(RECORD_MAX);
    uint8_t key[TARGET_KEY_SIZE];
    struct err err;

    buf_bytes(&b, ID_BYTES(word->by));
    target_write_said(&word->said, &b);
    err = filed_write(&word->filed, &b);
    if (err.code == E_OK)
        err =
            vault_put(v, VAULT_SHELF, target_key(to, key), target_person(&word->by), buf_view(&b));
    buf_free(&b);
    return err;
}

/* The next person who said something, from *number on, which is theirs then.  E_ABSENT. */
static struct err next(struct vault *v, const struct target *to, uint64_t *number, struct arena *a,
                       struct shelf_word *out)
{
    uint8_t key[TARGET_KEY_SIZE];
    struct bytes value;

    TRY(vault_next(v, VAULT_SHELF, target_key(to, key), *number, a, number, &value));
    return read_record(value, out);
}

/* E_ABSENT: they said nothing. */
static struct err get(struct vault *v, const struct target *to, const struct account_id *by,
                      struct arena *a, struct shelf_word *out)
{
    uint8_t key[TARGET_KEY_SIZE];
    struct bytes value;

    TRY(vault_get(v, VAULT_SHELF, target_key(to, key), target_person(by), a, &value));
    return read_record(value, out);
}

struct err shelf_take(struct vault *v, const struct target *to, const struct shelf_word *word)
{
    struct arena a = ARENA(4 * RECORD_MAX);
    struct shelf_word there;
    struct err err = get(v, to, &word->by, &a, &there);

    if (err.code == E_ABSENT || (err.code == E_OK && target_is_newer(&word->said, &there.said)))
        err = put(v, to, word);
    arena_free(&a);
    return err;
}

struct err shelf_undo(struct vault *v, const struct target *to, const struct shelf_word *word)
{
    struct arena a = ARENA(4 * RECORD_MAX);
    uint8_t key[TARGET_KEY_SIZE];
    struct shelf_word there;
    struct err err = get(v, to, &word->by, &a, &there);

    if (err.code == E_OK && target_is_same(&there.said, &word->said))
        err = vault_erase(v, VAULT_SHELF, target_key(to, key), target_person(&word->by));
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err shelf_drop(struct vault *v, const struct target *to)
{
    uint8_t key[TARGET_KEY_SIZE];
    struct shelf_word word;
    struct err err = OK;

    for (uint64_t number = 0; err.code == E_OK; number++) {
        struct arena a = ARENA(4 * RECORD_MAX);

        err = next(v, to, &number, &a, &word);
        if (err.code == E_OK)
            err = vault_erase(v, VAULT_SHELF, target_key(to, key), number);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err shelf_stamp(struct vault *v, const struct target *to, uint64_t now_ms, uint64_t *stamp)
{
    struct shelf_word word;
    struct err err = OK;

    *stamp = now_ms;
    for (uint64_t number = 0; err.code == E_OK; number++) {
        struct arena a = ARENA(4 * RECORD_MAX);

        err = next(v, to, &number, &a, &word);
        if (err.code == E_OK && word.said.stamp >= *stamp)
            *stamp = clock_add(word.said.stamp, 1);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

/* ---- who may */

static struct err moderates(struct vault *v, const struct own *me, const struct room *r,
                            const struct account_id *by, bool *may)
{
    struct arena a = ARENA(ROOM_ARENA);
    const struct room_member *member;
    struct roomlog_step newest;
    struct err err = roomlog_newest(v, r, &a, &newest);

    if (err.code == E_OK) {
        member = room_state_find(&newest.state, &me->nid, by);
        *may = member != NULL && member->role == ROOM_MODERATOR;
    } else if (err.code == E_ABSENT) { /* made here, and not in force yet */
        *may = ID_SAME(*by, me->me.who.aid);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err shelf_may(struct vault *v, const struct own *me, const struct message *m,
                     const struct account_id *by, bool *may)
{
    struct account_id author;
    struct contact with;
    struct room r;
    struct err err = target_author(v, me, m, &author);

    *may = err.code == E_OK && ID_SAME(author, *by);
    if (*may || (err.code != E_OK && err.code != E_ABSENT))
        return err;
    err = people_get(v, m->contact, &with);
    if (err.code == E_OK)
        *may = ID_SAME(*by, me->me.who.aid) || (with.known && ID_SAME(*by, with.aid));
    if (err.code != E_ABSENT)
        return err;
    TRY(roomlog_get(v, m->contact, &r));
    return moderates(v, me, &r, by, may);
}

/* ---- where it stands */

struct err shelf_of(struct vault *v, const struct own *me, const struct message *m, struct arena *a,
                    struct filed *out)
{
    struct shelf_word word, newest = {.said = {.stamp = 0}};
    struct target to;
    bool any = false, may;
    struct err err = OK;

    *out = (struct filed){.kept = m->type == PAYLOAD_FILE};
    TRY(target_of(v, me, m, &to));
    for (uint64_t number = 0;; number++) {
        err = next(v, &to, &number, a, &word);
        if (err.code == E_ABSENT)
            break;
        TRY(err);
        TRY(shelf_may(v, me, m, &word.by, &may));
        if (!may || (any && !target_is_newer(&word.said, &newest.said)))
            continue;
        newest = word;
        any = true;
    }
    if (any)
        *out = newest.filed;
    return OK;
}
