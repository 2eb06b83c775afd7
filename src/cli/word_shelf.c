/* SPDX-License-Identifier: Apache-2.0 */
/* shelf: what a conversation keeps together for all of its people. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/people.h"
#include "cli/posting.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "tacet/shelf.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

#define LINE_MAX 4096

struct wanted {
    const char *with, *id, *from;
    struct posting p;
};

/* ---- what is there */

static bool show_json(const struct tacet_message *m, const struct tacet_shelved *where)
{
    return jsonl_print(
        json_pack("{ss ss ss sb ss ss% so ss ss so}", "with", m->with, "id", m->id, "by", m->by,
                  "mine", m->mine, "kind", sentences_kind(m->kind), "text",
                  m->text_n == 0 ? "" : (const char *)m->text, m->text_n, "size",
                  m->file ? json_integer((json_int_t)m->file_size) : json_null(), "folder",
                  where->folder, "title", where->title, "sent", jsonl_time(m->sent_ms)));
}

/* "a1b2c3d4  Plans/chart.png, 1234 bytes, from bob" */
static bool show_line(struct tacet_client *client, const struct tacet_message *m,
                      const struct tacet_shelved *where)
{
    struct buf out = BUF(LINE_MAX);
    char size[48];
    bool good;

    buf_bytes(&out, bytes((const uint8_t *)m->id, TACET_ID_SHOWN));
    buf_text(&out, "  ");
    text_harmless(&out, bytes_text(where->folder), false);
    buf_text(&out, where->folder[0] == '\0' ? "" : "/");
    if (where->title[0] != '\0')
        text_harmless(&out, bytes_text(where->title), false);
    else
        sheet_brief(bytes(m->text, m->text_n), &out);
    snprintf(size, sizeof size, ", %llu bytes", (unsigned long long)m->file_size);
    buf_text(&out, m->file ? size : "");
    buf_text(&out, m->mine ? ", from you" : ", from ");
    if (!m->mine)
        people_write(client, m->by, &out);
    buf_text(&out, "\n");
    good = out.failed == E_OK && fwrite(out.at, 1, out.n, stdout) == out.n;
    buf_free(&out);
    return good;
}

static enum words_end list(struct tacet_client *client, const struct posting *p)
{
    struct tacet_message m = {.place = 0};
    struct tacet_shelved where;
    enum tacet_code code;
    bool any = false;

    while ((code = tacet_next_shelved(client, p->to, m.place, &m, &where)) == TACET_OK) {
        if (!(p->json ? show_json(&m, &where) : show_line(client, &m, &where)))
            return WORDS_FAILED;
        any = true;
    }
    if (code != TACET_ABSENT)
        return sentences_say(NULL, code);
    return any ? WORDS_FINE : words_say(WORDS_FINE, "Nothing is kept there.");
}

/* ---- what is said of it */

/* What stands behind it, with its slash; NULL: it is another folder. */
static const char *below(const char *folder, const char *from)
{
    size_t n = strlen(from);

    if (strncmp(folder, from, n) != 0)
        return NULL;
    return folder[n] == '\0' || folder[n] == '/' ? folder + n : NULL;
}

/* All that stands in a folder, and below. */
static enum words_end move_folder(struct tacet_client *client, const struct wanted *w)
{
    struct tacet_message m = {.place = 0};
    struct tacet_shelved where;
    struct posting p = w->p;
    enum words_end end = WORDS_FINE, one;
    char to[2 * TACET_FOLDER_MAX + 2];
    bool any = false;

    while (tacet_next_shelved(client, p.to, m.place, &m, &where) == TACET_OK) {
        const char *rest = below(where.folder, w->from);

        if (rest == NULL)
            continue;
        if (w->p.folder[0] == '\0' && rest[0] == '/')
            rest++;
        snprintf(to, sizeof to, "%.*s%s", TACET_FOLDER_MAX + 1, w->p.folder, rest);
        p.folder = to;
        p.place = m.place;
        one = posting_post(client, &p);
        end = one == WORDS_FINE ? end : one;
        any = true;
    }
    return any ? end : words_say(WORDS_FAILED, "There is no such folder.");
}

static enum words_end act(struct tacet_client *client, struct wanted *w)
{
    if (!posting_find(client, &w->p, w->with, w->id))
        return WORDS_FAILED;
    if (w->id != NULL)
        return posting_post(client, &w->p);
    return w->from != NULL ? move_folder(client, w) : list(client, &w->p);
}

static bool fits(const struct wanted *w)
{
    const struct posting *p = &w->p;

    if (w->id == NULL && w->from == NULL)
        return p->folder == NULL && p->title == NULL && !p->back;
    if (w->from != NULL)
        return w->id == NULL && p->folder != NULL && p->title == NULL && !p->back;
    return !p->back || (p->folder == NULL && p->title == NULL);
}

/* An option has a value; this one says that there is none. */
static const char *none_if_slash(const char *said)
{
    return said != NULL && strcmp(said, "/") == 0 ? "" : said;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct wanted w = {.p = {.kind = POSTING_SHELF, .wait = POSTING_WAIT}};
    struct tacet_client *client = NULL;
    enum words_end end;

    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &w.p.wait);
    w.p.json = options_flag(o, "--json");
    w.p.back = options_flag(o, "--back");
    w.p.folder = none_if_slash(options_text(o, "--folder"));
    w.p.title = none_if_slash(options_text(o, "--title"));
    w.from = options_text(o, "--from");
    w.with = options_conversation(o);
    w.id = o->n > 0 ? options_need(o, "an id") : NULL;
    if (!options_end(o))
        return WORDS_USAGE;
    if (!fits(&w))
        return words_say(WORDS_USAGE, "--folder and --title go with an id, --back with nothing "
                                      "else, and --from with --folder alone.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = act(client, &w);
    tacet_close(client);
    return end;
}

const struct word word_shelf = {
    .name = "shelf",
    .run = run,
    .usage = "HANDLE|+ROOM [ID [--folder F] [--title T] | ID --back | --from F --folder F]"
             " [--wait SECONDS] [--json]",
    .what = "List what a conversation keeps together, or say what it keeps.",
    .details =
        "Files stand there since they were sent, and other messages since somebody saved them\n"
        "by their ID.  Whoever wrote a message says so of it, and of all others both of a pair,\n"
        "the members of a group, or the moderators of a room.  All see the same; what is there\n"
        "ends in its own time.  A folder is a name, or several with a slash between, and is\n"
        "there as long as something is in it.\n"
        "\n"
        "  --folder F         It stands in this folder; /: in none.\n"
        "  --title T          It is called so there; /: as the message calls it.\n"
        "  --back             It stands there no longer; the message stays.\n"
        "  --from F           All that stands in this folder and below goes to the other.\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object a line: with, id, by, mine, kind, text, size,\n"
        "                     folder, title, sent; size is null for what is no file.  Of what\n"
        "                     was said: with, id, state; when the waiting is over.\n",
};
