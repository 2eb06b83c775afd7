/* SPDX-License-Identifier: Apache-2.0 */
/* devices: what an account's own signed list of devices says. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/devices_history.h"
#include "cli/people.h"
#include "cli/sentences.h"
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
    return jsonl_print(json_pack(
        "{ss ss sb so sb sI sI so sb}", "handle", l->handle == NULL ? l->mine : l->handle, "id",
        d->id, "here", d->here, "since", d->since_ms == 0 ? json_null() : jsonl_time(d->since_ms),
        "verified", l->handle != NULL && l->contact.verified, "revoked_at",
        (json_int_t)d->revoked_at, "list", (json_int_t)d->list, "list_made", jsonl_time(d->list_ms),
        "given_history", d->given_history));
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

static enum words_end run_list(struct options *o, const void *setting)
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

static enum words_end run(struct options *o, const void *setting)
{
    const char *part = o->n > 1 && o->at[1][0] != '-' ? o->at[0] : "";

    if (strcmp(part, "give") != 0 && strcmp(part, "take") != 0)
        return run_list(o, setting);
    options_next(o);
    return strcmp(part, "give") == 0 ? devices_history_give(o, setting)
                                     : devices_history_take(o, setting);
}

const struct word word_devices = {
    .name = "devices",
    .run = run,
    .usage = "[HANDLE | give ID | take ID] [--wait N] [--json]",
    .what = "List your devices, or somebody's; give one what was said before.",
    .details =
        "An account signs the list of its devices; this is the newest list that is known here,\n"
        "with its number and date.  The server is not asked.  Whether the account is whose you\n"
        "think it is, only comparing safety numbers says: tacet help verify\n"
        "\n"
        "give ID, take ID  A device that was added has nothing of what was said before.  `give` "
        "on\n"
        "    a device that has it, and `take` on the new one, each with the id of the other (its\n"
        "    beginning is enough), in either order within a day, bring it there: whole messages,\n"
        "    with the signatures of who wrote them, but none whose time is over.  It goes on\n"
        "    whenever both are connected, and stands in the list of your devices, for all to see.\n"
        "\n"
        "  --wait N           Wait for N seconds at most; else until it is through, or Ctrl-C.\n"
        "  --json             One JSON object a line: handle, id, here, since, verified,\n"
        "                     revoked_at (0: in the list), list, list_made, given_history.\n"
        "                     give and take: device, giving, phase (offered, going, ended), done,\n"
        "                     of, code.\n",
};
