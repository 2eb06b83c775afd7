/* SPDX-License-Identifier: Apache-2.0 */
/* sheet_json: a message as a program reads it. */
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "tacet/deeds.h"
#include "tacet/whereabouts.h"
#include "terminal/jsonl.h"

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

    if (!sheet_has_reactions(m))
        return list;
    for (unsigned n = 0; tacet_get_reaction(client, m->with, m->place, n, &r) == TACET_OK; n++)
        json_array_append_new(list, json_pack("{ss sI sb so}", "kind", r.kind, "people",
                                              (json_int_t)r.people, "mine", r.mine, "by",
                                              people_list(r.by)));
    return list;
}

/* Who told that it came to them, and whether they read it. */
static json_t *receipts_json(struct tacet_client *client, const struct tacet_message *m)
{
    struct tacet_receipt r = {.after = 0};
    json_t *list = json_array();

    if (m->came_to == 0)
        return list;
    while (tacet_next_receipt(client, m->with, m->place, r.after, &r) == TACET_OK)
        json_array_append_new(list, json_pack("{ss sb}", "by", r.handle, "read", r.read));
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

static json_t *preview_json(const struct tacet_message *m)
{
    static const char *const TYPES[] = {
        [TACET_PREVIEW_PNG] = "image/png", [TACET_PREVIEW_JPEG] = "image/jpeg"};

    if (m->attachment.preview == TACET_PREVIEW_NONE)
        return json_null();
    return json_pack("{ss sI sI}", "type", TYPES[m->attachment.preview], "width",
                     (json_int_t)m->attachment.width, "height", (json_int_t)m->attachment.height);
}

static json_t *file_json(const struct tacet_message *m)
{
    if (!m->file)
        return json_null();
    return json_pack("{ss% ss sI sb so so sb}", "name", m->text_n == 0 ? "" : (const char *)m->text,
                     m->text_n, "type", m->attachment.type, "size", (json_int_t)m->file_size,
                     "view_only", m->view_only, "spoken_ms",
                     m->attachment.spoken ? json_integer((json_int_t)m->attachment.duration_ms)
                                          : json_null(),
                     "preview", preview_json(m), "forwarded", m->attachment.forwarded);
}

/* In degrees, as people write them. */
static json_t *position_json(const struct tacet_message *m)
{
    const double degree = TACET_POSITION_DEGREE;

    if (!m->located)
        return json_null();
    return json_pack("{sf sf sI so}", "latitude", m->position.latitude / degree, "longitude",
                     m->position.longitude / degree, "accuracy", (json_int_t)m->position.accuracy_m,
                     "until",
                     m->position.until_ms == 0 ? json_null() : jsonl_time(m->position.until_ms));
}

static json_t *card_json(const struct tacet_message *m)
{
    static const char *const words[] = {
        [TACET_INTRODUCED_NEW] = "new",
        [TACET_INTRODUCED_SAME] = "same",
        [TACET_INTRODUCED_OTHER] = "other",
        [TACET_INTRODUCED_ELSEWHERE] = "elsewhere",
    };

    if (m->introduced == 0)
        return json_null();
    return json_pack("{ss% ss ss}", "handle", (const char *)m->text, m->text_n, "account",
                     m->account, "known", words[m->introduced]);
}

bool sheet_json(struct tacet_client *client, const struct tacet_message *m)
{
    size_t n = m->file ? 0 : m->text_n;
    const char *text = n == 0 ? "" : (const char *)m->text;

    return jsonl_print(json_pack(
        "{ss so ss sb ss ss% so ss so sI so so so ss? so so so sb sI sI so sb so so so}", "with",
        m->with, "name", people_json(client, m->with), "by", m->by, "mine", m->mine, "id", m->id,
        "text", text, n, "sent", jsonl_time(m->sent_ms), "state", state_name(m), "notes",
        notes_json(m), "missing", (json_int_t)m->missing, "devices", devices_json(m), "change",
        room_json(m), "file", file_json(m), "kind", sentences_kind(m->kind), "re", re_json(m),
        "reactions", reactions_json(client, m), "was", was_json(client, m), "starred", m->starred,
        "expire", (json_int_t)m->expire_s, "burn", (json_int_t)m->burn_s, "ends",
        m->ends_ms == 0 ? json_null() : jsonl_time(m->ends_ms), "mentioned", m->mentioned,
        "receipts", receipts_json(client, m), "position", position_json(m), "card", card_json(m)));
}
