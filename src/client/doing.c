/* SPDX-License-Identifier: Apache-2.0 */
/* doing: what a person makes of messages that are there.  [PROTOCOL 6.10] */
#include "client/deeds.h"
#include "client/engine_internal.h"

/* The message that is meant, where others can know of it, too. */
static struct err find_target(struct engine *e, uint64_t conversation, uint64_t place,
                              struct arena *a, struct message *out)
{
    TRY(messages_get(e->vault, conversation, place, a, out));
    if (!deeds_is_said(out))
        return FAIL(E_ABSENT);
    return out->state == DELIVERY_FAILED ? FAIL(E_CONFLICT) : OK;
}

static struct err reply(struct engine *e, const struct command *c, uint64_t conversation,
                        const struct message *to)
{
    struct err err = OK;
    struct buf b = BUF(LIMIT_TEXT);
    struct reference ref = {.sender = to->sender, .id = to->id, .text = c->text};

    TRY_OUT(reference_write(PAYLOAD_REPLY, &ref, &b));
    TRY_OUT(outgoing_queue(e, conversation, PAYLOAD_REPLY, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

struct err doing_command(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct message target;
    uint64_t conversation;

    TRY_OUT(engine_conversation(e, c, &conversation));
    TRY_OUT(find_target(e, conversation, c->number, &a, &target));
    TRY_OUT(reply(e, c, conversation, &target));
out:
    arena_free(&a);
    return err;
}
