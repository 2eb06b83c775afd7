/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devices add: a link, who asks by it, and the person's word.
 *
 * The person answers at the terminal, or whoever drives this program on standard input: "yes", or
 * the digits that the new device shows.  When that ends without a word the link stays open, and
 * --confirm goes on with it.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/drive.h"
#include "cli/sentences.h"
#include "cli/word_devices.h"
#include "terminal/jsonl.h"
#include "terminal/qr.h"
#include "terminal/show.h"

#define CONNECT_SECONDS 30
#define FINISH_SECONDS  60
#define LINK_MINUTES    10
#define TYPED_MAX       64

static const struct sentence BEGINNING[] = {
    {TACET_LIMIT, "Your account has ten devices already, which is the most.  Remove one first:"
                  " tacet devices remove ID"},
    {TACET_DENIED, "This device was removed: it adds none."},
    {TACET_OK, NULL},
};

static const struct sentence OVER[] = {
    {TACET_EXPIRED, "The link's ten minutes are over.  Nobody was added."},
    {TACET_ABSENT, "The server does not know the link any more: another device of yours has shown"
                   " one, or the time is over.  Nobody was added."},
    {TACET_DENIED, "Nobody was added."},
    {TACET_FORGED, "Something else than a device asked by this link: somebody has seen it, or the"
                   " server lies.  Nobody was added.  Begin anew, and tell your administrator if it"
                   " happens again."},
    {TACET_CONFLICT,
     "A device that is in your list already asked by this link.  Nobody was added."},
    {TACET_LIMIT, "Your account has ten devices by now, which is the most.  Nobody was added."},
    {TACET_REMOVED, "Another device of yours has removed it again."},
    {TACET_OK, NULL},
};

static const struct sentence CONFIRMING[] = {
    {TACET_FORGED, "The device that asks shows another code.  Nobody was added."},
    {TACET_ABSENT, "Nobody asks by a link of this profile."},
    {TACET_EXPIRED, "The link's ten minutes are over.  Nobody was added."},
    {TACET_LIMIT, "Your account has ten devices already, which is the most.  Nobody was added."},
    {TACET_OK, NULL},
};

/* For JSON. */
static const char *why_over(enum tacet_code code)
{
    static const struct {
        enum tacet_code code;
        const char *name;
    } names[] = {
        {TACET_EXPIRED, "expired"}, {TACET_ABSENT, "absent"},   {TACET_DENIED, "refused"},
        {TACET_FORGED, "forged"},   {TACET_LIMIT, "limit"},     {TACET_REMOVED, "removed"},
        {TACET_CLOCK, "clock"},     {TACET_CONFLICT, "listed"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code)
            return names[i].name;
    return "other";
}

struct addition {
    struct tacet_client *client;
    struct drive d;
    struct tacet_event asked;
    const char *confirm; /* --confirm; NULL: ask */
    bool json, asking, confirmed, ended, unanswered;
    char typed[TYPED_MAX];
    size_t typed_n;
    enum words_end end;
};

static bool end(struct addition *a, enum words_end how)
{
    a->end = how;
    a->ended = true;
    return true;
}

/* ---- what is shown */

static void show_link(struct addition *a)
{
    char link[TACET_LINK_SIZE];

    if (tacet_device_link(a->client, link) != TACET_OK)
        return;
    if (a->json) {
        jsonl_print(
            json_pack("{ss ss si}", "event", "link", "link", link, "lives_s", LINK_MINUTES * 60));
    } else {
        printf("%s\n", link);
        fflush(stdout);
        if (isatty(STDOUT_FILENO) == 1)
            qr_show(link);
        fputs("Open this link on the new device within ten minutes: tacet join LINK\n", stderr);
    }
    fflush(stdout);
}

static void show_asked(const struct addition *a)
{
    const struct tacet_event *e = &a->asked;

    if (a->json) {
        jsonl_print(json_pack("{ss ss ss ss ss}", "event", "asked", "device", e->device, "name",
                              e->called, "from", e->from, "code", e->digits));
    } else {
        printf("A device asks to be added to your account.\n  It calls itself           ");
        show_text(stdout, bytes_text(e->called));
        printf("\n  The server says it is at  ");
        show_text(stdout, bytes_text(e->from[0] == '\0' ? "an unknown address" : e->from));
        printf("\n  Its code is               %s\n", e->digits);
    }
    fflush(stdout);
}

static void show_event(const struct addition *a, const char *event)
{
    if (a->json)
        jsonl_print(json_pack("{ss ss}", "event", event, "device", a->asked.device));
    fflush(stdout);
}

/* ---- the person's word */

static void confirm(struct addition *a, const char *digits)
{
    enum tacet_code code = tacet_confirm_device(a->client, digits);

    if (code == TACET_OK) {
        a->confirmed = true;
        show_event(a, "confirmed");
        drive_allow(&a->d, FINISH_SECONDS);
        return;
    }
    if (code == TACET_FORGED)
        tacet_cancel_device(a->client);
    end(a, sentences_say(CONFIRMING, code));
}

static void take_word(struct addition *a)
{
    a->typed[a->typed_n] = '\0';
    a->asking = false;
    tacet_watch(a->client, -1);
    if (strcmp(a->typed, "yes") == 0)
        confirm(a, a->asked.digits);
    else if (strpbrk(a->typed, "0123456789") != NULL)
        confirm(a, a->typed);
    else
        tacet_cancel_device(a->client); /* which is told */
}

static void stop_asking(struct addition *a)
{
    tacet_watch(a->client, -1);
    a->asking = false;
    if (isatty(STDIN_FILENO) == 1) {
        tacet_cancel_device(a->client);
        return;
    }
    a->unanswered = true;
    end(a, words_say(WORDS_LATER, "Nobody was added yet.  If the new device shows this code, too:"
                                  " tacet devices add --confirm CODE"));
}

/* A byte at a time: whoever types is not waited for. */
static void read_word(struct addition *a)
{
    char c;

    if (read(STDIN_FILENO, &c, 1) != 1)
        stop_asking(a);
    else if (c == '\n')
        take_word(a);
    else if (c != '\r' && a->typed_n < TYPED_MAX - 1)
        a->typed[a->typed_n++] = c;
}

static void ask(struct addition *a)
{
    if (a->confirm != NULL) {
        confirm(a, a->confirm);
        return;
    }
    if (!a->json)
        fputs("Does the new device show the same code?  Type yes to add it: ", stderr);
    a->typed_n = 0;
    a->asking = true;
    tacet_watch(a->client, STDIN_FILENO);
}

/* ---- what comes of it */

static void added(struct addition *a, const struct tacet_event *e)
{
    if (a->json) {
        show_event(a, "added");
    } else {
        printf("Added: %s\n", e->device);
    }
    end(a, WORDS_FINE);
}

static void over(struct addition *a, enum tacet_code code)
{
    if (a->json)
        jsonl_print(json_pack("{ss ss}", "event", "over", "why", why_over(code)));
    end(a, sentences_say(OVER, code));
}

static void take_step(struct addition *a, const struct tacet_event *e)
{
    switch (e->adding) {
    case TACET_ADDING_OPEN:
        if (a->confirm == NULL)
            show_link(a);
        break;
    case TACET_ADDING_ASKED:
        a->asked = *e;
        show_asked(a);
        ask(a);
        break;
    case TACET_ADDING_LATE:
        show_event(a, "late");
        end(a, words_say(WORDS_LATER, "The server has not taken the new list in ten minutes.  It is"
                                      " tried again; if it is taken too late for the new device,"
                                      " that one is taken out again."));
        break;
    case TACET_ADDING_DONE:
        added(a, e);
        break;
    case TACET_ADDING_OVER:
        over(a, e->code);
        break;
    }
}

static void stopped(struct addition *a)
{
    if (drive_refused(&a->d))
        end(a, WORDS_FAILED);
    else if (a->confirmed)
        end(a, words_say(WORDS_LATER, "It is confirmed and not done yet: it goes on when tacet runs"
                                      " next."));
    else if (a->d.connected && a->confirm != NULL)
        end(a, sentences_say(CONFIRMING, TACET_ABSENT));
    else if (tacet_cancel_device(a->client) == TACET_OK)
        end(a, sentences_say(OVER, TACET_DENIED));
    else
        end(a, words_say(WORDS_LATER, "The server cannot be reached.  Nobody was added."));
}

static bool begin(struct addition *a)
{
    char link[TACET_LINK_SIZE];
    struct tacet_event e;
    enum tacet_code code;

    if (a->confirm != NULL) { /* who asked is kept here, and told at once */
        code = tacet_device_link(a->client, link);
        return code == TACET_OK || !end(a, sentences_say(CONFIRMING, code));
    }
    while (!a->d.connected && drive_next(&a->d, &e))
        continue;
    if (!a->d.connected) {
        stopped(a);
        return false;
    }
    code = tacet_add_device(a->client);
    if (code == TACET_CONFLICT) /* one that was confirmed before is being added */
        a->confirmed = true;
    else if (code != TACET_OK)
        return !end(a, sentences_say(BEGINNING, code));
    drive_allow(&a->d, a->confirmed ? FINISH_SECONDS : -1);
    return true;
}

static enum words_end add(struct addition *a)
{
    struct tacet_event e;

    drive_begin(&a->d, a->client, CONNECT_SECONDS);
    if (begin(a)) {
        while (!a->ended && drive_next(&a->d, &e)) {
            if (e.kind == TACET_EVENT_ADDING)
                take_step(a, &e);
            else if (e.kind == TACET_EVENT_INPUT && a->asking)
                read_word(a);
        }
        if (!a->ended)
            stopped(a);
    }
    drive_end(&a->d);
    return a->end;
}

enum words_end word_devices_add(struct options *o, const void *setting)
{
    struct addition a = {.json = options_flag(o, "--json")};
    enum words_end opened;

    a.confirm = options_text(o, "--confirm");
    if (!options_end(o))
        return WORDS_USAGE;
    opened = choice_open(setting, &a.client);
    if (opened == WORDS_FINE)
        opened = add(&a);
    tacet_close(a.client);
    return opened;
}
