/* SPDX-License-Identifier: Apache-2.0 */
#include "client/errands.h"

#include "client/showing.h"
#include "client/transferring_internal.h"
#include "crypto/secret.h"
#include "e2ee/preview.h"
#include "wire/tacet.pb-c.h"

static struct err add(struct engine *e, struct transfer *t)
{
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, transfers_add(e->vault, t));
}

/* The same content under another id of ours; of what somebody else said, name and all. */
static struct err add_passing(struct engine *e, struct bytes content, struct transfer *t)
{
    struct buf again = BUF(ATTACHMENT_MAX_SIZE);
    struct attachment a = {.duration_ms = 0};
    uint8_t from[ATTACHMENT_ID_SIZE];
    struct err err = OK;

    TRY_OUT(attachment_parse(content, &a));
    TRY_OUT(a.view_only ? FAIL(E_DENIED) : OK);
    memcpy(from, a.id, sizeof from);
    TRY_OUT(random_fill(e->random, a.id, sizeof a.id));
    a.forwarded = true;
    TRY_OUT(attachment_write(&a, &again));
    t->attachment = buf_view(&again);
    t->path = BYTES(from);
    TRY_OUT(add(e, t));
out:
    t->attachment = t->path = bytes(NULL, 0); /* which were of here alone */
    secret_wipe(&a, sizeof a);
    secret_wipe(from, sizeof from);
    if (again.at != NULL)
        secret_wipe(again.at, again.n);
    buf_free(&again);
    return err;
}

struct err errands_pass(struct engine *e, uint64_t conversation, struct bytes content,
                        uint64_t *number)
{
    struct transfer t = {.kind = TRANSFERS_PASSING, .conversation = conversation};

    if (e->transferring == NULL)
        return FAIL(E_AGAIN);
    TRY(add_passing(e, content, &t));
    *number = t.number;
    return transferring_pump(e);
}

static struct err add_sending(struct engine *e, const struct attachment *about, struct transfer *t)
{
    struct transferring *x = e->transferring;
    struct buf content = BUF(ATTACHMENT_MAX_SIZE);
    struct attachment a = *about;
    struct err err = OK;
    uint64_t size;

    TRY_OUT(x->filing->measure(x->filing->ctx, t->path, &size));
    TRY_OUT(file_key_make(e->random, size, &a.file));
    TRY_OUT(random_fill(e->random, a.id, sizeof a.id));
    TRY_OUT(attachment_write(&a, &content));
    t->attachment = buf_view(&content);
    TRY_OUT(add(e, t));
out:
    secret_wipe(&a, sizeof a);
    if (content.at != NULL)
        secret_wipe(content.at, content.n);
    buf_free(&content);
    return err;
}

struct err errands_send(struct engine *e, uint64_t conversation, const struct attachment *about,
                        struct bytes path, uint64_t *number)
{
    struct transfer t = {.kind = TRANSFERS_SENDING, .conversation = conversation, .path = path};
    struct preview preview;

    if (e->transferring == NULL)
        return FAIL(E_AGAIN);
    if (path.n == 0 || path.n > FILING_PATH_MAX)
        return FAIL(E_LIMIT);
    if (about->preview.n > 0)
        TRY(preview_judge(about->preview, &preview));
    TRY(add_sending(e, about, &t));
    *number = t.number;
    return transferring_pump(e);
}

struct err errands_fetch(struct engine *e, uint64_t conversation, uint64_t place,
                         struct bytes folder, uint64_t *number)
{
    struct transfer t = {
        .kind = TRANSFERS_FETCHING, .conversation = conversation, .place = place, .path = folder};
    struct arena a = ARENA(ARENA_MAX);
    struct attachment attachment = {.duration_ms = 0};
    struct message m;
    struct err err = OK;

    if (e->transferring == NULL)
        return FAIL(E_AGAIN);
    if (folder.n == 0 || folder.n > FILING_PATH_MAX)
        return FAIL(E_LIMIT);
    TRY_OUT(messages_get(e->vault, conversation, place, &a, &m));
    TRY_OUT(m.type == PAYLOAD_FILE ? attachment_parse(m.text, &attachment) : FAIL(E_MALFORMED));
    TRY_OUT(attachment.view_only ? FAIL(E_DENIED) : OK);
    t.attachment = m.text;
    TRY_OUT(add(e, &t));
    *number = t.number;
out:
    secret_wipe(&attachment, sizeof attachment);
    arena_free(&a);
    return err.code == E_OK ? transferring_pump(e) : err;
}

/* The server may have some of it, or none. */
static struct err tell_dropped(struct engine *e, struct bytes content)
{
    Tacet__Wire__DropFile m = TACET__WIRE__DROP_FILE__INIT;
    struct attachment a = {.duration_ms = 0};
    struct err err = attachment_parse(content, &a);

    m.id = frame_data(BYTES(a.id));
    if (err.code == E_OK && e->link.state == LINK_READY)
        err = link_request(e, OP_FILE_DROP, &m, NULL);
    secret_wipe(&a, sizeof a);
    return err.code == E_AGAIN ? OK : err; /* it goes by itself, in a week */
}

static struct err stop_showing(struct engine *e)
{
    struct transferring *x = e->transferring;

    if (x->phase != PHASE_NONE && x->t.kind == TRANSFERS_SHOWING)
        transferring_again(e, 0);
    showing_forget(x);
    return transferring_pump(e);
}

struct err errands_cancel(struct engine *e, uint64_t number)
{
    struct transferring *x = e->transferring;
    struct arena a = ARENA(ARENA_MAX);
    struct transfer t;
    struct err err = OK;

    if (x != NULL && x->showing.number == number && number != 0)
        return stop_showing(e);
    TRY_OUT(transfers_next(e->vault, number, &a, &t));
    TRY_OUT(t.number == number ? OK : FAIL(E_ABSENT));
    if (x != NULL && x->phase != PHASE_NONE && x->t.number == number)
        transferring_again(e, 0);
    if (transfers_leaves(&t))
        TRY_OUT(tell_dropped(e, t.attachment));
    else if (x != NULL)
        x->filing->drop(x->filing->ctx, t.path, t.number);
    TRY_OUT(transferring_drop(e, number));
    TRY_OUT(transferring_pump(e));
out:
    arena_free(&a);
    return err;
}

/* E_ABSENT: there is none. */
static struct err find_fetching(struct engine *e, uint64_t conversation, uint64_t place,
                                uint64_t *number)
{
    struct err err = OK;

    for (uint64_t from = 0; err.code == E_OK; from++) {
        struct arena a = ARENA(ARENA_MAX);
        struct transfer t;
        bool is;

        err = transfers_next(e->vault, from, &a, &t);
        is = err.code == E_OK && t.kind == TRANSFERS_FETCHING && t.conversation == conversation &&
             t.place == place;
        from = err.code == E_OK ? t.number : from;
        arena_free(&a);
        if (is) {
            *number = from;
            return OK;
        }
    }
    return err;
}

struct err errands_end(struct engine *e, uint64_t conversation, uint64_t place)
{
    struct err err = OK;
    uint64_t number;

    while (err.code == E_OK) {
        err = find_fetching(e, conversation, place, &number);
        if (err.code == E_OK)
            err = errands_cancel(e, number);
    }
    return err.code == E_ABSENT ? OK : err;
}
