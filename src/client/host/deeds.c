/* SPDX-License-Identifier: Apache-2.0 */
/* deeds: the calls about what people do with messages that are there. */
#include "tacet/deeds.h"

#include <stdio.h>

#include "client/deeds.h"
#include "client/host/client_internal.h"
#include "wire/limits.h"

_Static_assert((int)TACET_KIND_REPLY == (int)PAYLOAD_REPLY, "kinds");
_Static_assert(TACET_REPLY_MAX == REFERENCE_REPLY_MAX, "sizes");
_Static_assert((int)TACET_KIND_RECALL == (int)PAYLOAD_RECALL, "kinds");
_Static_assert((int)TACET_KIND_EDIT == (int)PAYLOAD_EDIT, "kinds");
_Static_assert(TACET_EDIT_MAX == REFERENCE_EDIT_MAX, "sizes");
_Static_assert(TACET_REACTION_MAX == REFERENCE_REACTION_MAX, "sizes");
_Static_assert((int)TACET_KIND_REACTION == (int)PAYLOAD_REACTION, "kinds");
_Static_assert((int)TACET_KIND_FORWARD == (int)PAYLOAD_FORWARD, "kinds");
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
    return (m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM)) == 0 && !deeds_is_quiet(m) &&
           strncmp(all, id, strlen(id)) == 0;
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

enum tacet_code deeds_act(struct tacet_client *c, struct command *cmd, const char *with,
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

    return deeds_act(c, &cmd, with, id);
}

enum tacet_code tacet_forward(struct tacet_client *c, const char *with, uint64_t place,
                              const char *to, char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_FORWARD, .number = place};
    struct err err = meeting_conversation(c, with, &cmd.from);

    return err.code != E_OK ? client_code(err) : deeds_act(c, &cmd, to, id);
}

enum tacet_code tacet_react(struct tacet_client *c, const char *with, uint64_t place,
                            const char *kind, bool on, char id[TACET_ID_SIZE])
{
    struct command cmd = {
        .kind = on ? COMMAND_REACT : COMMAND_TAKE_BACK, .text = bytes_text(kind), .number = place};

    return deeds_act(c, &cmd, with, id);
}

enum tacet_code tacet_edit(struct tacet_client *c, const char *with, uint64_t place,
                           const uint8_t *text, size_t n, char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_EDIT, .text = bytes(text, n), .number = place};

    return deeds_act(c, &cmd, with, id);
}

enum tacet_code tacet_recall(struct tacet_client *c, const char *with, uint64_t place,
                             char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_RECALL, .number = place};

    return deeds_act(c, &cmd, with, id);
}

/* ---- versions */

static struct err get_version(struct tacet_client *c, const char *with, uint64_t place, unsigned n,
                              struct tacet_version *out)
{
    struct bytes text;
    struct message m;
    struct edits e;
    uint64_t number;

    TRY(meeting_conversation(c, with, &number));
    TRY(messages_get(c->vault, number, place, &c->version, &m));
    TRY(deeds_versions(c->vault, engine_own(c->engine), &m, &e));
    if (n > e.n)
        return FAIL(E_ABSENT);
    if (n > 0)
        TRY(messages_get(c->vault, number, e.of[n - 1].place, &c->version, &m));
    text = deeds_text(&m);
    *out = (struct tacet_version){text.at, text.n, m.sent_ms};
    return OK;
}

enum tacet_code tacet_get_version(struct tacet_client *c, const char *with, uint64_t place,
                                  unsigned n, struct tacet_version *out)
{
    arena_free(&c->version);
    return client_code(get_version(c, with, place, n, out));
}

/* ---- reactions */

static struct err sum_up(struct tacet_client *c, const char *with, uint64_t place)
{
    struct message m;
    struct target to;
    uint64_t number;

    arena_free(&c->reacted);
    c->reactions = NULL;
    TRY(meeting_conversation(c, with, &number));
    TRY(messages_get(c->vault, number, place, &c->reacted, &m));
    TRY(target_of(c->vault, engine_own(c->engine), &m, &to));
    c->reactions = ARENA_NEW(&c->reacted, struct reactions_sum);
    if (c->reactions == NULL)
        return FAIL(E_NOMEM);
    snprintf(c->reacted_in, sizeof c->reacted_in, "%s", with);
    c->reacted_at = place;
    return reactions_sum(c->vault, &to, &c->reacted, c->reactions);
}

static struct err people_out(struct tacet_client *c, const struct reactions_kind *kind,
                             struct tacet_reaction *out)
{
    struct buf by = BUF(TACET_HANDLE_SIZE * LIMIT_RECIPIENTS);
    struct err err = OK;
    struct bytes all;

    for (size_t i = 0; i < kind->n; i++) {
        char handle[TACET_HANDLE_SIZE];

        out->mine |= ID_SAME(kind->by[i], engine_own(c->engine)->me.who.aid);
        client_handle(c, &kind->by[i], handle);
        if (by.n > 0 && handle[0] != '\0')
            buf_text(&by, " ");
        buf_text(&by, handle);
    }
    TRY_OUT(buf_end(&by, &all));
    out->by = arena_text(&c->reacted, all);
    out->kind = arena_text(&c->reacted, kind->kind);
    if (out->by == NULL || out->kind == NULL)
        err = FAIL(E_NOMEM);
out:
    buf_free(&by);
    return err;
}

enum tacet_code tacet_get_reaction(struct tacet_client *c, const char *with, uint64_t place,
                                   unsigned n, struct tacet_reaction *out)
{
    struct err err = OK;

    if (n == 0 || c->reactions == NULL || c->reacted_at != place ||
        strcmp(c->reacted_in, with) != 0)
        err = sum_up(c, with, place);
    if (err.code == E_OK && n >= c->reactions->n)
        err = FAIL(E_ABSENT);
    if (err.code != E_OK)
        return client_code(err);
    *out = (struct tacet_reaction){.people = (unsigned)c->reactions->kind[n].n,
                                   .more = (unsigned)c->reactions->more};
    return client_code(people_out(c, &c->reactions->kind[n], out));
}

/* ---- what I marked */

static struct err next_starred(struct tacet_client *c, uint64_t place, struct tacet_message *out)
{
    struct message m;
    bool over = true;

    if (place == 0) {
        arena_free(&c->starred);
        TRY(stars_collect(c->vault, &c->starred, &c->stars));
    }
    for (size_t i = 0; i < c->stars.n && over; i++) {
        struct err err;

        if (c->stars.at[i].place <= place)
            continue;
        arena_free(&c->shown);
        err = messages_get(c->vault, c->stars.at[i].contact, c->stars.at[i].place, &c->shown, &m);
        if (err.code == E_OK)
            TRY(engine_is_over(c->engine, &m, &over));
        else if (err.code != E_ABSENT) /* it has ended since */
            return err;
    }
    return over ? FAIL(E_ABSENT) : telling_message(c, &m, &c->shown, out);
}

enum tacet_code tacet_next_starred(struct tacet_client *c, uint64_t place,
                                   struct tacet_message *out)
{
    return client_code(next_starred(c, place, out));
}
