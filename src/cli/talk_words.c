/* SPDX-License-Identifier: Apache-2.0 */
/* talk_words: the lines of a conversation that are for Tacet itself. */
#include <stdio.h>

#include "cli/sentences.h"
#include "cli/slash.h"
#include "cli/talk_internal.h"

#define DIGITS         (TACET_SAFETY_SIZE - 1)
#define DIGITS_A_GROUP 5

static const char HELP[] =
    "What you type is sent when you press Enter.  A line that begins with / is for Tacet:\n"
    "  /lock             Close the profile, clear the screen, ask for the passphrase.\n"
    "  /passphrase       Lock, ask for the passphrase, and for a new one.\n"
    "  /verify           Show the safety number to compare with them.\n"
    "  /verify DIGITS    These are the digits they read out: mark them as verified.\n"
    "  /help             Say this.\n"
    "  /quit             Leave; so does Ctrl-D.\n"
    "  //text            Send a line that begins with one slash.\n";

static void help(struct talk *t, struct bytes rest)
{
    (void)rest;
    talk_say(t, HELP);
}

static void quit(struct talk *t, struct bytes rest)
{
    (void)rest;
    t->ended = true;
}

static void lock(struct talk *t, struct bytes rest)
{
    (void)rest;
    t->locking = true;
}

static void passphrase(struct talk *t, struct bytes rest)
{
    (void)rest;
    t->locking = t->changing = true;
}

/* Cut short or with a word too much, it was not read out: no reason to suspect anybody. */
static bool are_digits(struct talk *t, struct bytes digits)
{
    char text[96];
    size_t n = 0;

    for (size_t i = 0; i < digits.n; i++)
        n += digits.at[i] >= '0' && digits.at[i] <= '9';
    if (n == DIGITS)
        return true;
    snprintf(text, sizeof text, "    A safety number has %d digits; these are %zu.\n", DIGITS, n);
    talk_say(t, text);
    return false;
}

static void confirm(struct talk *t, struct bytes digits)
{
    struct buf text = BUF(NOTICE_MAX);
    enum tacet_code code;

    if (!are_digits(t, digits))
        return;
    buf_bytes(&text, digits);
    buf_u8(&text, 0);
    code = text.failed == E_OK ? tacet_confirm(t->client, t->with, (const char *)text.at)
                               : TACET_FORGED;
    buf_free(&text);
    if (code == TACET_OK)
        talk_say_who(t, "    ", t->with, " is verified.\n");
    else if (code == TACET_FORGED)
        talk_say(t, "    They differ.  Compare once more, and if they still differ write nothing\n"
                    "    secret.  More: tacet help verify\n");
    else
        talk_say_because(t, "    ", sentences_find(NULL, code));
}

static void verify(struct talk *t, struct bytes rest)
{
    char digits[TACET_SAFETY_SIZE], qr[128];
    struct buf b = BUF(NOTICE_MAX);
    enum tacet_code code;

    if (rest.n > 0) {
        confirm(t, rest);
        return;
    }
    code = tacet_safety_number(t->client, t->with, digits, qr);
    if (code == TACET_OK) {
        buf_text(&b, "    ");
        for (size_t i = 0; digits[i] != '\0'; i++) {
            if (i > 0 && i % DIGITS_A_GROUP == 0)
                buf_text(&b, " ");
            buf_u8(&b, (uint8_t)digits[i]);
        }
        buf_text(&b, "\n    Compare it in person or by phone, then: /verify THE DIGITS THEY READ"
                     " OUT\n");
        console_say(&t->console, buf_view(&b));
    } else if (code == TACET_ABSENT) {
        talk_say(t, "    They are not known here yet: write to them first.\n");
    } else {
        talk_say_because(t, "    ", sentences_find(NULL, code));
    }
    buf_free(&b);
}

static const struct {
    const char *name;
    void (*run)(struct talk *t, struct bytes rest);
    bool takes; /* something behind it */
} WORDS[] = {
    {"/help", help, false}, {"/lock", lock, false},    {"/passphrase", passphrase, false},
    {"/quit", quit, false}, {"/verify", verify, true},
};

void talk_words_obey(struct talk *t, struct bytes line)
{
    struct bytes rest, word = slash_word(line, &rest);

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (bytes_same(bytes_text(WORDS[i].name), word) && (rest.n == 0 || WORDS[i].takes)) {
            WORDS[i].run(t, rest);
            return;
        }
    talk_say(t, "    There is no such word: /help.  Nothing was sent.\n"
                "    To send a line that begins with a slash, type two.\n");
    t->end = t->console.terminal ? t->end : WORDS_FAILED;
}
