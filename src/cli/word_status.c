/* SPDX-License-Identifier: Apache-2.0 */
/* status: who this profile is, and how it stands with the server. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/losing.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

#define WAIT_SECONDS 5

static void show_field(const char *name, const char *text)
{
    printf("%-22s", name);
    show_text(stdout, bytes_text(text));
    printf("\n");
}

static const char *scope(const struct tacet_status *s)
{
    switch (s->copies) {
    case TACET_COPIES_ALL:
        return "all";
    case TACET_COPIES_ROOMS:
        return "rooms";
    case TACET_COPIES_SOME:
        return "some rooms";
    case TACET_COPIES_NONE:
        break;
    }
    return "none";
}

/* Who reads along, by the policy in force. */
static void show_copies(const struct tacet_status *s)
{
    printf("%-22s", "Copies");
    if (s->copies == TACET_COPIES_NONE) {
        printf("none\n");
        return;
    }
    show_text(stdout, bytes_text(s->keeper[0] == '\0' ? "somebody" : s->keeper));
    if (s->copies == TACET_COPIES_ALL)
        printf(" gets a copy of every message and can read it");
    else
        printf(" gets a copy of every message in %s and can read it", scope(s));
    printf(" (policy %u)\n", (unsigned)s->policy);
}

static void show_status(const struct tacet_status *s)
{
    char name[sizeof s->handle + sizeof s->domain];

    snprintf(name, sizeof name, "%s@%s", s->handle, s->domain);
    show_field("You are", s->joined ? name : "nobody yet: use the invitation again (tacet join)");
    if (s->joined)
        show_field("Network", s->network);
    show_field("Server", s->address);
    show_field("Connection", s->connected ? "signed in" : "none");
    printf("%-22s%llu\n", "Waiting to be sent", (unsigned long long)s->outgoing);
    printf("%-22s%llu\n", "Cannot be opened yet", (unsigned long long)s->parked);
    printf("%-22s%u, made ", "Prekey", (unsigned)s->prekey);
    show_time(stdout, s->prekey_made_ms);
    printf("\n");
    show_copies(s);
    show_field("Recovery key", losing_sentence(s->recovery));
    show_field("Network id", s->network_id);
    show_field("Account id", s->account_id);
    show_field("Device id", s->device_id);
}

static bool print_json(const struct tacet_status *s)
{
    return jsonl_print(json_pack(
        "{ss ss ss ss ss ss ss sb sb sb sI sI sI so sI ss ss? ss sb sI}", "handle", s->handle,
        "domain", s->domain, "network", s->network, "address", s->address, "network_id",
        s->network_id, "account_id", s->account_id, "device_id", s->device_id, "joined", s->joined,
        "connected", s->connected, "drained", s->drained, "outgoing", (json_int_t)s->outgoing,
        "parked", (json_int_t)s->parked, "prekey", (json_int_t)s->prekey, "prekey_made",
        jsonl_time(s->prekey_made_ms), "policy", (json_int_t)s->policy, "copies", scope(s),
        "keeper", s->keeper[0] == '\0' ? NULL : s->keeper, "recovery", losing_name(s->recovery),
        "key_store", s->key_store, "wrong_tries", (json_int_t)s->wrong_tries));
}

/* Until all that waited there is here, and with it what the server says of its own keys; a server
 * that has much to hand over is not waited for. */
static void knock(struct tacet_client *client)
{
    struct tacet_event e;
    struct drive d;

    drive_begin(&d, client, WAIT_SECONDS);
    while (!d.unreachable && drive_next(&d, &e) && e.kind != TACET_EVENT_DRAINED)
        continue;
    drive_refused(&d);
    drive_end(&d);
}

static enum words_end look(struct tacet_client *client, bool json)
{
    struct tacet_status s;
    enum tacet_code code = tacet_get_status(client, &s);

    if (code == TACET_OK && s.joined) {
        knock(client);
        code = tacet_get_status(client, &s);
    }
    if (code != TACET_OK)
        return sentences_say(NULL, code);
    if (json)
        return print_json(&s) ? WORDS_FINE : WORDS_FAILED;
    show_status(&s);
    return WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    return choice_report(o, setting, look);
}

const struct word word_status = {
    .name = "status",
    .run = run,
    .usage = "[--json]",
    .what = "Say who you are, and whether the server can be reached.",
    .details =
        "What waits at the server is fetched, for 5 seconds at most, and stays unread.\n"
        "wrong_tries is how many passphrases were wrong, or cut off, since it was opened last.\n"
        "\n"
        "  --json             One JSON object: handle, domain, network, address, network_id,\n"
        "                     account_id, device_id, joined, connected, drained, outgoing, "
        "parked,\n"
        "                     prekey, prekey_made, policy, copies, keeper, recovery,\n"
        "                     key_store, wrong_tries.\n",
};
