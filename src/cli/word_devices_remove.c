/* SPDX-License-Identifier: Apache-2.0 */
/* devices remove: a device of mine leaves the list that all who write to me follow. */
#include <stdio.h>
#include <time.h>

#include "cli/behind.h"
#include "cli/choice.h"
#include "cli/drive.h"
#include "cli/sentences.h"
#include "cli/word_devices.h"
#include "terminal/jsonl.h"

#define REMOVE_SECONDS 30
#define ID_LEAST       4 /* characters of an id that are enough, if there is one such device */

static const struct sentence REMOVING[] = {
    {TACET_ABSENT, "You have no such device.  Yours: tacet devices"},
    {TACET_MALFORMED, "This is no id of a device.  Yours: tacet devices"},
    {TACET_CONFLICT,
     "More than one device is called so, or has an id that begins so.  Yours: tacet devices"},
    {TACET_DENIED, "A device does not remove itself: do it on another one."},
    {TACET_LIMIT, "Too many changes of this list wait already."},
    {TACET_OK, NULL},
};

struct removal {
    struct tacet_client *client;
    struct tacet_device device;
    bool json;
    uint64_t began_ms;
};

static uint64_t monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- who is meant */

/* By its name, or the beginning of its id. */
static bool is_named(const struct tacet_device *d, const char *named)
{
    if (d->name != NULL && strcmp(d->name, named) == 0)
        return true;
    return strlen(named) >= ID_LEAST && strncmp(d->id, named, strlen(named)) == 0;
}

static enum tacet_code find(struct tacet_client *client, const char *named,
                            struct tacet_device *out)
{
    struct tacet_device d = {.number = 0};
    enum tacet_code code;
    unsigned n = 0;

    while ((code = tacet_next_device(client, NULL, d.number, &d)) == TACET_OK) {
        if (d.revoked_at != 0 || !is_named(&d, named))
            continue;
        *out = d;
        n++;
    }
    if (code != TACET_ABSENT)
        return code;
    return n == 0 ? TACET_ABSENT : n > 1 ? TACET_CONFLICT : TACET_OK;
}

/* ---- removing */

static uint32_t newest_list(struct tacet_client *client)
{
    struct tacet_device d = {.number = 0};

    return tacet_next_device(client, NULL, 0, &d) == TACET_OK ? d.list : 0;
}

static enum words_end report(const struct removal *r)
{
    uint32_t list = newest_list(r->client);
    double seconds = (double)(monotonic_ms() - r->began_ms) / 1000;

    if (r->json)
        return jsonl_print(json_pack("{ss sI sf so}", "device", r->device.id, "list",
                                     (json_int_t)list, "seconds", seconds, "behind",
                                     behind_json(r->client, list)))
                   ? WORDS_FINE
                   : WORDS_FAILED;
    printf("Removed.  List %u is in force after %.1f s: nobody can send to the device any more.\n",
           (unsigned)list, seconds);
    behind_show(r->client, list);
    return WORDS_FINE;
}

static enum words_end await(struct removal *r)
{
    struct drive d;
    struct tacet_event e;
    bool listed = false;
    enum words_end end;

    drive_begin(&d, r->client, REMOVE_SECONDS);
    while (!listed && drive_next(&d, &e))
        listed = e.kind == TACET_EVENT_LISTED && strcmp(e.device, r->device.id) == 0;
    if (listed)
        end = e.code == TACET_OK ? report(r) : sentences_say(REMOVING, e.code);
    else if (drive_refused(&d))
        end = WORDS_FAILED;
    else
        end = words_say(WORDS_LATER, "The server has not taken the list yet.  It is kept, and sent"
                                     " when tacet runs next.");
    drive_end(&d);
    return end;
}

enum words_end word_devices_remove(struct options *o, const void *setting)
{
    struct removal r = {.json = options_flag(o, "--json")};
    const char *named = options_need(o, "ID");
    enum words_end end;
    enum tacet_code code;

    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &r.client);
    if (end == WORDS_FINE) {
        r.began_ms = monotonic_ms();
        code = find(r.client, named, &r.device);
        if (code == TACET_OK)
            code = tacet_remove_device(r.client, r.device.id);
        end = code == TACET_OK ? await(&r) : sentences_say(REMOVING, code);
    }
    tacet_close(r.client);
    return end;
}
