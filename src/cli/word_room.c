/* SPDX-License-Identifier: Apache-2.0 */
/* room: conversations of several people. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

#define HANDLES_MAX (1016 * TACET_HANDLE_SIZE)

/* ---- showing */

static const char *standing(const struct tacet_room *r)
{
    if (r->deleted)
        return "deleted";
    if (r->making)
        return "not in effect yet";
    if (!r->in)
        return "left";
    if (r->moderated && !r->moderator)
        return "member, who only reads";
    return r->group ? "group" : r->moderator ? "moderator" : "member";
}

static bool show_room(const struct tacet_room *r, bool json)
{
    if (json)
        return jsonl_print(json_pack(
            "{ss ss? ss? sb sb sb sb sb sI sI sI sb so}", "room", r->address, "name", r->name,
            "description", r->description, "group", r->group, "in", r->in, "deleted", r->deleted,
            "moderator", r->moderator, "moderated", r->moderated, "members", (json_int_t)r->members,
            "version", (json_int_t)r->version, "waiting", (json_int_t)r->waiting, "pinned",
            r->pinned, "muted", r->muted_ms == 0 ? json_null() : jsonl_time(r->muted_ms)));
    printf("%s  ", r->address);
    show_text(stdout, bytes_text(r->name == NULL ? "(not named here yet)" : r->name));
    printf("  %s, %u %s", standing(r), r->members, r->members == 1 ? "person" : "people");
    printf("%s%s", r->pinned ? ", pinned" : "",
           r->muted_ms > (uint64_t)time(NULL) * 1000 ? ", muted" : "");
    if (r->waiting > 0)
        printf(", %u not yet in effect", r->waiting);
    printf("\n");
    return true;
}

/* Those that are pinned, or the others. */
static enum words_end list_some(struct tacet_client *client, bool json, bool pinned, bool *any)
{
    struct tacet_room r = {.number = 0};
    enum tacet_code code;

    while ((code = tacet_next_room(client, r.number, &r)) == TACET_OK) {
        if (r.pinned != pinned)
            continue;
        if (!show_room(&r, json))
            return WORDS_FAILED;
        *any = true;
    }
    return code == TACET_ABSENT ? WORDS_FINE : sentences_say(NULL, code);
}

static enum words_end list(struct tacet_client *client, bool json)
{
    bool any = false;
    enum words_end end = list_some(client, json, true, &any);

    if (end == WORDS_FINE)
        end = list_some(client, json, false, &any);
    if (end == WORDS_FINE && !any)
        fputs("There are no rooms yet.  To make one: tacet room create NAME\n", stderr);
    return end;
}

static bool show_member(struct tacet_client *client, const struct tacet_member *m, bool json)
{
    if (json)
        return jsonl_print(json_pack("{ss sb sI}", "member", m->handle, "moderator", m->moderator,
                                     "since", (json_int_t)m->since));
    printf("  ");
    people_show(stdout, client, *m->handle == '\0' ? "(not looked up yet)" : m->handle);
    printf("%s\n", m->moderator ? ", moderator" : "");
    return true;
}

static enum words_end show(struct tacet_client *client, const char *address, bool json)
{
    struct tacet_member m;
    struct tacet_room r;
    enum tacet_code code = tacet_find_room(client, address, &r);

    if (code != TACET_OK)
        return sentences_say(rooms_changing, code);
    if (!show_room(&r, json))
        return WORDS_FAILED;
    if (!json && r.description != NULL && *r.description != '\0') {
        show_text(stdout, bytes_text(r.description));
        printf("\n");
    }
    for (unsigned n = 0; (code = tacet_get_member(client, address, n, &m)) == TACET_OK; n++)
        if (!show_member(client, &m, json))
            return WORDS_FAILED;
    return code == TACET_ABSENT ? WORDS_FINE : sentences_say(NULL, code);
}

/* ---- changing */

/* The handles that are left, with one space between; false: there are too many, or none. */
static bool take_handles(struct options *o, struct buf *out)
{
    const char *handle;

    while (o->n > 0 && (handle = options_handle(o)) != NULL) {
        if (out->n > 0)
            buf_u8(out, ' ');
        buf_text(out, handle);
    }
    buf_u8(out, '\0');
    return out->failed == E_OK && !o->failed;
}

static enum words_end change(struct tacet_client *client, const char *address,
                             enum tacet_room_wish wish, const char *text)
{
    enum tacet_code code = tacet_change_room(client, address, wish, text);

    return code == TACET_OK ? rooms_await(client, address) : sentences_say(rooms_changing, code);
}

static enum words_end create(struct tacet_client *client, const char *name, const char *handles,
                             bool group)
{
    char address[TACET_HANDLE_SIZE];
    enum tacet_code code = tacet_make_room(client, group, name, address);

    if (code == TACET_OK && *handles != '\0')
        code = tacet_change_room(client, address, TACET_WISH_ADD, handles);
    if (code != TACET_OK)
        return sentences_say(rooms_changing, code);
    printf("%s\n", address);
    fflush(stdout);
    return rooms_await(client, address);
}

/* ---- the words behind it */

enum argument { NOTHING, HANDLES, TEXT };

static const struct part {
    const char *name;
    enum tacet_room_wish wish; /* 0: it changes nothing */
    enum argument argument;
} PARTS[] = {
    {"list", (enum tacet_room_wish)0, NOTHING}, {"show", (enum tacet_room_wish)0, NOTHING},
    {"create", TACET_WISH_CREATE, HANDLES},     {"add", TACET_WISH_ADD, HANDLES},
    {"remove", TACET_WISH_REMOVE, HANDLES},     {"promote", TACET_WISH_PROMOTE, HANDLES},
    {"demote", TACET_WISH_DEMOTE, HANDLES},     {"rename", TACET_WISH_NAME, TEXT},
    {"describe", TACET_WISH_DESCRIBE, TEXT},    {"leave", TACET_WISH_LEAVE, NOTHING},
    {"delete", TACET_WISH_DELETE, NOTHING},     {"posting", TACET_WISH_POSTING, TEXT},
};

static const struct part *find_part(const char *name)
{
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        if (strcmp(PARTS[i].name, name) == 0)
            return &PARTS[i];
    return NULL;
}

static enum words_end carry_out(struct tacet_client *client, const struct part *part,
                                const char *room, const char *text, const bool flags[2])
{
    char address[TACET_HANDLE_SIZE];

    if (room == NULL)
        return list(client, flags[0]);
    if (part->wish == TACET_WISH_CREATE)
        return create(client, room, text, flags[1]);
    if (!rooms_resolve(client, room, address))
        return WORDS_FAILED;
    return part->wish == 0 ? show(client, address, flags[0])
                           : change(client, address, part->wish, text);
}

static enum words_end run_part(struct options *o, const void *setting, const struct part *part,
                               const bool flags[2])
{
    bool lists = strcmp(part->name, "list") == 0;
    const char *room = lists ? NULL : options_need(o, "ROOM"), *text = "";
    struct buf handles = BUF(HANDLES_MAX);
    struct tacet_client *client = NULL;
    enum words_end end = WORDS_USAGE;
    bool sound = true;

    if (part->argument == HANDLES) {
        sound = take_handles(o, &handles);
        text = (const char *)handles.at;
    } else if (part->argument == TEXT) {
        text = options_need(o, "TEXT");
    }
    if (part->argument == HANDLES && part->wish != TACET_WISH_CREATE && handles.n <= 1)
        sound = false;
    if (!options_end(o))
        goto out;
    if (!sound) {
        end = words_say(WORDS_USAGE, "A HANDLE is missing, or there are too many.");
        goto out;
    }
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = carry_out(client, part, room, text, flags);
    tacet_close(client);
out:
    buf_free(&handles);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    const bool flags[2] = {options_flag(o, "--json"), options_flag(o, "--group")};
    const char *name = options_next(o);
    const struct part *part = find_part(name == NULL ? "list" : name);

    if (part == NULL)
        return words_say(WORDS_USAGE, "There is no such word behind tacet room: tacet help room");
    if (flags[1] && part->wish != TACET_WISH_CREATE)
        return words_say(WORDS_USAGE, "--group goes with tacet room create.");
    return run_part(o, setting, part, flags);
}

const struct word word_room = {
    .name = "room",
    .run = run,
    .usage = "[list | create NAME | WORD ROOM] [HANDLE ...] [TEXT] [--group] [--json]",
    .what = "Talk with several people: make rooms and groups, and change them.",
    .details =
        "list, show ROOM, create NAME [HANDLE ...]; add, remove, promote and demote ROOM HANDLE "
        "...;\n"
        "rename ROOM TEXT, describe ROOM TEXT; posting ROOM all or moderators; leave ROOM, delete "
        "ROOM.\n"
        "\n"
        "A room has moderators: they alone add and remove people, make and unmake moderators,\n"
        "call it something, say who may write in it, and delete it.  In a group all are equal: "
        "anybody adds others and\n"
        "gives it a name, and nobody puts anybody out.  Who comes in reads nothing from before;\n"
        "who is out reads nothing after.  Every change stands among the messages.\n"
        "\n"
        "ROOM is the name of a room, or its address as tacet room list shows it, or the\n"
        "beginning of that.  Behind a + it stands where a HANDLE can: tacet send +Harbour TEXT\n"
        "Name and description are not told to the server.  Both can be seen on the command line\n"
        "by other users of this machine while the word runs.\n"
        "\n"
        "A change is in effect when the server has it.  If it cannot be reached, the exit code is\n"
        "75, and the change is made when tacet next runs.  If somebody else has changed the same\n"
        "before, theirs stands, and you are told.\n"
        "\n"
        "  --group            With create: a group.\n"
        "  --json             One JSON object a line: room, name, description, group, in,\n"
        "                     deleted, moderator, moderated, members, version, waiting,\n"
        "                     pinned, muted; of show "
        "also for\n"
        "                     each of its people member, moderator, since.\n",
};
