/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/choice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/sentences.h"
#include "terminal/prompt.h"
#include "terminal/show.h"

_Static_assert(PROMPT_MAX <= TACET_PASSPHRASE_MAX, "what is asked for is not refused for its size");

static const struct sentence OPENING[] = {
    {TACET_CONFLICT, "Another tacet is using this profile.  Try again when it has ended."},
    {TACET_VERSION, "A newer tacet wrote this profile.  Update this one."},
    {TACET_ABSENT, "This profile holds nothing: joining was interrupted, or its file was emptied."
                   "  With an invitation: tacet join LINK"},
    {TACET_STALE, "This profile is coming back with a recovery key, and not there yet.  To go on:"
                  " tacet recovery use"},
    {TACET_MALFORMED, "This profile is damaged."},
    {TACET_FORGED, "This profile is damaged."},
    {TACET_NOMEM, "There is not enough memory to open the profile."},
    {TACET_FULL, "The disk of this machine is full: this passphrase could not be counted, and was"
                 " not tried.  Make room."},
    {TACET_OK, NULL},
};

static const struct sentence CHANGING[] = {
    {TACET_FULL,
     "The disk of this machine is full.  Make room and try again; keep both passphrases in"
     " mind until then."},
    {TACET_NOMEM, "There is not enough memory for this.  The passphrase is as it was."},
    {TACET_IO, "The disk failed in the middle: either the old passphrase or the new one opens the"
               " profile from now on.  Try both."},
    {TACET_OK, NULL},
};

void choice_take(struct options *o, void *out)
{
    struct choice *c = out;

    c->profile = options_text(o, "--profile");
    c->data = options_text(o, "--data");
    c->passphrase_fd = options_descriptor(o, "--passphrase-fd");
    if (c->profile == NULL)
        c->profile = "default";
    if (!text_is_handle(bytes_text(c->profile))) {
        fputs("--profile needs a name of small letters, digits and . _ - inside.\n", stderr);
        o->failed = true;
    }
}

/* The parent of all profiles.  A relative XDG_DATA_HOME counts as none, as its standard says. */
static bool write_parent(const struct choice *c, struct buf *path)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

    if (c->data != NULL) {
        buf_text(path, c->data);
    } else if (data != NULL && data[0] == '/') {
        buf_text(path, data);
        buf_text(path, "/tacet");
    } else if (home != NULL && home[0] == '/') {
        buf_text(path, home);
        buf_text(path, "/.local/share/tacet");
    } else {
        fputs("HOME is not set, so where are the profiles?  Say --data DIR.\n", stderr);
        return false;
    }
    return true;
}

bool choice_directory(const struct choice *c, struct buf *path)
{
    if (!write_parent(c, path))
        return false;
    buf_text(path, "/");
    buf_text(path, c->profile);
    buf_u8(path, 0);
    if (path->failed == E_OK)
        return true;
    fputs("The path of the profile is too long.\n", stderr);
    return false;
}

/* ---- wrong passphrases */

#define HOUR_S   3600
#define MINUTE_S 60

/* "for 2 minutes", never too short. */
static void print_wait(unsigned s)
{
    unsigned unit = s > 2 * HOUR_S ? HOUR_S : s > 2 * MINUTE_S ? MINUTE_S : 1;
    unsigned n = (s + unit - 1) / unit;

    fprintf(stderr, "for %u %s%s", n,
            unit == HOUR_S ? "hour"
            : unit == 1    ? "second"
                           : "minute",
            n == 1 ? "" : "s");
}

/* Why it does not open, where tries are the reason.  What follows is said too. */
static enum words_end say_wrong(enum tacet_code code, const struct tacet_tries *t)
{
    if (t->wiped)
        return words_say(WORDS_FAILED, "Wrong passphrase.  There were too many: this profile was"
                                       " destroyed, as it was set to be.  Ask your administrator"
                                       " for a new invitation.");
    if (code == TACET_DENIED)
        fputs("Wrong passphrase.", stderr);
    if (code == TACET_AGAIN)
        fputs("Too many passphrases were wrong, and this one was not tried.", stderr);
    if (t->wait_s > 0) {
        fprintf(stderr, "  After %u in a row none is tried ", t->wrong);
        print_wait(t->wait_s);
        fputs(".", stderr);
    }
    fputs("\n", stderr);
    return code == TACET_AGAIN ? WORDS_LATER : WORDS_FAILED;
}

/* Once: who comes back hears that somebody was there. */
static void tell_wrong(struct tacet_client *client, const struct tacet_tries *t)
{
    if (t->wrong == 0)
        return;
    if (t->wrong == 1)
        fputs("Since this profile was opened last, a passphrase was wrong, or cut off: ", stderr);
    else
        fprintf(stderr,
                "Since this profile was opened last, %u passphrases were wrong, or cut off;"
                " the last: ",
                t->wrong);
    show_time(stderr, t->last_ms);
    fputs("\n", stderr);
    (void)tacet_tries_told(client); /* else it is said again */
}

/* *code: TACET_CLOSED: there was no passphrase.  It stays in `passphrase`. */
static enum words_end open_profile(const struct choice *c, const char *directory,
                                   struct buf *passphrase, struct tacet_client **out,
                                   enum tacet_code *code)
{
    struct tacet_tries tries = {.wrong = 0};
    struct tacet_profile profile = {.directory = directory, .tries = &tries};

    *code = TACET_CLOSED;
    if (!prompt_ask(c->passphrase_fd, "Passphrase", PROMPT_KNOWN, passphrase))
        return WORDS_FAILED;
    profile.passphrase = passphrase->at;
    profile.passphrase_n = passphrase->n;
    *code = tacet_open(out, &profile);
    if (*code == TACET_OK) {
        tell_wrong(*out, &tries);
        return WORDS_FINE;
    }
    buf_free(passphrase);
    if (tries.wiped || *code == TACET_DENIED || *code == TACET_AGAIN) {
        enum words_end end = say_wrong(*code, &tries);

        *code = tries.wiped ? TACET_REMOVED : *code;
        return end;
    }
    sentences_say(OPENING, *code);
    return *code == TACET_CONFLICT ? WORDS_LATER : WORDS_FAILED;
}

/* The system's key store, where the profile says so, before a person is asked. */
static bool opens_by_itself(const struct choice *c, const char *directory,
                            struct tacet_client **out)
{
    const struct tacet_profile profile = {.directory = directory};

    return c->passphrase_fd < 0 && tacet_open(out, &profile) == TACET_OK;
}

/* `person`: until the passphrase fits.  NULL for `passphrase`: it need not be asked for. */
static enum words_end enter(const struct choice *c, bool person, struct buf *passphrase,
                            struct tacet_client **out)
{
    struct buf own = PROMPT_BUF;
    struct buf path = BUF(CHOICE_PATH_MAX);
    enum words_end end = WORDS_FAILED;
    enum tacet_code code;

    if (choice_directory(c, &path)) {
        const char *directory = (const char *)path.at;

        if (!tacet_profile_exists(directory))
            fprintf(stderr, "There is no profile at %s.  With an invitation: tacet join LINK\n",
                    directory);
        else if (passphrase == NULL && opens_by_itself(c, directory, out))
            end = WORDS_FINE;
        else
            do
                end =
                    open_profile(c, directory, passphrase == NULL ? &own : passphrase, out, &code);
            while (person &&
                   (code == TACET_DENIED || code == TACET_CONFLICT || code == TACET_AGAIN));
    }
    buf_free(&path);
    buf_free(&own);
    return end;
}

enum words_end choice_open(const struct choice *c, struct tacet_client **out)
{
    return enter(c, false, NULL, out);
}

/* A person answers at the terminal, whatever opened it at first. */
static struct choice asking(const struct choice *c, bool person)
{
    struct choice again = *c;

    if (person)
        again.passphrase_fd = -1;
    return again;
}

enum words_end choice_unlock(const struct choice *c, bool person, struct tacet_client **out)
{
    struct buf passphrase = PROMPT_BUF;
    struct choice again = asking(c, person);
    enum words_end end = enter(&again, person, &passphrase, out);

    buf_free(&passphrase);
    return end;
}

static enum words_end change(const struct choice *c, struct bytes old, unsigned cost,
                             struct tacet_client *client)
{
    struct buf fresh = PROMPT_BUF;
    struct tacet_passphrases p = {.old = old.at, .old_n = old.n, .cost = cost};
    enum tacet_code code;

    if (!prompt_ask(c->passphrase_fd, "The new passphrase", PROMPT_NEW, &fresh))
        return words_say(WORDS_FAILED, "The passphrase is as it was.");
    p.fresh = fresh.at;
    p.fresh_n = fresh.n;
    code = tacet_change_passphrase(client, &p);
    buf_free(&fresh);
    if (code != TACET_OK)
        return sentences_say(CHANGING, code);
    return words_say(WORDS_FINE, "The passphrase is changed.  A copy of this profile that was made"
                                 " before still opens with the old one.");
}

enum words_end choice_change(const struct choice *c, bool person, unsigned cost,
                             struct tacet_client **out)
{
    struct buf old = PROMPT_BUF;
    struct choice again = asking(c, person);
    enum words_end end = enter(&again, person, &old, out);

    if (end == WORDS_FINE)
        end = change(&again, buf_view(&old), cost, *out);
    buf_free(&old);
    return end;
}

static const struct sentence KEEPING[] = {
    {TACET_ABSENT, "The system's key store cannot be reached, or refuses: is secret-tool (Debian:"
                   " libsecret-tools) installed, and is this a desktop's session?  Nothing is"
                   " changed."},
    {TACET_AGAIN, "The system's key store did not answer within a minute.  Nothing is changed."},
    {TACET_OK, NULL},
};

enum words_end choice_key_store(const struct choice *c, bool on)
{
    struct buf passphrase = PROMPT_BUF;
    struct tacet_client *client = NULL;
    enum words_end end = enter(c, false, &passphrase, &client);
    enum tacet_code code = TACET_OK;

    if (end == WORDS_FINE)
        code = tacet_use_key_store(client, on ? passphrase.at : NULL, passphrase.n);
    buf_free(&passphrase);
    tacet_close(client);
    if (end != WORDS_FINE)
        return end;
    if (code != TACET_OK)
        return sentences_say(KEEPING, code);
    return words_say(WORDS_FINE,
                     on ? "From now on the system's key store opens this profile while it is open"
                          " itself, and any program of yours can ask it.  Keep the passphrase."
                        : "From now on the passphrase alone opens this profile.");
}

enum words_end choice_report(struct options *o, const struct choice *c,
                             enum words_end (*report)(struct tacet_client *client, bool json))
{
    bool json = options_flag(o, "--json");
    struct tacet_client *client = NULL;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(c, &client);
    if (end == WORDS_FINE)
        end = report(client, json);
    tacet_close(client);
    return end;
}
