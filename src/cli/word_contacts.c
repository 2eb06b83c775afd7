/* SPDX-License-Identifier: Apache-2.0 */
/* contacts: whom this profile knows. */
#include <stdio.h>

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

static bool show_contact(const struct tacet_contact *c, bool json)
{
    if (json)
        return jsonl_print(json_pack(
            "{ss ss? sb sb sb sb sb ss? ss}", "handle", c->handle, "name", c->name, "known",
            c->known, "verified", c->verified, "changed", c->changed, "removed", c->removed, "kept",
            c->kept, "keeper", c->keeper[0] == '\0' ? NULL : c->keeper, "profile", profile(c)));
    show_text(stdout, bytes_text(c->handle));
    printf("%*s%s%s%s", (int)(TACET_HANDLE_SIZE - strlen(c->handle)), "", trust(c),
           c->removed ? ", removed from the network" : "",
           c->seal == TACET_SEAL_HYBRID ? "" : ", sealed without ML-KEM");
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

static enum words_end list(struct tacet_client *client, bool json)
{
    struct tacet_contact c = {.number = 0};
    bool any = false, doubtful = false, kept = false;
    enum tacet_code code;

    while ((code = tacet_next_contact(client, c.number, &c)) == TACET_OK) {
        if (!show_contact(&c, json))
            return WORDS_FAILED;
        any = true;
        doubtful |= c.known && !c.verified;
        kept |= c.kept;
    }
    if (code != TACET_ABSENT)
        return sentences_say(NULL, code);
    fflush(stdout);
    if (!any)
        fputs("There are no contacts yet: they come with the first message.\n", stderr);
    if (doubtful && !json)
        fputs(UNVERIFIED, stderr);
    if (kept && !json)
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
        "\n"
        "  --json             One JSON object a line: handle, name, known, verified, changed,\n"
        "                     removed, kept, keeper, profile.\n",
};
