/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sheet.h"

#include <stdio.h>

#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "terminal/show.h"

#define NUMBER_MAX 40

static void write_notes(const struct tacet_message *m, struct buf *out)
{
    struct sentences_note note;
    char number[NUMBER_MAX];

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

/* No message: "bob: 1 device added". */
static void write_change(struct tacet_client *client, const struct tacet_message *m,
                         struct buf *out)
{
    buf_text(out, "  (");
    people_write(client, m->with, out);
    buf_text(out, ": ");
    sentences_write_devices(m->added, m->removed, m->given, m->recovered, out);
    buf_text(out, ")\n");
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

/* Its name is its sender's word. */
static void write_file(const struct tacet_message *m, struct buf *out)
{
    char rest[NUMBER_MAX + TACET_ID_SIZE + TACET_HANDLE_SIZE + NUMBER_MAX];

    buf_text(out, "a file, \"");
    show_lines(out, bytes(m->text, m->text_n), "");
    snprintf(rest, sizeof rest, "\", %llu bytes: tacet file get %s %s",
             (unsigned long long)m->file_size, m->with, m->id);
    buf_text(out, rest);
}

void sheet_message(struct tacet_client *client, const struct tacet_message *m, struct buf *out)
{
    show_write_time(out, m->sent_ms);
    if ((m->notes & TACET_NOTE_DEVICES) != 0) {
        write_change(client, m, out);
        return;
    }
    if ((m->notes & TACET_NOTE_ROOM) != 0) {
        buf_text(out, "  (");
        rooms_write_change(client, m, out);
        buf_text(out, ")\n");
        return;
    }
    buf_text(out, m->mine ? "  to " : "  ");
    write_conversation(client, m, out);
    if (m->mine && m->state != 0) {
        buf_text(out, " (");
        buf_text(out, sentences_state(m->state));
        buf_text(out, ")");
    }
    buf_text(out, ": ");
    if (m->file)
        write_file(m, out);
    else
        show_lines(out, bytes(m->text, m->text_n), "    ");
    buf_text(out, "\n");
    write_notes(m, out);
}
