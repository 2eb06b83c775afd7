/* SPDX-License-Identifier: Apache-2.0 */
/* devices list: what an account's own signed list of devices says. */
#include <stdio.h>

#include "cli/behind.h"
#include "cli/choice.h"
#include "cli/people.h"
#include "cli/sentences.h"
#include "cli/word_devices.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

static const struct sentence UNKNOWN[] = {
    {TACET_ABSENT, "Their devices are not known here yet.  To ask the network who they are:"
                   " tacet verify HANDLE"},
    {TACET_OK, NULL},
};

struct listing {
    struct tacet_client *client;
    const char *handle; /* NULL: of this profile's owner */
    struct tacet_contact contact;
    char mine[TACET_HANDLE_SIZE];
    bool json;
};

static bool print_json(const struct listing *l, const struct tacet_device *d)
{
    return jsonl_print(
        json_pack("{ss ss ss? sb so sb sI sI so sb}", "handle",
                  l->handle == NULL ? l->mine : l->handle, "id", d->id, "name", d->name, "here",
                  d->here, "since", d->since_ms == 0 ? json_null() : jsonl_time(d->since_ms),
                  "verified", l->handle != NULL && l->contact.verified, "revoked_at",
                  (json_int_t)d->revoked_at, "list", (json_int_t)d->list, "list_made",
                  jsonl_time(d->list_ms), "given_history", d->given_history));
}

static const char *trust(const struct listing *l)
{
    if (l->handle == NULL)
        return ", you";
    if (l->contact.changed)
        return ", whose ACCOUNT KEY CHANGED; these are of the account you knew";
    return l->contact.verified ? ", verified" : ", unverified: see tacet help verify";
}

static void show_head(const struct listing *l, const struct tacet_device *d)
{
    people_show(stdout, l->client, l->handle == NULL ? l->mine : l->handle);
    printf("%s\nList %u of ", trust(l), (unsigned)d->list);
    show_time(stdout, d->list_ms);
    printf("\n");
}

static void show_device(const struct tacet_device *d)
{
    printf("  %s  ", d->id);
    if (d->revoked_at != 0) {
        printf("revoked by list %u\n", (unsigned)d->revoked_at);
        return;
    }
    printf("since ");
    show_time(stdout, d->since_ms);
    if (d->name != NULL) {
        printf(", ");
        show_text(stdout, bytes_text(d->name));
    }
    printf("%s%s\n", d->here ? ", this device" : "",
           d->given_history ? ", was given what was said before" : "");
}

static enum words_end list(const struct listing *l)
{
    struct tacet_device d = {.number = 0};
    enum tacet_code code;
    bool any = false;

    while ((code = tacet_next_device(l->client, l->handle, d.number, &d)) == TACET_OK) {
        if (l->json && !print_json(l, &d))
            return WORDS_FAILED;
        if (!l->json && !any)
            show_head(l, &d);
        if (!l->json)
            show_device(&d);
        any = true;
    }
    if (!l->json && l->handle == NULL && any && d.list > 1)
        behind_show(l->client, d.list);
    return code == TACET_ABSENT && any ? WORDS_FINE : sentences_say(UNKNOWN, code);
}

static enum words_end look(struct listing *l)
{
    struct tacet_status s;
    enum tacet_code code = tacet_get_status(l->client, &s);

    if (code == TACET_OK) {
        memcpy(l->mine, s.handle, sizeof l->mine);
        if (l->handle != NULL && strcmp(l->handle, s.handle) == 0)
            l->handle = NULL;
    }
    if (code == TACET_OK && l->handle != NULL)
        code = tacet_find_contact(l->client, l->handle, &l->contact);
    return code == TACET_OK ? list(l) : sentences_say(UNKNOWN, code);
}

enum words_end word_devices_list(struct options *o, const void *setting)
{
    struct listing l = {.json = options_flag(o, "--json")};
    enum words_end end;

    l.handle = o->n > 0 ? options_handle(o) : NULL;
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &l.client);
    if (end == WORDS_FINE)
        end = look(&l);
    tacet_close(l.client);
    return end;
}
