/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/devices_history.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/drive.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"

#define WAIT_MOST 86400 /* seconds */
#define ID_LEAST  4     /* characters of an id that are enough, if there is one such device */
#define BAR_WIDTH 30
#define LINGER_S \
    5 /* for the last answer: without it the other device does not know that all came */

static const struct sentence REFUSED[] = {
    {TACET_ABSENT, "You have no such device.  Yours: tacet devices"},
    {TACET_MALFORMED, "This is no id of a device.  Yours: tacet devices"},
    {TACET_CONFLICT,
     "More than one of your devices has an id that begins so.  Yours: tacet devices"},
    {TACET_DENIED, "A device gives its history to another one, and takes it from another one, as"
                   " far as the network's policy allows it."},
    {TACET_FORGED, "Something in it was not signed by who is said to have written it: no more of it"
                   " is taken."},
    {TACET_EXPIRED, "The other device was not heard of for two weeks.  Begin again when it is"
                    " there."},
    {TACET_REMOVED, "The other device was removed."},
    {TACET_OK, NULL},
};

struct transfer {
    struct tacet_client *client;
    struct tacet_device device;
    bool giving, json, bar;
};

/* ---- who is meant */

static enum tacet_code find(struct tacet_client *client, const char *named,
                            struct tacet_device *out)
{
    struct tacet_device d = {.number = 0};
    enum tacet_code code;
    unsigned n = 0;

    if (strlen(named) < ID_LEAST)
        return TACET_MALFORMED;
    while ((code = tacet_next_device(client, NULL, d.number, &d)) == TACET_OK) {
        if (d.revoked_at != 0 || strncmp(d.id, named, strlen(named)) != 0)
            continue;
        *out = d;
        n++;
    }
    if (code != TACET_ABSENT)
        return code;
    return n == 0 ? TACET_ABSENT : n > 1 ? TACET_CONFLICT : TACET_OK;
}

/* ---- how it goes */

static const char *phase_name(enum tacet_history phase)
{
    switch (phase) {
    case TACET_HISTORY_OFFERED:
        return "offered";
    case TACET_HISTORY_GOES_ON:
        return "going";
    case TACET_HISTORY_ENDED:
        return "ended";
    }
    return "unknown";
}

static bool print_json(const struct tacet_event *e)
{
    return jsonl_print(json_pack("{ss sb ss sI sI sI}", "device", e->device, "giving", e->giving,
                                 "phase", phase_name(e->history), "done", (json_int_t)e->done, "of",
                                 (json_int_t)e->of, "code", (json_int_t)e->code));
}

/* On a terminal it is drawn over what was there. */
static void draw(const struct transfer *t, const struct tacet_event *e)
{
    uint64_t full = e->of == 0 ? BAR_WIDTH : e->done * BAR_WIDTH / e->of;

    if (!t->bar)
        return;
    fputs("\r[", stdout);
    for (uint64_t i = 0; i < BAR_WIDTH; i++)
        putchar(i < full ? '#' : ' ');
    printf("] %llu of %llu messages", (unsigned long long)e->done, (unsigned long long)e->of);
    if (e->history == TACET_HISTORY_ENDED)
        putchar('\n');
    fflush(stdout);
}

static void say_offered(const struct transfer *t, const struct tacet_event *e)
{
    if (t->giving)
        printf("Offered: %llu messages.  On the other device: tacet devices take, and the id of"
               " this one.\n",
               (unsigned long long)e->of);
    else
        printf("It offers %llu messages.\n", (unsigned long long)e->of);
    fflush(stdout);
}

static enum words_end say(const struct transfer *t, const struct tacet_event *e)
{
    if (t->json)
        return print_json(e) ? WORDS_FINE : WORDS_FAILED;
    if (e->history == TACET_HISTORY_OFFERED)
        say_offered(t, e);
    else if (e->code == TACET_OK)
        draw(t, e);
    if (e->history == TACET_HISTORY_ENDED && e->code == TACET_OK)
        printf("%s  That it was given stands in the list of your devices.\n",
               t->giving ? "The other device has it." : "It is all here.");
    return WORDS_FINE;
}

static bool is_ours(const struct transfer *t, const struct tacet_event *e)
{
    return e->kind == TACET_EVENT_HISTORY && e->giving == t->giving &&
           strcmp(e->device, t->device.id) == 0;
}

static bool has_answers(const struct transfer *t)
{
    struct tacet_status s;

    return tacet_get_status(t->client, &s) == TACET_OK && s.answers > 0;
}

static void linger(const struct transfer *t, struct drive *d)
{
    struct tacet_event e;

    for (unsigned i = 0; i < LINGER_S && has_answers(t); i++) {
        drive_allow(d, 1);
        while (drive_take(d, &e))
            drive_say(d, &e);
        if (d->why != TACET_AGAIN)
            return;
    }
}

static enum words_end follow(struct transfer *t, int seconds)
{
    struct drive d;
    struct tacet_event e = {.history = TACET_HISTORY_OFFERED};
    enum words_end end = WORDS_FINE;
    bool ended = false;

    drive_begin(&d, t->client, seconds);
    while (end == WORDS_FINE && !ended && drive_take(&d, &e)) {
        if (!is_ours(t, &e)) {
            drive_say(&d, &e);
            continue;
        }
        end = say(t, &e);
        ended = e.history == TACET_HISTORY_ENDED;
    }
    if (ended)
        linger(t, &d);
    if (ended && e.code != TACET_OK)
        end = sentences_say(REFUSED, e.code);
    else if (!ended && drive_refused(&d))
        end = WORDS_FAILED;
    else if (!ended && end == WORDS_FINE)
        end =
            words_say(WORDS_LATER, "It is not through yet, and goes on whenever tacet runs on both"
                                   " devices.");
    drive_end(&d);
    return end;
}

static enum words_end run(struct options *o, const void *setting, bool giving)
{
    struct transfer t = {.giving = giving, .json = options_flag(o, "--json")};
    unsigned wait = UINT32_MAX;
    const char *named;
    enum words_end end;
    enum tacet_code code;

    options_number(o, "--wait", 0, WAIT_MOST, &wait);
    named = options_need(o, "ID");
    if (!options_end(o))
        return WORDS_USAGE;
    t.bar = !t.json && isatty(STDOUT_FILENO);
    end = choice_open(setting, &t.client);
    if (end == WORDS_FINE) {
        code = find(t.client, named, &t.device);
        if (code == TACET_OK)
            code = giving ? tacet_give_history(t.client, t.device.id)
                          : tacet_take_history(t.client, t.device.id);
        end = code == TACET_OK ? follow(&t, wait > WAIT_MOST ? -1 : (int)wait)
                               : sentences_say(REFUSED, code);
    }
    tacet_close(t.client);
    return end;
}

enum words_end devices_history_give(struct options *o, const void *setting)
{
    return run(o, setting, true);
}

enum words_end devices_history_take(struct options *o, const void *setting)
{
    return run(o, setting, false);
}
