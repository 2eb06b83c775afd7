/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rooms.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/drive.h"
#include "cli/people.h"

#define WAIT_SECONDS    15 /* for a change to be in force */
#define TELLING_SECONDS 5

bool rooms_is_meant(const char *with)
{
    return with[0] == '+';
}

/* ---- the one that is meant */

/* One that I am in is meant before others. */
bool rooms_resolve(struct tacet_client *client, const char *meant, char address[TACET_HANDLE_SIZE])
{
    const char *name = rooms_is_meant(meant) ? meant + 1 : meant;
    struct tacet_room r = {.number = 0};
    unsigned found = 0;
    bool in = false;

    while (tacet_next_room(client, r.number, &r) == TACET_OK) {
        bool same = (r.name != NULL && strcmp(r.name, name) == 0) ||
                    (*name != '\0' && strncmp(r.address + 1, name, strlen(name)) == 0);

        if (!same || (in && !r.in))
            continue;
        found = r.in && !in ? 1 : found + 1;
        in = r.in;
        snprintf(address, TACET_HANDLE_SIZE, "%s", r.address);
    }
    if (found == 0)
        fputs("There is no such room.  Yours: tacet room list\n", stderr);
    if (found > 1)
        fputs("Several rooms are called so.  Say more of its address: tacet room list\n", stderr);
    return found == 1;
}

/* ---- words */

void rooms_write(struct tacet_client *client, const char *address, struct buf *out)
{
    struct tacet_room r;

    if (tacet_find_room(client, address, &r) == TACET_OK && r.name != NULL) {
        text_harmless(out, bytes_text(r.name), false);
        buf_text(out, " (");
        text_harmless(out, bytes_text(address), false);
        buf_text(out, ")");
    } else {
        text_harmless(out, bytes_text(address), false);
    }
}

/* What was done, for a person: `done` alone, or followed by whom. */
static const struct {
    const char *name, *done;
    bool to_whom;
} CHANGES[] = {
    [TACET_ROOM_CREATED] = {"created", " made it", false},
    [TACET_ROOM_ADDED] = {"added", " added ", true},
    [TACET_ROOM_REMOVED] = {"removed", " put out ", true},
    [TACET_ROOM_PROMOTED] = {"promoted", " made a moderator of ", true},
    [TACET_ROOM_DEMOTED] = {"demoted", " ended being moderator for ", true},
    [TACET_ROOM_LEFT] = {"left", " left", false},
    [TACET_ROOM_NAMED] = {"named", " changed its name or description", false},
    [TACET_ROOM_DELETED] = {"deleted", " deleted it", false},
    [TACET_ROOM_SUCCEEDED] = {"succeeded", "there was no moderator; the network chose ", true},
    [TACET_ROOM_SETTINGS] = {"settings", " changed its settings", false},
};

static bool is_known(unsigned change)
{
    return change < sizeof CHANGES / sizeof CHANGES[0] && CHANGES[change].name != NULL;
}

const char *rooms_change_name(unsigned change)
{
    return is_known(change) ? CHANGES[change].name : "unknown";
}

static void write_person(struct tacet_client *client, const char *handle, struct buf *out)
{
    if (*handle == '\0')
        buf_text(out, "somebody");
    else
        people_write(client, handle, out);
}

void rooms_write_change(struct tacet_client *client, const struct tacet_message *m, struct buf *out)
{
    rooms_write(client, m->with, out);
    buf_text(out, ": ");
    if (!is_known(m->change)) {
        buf_text(out, "something changed");
        return;
    }
    if (m->change != TACET_ROOM_SUCCEEDED)
        write_person(client, m->by, out);
    buf_text(out, CHANGES[m->change].done);
    if (CHANGES[m->change].to_whom)
        write_person(client, m->whom, out);
}

/* ---- changing */

const struct sentence rooms_changing[] = {
    {TACET_ABSENT, "Whom this is about is not in the room, or nobody is called that."},
    {TACET_CONFLICT, "Somebody else was first, and changed the same.  Look at it again."},
    {TACET_DENIED, "Only a moderator may do that; in a group nobody may."},
    {TACET_REMOVED, "You are not in this room any more, or that account was removed."},
    {TACET_MALFORMED,
     "Handles are like \"bob\"; a name has 1 to 128 bytes of UTF-8; posting is \"all\" "
     "or \"moderators\"."},
    {TACET_LIMIT, "That is too long, or too many people."},
    {TACET_OK, NULL},
};

/* What was written there waited for it; and who was added learns by what is sent what the room is
 * called. */
static bool is_being_told(const struct drive *d, const char *address)
{
    struct tacet_room r;

    return drive_has_outgoing(d) ||
           (tacet_find_room(d->client, address, &r) == TACET_OK && r.telling);
}

/* Until what waits for this room is in force and told, or cannot be. */
enum words_end rooms_await(struct tacet_client *client, const char *address)
{
    enum words_end end = WORDS_LATER;
    struct tacet_room r = {.waiting = 1};
    struct tacet_event e;
    struct drive d;

    drive_begin(&d, client, WAIT_SECONDS);
    while (end == WORDS_LATER && drive_next(&d, &e)) {
        if (e.kind != TACET_EVENT_ROOM_CHANGE || strcmp(e.message.with, address) != 0)
            continue;
        if (e.code != TACET_OK)
            end = sentences_say(rooms_changing, e.code);
        else if (tacet_find_room(client, address, &r) == TACET_OK && r.waiting == 0)
            end = WORDS_FINE;
    }
    while (end == WORDS_FINE && is_being_told(&d, address) && drive_next(&d, &e))
        drive_shorten(&d, TELLING_SECONDS);
    if (drive_refused(&d))
        end = WORDS_FAILED;
    drive_end(&d);
    if (end == WORDS_LATER)
        fputs("Not yet in effect: it is tried again whenever tacet runs.\n", stderr);
    return end;
}
