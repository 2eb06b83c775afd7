/* SPDX-License-Identifier: Apache-2.0 */
/* contacts: whom this profile knows. */
#include <stdio.h>
#include <time.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

static const char UNVERIFIED[] =
    "Unverified: until you compare safety numbers, who this is rests on the server's word alone,\n"
    "and the server could have lied when you first met.  To make sure: tacet verify HANDLE\n";

static const char KEPT[] =
    "Copies: the network's policy demands that each message goes to whoever is named there, too,\n"
    "who can read it.\n";

static const char *trust(const struct tacet_contact *c)
{
    if (!c->known)
        return "not looked up yet";
    if (c->changed)
        return "ACCOUNT KEY CHANGED: see tacet help verify";
    return c->verified ? "verified" : "unverified";
}

static const char *profile(const struct tacet_contact *c)
{
    return c->seal == TACET_SEAL_HYBRID ? "hybrid" : "standard";
}

static bool is_muted(const struct tacet_contact *c)
{
    return c->muted_ms > (uint64_t)time(NULL) * 1000;
}

static bool show_contact(const struct tacet_contact *c, bool json)
{
    if (json)
        return jsonl_print(json_pack(
            "{ss ss? sb sb sb sb sb ss? ss sb so sb}", "handle", c->handle, "name", c->name,
            "known", c->known, "verified", c->verified, "changed", c->changed, "removed",
            c->removed, "kept", c->kept, "keeper", c->keeper[0] == '\0' ? NULL : c->keeper,
            "profile", profile(c), "pinned", c->pinned, "muted",
            c->muted_ms == 0 ? json_null() : jsonl_time(c->muted_ms), "blocked", c->blocked));
    show_text(stdout, bytes_text(c->handle));
    printf("%*s%s%s%s", (int)(TACET_HANDLE_SIZE - strlen(c->handle)), "", trust(c),
           c->removed ? ", removed from the network" : "",
           c->seal == TACET_SEAL_HYBRID ? "" : ", sealed without ML-KEM");
    printf("%s%s%s", c->pinned ? ", pinned" : "", is_muted(c) ? ", muted" : "",
           c->blocked ? ", blocked" : "");
    if (c->kept) {
        printf(", copies to ");
        show_text(stdout, bytes_text(c->keeper[0] == '\0' ? "somebody" : c->keeper));
    }
    if (c->name != NULL) {
        printf(" (");
        show_text(stdout, bytes_text(c->name));
        printf(")");
    }
    printf("\n");
    return true;
}

struct listing {
    bool any, doubtful, kept;
};

/* Those that are pinned, or the others. */
static enum words_end list_some(struct tacet_client *client, bool json, bool pinned,
                                struct listing *l)
{
    struct tacet_contact c = {.number = 0};
    enum tacet_code code;

    while ((code = tacet_next_contact(client, c.number, &c)) == TACET_OK) {
        if (c.pinned != pinned)
            continue;
        if (!show_contact(&c, json))
            return WORDS_FAILED;
        l->any = true;
        l->doubtful |= c.known && !c.verified;
        l->kept |= c.kept;
    }
    return code == TACET_ABSENT ? WORDS_FINE : sentences_say(NULL, code);
}

static enum words_end list(struct tacet_client *client, bool json)
{
    struct listing l = {.any = false};
    enum words_end end = list_some(client, json, true, &l);

    if (end == WORDS_FINE)
        end = list_some(client, json, false, &l);
    if (end != WORDS_FINE)
        return end;
    fflush(stdout);
    if (!l.any)
        fputs("There are no contacts yet: they come with the first message.\n", stderr);
    if (l.doubtful && !json)
        fputs(UNVERIFIED, stderr);
    if (l.kept && !json)
        fputs(KEPT, stderr);
    return WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    return choice_report(o, setting, list);
}

const struct word word_contacts = {
    .name = "contacts",
    .run = run,
    .usage = "[--json]",
    .what = "List the people you have written with, and whether you made sure of them.",
    .details =
        "\"verified\" means that you compared safety numbers with them: tacet help verify\n"
        "\n"
        "Messages are sealed with P-521 and ML-KEM-1024 together (profile hybrid), so that they\n"
        "stay secret while either holds; of whom that is not so, it is said.\n"
        "\n"
        "\"copies to bot\" means that the network's policy, which its operator signs, demands "
        "that\n"
        "whoever has the handle bot gets each message too, and can read it.\n"
        "Those that are pinned come first: tacet help pin\n"
        "\n"
        "  --json             One JSON object a line: handle, name, known, verified, changed,\n"
        "                     removed, kept, keeper, profile, pinned, muted, blocked.\n",
};
