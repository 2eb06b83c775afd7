/* SPDX-License-Identifier: Apache-2.0 */
#include "client/recalls.h"

#include "client/edits.h"
#include "client/reactions.h"
#include "client/shelf.h"

static const struct bytes NO_VALUE = {NULL, 0};

#define ROW_ARENA (2 * VAULT_VALUE_MAX)

struct err recalls_has(struct vault *v, const struct target *to, const struct account_id *by,
                       bool *has)
{
    uint8_t key[TARGET_KEY_SIZE];

    return vault_has(v, VAULT_RECALLS, target_key(to, key), target_person(by), has);
}

struct err recalls_obey(struct vault *v, struct message *m)
{
    if (m->notes & MESSAGE_RECALLED)
        return OK;
    if (m->notes & MESSAGE_COPY) {
        m->notes |= MESSAGE_RECALLED;
        return messages_update(v, m);
    }
    return messages_empty(v, m, MESSAGE_RECALLED);
}

/* What stood in its place: each version is a message of the same conversation. */
static struct err drop_versions(struct vault *v, const struct target *to,
                                const struct account_id *by, uint64_t conversation)
{
    struct edits e;

    TRY(edits_of(v, to, by, &e));
    for (size_t i = 0; i < e.n; i++) {
        struct arena a = ARENA(ROW_ARENA);
        struct message m;
        struct err err = messages_get(v, conversation, e.of[i].place, &a, &m);

        if (err.code == E_OK)
            err = recalls_obey(v, &m);
        arena_free(&a);
        if (err.code != E_ABSENT)
            TRY(err);
    }
    return edits_drop(v, to, by);
}

/* The message, where it is here and `by` wrote it in this room. */
static struct err drop_target(struct vault *v, const struct own *me, const struct target *to,
                              const struct account_id *by, struct arena *a)
{
    struct account_id author;
    struct target there;
    struct message m;

    TRY(messages_find(v, &to->sender, &to->id, a, &m));
    TRY(target_of(v, me, &m, &there));
    TRY(target_author(v, me, &m, &author));
    if (!ID_SAME(there.room, to->room) || !ID_SAME(author, *by))
        return OK;
    TRY(drop_versions(v, to, by, m.contact));
    TRY(reactions_drop(v, to));
    TRY(shelf_drop(v, to));
    return recalls_obey(v, &m);
}

struct err recalls_take(struct vault *v, const struct own *me, const struct target *to,
                        const struct account_id *by)
{
    struct arena a = ARENA(ROW_ARENA);
    uint8_t key[TARGET_KEY_SIZE];
    struct err err;

    TRY(vault_put(v, VAULT_RECALLS, target_key(to, key), target_person(by), NO_VALUE));
    err = drop_target(v, me, to, by, &a);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err; /* it is not here, or nobody knows whose it is */
}
