/* SPDX-License-Identifier: Apache-2.0 */
/* verify: make sure that a person is who the server says, and accept that an account changed. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/people.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/qr.h"
#include "terminal/show.h"

#define LOOK_UP_SECONDS 10
#define DIGITS          (TACET_SAFETY_SIZE - 1)
#define GROUP           5
#define GROUPS_A_LINE   4

static const struct sentence VERIFYING[] = {
    {TACET_ABSENT, "There is nobody with this handle in your network."},
    {TACET_REMOVED, "They were removed from the network."},
    {TACET_CONFLICT, "Their account key did not change."},
    {TACET_FORGED, "The server's answer does not check, and was not believed.  Tell your"
                   " administrator."},
    {TACET_OK, NULL},
};

static const char CHANGED[] =
    " has another account key than the one you know.  Either they joined anew, with a new\n"
    "device or after losing their passphrase, or the server puts somebody else in their place.\n"
    "Nothing is sent to them.  Ask them, not through Tacet, whether they joined anew.  If so:\n";

static const char COMPARED[] =
    "You had COMPARED the safety number of the old one: do not take this lightly.  First hear it\n"
    "from them, then:\n";

static const char ACCEPTED[] =
    "The new key is accepted and the old one forgotten: from now on messages go to whoever has\n"
    "the new one.  They are unverified until you compare the number below.\n";

static const char DIFFER[] =
    "They differ.  Either a digit was misheard, or somebody is between you and them: compare once\n"
    "more, and if they still differ write nothing secret and tell your administrator.";

struct verifying {
    struct tacet_client *client;
    const char *handle, *digits; /* digits NULL: show them */
    bool accept, json;
};

/* ---- looking up */

static bool is_answer(const struct verifying *v, const struct tacet_event *e)
{
    return e->kind == TACET_EVENT_CONTACT && strcmp(e->who, v->handle) == 0;
}

/* Ask as soon as there is a connection; TACET_AGAIN: there was no answer. */
static enum tacet_code ask(const struct verifying *v, struct drive *d)
{
    struct tacet_event e;
    enum tacet_code code;

    while (drive_next(d, &e)) {
        if (is_answer(v, &e))
            return e.code;
        if (e.kind != TACET_EVENT_LINK || !d->connected)
            continue;
        code = tacet_look_up(v->client, v->handle);
        if (code != TACET_OK && code != TACET_CLOSED)
            return code;
    }
    return drive_is_final(d->why) ? d->why : TACET_AGAIN;
}

static enum words_end look_up(const struct verifying *v)
{
    struct drive d;
    enum tacet_code code;

    drive_begin(&d, v->client, LOOK_UP_SECONDS);
    code = ask(v, &d);
    drive_end(&d);
    if (code == TACET_OK)
        return WORDS_FINE;
    if (code == TACET_AGAIN)
        return words_say(WORDS_LATER, "This person is not known here yet, and the server did not"
                                      " say who they are.  Try again later.");
    return sentences_say(d.why == code ? sentences_refusal : VERIFYING, code);
}

/* ---- the number */

static void show_digits(const char *digits)
{
    for (size_t i = 0; i < DIGITS; i += GROUP) {
        bool last = (i / GROUP + 1) % GROUPS_A_LINE == 0;

        printf("%.*s%s", GROUP, digits + i, last ? "\n" : "  ");
    }
}

static enum words_end tell(const struct verifying *v, const char *digits, bool verified)
{
    return jsonl_print(
               json_pack("{ss ss sb}", "handle", v->handle, "digits", digits, "verified", verified))
               ? WORDS_FINE
               : WORDS_FAILED;
}

static enum words_end show_number(const struct verifying *v, bool verified)
{
    char digits[TACET_SAFETY_SIZE], qr[128];
    enum tacet_code code = tacet_safety_number(v->client, v->handle, digits, qr);

    if (code != TACET_OK)
        return sentences_say(VERIFYING, code);
    if (v->json)
        return tell(v, digits, verified);
    show_digits(digits);
    fflush(stdout);
    qr_show(qr);
    fflush(stdout);
    if (verified)
        fputs("You have compared this number before.\n", stderr);
    people_show(stderr, v->client, v->handle);
    fprintf(stderr,
            " sees the same number, if nobody is between you: compare it when you meet, or read\n"
            "it to each other by phone.  If it is the same:\n"
            "tacet verify %s --confirm \"THE DIGITS THEY READ OUT\"\n",
            v->handle);
    return WORDS_FINE;
}

static enum words_end confirm(const struct verifying *v)
{
    enum tacet_code code = tacet_confirm(v->client, v->handle, v->digits);

    if (code == TACET_FORGED)
        return words_say(WORDS_FAILED, DIFFER);
    if (code != TACET_OK)
        return sentences_say(VERIFYING, code);
    fprintf(stderr, "%s is verified.\n", v->handle);
    return v->json ? show_number(v, true) : WORDS_FINE;
}

/* ---- a key that changed */

static enum words_end settle_change(const struct verifying *v, struct tacet_contact *c)
{
    enum tacet_code code;

    if (!v->accept) {
        fprintf(stderr, "%s%s%stacet verify %s --accept-new-key\n", v->handle, CHANGED,
                c->verified ? COMPARED : "", v->handle);
        return WORDS_FAILED;
    }
    code = tacet_accept_key(v->client, v->handle);
    if (code != TACET_OK)
        return sentences_say(VERIFYING, code);
    fputs(ACCEPTED, stderr);
    c->verified = c->changed = false;
    return WORDS_FINE;
}

static bool is_oneself(const struct verifying *v)
{
    struct tacet_status s;

    return tacet_get_status(v->client, &s) == TACET_OK && strcmp(s.handle, v->handle) == 0;
}

static enum words_end verify(const struct verifying *v)
{
    struct tacet_contact c = {.known = false};
    enum words_end end = WORDS_FINE;
    enum tacet_code code = tacet_find_contact(v->client, v->handle, &c);

    if (is_oneself(v))
        return words_say(WORDS_FAILED, "That is you: there is nothing to compare.");
    if (code == TACET_ABSENT || (code == TACET_OK && !c.known)) {
        end = look_up(v);
        if (end != WORDS_FINE)
            return end;
        code = tacet_find_contact(v->client, v->handle, &c);
    }
    if (code != TACET_OK)
        return sentences_say(VERIFYING, code);
    if (c.changed)
        end = settle_change(v, &c);
    else if (v->accept)
        fprintf(stderr, "The account key of %s did not change: there is nothing to accept.\n",
                v->handle);
    if (end != WORDS_FINE)
        return end;
    return v->digits != NULL ? confirm(v) : show_number(v, c.verified);
}

/* Cut short or with a word too much, it was not read out: no reason to suspect anybody. */
static bool are_digits(const char *digits)
{
    size_t n = 0;

    for (const char *at = digits; *at != '\0'; at++)
        n += *at >= '0' && *at <= '9';
    if (n == DIGITS)
        return true;
    fprintf(stderr, "A safety number has %d digits; these are %zu.\n", DIGITS, n);
    return false;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct verifying v = {.digits = options_text(o, "--confirm"),
                          .accept = options_flag(o, "--accept-new-key"),
                          .json = options_flag(o, "--json")};
    enum words_end end;

    v.handle = options_handle(o);
    if (!options_end(o) || (v.digits != NULL && !are_digits(v.digits)))
        return WORDS_USAGE;
    if (v.digits != NULL && v.accept)
        return words_say(WORDS_USAGE, "Accept the new key first; then compare, and confirm.");
    end = choice_open(setting, &v.client);
    if (end == WORDS_FINE)
        end = verify(&v);
    tacet_close(v.client);
    return end;
}

const struct word word_verify = {
    .name = "verify",
    .run = run,
    .usage = "HANDLE [--confirm DIGITS] [--accept-new-key] [--json]",
    .what = "Show the safety number to compare with somebody, and confirm it.",
    .details =
        "At first contact the server alone says which account a handle is, and it could lie.  The\n"
        "safety number closes this: it follows from both accounts' keys, so both of you see the\n"
        "same one only if nobody is between you.  Compare it in person or by phone, never through\n"
        "Tacet.\n"
        "\n"
        "  --confirm DIGITS   These are the digits they read out: mark them as verified if they\n"
        "                     fit.\n"
        "  --accept-new-key   Their account key changed, and you asked them and know why.  The "
        "old\n"
        "                     key is forgotten, and they are unverified again.\n"
        "  --json             One JSON object: handle, digits, verified.\n",
};
