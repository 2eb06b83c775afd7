/* SPDX-License-Identifier: Apache-2.0 */
/* deeds: the calls about what people do with messages that are there. */
#include "tacet/deeds.h"

#include "client/deeds.h"
#include "client/host/client_internal.h"

_Static_assert((int)TACET_KIND_REPLY == (int)PAYLOAD_REPLY, "kinds");
_Static_assert(TACET_REPLY_MAX == REFERENCE_REPLY_MAX, "sizes");
_Static_assert(TACET_ID_MOST + 1 == TACET_ID_SIZE, "ids");

static bool are_digits(const char *id)
{
    size_t n = strspn(id, "0123456789abcdef");

    return id[n] == '\0' && n >= TACET_ID_LEAST && n <= TACET_ID_MOST;
}

static bool begins_so(const struct message *m, const char *id)
{
    char all[TACET_ID_SIZE];

    client_hex(ID_BYTES(m->id), all);
    return deeds_is_said(m) && strncmp(all, id, strlen(id)) == 0;
}

static struct err find_message(struct tacet_client *c, const char *with, const char *id,
                               uint64_t *place)
{
    struct message m;
    uint64_t number, found = 0;

    TRY(meeting_conversation(c, with, &number));
    for (uint64_t most = UINT64_MAX; most > 0; most = m.place - 1) {
        struct err err;

        arena_free(&c->shown);
        err = messages_last(c->vault, number, most, &c->shown, &m);
        if (err.code == E_ABSENT)
            break;
        TRY(err);
        if (!begins_so(&m, id))
            continue;
        if (found != 0)
            return FAIL(E_CONFLICT);
        found = m.place;
    }
    *place = found;
    return found == 0 ? FAIL(E_ABSENT) : OK;
}

enum tacet_code tacet_find_message(struct tacet_client *c, const char *with, const char *id,
                                   struct tacet_message *out)
{
    uint64_t place = 0;
    struct err err = are_digits(id) ? find_message(c, with, id, &place) : FAIL(E_MALFORMED);

    return err.code != E_OK ? client_code(err) : tacet_next_message(c, with, place - 1, out);
}

/* Something is done with a message, which is a message itself. */
static enum tacet_code act(struct tacet_client *c, struct command *cmd, const char *with,
                           char id[TACET_ID_SIZE])
{
    enum tacet_code code = TACET_OK;

    cmd->handle = bytes_text(with);
    if (meeting_is_room(with))
        code = client_code(meeting_conversation(c, with, &cmd->room));
    if (code == TACET_OK)
        code = client_command(c, cmd);
    return code != TACET_OK ? code : client_code(client_newest_id(c, with, id));
}

enum tacet_code tacet_reply(struct tacet_client *c, const char *with, uint64_t place,
                            const uint8_t *text, size_t n, char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_REPLY, .text = bytes(text, n), .number = place};

    return act(c, &cmd, with, id);
}
