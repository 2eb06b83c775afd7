/* SPDX-License-Identifier: Apache-2.0 */
/* read: what others wrote. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "terminal/jsonl.h"

#define WAIT_SECONDS    10
#define SENDING_SECONDS 2

struct reading {
    struct tacet_client *client;
    const char *with; /* NULL: everybody */
    bool follow, all, ids, json;
    bool full; /* our own disk: what is shown stays unread */
    unsigned shown;
};

/* ---- one message */

static bool show_message(struct tacet_client *client, const struct tacet_message *m, bool ids)
{
    struct buf b = BUF(SHEET_MAX);
    bool whole;

    sheet_message(client, m, ids, &b);
    whole = b.failed == E_OK;
    if (whole)
        fwrite(b.at, 1, b.n, stdout);
    else
        fputs("There is no memory to show this.\n", stderr);
    buf_free(&b);
    return whole;
}

static const char *state_name(const struct tacet_message *m)
{
    return m->mine ? sentences_state(m->state) : m->read ? "read" : "unread";
}

static json_t *notes_json(const struct tacet_message *m)
{
    json_t *notes = json_array();
    struct sentences_note note;

    for (unsigned i = 0; sentences_note(i, &note); i++)
        if ((m->notes & note.bit) != 0)
            json_array_append_new(notes, json_string(note.name));
    return notes;
}

/* Of what is no message. */
static json_t *devices_json(const struct tacet_message *m)
{
    if ((m->notes & TACET_NOTE_DEVICES) == 0)
        return json_null();
    return json_pack("{sI sI sI sb}", "added", (json_int_t)m->added, "removed",
                     (json_int_t)m->removed, "given", (json_int_t)m->given, "recovered",
                     m->recovered);
}

static json_t *room_json(const struct tacet_message *m)
{
    if ((m->notes & TACET_NOTE_ROOM) == 0)
        return json_null();
    return json_pack("{ss ss}", "what", rooms_change_name(m->change), "whom", m->whom);
}

static json_t *re_json(const struct tacet_message *m)
{
    if (m->re.id[0] == '\0')
        return json_null();
    if (m->re.place == 0)
        return json_pack("{ss sn sn}", "id", m->re.id, "by", "text");
    return json_pack("{ss ss ss%}", "id", m->re.id, "by", m->re.by, "text",
                     m->re.text_n == 0 ? "" : (const char *)m->re.text, m->re.text_n);
}

static json_t *people_list(const char *by)
{
    json_t *list = json_array();
    size_t n;

    for (; (n = strcspn(by, " ")) > 0; by += n + (by[n] == ' '))
        json_array_append_new(list, json_stringn(by, n));
    return list;
}

static json_t *reactions_json(struct tacet_client *client, const struct tacet_message *m)
{
    json_t *list = json_array();
    struct tacet_reaction r;

    if (m->kind != TACET_KIND_TEXT && m->kind != TACET_KIND_REPLY && m->kind != TACET_KIND_FILE)
        return list;
    for (unsigned n = 0; tacet_get_reaction(client, m->with, m->place, n, &r) == TACET_OK; n++)
        json_array_append_new(list, json_pack("{ss sI sb so}", "kind", r.kind, "people",
                                              (json_int_t)r.people, "mine", r.mine, "by",
                                              people_list(r.by)));
    return list;
}

/* What it said before. */
static json_t *was_json(struct tacet_client *client, const struct tacet_message *m)
{
    json_t *list = json_array();
    struct tacet_version v;

    for (unsigned n = 0;
         n + 1 < m->versions && tacet_get_version(client, m->with, m->place, n, &v) == TACET_OK;
         n++)
        json_array_append_new(list, json_pack("{ss% so}", "text",
                                              v.text_n == 0 ? "" : (const char *)v.text, v.text_n,
                                              "sent", jsonl_time(v.sent_ms)));
    return list;
}

static json_t *file_json(const struct tacet_message *m)
{
    if (!m->file)
        return json_null();
    return json_pack("{ss% sI sb}", "name", m->text_n == 0 ? "" : (const char *)m->text, m->text_n,
                     "size", (json_int_t)m->file_size, "view_only", m->view_only);
}

static bool print_json(struct tacet_client *client, const struct tacet_message *m)
{
    size_t n = m->file ? 0 : m->text_n;
    const char *text = n == 0 ? "" : (const char *)m->text;

    return jsonl_print(json_pack(
        "{ss so ss sb ss ss% so ss so sI so so so ss? so so so sI sI so}", "with", m->with, "name",
        people_json(client, m->with), "by", m->by, "mine", m->mine, "id", m->id, "text", text, n,
        "sent", jsonl_time(m->sent_ms), "state", state_name(m), "notes", notes_json(m), "missing",
        (json_int_t)m->missing, "devices", devices_json(m), "change", room_json(m), "file",
        file_json(m), "kind", sentences_kind(m->kind), "re", re_json(m), "reactions",
        reactions_json(client, m), "was", was_json(client, m), "expire", (json_int_t)m->expire_s,
        "burn", (json_int_t)m->burn_s, "ends",
        m->ends_ms == 0 ? json_null() : jsonl_time(m->ends_ms)));
}

/* Written, flushed, and only then marked: what a full disk or a closed pipe swallowed is unread. */
static bool show_one(struct reading *r, const struct tacet_message *m)
{
    enum tacet_code code = TACET_OK;

    if (!(r->json ? print_json(r->client, m) : show_message(r->client, m, r->ids)))
        return false;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("This could not be written; it stays unread.\n", stderr);
        return false;
    }
    r->shown++;
    if (!m->mine && !m->read)
        code = tacet_mark_read(r->client, m);
    if (code == TACET_FULL && !r->follow) { /* reading on needs no room */
        r->full = true;
        return true;
    }
    if (code != TACET_OK)
        sentences_say(NULL, code);
    return code == TACET_OK;
}

/* ---- many */

/* The messages of one conversation, or with `with` NULL all unread ones. */
static bool show_conversation(struct reading *r, const char *with, bool all)
{
    struct tacet_message m = {.place = 0};
    enum tacet_code code;

    while ((code = tacet_next_message(r->client, with, m.place, &m)) == TACET_OK)
        if ((all || (!m.mine && !m.read)) && !show_one(r, &m))
            return false;
    if (code != TACET_ABSENT)
        sentences_say(NULL, code);
    return code == TACET_ABSENT;
}

static bool show_all_rooms(struct reading *r)
{
    struct tacet_room room = {.number = 0};

    while (tacet_next_room(r->client, room.number, &room) == TACET_OK)
        if (!show_conversation(r, room.address, true))
            return false;
    return true;
}

static bool show_all_of_everybody(struct reading *r)
{
    struct tacet_contact c = {.number = 0};

    while (tacet_next_contact(r->client, c.number, &c) == TACET_OK)
        if (!show_conversation(r, c.handle, true))
            return false;
    return show_all_rooms(r);
}

static bool show_first(struct reading *r)
{
    if (r->all && r->with == NULL)
        return show_all_of_everybody(r);
    return show_conversation(r, r->with, r->all);
}

/* ---- with the server */

/* Until all that waited there is here.  What waits here for the server goes in the same run, unless
 * it waits for something else. */
static bool drain(struct drive *d)
{
    struct tacet_event e;
    bool drained = false;

    while (!d->unreachable && drive_next(d, &e)) {
        drained |= e.kind == TACET_EVENT_DRAINED;
        if (drained && !drive_has_outgoing(d))
            break;
        if (e.kind == TACET_EVENT_DRAINED)
            drive_shorten(d, SENDING_SECONDS);
    }
    return drained;
}

static enum words_end fetch(struct reading *r)
{
    enum words_end end;
    struct drive d;

    drive_begin(&d, r->client, WAIT_SECONDS);
    end = drain(&d) ? WORDS_FINE : WORDS_LATER;
    if (drive_refused(&d))
        end = WORDS_FAILED;
    else if (end == WORDS_LATER && !d.unreachable)
        fputs("The server did not hand over everything in time.\n", stderr);
    if (end != WORDS_FINE)
        fputs("This is what is kept here:\n", stderr);
    drive_end(&d);
    return end;
}

static enum words_end follow(struct reading *r)
{
    enum words_end end = WORDS_FINE;
    struct tacet_event e;
    struct drive d;

    drive_begin(&d, r->client, -1);
    while (end == WORDS_FINE && drive_next(&d, &e))
        if (e.kind == TACET_EVENT_DEED &&
            (r->with == NULL || strcmp(r->with, e.message.with) == 0)) {
            if (!show_one(r, &e.message))
                end = WORDS_FAILED;
        } else if ((e.kind == TACET_EVENT_MESSAGE || e.kind == TACET_EVENT_DEVICES ||
                    e.kind == TACET_EVENT_ROOM) &&
                   !show_conversation(r, r->with, false))
            end = WORDS_FAILED;
    if (drive_refused(&d))
        end = WORDS_FAILED;
    drive_end(&d);
    return end;
}

static enum words_end read_messages(struct reading *r)
{
    enum words_end end = r->follow ? WORDS_FINE : fetch(r);

    if (!show_first(r))
        return WORDS_FAILED;
    if (r->full) {
        fputs("The disk of this machine is full: what was unread stays so.  Make room.\n", stderr);
        return WORDS_FAILED;
    }
    if (r->follow)
        return follow(r);
    if (r->shown == 0)
        fputs(r->all ? "There are no messages.\n" : "There are no new messages.\n", stderr);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct reading r = {.follow = options_flag(o, "--follow"),
                        .all = options_flag(o, "--all"),
                        .ids = options_flag(o, "--ids"),
                        .json = options_flag(o, "--json")};
    char room[TACET_HANDLE_SIZE];
    enum words_end end;

    r.with = o->n > 0 ? options_conversation(o) : NULL;
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &r.client);
    if (end == WORDS_FINE && r.with != NULL && rooms_is_meant(r.with)) {
        end = rooms_resolve(r.client, r.with, room) ? end : WORDS_FAILED;
        r.with = room;
    }
    if (end == WORDS_FINE)
        end = read_messages(&r);
    tacet_close(r.client);
    return end;
}

const struct word word_read = {
    .name = "read",
    .run = run,
    .usage = "[HANDLE|+ROOM] [--follow] [--all] [--ids] [--json]",
    .what = "Show what others wrote and you have not read yet.",
    .details =
        "With HANDLE only of that person, with ROOM only in that room (tacet help room).\n"
        "  That devices of somebody came or went stands between "
        "the\n"
        "messages, in brackets.  A message counts as read once it was written out.\n"
        "Characters that a terminal would obey instead of showing are written as \\u{...}, and a\n"
        "backslash as two.  If the server cannot be reached, what is kept here is shown, and the\n"
        "exit code is 75.\n"
        "\n"
        "  --follow           Go on showing new messages until interrupted.\n"
        "  --all              Read ones too, and your own.\n"
        "  --ids              And by which id each can be named: tacet help reply\n"
        "  --json             One JSON object a line: with, name, by, mine, id, text, sent,\n"
        "                     state, notes, missing, devices, change, kind, re, reactions, was,\n"
        "                     expire, burn, ends.\n"
        "                     devices and change: null, or an object with what became of\n"
        "                     somebody's devices, or of the room.  kind: null, text, reply,\n"
        "                     reaction, edit or recall.  re: null, or what it is about: id, by "
        "and\n"
        "                     text, which are null when that is not here.  reactions: objects "
        "with\n"
        "                     kind, people, mine and by.  was: what it said before it was edited,\n"
        "                     objects with text and sent.  expire: for how many seconds it lives;\n"
        "                     0 for what is no message.  burn: and\n"
        "                     from when it was read; 0: it does not burn.  ends: when it is "
        "destroyed here, or "
        "null.\n",
};
