/* SPDX-License-Identifier: Apache-2.0 */
/* handing: the calls about files. */
#include "client/automatic.h"
#include "client/host/client_internal.h"
#include "client/showing.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"
#include "e2ee/preview.h"
#include "tacet/files.h"

_Static_assert((int)TACET_EVENT_FILE == (int)EVENT_TRANSFER, "events");
_Static_assert(TACET_FILE_NAME_MAX == ATTACHMENT_NAME_MAX && TACET_PATH_MAX == FILING_PATH_MAX &&
                   TACET_FILE_TYPE_MAX == ATTACHMENT_TYPE_MAX &&
                   TACET_PREVIEW_MAX == ATTACHMENT_PREVIEW_MAX && TACET_SHOWN_MAX == SHOWING_MAX,
               "sizes");
_Static_assert((int)TACET_PREVIEW_PNG == (int)PREVIEW_PNG &&
                   (int)TACET_PREVIEW_JPEG == (int)PREVIEW_JPEG,
               "previews");

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

enum tacet_code tacet_send_file(struct tacet_client *c, const char *to,
                                const struct tacet_file *file, uint64_t *number)
{
    const struct attachment about = {
        .name = bytes_text(file->name == NULL ? last_part(file->path) : file->name),
        .type = bytes_text(file->type == NULL ? "" : file->type),
        .view_only = file->view_only,
        .voice = file->spoken,
        .duration_ms = file->duration_ms,
        .preview = bytes(file->preview, file->preview_n)};
    struct command cmd = {
        .kind = COMMAND_FILE_SEND, .text = bytes_text(file->path), .about = &about};

    if (about.name.n > ATTACHMENT_NAME_MAX || about.preview.n > ATTACHMENT_PREVIEW_MAX)
        return TACET_LIMIT;
    return begin(c, to, &cmd, number);
}

enum tacet_code tacet_forward_file(struct tacet_client *c, const char *with, uint64_t place,
                                   const char *to, uint64_t *number)
{
    struct command cmd = {.kind = COMMAND_FILE_PASS, .number = place};
    struct err err = meeting_conversation(c, with, &cmd.from);

    return err.code != E_OK ? client_code(err) : begin(c, to, &cmd, number);
}

enum tacet_code tacet_fetch_file(struct tacet_client *c, const struct tacet_message *m,
                                 const char *directory, uint64_t *number)
{
    struct command cmd = {
        .kind = COMMAND_FILE_FETCH, .text = bytes_text(directory), .number = m->place};

    return begin(c, m->with, &cmd, number);
}

enum tacet_code tacet_show_file(struct tacet_client *c, const struct tacet_message *m,
                                uint64_t *number)
{
    struct command cmd = {.kind = COMMAND_FILE_SHOW, .number = m->place};

    return begin(c, m->with, &cmd, number);
}

enum tacet_code tacet_shown_file(struct tacet_client *c, uint64_t number, const uint8_t **at,
                                 size_t *n)
{
    struct bytes shown;
    enum tacet_code code = client_code(engine_shown(c->engine, number, &shown));

    if (code != TACET_OK)
        return code;
    *at = shown.at;
    *n = shown.n;
    return TACET_OK;
}

enum tacet_code tacet_cancel_file(struct tacet_client *c, uint64_t number)
{
    const struct command cmd = {.kind = COMMAND_FILE_CANCEL, .number = number};

    return client_command(c, &cmd);
}

static struct err automatic(struct tacet_client *c, const char **directory, uint64_t *most)
{
    struct bytes folder;

    arena_free(&c->shown);
    TRY(automatic_get(c->vault, &c->shown, &folder, most));
    return client_string(&c->shown, folder, directory);
}

enum tacet_code tacet_automatic(struct tacet_client *c, const char **directory, uint64_t *most)
{
    return client_code(automatic(c, directory, most));
}

enum tacet_code tacet_set_automatic(struct tacet_client *c, const char *directory, uint64_t most)
{
    const struct command cmd = {
        .kind = COMMAND_FILE_AUTOMATIC, .text = bytes_text(directory), .number = most};

    return client_command(c, &cmd);
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
        .number = t.number, .sending = transfers_leaves(&t), .size = a.file.size};
    meeting_with(c, t.conversation, out->with);
    TRY_OUT(client_string(&c->shown, t.kind == TRANSFERS_PASSING ? bytes_text("") : t.path,
                          &out->path));
    TRY_OUT(client_string(&c->shown, a.name, &out->name));
out:
    secret_wipe(&a, sizeof a);
    return err;
}

enum tacet_code tacet_next_transfer(struct tacet_client *c, uint64_t number,
                                    struct tacet_transfer *out)
{
    return client_code(next_transfer(c, number, out));
}

/* Of what was judged alone. */
static void preview_out(struct bytes image, struct tacet_attachment *out)
{
    struct preview p;

    if (preview_judge(image, &p).code != E_OK)
        return;
    out->preview = (enum tacet_preview)p.kind;
    out->image = image.at;
    out->image_n = image.n;
    out->width = p.width;
    out->height = p.height;
}

void handing_message(const struct message *m, struct tacet_message *out)
{
    struct attachment a = {.duration_ms = 0};

    if (m->type != PAYLOAD_FILE || attachment_parse(m->text, &a).code != E_OK)
        return;
    out->file = true;
    out->file_size = a.file.size;
    out->view_only = a.view_only;
    out->attachment.forwarded = a.forwarded;
    out->attachment.spoken = a.voice;
    out->attachment.duration_ms = a.duration_ms;
    if (a.type.n > 0)
        memcpy(out->attachment.type, a.type.at, a.type.n);
    preview_out(a.preview, &out->attachment);
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
