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

/* Written, flushed, and only then marked: what a full disk or a closed pipe swallowed is unread. */
static bool show_one(struct reading *r, const struct tacet_message *m)
{
    enum tacet_code code = TACET_OK;

    if (!(r->json ? sheet_json(r->client, m) : sheet_show(r->client, m, r->ids)))
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
        "                     file, starred, expire, burn, ends, mentioned, receipts,\n"
        "                     position, card.\n"
        "                     devices and change: null, or an object with what became of\n"
        "                     somebody's devices, or of the room.  kind: null, text, reply,\n"
        "                     reaction, edit, recall, file, forward, position, moved,\n"
        "                     card or filed.\n"
        "                     re: null, or what it is about: id, by "
        "and\n"
        "                     text, which are null when that is not here.  reactions: objects "
        "with\n"
        "                     kind, people, mine and by.  receipts: to whom it came, objects with\n"
        "                     by and read.  was: what it said before it was edited,\n"
        "                     objects with text and sent.  expire: for how many seconds it lives;\n"
        "                     0 for what is no message.  burn: and\n"
        "                     from when it was read; 0: it does not burn.  ends: when it is "
        "destroyed here, or "
        "null.\n",
};
