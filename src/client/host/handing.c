/* SPDX-License-Identifier: Apache-2.0 */
/* handing: the calls about files. */
#include "client/host/client_internal.h"
#include "client/transfers.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"
#include "tacet/files.h"

_Static_assert((int)TACET_EVENT_FILE == (int)EVENT_TRANSFER, "events");
_Static_assert(TACET_FILE_NAME_MAX == ATTACHMENT_NAME_MAX && TACET_PATH_MAX == FILING_PATH_MAX,
               "sizes");

/* In whose conversation. */
static enum tacet_code say_where(struct tacet_client *c, const char *with, struct command *cmd)
{
    cmd->handle = bytes_text(with);
    return meeting_is_room(with) ? client_code(meeting_conversation(c, with, &cmd->room))
                                 : TACET_OK;
}

static enum tacet_code begin(struct tacet_client *c, const char *with, struct command *cmd,
                             uint64_t *number)
{
    enum tacet_code code = say_where(c, with, cmd);

    if (code == TACET_OK)
        code = client_command(c, cmd);
    if (code == TACET_OK)
        *number = engine_transfer(c->engine);
    return code;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

enum tacet_code tacet_send_file(struct tacet_client *c, const char *to, const char *path,
                                const char *name, uint64_t *number)
{
    const struct attachment about = {.name = bytes_text(name == NULL ? last_part(path) : name)};
    struct command cmd = {.kind = COMMAND_FILE_SEND, .text = bytes_text(path), .about = &about};

    if (about.name.n > ATTACHMENT_NAME_MAX)
        return TACET_LIMIT;
    return begin(c, to, &cmd, number);
}

enum tacet_code tacet_fetch_file(struct tacet_client *c, const struct tacet_message *m,
                                 const char *directory, uint64_t *number)
{
    struct command cmd = {
        .kind = COMMAND_FILE_FETCH, .text = bytes_text(directory), .number = m->place};

    return begin(c, m->with, &cmd, number);
}

enum tacet_code tacet_cancel_file(struct tacet_client *c, uint64_t number)
{
    const struct command cmd = {.kind = COMMAND_FILE_CANCEL, .number = number};

    return client_command(c, &cmd);
}

/* Text of a person's, as a string: it has no NUL. */
static struct err text_of(struct arena *a, struct bytes in, const char **out)
{
    uint8_t *at = arena_alloc(a, in.n + 1);

    if (at == NULL)
        return FAIL(E_NOMEM);
    if (in.n > 0)
        memcpy(at, in.at, in.n);
    at[in.n] = '\0';
    *out = (const char *)at;
    return OK;
}

static struct err next_transfer(struct tacet_client *c, uint64_t number, struct tacet_transfer *out)
{
    struct attachment a = {.duration_ms = 0};
    struct transfer t;
    struct err err = OK;

    arena_free(&c->shown);
    TRY(transfers_next(c->vault, number + 1, &c->shown, &t));
    TRY_OUT(attachment_parse(t.attachment, &a));
    *out = (struct tacet_transfer){
        .number = t.number, .sending = t.kind == TRANSFERS_SENDING, .size = a.file.size};
    meeting_with(c, t.conversation, out->with);
    TRY_OUT(text_of(&c->shown, t.path, &out->path));
    TRY_OUT(text_of(&c->shown, a.name, &out->name));
out:
    secret_wipe(&a, sizeof a);
    return err;
}

enum tacet_code tacet_next_transfer(struct tacet_client *c, uint64_t number,
                                    struct tacet_transfer *out)
{
    return client_code(next_transfer(c, number, out));
}

void handing_message(const struct message *m, struct tacet_message *out)
{
    struct attachment a = {.duration_ms = 0};

    if (m->type != PAYLOAD_FILE || attachment_parse(m->text, &a).code != E_OK)
        return;
    out->file = true;
    out->file_size = a.file.size;
    out->view_only = a.view_only;
    out->text = a.name.at;
    out->text_n = a.name.n;
    secret_wipe(&a, sizeof a);
}

void handing_event(struct tacet_client *c, const struct event *e, struct tacet_event *out)
{
    out->transfer = e->transfer.number;
    out->sending = e->transfer.sending;
    out->ended = e->transfer.ended;
    out->done = e->transfer.done;
    out->of = e->transfer.of;
    out->message.text = e->message.text.at;
    out->message.text_n = e->message.text.n;
    meeting_with(c, e->message.contact, out->message.with);
}
