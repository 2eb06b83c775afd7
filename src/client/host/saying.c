/* SPDX-License-Identifier: Apache-2.0 */
/* saying: the calls by which a person says something for all devices of theirs.  [PROTOCOL 15.8] */
#include "base/encoding.h"
#include "client/host/client_internal.h"

enum tacet_code tacet_mark_read(struct tacet_client *c, const struct tacet_message *m)
{
    struct command cmd = {.kind = COMMAND_READ, .handle = bytes_text(m->with), .number = m->place};

    return client_command(c, &cmd);
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
    struct command cmd = {.kind = COMMAND_DRAFT,
                          .handle = bytes_text(with),
                          .text = bytes(text, text == NULL ? 0 : n)};

    return client_command(c, &cmd);
}

enum tacet_code tacet_draft(struct tacet_client *c, const char *with, const uint8_t **text,
                            size_t *n)
{
    struct bytes draft;
    struct err err;

    arena_free(&c->shown);
    err = engine_draft(c->engine, bytes_text(with), &c->shown, &draft);
    if (err.code == E_OK) {
        *text = draft.at;
        *n = draft.n;
    }
    return client_code(err);
}

enum tacet_code tacet_mute(struct tacet_client *c, const char *handle, uint64_t until_ms)
{
    struct command cmd = {.kind = COMMAND_MUTE, .handle = bytes_text(handle), .number = until_ms};

    return client_command(c, &cmd);
}

enum tacet_code tacet_block(struct tacet_client *c, const char *handle, bool blocked)
{
    struct command cmd = {.kind = COMMAND_BLOCK, .handle = bytes_text(handle), .number = blocked};

    return client_command(c, &cmd);
}
