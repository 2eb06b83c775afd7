/* SPDX-License-Identifier: Apache-2.0 */
#include "client/deletions.h"

#include "client/agreed.h"
#include "client/deeds.h"
#include "client/due.h"
#include "client/engine_internal.h"
#include "client/registers.h"
#include "client/target.h"

#define LONG_AGO  1 /* ms of own time */
#define ROW_ARENA (2 * VAULT_VALUE_MAX)

/* No row of the diary, nor what shows at another message. */
static bool is_message(const struct message *m)
{
    return (m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM)) == 0 && !deeds_is_quiet(m);
}

/* From here on it is over, also where the program ends before it is gone. */
static struct err put_over(struct engine *e, const struct message *m)
{
    ending_kept(e, LONG_AGO);
    return due_put(e->vault, &(struct due){LONG_AGO, m->contact, m->place});
}

/* What was never sent has no other device. */
static struct err put(struct engine *e, const struct message *m)
{
    uint8_t name[TARGET_NAME_SIZE];

    if (m->state != DELIVERY_FAILED)
        TRY(agreed_turn(e, REGISTERS_DELETED, target_name(&m->sender, &m->id, name), true));
    return put_over(e, m);
}

struct err deletions_command(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    uint64_t conversation;
    struct message m;

    TRY_OUT(engine_conversation(e, c, &conversation));
    TRY_OUT(messages_get(e->vault, conversation, c->number, &a, &m));
    if (!is_message(&m))
        err = FAIL(E_ABSENT);
    else if (m.notes & MESSAGE_COPY)
        err = FAIL(E_DENIED);
    if (err.code != E_OK)
        goto out;
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, put(e, &m)));
    TRY_OUT(ending_wake(e));
out:
    arena_free(&a);
    return err;
}

static struct err is_deleted(struct vault *v, const struct device_id *sender,
                             const struct message_id *id, bool *is)
{
    uint8_t name[TARGET_NAME_SIZE];

    return agreed_is_on(v, REGISTERS_DELETED, target_name(sender, id, name), is);
}

struct err deletions_follow(struct engine *e, const struct shared_change *c)
{
    struct arena a = ARENA(ROW_ARENA);
    struct message m;
    struct err err;

    if (!agreed_says_on(c->value))
        return OK;
    err = target_named(e->vault, c->key, &a, &m);
    if (err.code == E_OK && is_message(&m) && (m.notes & MESSAGE_COPY) == 0)
        err = put_over(e, &m);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err deletions_covers(struct vault *v, const struct message *m, bool *covers)
{
    struct reference ref;

    *covers = false;
    if (m->notes & MESSAGE_COPY)
        return OK;
    TRY(is_deleted(v, &m->sender, &m->id, covers));
    if (*covers || !deeds_ends_with_another(m->type) ||
        reference_parse(m->type, m->text, &ref).code != E_OK)
        return OK;
    return is_deleted(v, &ref.sender, &ref.id, covers);
}
