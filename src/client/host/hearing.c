/* SPDX-License-Identifier: Apache-2.0 */
/* hearing: the calls that say what is told of what came and was read, and of what people do. */
#include "client/host/client_internal.h"
#include "e2ee/payload.h"
#include "tacet/activity.h"
#include "tacet/receipts.h"

#define ARENA_MAX (1 << 20)

_Static_assert((int)TACET_RECEIPTS_READ == (int)RECEIPTS_READ, "levels");

enum tacet_code tacet_get_receipts(struct tacet_client *c, enum tacet_receipts *out)
{
    enum receipts_level level;
    struct err err = engine_receipts(c->engine, &level);

    if (err.code == E_OK)
        *out = (enum tacet_receipts)level;
    return client_code(err);
}

enum tacet_code tacet_set_receipts(struct tacet_client *c, enum tacet_receipts what)
{
    return client_command(c, &(struct command){.kind = COMMAND_RECEIPTS, .number = what});
}

static struct err next(struct tacet_client *c, const char *with, uint64_t place, uint64_t after,
                       struct contact *who, bool *read)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct message m;
    uint64_t number;

    TRY_OUT(meeting_conversation(c, with, &number));
    TRY_OUT(messages_get(c->vault, number, place, &a, &m));
    TRY_OUT(engine_heard_next(c->engine, &m, after, who, read));
out:
    arena_free(&a);
    return err;
}

enum tacet_code tacet_next_receipt(struct tacet_client *c, const char *with, uint64_t place,
                                   uint64_t after, struct tacet_receipt *out)
{
    struct contact who;
    bool read;
    struct err err = next(c, with, place, after, &who, &read);

    if (err.code == E_OK) {
        *out = (struct tacet_receipt){.read = read, .after = who.number};
        client_handle(c, &who.aid, out->handle);
    }
    return client_code(err);
}

/* ---- at this moment */

unsigned hearing_activity(uint16_t type)
{
    if (type == PAYLOAD_TYPING)
        return TACET_TYPING;
    return type == PAYLOAD_HERE ? TACET_HERE : 0;
}

enum tacet_code tacet_get_activity(struct tacet_client *c, bool *told)
{
    return client_code(engine_activity(c->engine, told));
}

enum tacet_code tacet_set_activity(struct tacet_client *c, bool told)
{
    return client_command(c, &(struct command){.kind = COMMAND_ACTIVITY, .number = told});
}

enum tacet_code tacet_tell_activity(struct tacet_client *c, const char *with,
                                    enum tacet_activity what)
{
    struct command cmd = {.kind = COMMAND_TELL_ACTIVITY};

    if (what == TACET_TYPING || what == TACET_HERE)
        cmd.number = what == TACET_TYPING ? PAYLOAD_TYPING : PAYLOAD_HERE;
    return saying_in_conversation(c, &cmd, with);
}
