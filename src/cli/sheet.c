/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sheet.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/geo.h"
#include "cli/lifetime.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "tacet/timers.h"
#include "terminal/show.h"

#define NUMBER_MAX   40
#define MS           1000
#define REST_MAX     96
#define QUOTE_POINTS 48 /* of a text that another one answers */

static void write_notes(const struct tacet_message *m, struct buf *out)
{
    struct sentences_note note;
    char number[NUMBER_MAX];

    if (m->starred)
        buf_text(out, "    (starred)\n");
    if (m->mentioned)
        buf_text(out, "    (mentions you)\n");

    for (unsigned i = 0; sentences_note(i, &note); i++) {
        if ((m->notes & note.bit) == 0 || note.bit == TACET_NOTE_DEVICES ||
            note.bit == TACET_NOTE_ROOM)
            continue;
        buf_text(out, "    (");
        if (note.bit == TACET_NOTE_GAP) {
            snprintf(number, sizeof number, "%llu message%s ", (unsigned long long)m->missing,
                     m->missing == 1 ? "" : "s");
            buf_text(out, number);
        }
        buf_text(out, note.words);
        buf_text(out, ")\n");
    }
}

bool sheet_is_change(const struct tacet_message *m)
{
    return (m->notes & (TACET_NOTE_DEVICES | TACET_NOTE_ROOM)) != 0;
}

/* No message: "bob: 1 device added". */
static void write_change(struct tacet_client *client, const struct tacet_message *m,
                         struct buf *out)
{
    if ((m->notes & TACET_NOTE_ROOM) != 0) {
        rooms_write_change(client, m, out);
        return;
    }
    people_write(client, m->with, out);
    buf_text(out, ": ");
    sentences_write_devices(m->added, m->removed, m->given, m->recovered, out);
}

static void write_conversation(struct tacet_client *client, const struct tacet_message *m,
                               struct buf *out)
{
    if (!rooms_is_meant(m->with)) {
        people_write(client, m->with, out);
        return;
    }
    if (!m->mine) {
        people_write(client, m->by, out);
        buf_text(out, " in ");
    }
    rooms_write(client, m->with, out);
}

void sheet_brief(struct bytes text, struct buf *out)
{
    size_t n = 0, length;
    uint32_t point;

    for (unsigned i = 0; i < QUOTE_POINTS && n < text.n && text.at[n] != '\n'; i++) {
        length = text_point(bytes(text.at + n, text.n - n), &point);
        if (length == 0)
            break;
        n += length;
    }
    text_harmless(out, bytes(text.at, n), false);
    if (n < text.n)
        buf_text(out, " ...");
}

static const char *relation(const struct tacet_message *m)
{
    if (m->kind == TACET_KIND_EDIT || m->kind == TACET_KIND_MOVED)
        return "    (says this in the place of ";
    if (m->kind == TACET_KIND_RECALL)
        return "    (takes back ";
    if (m->kind == TACET_KIND_FILED)
        return "    (says where it stands of ";
    if (m->kind != TACET_KIND_REACTION)
        return "    (an answer to ";
    return m->taken_back ? "    (takes back a reaction to " : "    (a reaction to ";
}

static void write_re(struct tacet_client *client, const struct tacet_message *m, struct buf *out)
{
    buf_text(out, relation(m));
    buf_bytes(out, bytes((const uint8_t *)m->re.id, TACET_ID_SHOWN));
    if (m->re.place == 0) {
        buf_text(out, ", which is not here)\n");
        return;
    }
    if (m->kind != TACET_KIND_EDIT && m->kind != TACET_KIND_MOVED) {
        buf_text(out, ", ");
        people_write(client, m->re.by, out);
        buf_text(out, ": ");
        sheet_brief(bytes(m->re.text, m->re.text_n), out);
    }
    buf_text(out, ")\n");
}

/* "(reactions: + bob carol; - alice)" */
static void write_reactions(struct tacet_client *client, const struct tacet_message *m,
                            struct buf *out)
{
    struct tacet_reaction r;
    char number[NUMBER_MAX];
    unsigned n = 0;

    while (tacet_get_reaction(client, m->with, m->place, n, &r) == TACET_OK) {
        buf_text(out, n++ == 0 ? "    (reactions: " : "; ");
        text_harmless(out, bytes_text(r.kind), false);
        buf_text(out, " ");
        buf_text(out, r.by);
    }
    if (n == 0)
        return;
    if (r.more > 0) {
        snprintf(number, sizeof number, "; and %u more", r.more);
        buf_text(out, number);
    }
    buf_text(out, ")\n");
}

/* Its name is its sender's word. */
static void write_file(const struct tacet_message *m, struct buf *out)
{
    char rest[REST_MAX + TACET_ID_SIZE + TACET_HANDLE_SIZE];

    buf_text(out, m->attachment.spoken ? "a voice memo of " : "a file, \"");
    if (m->attachment.spoken) {
        snprintf(rest, sizeof rest, "%llu s, \"",
                 (unsigned long long)m->attachment.duration_ms / 1000);
        buf_text(out, rest);
    }
    show_lines(out, bytes(m->text, m->text_n), "");
    snprintf(rest, sizeof rest, "\", %llu bytes%s: tacet file %s %s %s",
             (unsigned long long)m->file_size, m->view_only ? ", only to be looked at" : "",
             m->view_only ? "show" : "get", m->with, m->id);
    buf_text(out, rest);
}

/* "at geo:52.5163,13.3777, "the gate"" */
static void write_position(const struct tacet_message *m, struct buf *out)
{
    buf_text(out, "at ");
    geo_write(&m->position, out);
    if (m->text_n == 0)
        return;
    buf_text(out, ", \"");
    text_harmless(out, bytes(m->text, m->text_n), false);
    buf_text(out, "\"");
}

static void write_until(const struct tacet_message *m, struct buf *out)
{
    if (!m->located || m->position.until_ms == 0)
        return;
    buf_text(out, "    (where they are by now, until ");
    show_write_time(out, m->position.until_ms);
    buf_text(out, ")\n");
}

static const char *introduction(const struct tacet_message *m)
{
    static const char *const words[] = {
        [TACET_INTRODUCED_NEW] = "who is not known here yet",
        [TACET_INTRODUCED_SAME] = "whom you know",
        [TACET_INTRODUCED_OTHER] = "who is not the one whom you know by that name",
        [TACET_INTRODUCED_ELSEWHERE] = "of another network",
    };

    return words[m->introduced];
}

static void write_card(const struct tacet_message *m, struct buf *out)
{
    buf_text(out, "a contact card of ");
    text_harmless(out, bytes(m->text, m->text_n), false);
    buf_text(out, ", ");
    buf_text(out, introduction(m));
}

/* At least one second, as it is still there. */
static uint32_t left_s(uint64_t ends_ms, uint64_t now_ms)
{
    uint64_t left = ends_ms > now_ms ? (ends_ms - now_ms + MS - 1) / MS : 1;

    return left > UINT32_MAX ? UINT32_MAX : (uint32_t)left;
}

/* Where it is not as where nobody says anything. */
static void write_end(const struct tacet_message *m, uint64_t now_ms, struct buf *out)
{
    bool waits = m->burn_s > 0 && !m->mine && !m->read;

    if (m->expire_s == 0 || m->ends_ms == 0 ||
        (m->expire_s == TACET_EXPIRE_DEFAULT && m->burn_s == 0))
        return;
    buf_text(out, "    (ends ");
    if (waits) {
        lifetime_write(m->burn_s, out);
        buf_text(out, " after it was read, or ");
    }
    if (now_ms == 0) {
        show_write_time(out, m->ends_ms);
    } else {
        buf_text(out, "in ");
        lifetime_write(left_s(m->ends_ms, now_ms), out);
    }
    buf_text(out, ")\n");
}

void sheet_words(struct tacet_client *client, const struct tacet_message *m, struct buf *out)
{
    if (sheet_is_change(m))
        write_change(client, m, out);
    else if (m->file)
        write_file(m, out);
    else if (m->located)
        write_position(m, out);
    else if (m->introduced != 0)
        write_card(m, out);
    else
        show_lines(out, bytes(m->text, m->text_n), "    ");
}

bool sheet_has_reactions(const struct tacet_message *m)
{
    return m->kind == TACET_KIND_TEXT || m->kind == TACET_KIND_REPLY ||
           m->kind == TACET_KIND_FILE || m->kind == TACET_KIND_FORWARD ||
           m->kind == TACET_KIND_POSITION || m->kind == TACET_KIND_CARD;
}

void sheet_below(struct tacet_client *client, const struct tacet_message *m, uint64_t now_ms,
                 struct buf *out)
{
    if (sheet_is_change(m))
        return;
    if (m->re.id[0] != '\0')
        write_re(client, m, out);
    if (m->kind == TACET_KIND_FORWARD || (m->file && m->attachment.forwarded))
        buf_text(out, "    (forwarded)\n");
    if (sheet_has_reactions(m))
        write_reactions(client, m, out);
    if (m->versions > 1 && !m->located)
        buf_text(out, "    (edited)\n");
    write_until(m, out);
    write_end(m, now_ms, out);
    write_notes(m, out);
}

static void write_count(const char *before, unsigned n, struct buf *out)
{
    char digits[16];

    if (n == 0)
        return;
    snprintf(digits, sizeof digits, "%u", n);
    buf_text(out, before);
    buf_text(out, digits);
}

/* With one person the state says all. */
void sheet_state(const struct tacet_message *m, struct buf *out)
{
    if (!m->mine || m->state == 0)
        return;
    buf_text(out, " (");
    buf_text(out, sentences_state(m->state));
    if (rooms_is_meant(m->with)) {
        write_count(", came to ", m->came_to, out);
        write_count(", read by ", m->read_by, out);
    }
    buf_text(out, ")");
}

void sheet_message(struct tacet_client *client, const struct tacet_message *m, bool ids,
                   struct buf *out)
{
    show_write_time(out, m->sent_ms);
    if (sheet_is_change(m)) {
        buf_text(out, "  (");
        sheet_words(client, m, out);
        buf_text(out, ")\n");
        return;
    }
    if (ids) {
        buf_text(out, " ");
        buf_bytes(out, bytes((const uint8_t *)m->id, TACET_ID_SHOWN));
    }
    buf_text(out, m->mine ? "  to " : "  ");
    write_conversation(client, m, out);
    sheet_state(m, out);
    buf_text(out, ": ");
    sheet_words(client, m, out);
    buf_text(out, "\n");
    sheet_below(client, m, 0, out);
}

bool sheet_show(struct tacet_client *client, const struct tacet_message *m, bool ids)
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
