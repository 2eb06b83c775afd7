/* SPDX-License-Identifier: Apache-2.0 */
/* search: messages by what they say, and conversations by what they are called. */
#include <stdio.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/people.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "tacet/search.h"
#include "terminal/jsonl.h"

#define SHOWN      20 /* messages, unless told */
#define SHOWN_MOST 1000000

static const struct sentence SEARCHING[] = {
    {TACET_MALFORMED, "There is nothing to look for: say a word, in UTF-8."},
    {TACET_LIMIT, "That is more than 16 words, or 256 bytes."},
    {TACET_ABSENT, "You have no conversation with them.  Yours: tacet contacts; tacet room list"},
    {TACET_OK, NULL},
};

struct search {
    struct tacet_client *client;
    struct tacet_found found;
    unsigned most;
    bool json;
};

/* ---- what was found */

static bool show_conversation(const struct search *s, const char *with)
{
    struct tacet_room room;
    struct buf b = BUF(SHEET_MAX);
    bool whole;

    if (s->json && rooms_is_meant(with))
        return jsonl_print(
            json_pack("{ss so sn sn sn sn}", "with", with, "name",
                      tacet_find_room(s->client, with, &room) == TACET_OK && room.name != NULL
                          ? json_string(room.name)
                          : json_null(),
                      "by", "id", "text", "sent"));
    if (s->json)
        return jsonl_print(json_pack("{ss so sn sn sn sn}", "with", with, "name",
                                     people_json(s->client, with), "by", "id", "text", "sent"));
    if (rooms_is_meant(with))
        rooms_write(s->client, with, &b);
    else
        people_write(s->client, with, &b);
    buf_text(&b, "\n");
    whole = b.failed == E_OK;
    if (whole)
        fwrite(b.at, 1, b.n, stdout);
    buf_free(&b);
    return whole;
}

static bool show_message(const struct search *s, const struct tacet_message *m)
{
    struct buf b = BUF(SHEET_MAX);
    bool whole;

    if (s->json)
        return jsonl_print(json_pack("{ss so ss ss ss% so}", "with", m->with, "name",
                                     people_json(s->client, m->with), "by", m->by, "id", m->id,
                                     "text", m->text_n == 0 ? "" : (const char *)m->text, m->text_n,
                                     "sent", jsonl_time(m->sent_ms)));
    sheet_message(s->client, m, &b);
    whole = b.failed == E_OK;
    if (whole)
        fwrite(b.at, 1, b.n, stdout);
    buf_free(&b);
    return whole;
}

/* The oldest first, so that the newest stands where the eye is. */
static bool show(const struct search *s)
{
    size_t shown = s->found.messages < s->most ? s->found.messages : s->most;
    char with[TACET_HANDLE_SIZE];
    struct tacet_message m;

    for (size_t i = 0; tacet_found_conversation(s->client, i, with) == TACET_OK; i++)
        if (!show_conversation(s, with))
            return false;
    if (shown < s->found.messages)
        fprintf(stderr, "The newest %zu of %zu messages; more of them: --most\n", shown,
                s->found.messages);
    while (shown-- > 0)
        if (tacet_found_message(s->client, shown, &m) != TACET_OK || !show_message(s, &m))
            return false;
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

static enum words_end search(struct search *s, const char *words, const char *with)
{
    enum tacet_code code = tacet_search(s->client, words, with, &s->found);

    if (code != TACET_OK)
        return sentences_say(SEARCHING, code);
    if (s->found.conversations + s->found.messages == 0)
        fputs("Nothing was found.\n", stderr);
    return show(s) ? WORDS_FINE : words_say(WORDS_FAILED, "Not all of it could be shown.");
}

/* ---- what is looked for */

static void take_words(struct options *o, struct buf *words)
{
    const char *word;

    while ((word = options_next(o)) != NULL) {
        if (words->n > 0)
            buf_text(words, " ");
        buf_text(words, word);
    }
}

/* A line: where nobody else can see it, as on a command line. */
static void read_words(struct buf *words)
{
    char line[TACET_SEARCH_MAX + 2];

    if (isatty(STDIN_FILENO) == 1)
        fputs("Look for: ", stderr);
    if (fgets(line, sizeof line, stdin) != NULL)
        buf_bytes(words, bytes((const uint8_t *)line, strcspn(line, "\n")));
    explicit_bzero(line, sizeof line);
}

static enum words_end open_and_search(const struct choice *c, struct search *s, const char *words,
                                      const char *with)
{
    enum words_end end = choice_open(c, &s->client);
    char room[TACET_HANDLE_SIZE];

    if (end == WORDS_FINE && with != NULL && rooms_is_meant(with)) {
        end = rooms_resolve(s->client, with, room) ? end : WORDS_FAILED;
        with = room;
    }
    if (end == WORDS_FINE)
        end = search(s, words, with);
    tacet_close(s->client);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    const struct choice *c = setting;
    struct search s = {.most = SHOWN, .json = options_flag(o, "--json")};
    struct buf words = BUF(TACET_SEARCH_MAX + 2); /* one too many is seen, and a NUL */
    const char *with = options_text(o, "--in");
    enum words_end end = WORDS_USAGE;

    options_number(o, "--most", 1, SHOWN_MOST, &s.most);
    take_words(o, &words);
    if (!options_end(o))
        goto out;
    if (words.n == 0 && c->passphrase_fd == STDIN_FILENO) {
        words_say(end, "Standard input cannot hold both the words and the passphrase.");
        goto out;
    }
    if (words.n == 0)
        read_words(&words);
    buf_u8(&words, 0);
    end = words.failed == E_OK ? open_and_search(c, &s, (const char *)words.at, with)
                               : sentences_say(SEARCHING, TACET_LIMIT);
out:
    buf_free(&words);
    return end;
}

const struct word word_search = {
    .name = "search",
    .run = run,
    .usage = "[WORDS] [--in HANDLE|+ROOM] [--most N] [--json]",
    .what = "Find messages by what they say, and people and rooms by their names.",
    .details =
        "A message is shown when each of the WORDS stands in it, in whatever order, also as part "
        "of\n"
        "a longer word; case and accents make no difference.  The newest stands last.  WORDS on "
        "the\n"
        "command line can be seen by other users of this machine while the word runs; without\n"
        "them, they are the first line of standard input.  Everything is done on this machine, "
        "and\n"
        "nothing of it is kept.  What is shown does not count as read.\n"
        "\n"
        "  --in HANDLE|+ROOM  Only in this conversation.\n"
        "  --most N           So many messages, 20 if not said.\n"
        "  --json             One JSON object a line: with, name, by, id, text, sent; of "
        "somebody\n"
        "                     or a room that is called so the last four are null.\n",
};
