/* SPDX-License-Identifier: Apache-2.0 */
#include "client/deeds.h"

#include "base/text.h"
#include "client/agreed.h"
#include "client/shelf.h"
#include "crypto/secret.h"
#include "e2ee/attachment.h"

/* Why a message that shows at another one has to be shown itself, too. */
#define TELLING                                                                      \
    (MESSAGE_LATE | MESSAGE_GAP | MESSAGE_FORKED | MESSAGE_AHEAD | MESSAGE_RESTART | \
     MESSAGE_NO_COPY | MESSAGE_LEFT)

/* What its sender calls a file: the rest holds its key. */
static bool read_file_name(struct bytes content, struct bytes *name)
{
    struct attachment a = {.duration_ms = 0};
    bool is = attachment_parse(content, &a).code == E_OK;

    if (is)
        *name = a.name;
    secret_wipe(&a, sizeof a);
    return is;
}

/* The content is the text. */
static bool is_plain(uint16_t type)
{
    return type == PAYLOAD_TEXT || type == PAYLOAD_FORWARD;
}

static bool read_title(struct bytes text, struct bytes *title)
{
    struct filed f;
    bool is = filed_parse(text, &f).code == E_OK;

    if (is)
        *title = f.title;
    return is;
}

/* What is shown of a content, borrowed.  false: it is none of its type. */
static bool read_words(uint16_t type, struct bytes content, struct bytes *words)
{
    struct reference ref;
    struct position at;
    struct card card;

    *words = content;
    if (is_plain(type))
        return text_is_utf8(content);
    if (type == PAYLOAD_FILE)
        return read_file_name(content, words);
    if (type == PAYLOAD_CARD) {
        if (card_parse(content, &card).code != E_OK)
            return false;
        *words = card.handle;
        return true;
    }
    if (type != PAYLOAD_POSITION) {
        if (reference_parse(type, content, &ref).code != E_OK)
            return false;
        *words = ref.text;
        if (type == PAYLOAD_FILED)
            return read_title(ref.text, words);
        if (type != PAYLOAD_MOVED)
            return true;
    }
    if (position_parse(*words, &at).code != E_OK)
        return false;
    *words = at.label;
    return true;
}

bool deeds_are_readable(uint16_t type, struct bytes content)
{
    struct bytes words;

    return read_words(type, content, &words);
}

bool deeds_is_said(const struct message *m)
{
    return (m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM | MESSAGE_UNREADABLE | MESSAGE_RECALLED)) ==
           0;
}

bool deeds_is_version(uint16_t type)
{
    return type == PAYLOAD_EDIT || type == PAYLOAD_MOVED;
}

bool deeds_ends_with_another(uint16_t type)
{
    return deeds_is_version(type) || type == PAYLOAD_REACTION || type == PAYLOAD_FILED;
}

/* A version of something that was recalled is no row of its own. */
static bool is_lost_version(const struct message *m)
{
    return (m->notes & MESSAGE_RECALLED) != 0 && deeds_is_version(m->type);
}

bool deeds_is_text(const struct message *m)
{
    return deeds_is_said(m) &&
           (is_plain(m->type) || m->type == PAYLOAD_REPLY || m->type == PAYLOAD_FILE ||
            m->type == PAYLOAD_POSITION || m->type == PAYLOAD_CARD);
}

bool deeds_is_editable(const struct message *m)
{
    return deeds_is_said(m) && (m->type == PAYLOAD_TEXT || m->type == PAYLOAD_REPLY);
}

bool deeds_is_quiet(const struct message *m)
{
    return ((deeds_is_said(m) && !deeds_is_text(m)) || is_lost_version(m)) &&
           (m->notes & TELLING) == 0 && m->state != DELIVERY_FAILED;
}

struct bytes deeds_text(const struct message *m)
{
    struct bytes words;

    if (read_words(m->type, m->text, &words) || is_plain(m->type))
        return words;
    return (struct bytes){NULL, 0};
}

/* ---- what is done */

static struct target_said said_by(const struct message *m, const struct reference *ref)
{
    return (struct target_said){m->sender, m->id, ref->stamp};
}

static struct reaction reaction_of(const struct message *m, const struct reference *ref)
{
    struct reaction r = {.said = said_by(m, ref), .on = ref->on, .kind_n = (uint8_t)ref->text.n};

    memcpy(r.kind, ref->text.at, ref->text.n);
    return r;
}

static struct shelf_word word_of(const struct message *m, const struct reference *ref,
                                 const struct account_id *by)
{
    struct shelf_word w = {.by = *by, .said = said_by(m, ref)};
    struct err err = filed_parse(ref->text, &w.filed);

    invariant(err.code == E_OK); /* as reference_parse() saw */
    return w;
}

static struct edit edit_of(const struct message *m, const struct reference *ref)
{
    return (struct edit){said_by(m, ref), m->place};
}

/* What a message says of another one; *is: something that is kept with that. */
static struct err read_deed(struct vault *v, const struct own *me, const struct message *m,
                            struct target *to, struct reference *ref, bool *is)
{
    *is = deeds_is_said(m) && !deeds_is_text(m);
    if (!*is)
        return OK;
    TRY(reference_parse(m->type, m->text, ref));
    to->sender = ref->sender;
    to->id = ref->id;
    return target_room(v, me, m, &to->room);
}

/* Somebody's who took it back before it came? */
static struct err obey_recall(struct vault *v, const struct target *to, struct message *m,
                              const struct account_id *by, bool *was)
{
    TRY(recalls_has(v, to, by, was));
    return *was ? recalls_obey(v, m) : OK;
}

static struct err take_edit(struct vault *v, const struct target *to, struct message *m,
                            const struct account_id *by, const struct reference *ref)
{
    struct edit e = edit_of(m, ref);
    bool was;

    TRY(obey_recall(v, to, m, by, &was));
    return was ? OK : edits_take(v, to, by, &e);
}

/* What was said of it before it came stays only of what was not recalled. */
static struct err take_text(struct vault *v, const struct own *me, struct message *m,
                            const struct account_id *by)
{
    struct target to;
    bool was;

    TRY(target_of(v, me, m, &to));
    TRY(recalls_has(v, &to, by, &was));
    return was ? recalls_take(v, me, &to, by) : OK;
}

/* What it is nobody knows here, but it can be taken back. */
static bool is_unreadable(const struct message *m)
{
    return (m->notes & (MESSAGE_UNREADABLE | MESSAGE_RECALLED)) == MESSAGE_UNREADABLE;
}

struct err deeds_take(struct vault *v, const struct own *me, struct message *m,
                      const struct account_id *by)
{
    struct reference ref;
    struct shelf_word w;
    struct reaction r;
    struct target to;
    bool is;

    if (deeds_is_text(m) || is_unreadable(m)) {
        TRY(take_text(v, me, m, by));
        TRY(target_of(v, me, m, &to));
        return obey_recall(v, &to, m, by, &is);
    }
    TRY(read_deed(v, me, m, &to, &ref, &is));
    if (!is)
        return OK;
    if (m->type == PAYLOAD_RECALL)
        return recalls_take(v, me, &to, by);
    if (deeds_is_version(m->type))
        return take_edit(v, &to, m, by, &ref);
    if (m->type == PAYLOAD_FILED) {
        w = word_of(m, &ref, by);
        return shelf_take(v, &to, &w);
    }
    r = reaction_of(m, &ref);
    return reactions_take(v, &to, by, &r);
}

struct err deeds_reread(struct vault *v, const struct own *me, struct message *m)
{
    struct account_id by;
    struct err err;

    /* A program of before kept nothing of what it could not read. */
    if (!is_unreadable(m) || (m->text.n == 0 && m->proof.n == 0) ||
        !deeds_are_readable(m->type, m->text))
        return OK;
    m->notes &= ~(uint32_t)MESSAGE_UNREADABLE;
    if (deeds_is_quiet(m))
        TRY(messages_mark_read(v, m));
    TRY(messages_update(v, m));
    err = target_author(v, me, m, &by);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    return deeds_take(v, me, m, &by);
}

struct err deeds_is_late(struct vault *v, const struct message *m, bool *is)
{
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct reference ref;
    struct message to;
    struct err err;

    *is = false;
    if (!deeds_ends_with_another(m->type) || reference_parse(m->type, m->text, &ref).code != E_OK)
        return OK;
    TRY(messages_known(v, &ref.sender, &ref.id, is));
    if (!*is)
        return OK;
    err = messages_find(v, &ref.sender, &ref.id, &a, &to);
    *is = err.code == E_ABSENT;
    arena_free(&a);
    return *is ? OK : err;
}

struct err deeds_undo(struct vault *v, const struct own *me, const struct message *m)
{
    const struct account_id *by = &me->me.who.aid;
    struct reference ref;
    struct reaction r;
    struct shelf_word w;
    struct target to;
    struct edit e;
    bool is;

    TRY(read_deed(v, me, m, &to, &ref, &is));
    if (!is)
        return OK;
    if (m->type == PAYLOAD_RECALL) /* what is gone does not come back */
        return OK;
    if (deeds_is_version(m->type)) {
        e = edit_of(m, &ref);
        return edits_undo(v, &to, by, &e);
    }
    if (m->type == PAYLOAD_FILED) {
        w = word_of(m, &ref, by);
        return shelf_undo(v, &to, &w);
    }
    r = reaction_of(m, &ref);
    return reactions_undo(v, &to, by, &r);
}

/* One that waits to be sent ends in its own time. */
static struct err end_version(struct vault *v, uint64_t contact, uint64_t place)
{
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct message m;
    struct err err = messages_get(v, contact, place, &a, &m);

    if (err.code == E_OK && (!m.mine || m.state >= DELIVERY_ACCEPTED))
        err = messages_destroy(v, contact, place);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err end_text(struct vault *v, const struct own *me, const struct message *m)
{
    struct account_id author;
    struct target to;
    struct edits e;
    struct err err = target_author(v, me, m, &author);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(target_of(v, me, m, &to));
    TRY(edits_of(v, &to, &author, &e));
    for (size_t i = 0; i < e.n; i++)
        TRY(end_version(v, m->contact, e.of[i].place));
    TRY(edits_drop(v, &to, &author));
    TRY(shelf_drop(v, &to));
    return reactions_drop(v, &to);
}

struct err deeds_end(struct vault *v, const struct own *me, uint64_t contact, uint64_t place)
{
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct message m;
    struct err err = messages_get(v, contact, place, &a, &m);

    if (err.code == E_OK && deeds_is_text(&m))
        err = end_text(v, me, &m);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- what is shown */

/* The type of what its writer says in its place; 0: nothing stands there but itself. */
static uint16_t version_of(const struct message *m)
{
    if (deeds_is_editable(m))
        return PAYLOAD_EDIT;
    return deeds_is_said(m) && m->type == PAYLOAD_POSITION ? PAYLOAD_MOVED : 0;
}

struct err deeds_versions(struct vault *v, const struct own *me, const struct message *m,
                          struct edits *out)
{
    struct account_id author;
    struct target to;
    struct err err;
    bool blocked = false;

    *out = (struct edits){.n = 0};
    err = version_of(m) != 0 ? target_author(v, me, m, &author) : FAIL(E_ABSENT);
    if (err.code == E_OK && !m->mine)
        err = agreed_is_blocked(v, &author, &blocked);
    if (err.code == E_ABSENT || (err.code == E_OK && blocked))
        return OK;
    TRY(err);
    TRY(target_of(v, me, m, &to));
    return edits_of(v, &to, &author, out);
}

/* The version that stands, which may be the message itself. */
static struct err find_newest(struct vault *v, const struct own *me, const struct message *m,
                              struct arena *a, struct message *out, size_t *versions)
{
    struct message last;
    struct edits e;

    *out = *m;
    *versions = 1;
    TRY(deeds_versions(v, me, m, &e));
    for (size_t i = e.n; i > 0; i--) {
        struct err err = messages_get(v, m->contact, e.of[i - 1].place, a, &last);

        if (err.code == E_ABSENT || (err.code == E_OK && last.type != version_of(m)))
            continue;
        TRY(err);
        *out = last;
        *versions += i;
        return OK;
    }
    return OK;
}

struct err deeds_newest(struct vault *v, const struct own *me, const struct message *m,
                        struct arena *a, struct bytes *text, size_t *versions)
{
    struct message last;

    TRY(find_newest(v, me, m, a, &last, versions));
    *text = deeds_text(&last);
    return OK;
}

struct err deeds_position(struct vault *v, const struct own *me, const struct message *m,
                          struct arena *a, struct position *out)
{
    struct reference ref;
    struct message last;
    size_t versions;

    if (!deeds_is_said(m) || m->type != PAYLOAD_POSITION)
        return FAIL(E_ABSENT);
    TRY(find_newest(v, me, m, a, &last, &versions));
    if (last.type == PAYLOAD_POSITION)
        return position_parse(last.text, out);
    TRY(reference_parse(last.type, last.text, &ref));
    return position_parse(ref.text, out);
}

static struct err find_target(struct vault *v, const struct own *me, const struct message *m,
                              struct arena *a, struct deeds_view *out)
{
    struct room_id here, there;
    size_t versions;
    struct err err = messages_find(v, &out->reference.sender, &out->reference.id, a, &out->to);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(target_room(v, me, m, &here));
    TRY(target_room(v, me, &out->to, &there));
    out->here = ID_SAME(here, there) && deeds_is_text(&out->to);
    return out->here ? deeds_newest(v, me, &out->to, a, &out->to_text, &versions) : OK;
}

struct err deeds_view(struct vault *v, const struct own *me, const struct message *m,
                      struct arena *a, struct deeds_view *out)
{
    *out = (struct deeds_view){.text = m->text};
    if (m->notes & MESSAGE_UNREADABLE)
        out->text = (struct bytes){NULL, 0};
    else if (m->notes & MESSAGE_RECALLED)
        out->text = deeds_text(m); /* of who keeps copies; else it is empty */
    if (!deeds_is_said(m))
        return OK;
    TRY(deeds_newest(v, me, m, a, &out->text, &out->versions));
    out->located = m->type == PAYLOAD_POSITION;
    if (out->located)
        return deeds_position(v, me, m, a, &out->at);
    out->introduces = m->type == PAYLOAD_CARD;
    if (out->introduces)
        return card_parse(m->text, &out->card);
    if (!reference_is_of(m->type))
        return OK;
    TRY(reference_parse(m->type, m->text, &out->reference));
    out->refers = true;
    return find_target(v, me, m, a, out);
}
