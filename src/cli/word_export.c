/* SPDX-License-Identifier: Apache-2.0 */
/* export: a conversation written out, signed; and such a file checked. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "tacet/export.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

static const struct sentence EXPORTING[] = {
    {TACET_ABSENT, "You have no conversation with them.  Yours: tacet contacts; tacet room list"},
    {TACET_DENIED, "Here nothing may be written out of the profile."},
    {TACET_IO, "It could not be written.  What was written has no signature."},
    {TACET_OK, NULL},
};

static const struct sentence CHECKING[] = {
    {TACET_FORGED, "DO NOT TRUST IT: it was changed after it was signed, or somebody made it up."},
    {TACET_TRUNCATED, "DO NOT TRUST IT: its end is missing, and with it the signature."},
    {TACET_MALFORMED, "This is no export of a conversation, or something was added to one."},
    {TACET_LIMIT, "This is no export of a conversation: a line is too long."},
    {TACET_VERSION, "A newer program wrote this.  Update this one."},
    {TACET_DENIED, "This is of another network, which this profile cannot check."},
    {TACET_CLOCK, "It is dated in the future, or the clock of this machine is wrong."},
    {TACET_IO, "Standard input cannot be read."},
    {TACET_OK, NULL},
};

/* ---- writing */

static bool write_out(void *ctx, const uint8_t *at, size_t n)
{
    return fwrite(at, 1, n, ctx) == n;
}

static enum words_end export(struct tacet_client *client, const char *with) {
    struct tacet_exported done; char room[TACET_HANDLE_SIZE]; enum tacet_code code;

    if (rooms_is_meant(with)){if (!rooms_resolve(client, with, room)) return WORDS_FAILED;
                              with = room;}
code = tacet_export(client, with, write_out, stdout, &done);
if (code == TACET_OK && (fflush(stdout) != 0 || ferror(stdout) != 0))
    code = TACET_IO;
if (code != TACET_OK)
    return sentences_say(EXPORTING, code);
fprintf(stderr,
        "%llu message%s, %llu of them with the signature of who wrote them.\n"
        "Whoever has this file can read it.\n",
        (unsigned long long)done.messages, done.messages == 1 ? "" : "s",
        (unsigned long long)done.proved);
return WORDS_FINE;
}

/* ---- checking */

static long read_in(void *ctx, uint8_t *at, size_t n)
{
    size_t got = fread(at, 1, n, ctx);

    return got == 0 && ferror((FILE *)ctx) != 0 ? -1 : (long)got;
}

static bool say_json(const struct tacet_exported *e)
{
    return jsonl_print(json_pack("{ss? sb sb ss ss so sI sI}", "by",
                                 e->by[0] == '\0' ? NULL : e->by, "mine", e->mine, "verified",
                                 e->verified, "account", e->account, "device", e->device, "made",
                                 jsonl_time(e->made_ms), "messages", (json_int_t)e->messages,
                                 "proved", (json_int_t)e->proved));
}

static bool say(struct tacet_client *client, const struct tacet_exported *e)
{
    struct buf when = BUF(64);

    show_write_time(&when, e->made_ms);
    printf("Whole and unchanged, as a device of ");
    if (e->by[0] == '\0')
        printf("an account that you do not know");
    else
        people_show(stdout, client, e->by);
    printf(" wrote it, %.*s.\n", (int)when.n, (const char *)when.at);
    if (!e->mine && !e->verified)
        printf("Whose account that is rests on the word of whoever gave you this, and the "
               "server's.\n");
    printf("  account %s\n  device  %s\n", e->account, e->device);
    printf("%llu message%s; %llu of them carry the signature of who wrote them, which fits.\n",
           (unsigned long long)e->messages, e->messages == 1 ? "" : "s",
           (unsigned long long)e->proved);
    buf_free(&when);
    return fflush(stdout) == 0;
}

static enum words_end check(struct tacet_client *client, bool json)
{
    struct tacet_exported found;
    enum tacet_code code = tacet_check_export(client, read_in, stdin, &found);

    if (code != TACET_OK)
        return sentences_say(CHECKING, code);
    return (json ? say_json(&found) : say(client, &found)) ? WORDS_FINE : WORDS_FAILED;
}

static enum words_end run(struct options *o, const void *setting)
{
    const struct choice *c = setting;
    bool checks = options_flag(o, "--check"), json = options_flag(o, "--json");
    const char *with = checks ? NULL : options_conversation(o);
    struct tacet_client *client = NULL;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    if (json && !checks)
        return words_say(WORDS_USAGE, "--json goes with --check: an export is JSON anyway.");
    if (checks && c->passphrase_fd == STDIN_FILENO)
        return words_say(WORDS_USAGE,
                         "Standard input cannot hold both the file and the passphrase.");
    end = choice_open(c, &client);
    if (end == WORDS_FINE)
        end = checks ? check(client, json) : export(client, with);
    tacet_close(client);
    return end;
}

const struct word word_export = {
    .name = "export",
    .run = run,
    .usage = "HANDLE|+ROOM | --check [--json]",
    .what = "Write a conversation out, signed; or check such a file.",
    .details =
        "What is still here of the conversation goes to standard output, as lines of JSON; the "
        "last\n"
        "line is the signature of this device.  Messages carry the signatures of who wrote them,\n"
        "as far as they are here.  Whoever has the file can read it.  What is written out does "
        "not\n"
        "count as read.\n"
        "\n"
        "  --check            Read such a file from standard input, and say who wrote it, and\n"
        "                     whether it is whole and unchanged.\n"
        "  --json             One JSON object: by, mine, verified, account, device, made, "
        "messages,\n"
        "                     proved; with --check only.\n",
};
