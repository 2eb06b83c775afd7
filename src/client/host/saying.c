/* SPDX-License-Identifier: Apache-2.0 */
/* saying: the calls by which a person says something for all devices of theirs.  [PROTOCOL 15.8] */
#include "base/encoding.h"
#include "client/host/client_internal.h"
#include "tacet/deeds.h"

enum tacet_code saying_in_conversation(struct tacet_client *c, struct command *cmd,
                                       const char *with)
{
    enum tacet_code code = TACET_OK;

    cmd->handle = bytes_text(with);
    if (meeting_is_room(with))
        code = client_code(meeting_conversation(c, with, &cmd->room));
    return code == TACET_OK ? client_command(c, cmd) : code;
}

enum tacet_code tacet_mark_read(struct tacet_client *c, const struct tacet_message *m)
{
    return saying_in_conversation(c, &(struct command){.kind = COMMAND_READ, .number = m->place},
                                  m->with);
}

enum tacet_code tacet_delete(struct tacet_client *c, const char *with, uint64_t place)
{
    return saying_in_conversation(c, &(struct command){.kind = COMMAND_DELETE, .number = place},
                                  with);
}

enum tacet_code tacet_star(struct tacet_client *c, const char *with, uint64_t place, bool on)
{
    return saying_in_conversation(
        c, &(struct command){.kind = on ? COMMAND_STAR : COMMAND_UNSTAR, .number = place}, with);
}

enum tacet_code tacet_mute(struct tacet_client *c, const char *with, uint64_t until_ms)
{
    return saying_in_conversation(c, &(struct command){.kind = COMMAND_MUTE, .number = until_ms},
                                  with);
}

enum tacet_code tacet_pin(struct tacet_client *c, const char *with, bool pinned)
{
    return saying_in_conversation(c, &(struct command){.kind = COMMAND_PIN, .number = pinned},
                                  with);
}

enum tacet_code tacet_name(struct tacet_client *c, const char *handle, const char *name)
{
    struct command cmd = {.kind = COMMAND_NAME, .handle = bytes_text(handle)};

    if (name != NULL && *name == '\0') /* none is NULL */
        return TACET_MALFORMED;
    cmd.text = bytes_text(name == NULL ? "" : name);
    return client_command(c, &cmd);
}

enum tacet_code tacet_name_device(struct tacet_client *c, const char *id, const char *name)
{
    struct command cmd = {.kind = COMMAND_NAME_DEVICE};

    if (encoding_hex_read(bytes_text(id), cmd.device.b, sizeof cmd.device.b).code != E_OK ||
        (name != NULL && *name == '\0'))
        return TACET_MALFORMED;
    cmd.text = bytes_text(name == NULL ? "" : name);
    return client_command(c, &cmd);
}

enum tacet_code tacet_set_draft(struct tacet_client *c, const char *with, const uint8_t *text,
                                size_t n)
{
    struct command cmd = {.kind = COMMAND_DRAFT, .text = bytes(text, text == NULL ? 0 : n)};

    return saying_in_conversation(c, &cmd, with);
}

enum tacet_code tacet_draft(struct tacet_client *c, const char *with, const uint8_t **text,
                            size_t *n)
{
    struct bytes draft;
    uint64_t room = 0;
    struct err err = meeting_is_room(with) ? meeting_conversation(c, with, &room) : OK;

    arena_free(&c->shown);
    if (err.code == E_OK)
        err = engine_draft(c->engine, bytes_text(with), room, &c->shown, &draft);
    if (err.code == E_OK) {
        *text = draft.at;
        *n = draft.n;
    }
    return client_code(err);
}

enum tacet_code tacet_block(struct tacet_client *c, const char *handle, bool blocked)
{
    struct command cmd = {.kind = COMMAND_BLOCK, .handle = bytes_text(handle), .number = blocked};

    return client_command(c, &cmd);
}
