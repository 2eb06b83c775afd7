/* SPDX-License-Identifier: Apache-2.0 */
/* timing: the calls that say for how long messages live. */
#include "client/host/client_internal.h"
#include "e2ee/trailer.h"
#include "tacet/timers.h"

_Static_assert(TACET_EXPIRE_MOST == TRAILER_TTL_MOST_S, "a year");
_Static_assert(TACET_EXPIRE_DEFAULT == TIMERS_DEFAULT_S, "30 days");

static struct timers from_caller(const struct tacet_timers *t)
{
    return (struct timers){t->expire_s, t->burn_s};
}

static struct tacet_timers to_caller(struct timers t)
{
    return (struct tacet_timers){t.ttl_s, t.burn_s};
}

static struct err get(struct tacet_client *c, const char *with, struct timers_of *of)
{
    uint64_t number;

    TRY(meeting_conversation(c, with, &number));
    return engine_timers(c->engine, number, of);
}

enum tacet_code tacet_get_timers(struct tacet_client *c, const char *with,
                                 struct tacet_timers_of *out)
{
    struct timers_of of;
    struct err err = get(c, with, &of);

    if (err.code == E_OK)
        *out =
            (struct tacet_timers_of){to_caller(of.said), to_caller(of.room), to_caller(of.lives)};
    return client_code(err);
}

/* With these timers, to a person or in a room. */
static enum tacet_code order(struct tacet_client *c, struct command *cmd, const char *with,
                             const struct tacet_timers *t)
{
    enum tacet_code code = TACET_OK;

    cmd->handle = bytes_text(with);
    cmd->timers = from_caller(t);
    if (meeting_is_room(with))
        code = client_code(meeting_conversation(c, with, &cmd->room));
    return code == TACET_OK ? client_command(c, cmd) : code;
}

enum tacet_code tacet_set_timers(struct tacet_client *c, const char *with,
                                 const struct tacet_timers *timers)
{
    return order(c, &(struct command){.kind = COMMAND_TIMERS}, with, timers);
}

enum tacet_code tacet_send_for(struct tacet_client *c, const char *to, const uint8_t *text,
                               size_t n, const struct tacet_timers *timers, char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_SEND, .text = bytes(text, n)};
    enum tacet_code code = order(c, &cmd, to, timers);

    return code == TACET_OK ? client_code(client_newest_id(c, to, id)) : code;
}
