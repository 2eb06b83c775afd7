/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/choice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/sentences.h"
#include "terminal/prompt.h"

static const struct sentence OPENING[] = {
    {TACET_DENIED, "Wrong passphrase."},
    {TACET_CONFLICT, "Another tacet is using this profile.  Try again when it has ended."},
    {TACET_VERSION, "A newer tacet wrote this profile.  Update this one."},
    {TACET_ABSENT, "This profile holds nothing: joining was interrupted, or its file was emptied."
                   "  With an invitation: tacet join LINK"},
    {TACET_MALFORMED, "This profile is damaged."},
    {TACET_FORGED, "This profile is damaged."},
    {TACET_NOMEM, "There is not enough memory to open the profile."},
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

/* *code: TACET_CLOSED: there was no passphrase. */
static enum words_end open_profile(const struct choice *c, const char *directory,
                                   struct tacet_client **out, enum tacet_code *code)
{
    struct buf passphrase = PROMPT_BUF;
    struct tacet_profile profile = {.directory = directory};

    *code = TACET_CLOSED;
    if (!prompt_ask(c->passphrase_fd, "Passphrase", PROMPT_KNOWN, &passphrase))
        return WORDS_FAILED;
    profile.passphrase = passphrase.at;
    profile.passphrase_n = passphrase.n;
    *code = tacet_open(out, &profile);
    buf_free(&passphrase);
    if (*code == TACET_OK)
        return WORDS_FINE;
    sentences_say(OPENING, *code);
    return *code == TACET_CONFLICT ? WORDS_LATER : WORDS_FAILED;
}

enum words_end choice_open(const struct choice *c, struct tacet_client **out)
{
    struct buf path = BUF(CHOICE_PATH_MAX);
    enum words_end end = WORDS_FAILED;
    enum tacet_code code;

    if (choice_directory(c, &path)) {
        const char *directory = (const char *)path.at;

        if (tacet_profile_exists(directory))
            end = open_profile(c, directory, out, &code);
        else
            fprintf(stderr, "There is no profile at %s.  With an invitation: tacet join LINK\n",
                    directory);
    }
    buf_free(&path);
    return end;
}

enum words_end choice_unlock(const struct choice *c, bool person, struct tacet_client **out)
{
    struct buf path = BUF(CHOICE_PATH_MAX);
    struct choice again = *c;
    enum words_end end = WORDS_FAILED;
    enum tacet_code code = TACET_DENIED;

    if (person)
        again.passphrase_fd = -1;
    if (choice_directory(c, &path))
        do
            end = open_profile(&again, (const char *)path.at, out, &code);
        while (person && (code == TACET_DENIED || code == TACET_CONFLICT));
    buf_free(&path);
    return end;
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
