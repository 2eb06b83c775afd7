/* SPDX-License-Identifier: Apache-2.0 */
/* file: files, sent and fetched. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/people.h"
#include "cli/reveal.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/transit.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

#define WAIT_SECONDS 60
#define WAIT_MOST    86400
#define VOICE_MOST   86400 /* seconds */
#define MIB          1048576u
#define MIB_MOST     5120

static const struct sentence SENDING[] = {
    {TACET_MALFORMED, "Its type is no \"image/png\", or its preview no PNG or JPEG."},
    {TACET_TRUNCATED, "Its preview is cut off."},
    {TACET_LIMIT,
     "It is larger than 5 GiB, its name too long, its preview larger than 32 KiB or 1,024 "
     "points, or too many are on their way."},
    {TACET_OK, NULL},
};

static const struct sentence SHOWING[] = {
    {TACET_LIMIT, "It is larger than 8 MiB: what is larger is not shown."},
    {TACET_OK, NULL},
};

static enum words_end follow(struct tacet_client *client, uint64_t number, unsigned wait)
{
    enum tacet_state state;

    printf("%llu\n", (unsigned long long)number);
    fflush(stdout);
    return wait == 0 ? WORDS_FINE : transit_follow(client, number, wait, &state);
}

struct wanted {
    const char *with, *what, *to, *type, *preview;
    char room[TACET_HANDLE_SIZE]; /* its address, where `with` names one */
    unsigned wait, spoken_s, most_mib;
    bool json, view_only, spoken, off;
};

/* At most one byte more than there may be, which is then too many.  NULL: it cannot be read. */
static uint8_t *read_preview(const char *path, size_t *n)
{
    uint8_t *at = malloc(TACET_PREVIEW_MAX + 1);
    FILE *f = fopen(path, "rb");
    bool good = f != NULL && at != NULL;

    if (good)
        *n = fread(at, 1, TACET_PREVIEW_MAX + 1, f);
    good = good && !ferror(f);
    if (f != NULL)
        fclose(f);
    if (good)
        return at;
    free(at);
    return NULL;
}

static enum words_end begin_sending(struct tacet_client *client, const struct wanted *w,
                                    const struct tacet_file *file)
{
    uint64_t number;
    enum tacet_code code = tacet_send_file(client, w->with, file, &number);

    if (code == TACET_OK)
        return follow(client, number, w->wait);
    return code == TACET_MALFORMED || code == TACET_TRUNCATED || code == TACET_LIMIT
               ? sentences_say(SENDING, code)
               : transit_trouble(code);
}

static enum words_end send_one(struct tacet_client *client, const struct wanted *w)
{
    char *path = realpath(w->what, NULL); /* it may go on when tacet runs elsewhere */
    uint8_t *preview = NULL;
    struct tacet_file file = {.path = path,
                              .type = w->type,
                              .view_only = w->view_only,
                              .spoken = w->spoken,
                              .duration_ms = w->spoken_s * 1000};
    enum words_end end;

    if (w->preview != NULL)
        file.preview = preview = read_preview(w->preview, &file.preview_n);
    if (path == NULL)
        end = transit_trouble(TACET_ABSENT);
    else if (w->preview != NULL && preview == NULL)
        end = words_say(WORDS_FAILED, "Its preview cannot be read.");
    else
        end = begin_sending(client, w, &file);
    free(preview);
    free(path);
    return end;
}

static enum tacet_code find(struct tacet_client *client, const char *with, const char *id,
                            struct tacet_message *m)
{
    enum tacet_code code = tacet_previous_message(client, with, 0, m);

    while (code == TACET_OK && strcmp(m->id, id) != 0)
        code = tacet_previous_message(client, with, m->place, m);
    return code;
}

static enum words_end get_one(struct tacet_client *client, const struct wanted *w)
{
    struct tacet_message m;
    char *to = realpath(w->to == NULL ? "." : w->to, NULL);
    uint64_t number;
    enum tacet_code code = find(client, w->with, w->what, &m);

    if (code == TACET_OK)
        code = to == NULL ? TACET_ABSENT : tacet_fetch_file(client, &m, to, &number);
    free(to);
    return code == TACET_OK ? follow(client, number, w->wait) : transit_trouble(code);
}

static enum words_end show_it(struct tacet_client *client, const struct wanted *w, uint64_t number)
{
    struct tacet_event last = {.ended = false};
    struct drive d;
    enum words_end end;

    drive_begin(&d, client, (int)w->wait);
    if (transit_await(&d, number, &last))
        end = last.code == TACET_OK ? reveal_file(client, number) : transit_trouble(last.code);
    else
        end = drive_refused(&d) ? WORDS_FAILED : words_say(WORDS_LATER, "not all of it came");
    drive_end(&d);
    return end;
}

static enum words_end show_one(struct tacet_client *client, const struct wanted *w)
{
    struct tacet_message m;
    uint64_t number;
    enum tacet_code code = find(client, w->with, w->what, &m);

    if (code == TACET_OK && m.view_only && isatty(STDOUT_FILENO) != 1)
        return words_say(WORDS_FAILED,
                         "Its sender lets nobody keep it: a terminal alone shows it.");
    if (code == TACET_OK)
        code = tacet_show_file(client, &m, &number);
    if (code == TACET_OK)
        return show_it(client, w, number);
    return code == TACET_LIMIT ? sentences_say(SHOWING, code) : transit_trouble(code);
}

static bool show_transfer(const struct tacet_transfer *t, bool json)
{
    if (json)
        return jsonl_print(json_pack("{sI sb ss sI ss ss}", "number", (json_int_t)t->number,
                                     "sending", t->sending, "with", t->with, "size",
                                     (json_int_t)t->size, "path", t->path, "name", t->name));
    printf("%llu  %s %s: \"", (unsigned long long)t->number, t->sending ? "to" : "from", t->with);
    show_text(stdout, bytes_text(t->name));
    printf("\", %llu bytes\n", (unsigned long long)t->size);
    return true;
}

static enum words_end list(struct tacet_client *client, bool json)
{
    struct tacet_transfer t = {.number = 0};
    enum tacet_code code;

    while ((code = tacet_next_transfer(client, t.number, &t)) == TACET_OK)
        if (!show_transfer(&t, json))
            return WORDS_FAILED;
    return code == TACET_ABSENT ? WORDS_FINE : sentences_say(NULL, code);
}

static enum words_end cancel(struct tacet_client *client, const char *what)
{
    char *end;
    unsigned long long number = strtoull(what, &end, 10);
    enum tacet_code code = *end != '\0' ? TACET_ABSENT : tacet_cancel_file(client, number);

    return code == TACET_OK ? WORDS_FINE : transit_trouble(code);
}

/* All that are on their way, until they have ended. */
static enum words_end resume(struct tacet_client *client, unsigned wait)
{
    struct tacet_transfer t;
    struct tacet_event e;
    enum words_end end = WORDS_FINE;
    struct drive d;

    drive_begin(&d, client, (int)wait);
    while (tacet_next_transfer(client, 0, &t) == TACET_OK && drive_next(&d, &e))
        if (e.kind == TACET_EVENT_FILE && e.ended && e.code != TACET_OK)
            end = transit_trouble(e.code);
    transit_send_message(&d);
    if (drive_refused(&d))
        end = WORDS_FAILED;
    else if (tacet_next_transfer(client, 0, &t) == TACET_OK)
        end = words_say(WORDS_LATER, "not all are there yet");
    drive_end(&d);
    return end;
}

/* What comes by itself: as it is, or from now on. */
static enum words_end fetch_by_itself(struct tacet_client *client, const struct wanted *w)
{
    char *to = realpath(w->to == NULL ? "." : w->to, NULL);
    const char *folder;
    uint64_t most;
    enum tacet_code code = TACET_OK;

    if (w->off)
        code = tacet_set_automatic(client, "", 0);
    else if (w->most_mib > 0)
        code = to == NULL ? TACET_ABSENT
                          : tacet_set_automatic(client, to, (uint64_t)w->most_mib * MIB);
    free(to);
    if (code == TACET_OK)
        code = tacet_automatic(client, &folder, &most);
    if (code != TACET_OK)
        return transit_trouble(code);
    if (most == 0)
        return words_say(WORDS_FINE, "No file is fetched by itself.");
    printf("%llu MiB  ", (unsigned long long)(most / MIB));
    show_text(stdout, bytes_text(folder));
    printf("\n");
    return WORDS_FINE;
}

enum deed { SEND = 1, GET, SHOW, LIST, RESUME, CANCEL, AUTOMATIC };

static enum words_end do_it(struct tacet_client *client, enum deed deed, struct wanted *w)
{
    if (w->with != NULL && rooms_is_meant(w->with)) {
        if (!rooms_resolve(client, w->with, w->room))
            return WORDS_FAILED;
        w->with = w->room;
    }
    switch (deed) {
    case SEND:
        return send_one(client, w);
    case GET:
        return get_one(client, w);
    case SHOW:
        return show_one(client, w);
    case LIST:
        return list(client, w->json);
    case RESUME:
        return resume(client, w->wait);
    case CANCEL:
        return cancel(client, w->what);
    case AUTOMATIC:
        return fetch_by_itself(client, w);
    }
    return WORDS_USAGE;
}

static enum deed deed_named(const char *name)
{
    static const char *const NAMES[] = {
        [SEND] = "send",     [GET] = "get",       [SHOW] = "show",          [LIST] = "list",
        [RESUME] = "resume", [CANCEL] = "cancel", [AUTOMATIC] = "automatic"};

    for (enum deed i = SEND; i <= AUTOMATIC; i++)
        if (strcmp(name, NAMES[i]) == 0)
            return i;
    return 0;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct wanted w = {.wait = WAIT_SECONDS, .spoken_s = UINT_MAX};
    struct tacet_client *client = NULL;
    enum words_end end;
    const char *name;
    enum deed deed;

    w.json = options_flag(o, "--json");
    w.to = options_text(o, "--to");
    w.type = options_text(o, "--type");
    w.preview = options_text(o, "--preview");
    w.view_only = options_flag(o, "--view-only");
    w.off = options_flag(o, "--none");
    options_number(o, "--most", 1, MIB_MOST, &w.most_mib);
    options_number(o, "--spoken", 0, VOICE_MOST, &w.spoken_s);
    w.spoken = w.spoken_s <= VOICE_MOST;
    w.spoken_s = w.spoken ? w.spoken_s : 0;
    options_number(o, "--wait", 0, WAIT_MOST, &w.wait);
    name =
        options_need(o, "What is to be done: send, get, show, list, resume, cancel or automatic?");
    deed = name == NULL ? 0 : deed_named(name);
    if (name != NULL && deed == 0)
        return words_say(WORDS_USAGE, "Say send, get, show, list, resume, cancel or automatic.");
    if (deed == SEND || deed == GET || deed == SHOW)
        w.with = options_conversation(o);
    if (deed != LIST && deed != RESUME && deed != AUTOMATIC)
        w.what = options_need(o, deed == SEND ? "Which file?" : "Which one?");
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = do_it(client, deed, &w);
    tacet_close(client);
    return end;
}

const struct word word_file = {
    .name = "file",
    .run = run,
    .usage = "send HANDLE|+ROOM PATH | get HANDLE|+ROOM ID | show HANDLE|+ROOM ID | list | resume |"
             " cancel NUMBER [--view-only] [--spoken N] [--type TYPE] [--preview IMAGE] [--to DIR]"
             " [--wait N] [--json] | automatic [--most MIB [--to DIR] | --none]",
    .what = "Send a file, fetch one, or look at one.",
    .details =
        "A file of up to 5 GiB is sealed on this machine, piece by piece; the server sees how\n"
        "large it is, and no name.  What was cut off goes on when tacet next runs, whatever for,\n"
        "or with resume until all have ended; a file must not be changed before it is there.  ID "
        "is that of the message that brought\n"
        "the file: tacet read shows it.  What is fetched gets a name as near to its own as does\n"
        "no harm, and takes no other file's place; standard output gets its path.  Before that,\n"
        "standard output gets the number by which it can be cancelled.  show writes nothing of a\n"
        "file to a disk: it shows text of up to 8 MiB, as harmless as a message.  That is the "
        "only\n"
        "way to see what was sent with --view-only, and on a terminal alone.  automatic --most "
        "fetches\n"
        "from now on what others send of up to that size, whenever tacet runs.\n"
        "\n"
        "  --view-only        Others may look at it, and not keep it: their programs see to that.\n"
        "  --spoken N         It is a voice memo of so many seconds.\n"
        "  --type TYPE        What it is: image/png.\n"
        "  --preview IMAGE    A small PNG or JPEG of it: 32 KiB, 1,024 points each way.\n"
        "  --to DIR           Where to put it; the current directory if not said.\n"
        "  --most MIB         The largest file that is fetched by itself, 1 to 5120.\n"
        "  --none             Nothing is fetched by itself, as it is until it is said.\n"
        "  --wait N           How many seconds to wait for it to be there, 60 if not said.\n"
        "  --json             One JSON object a line: number, sending, with, size, path, name.\n",
};
