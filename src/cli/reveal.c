/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reveal.h"

#include <string.h>

#include "base/text.h"
#include "cli/sentences.h"
#include "terminal/show.h"

#define PIECE 4096 /* bytes that are made harmless together */

/* What nobody can mistake for something else, byte for byte. */
static bool is_text(struct bytes in)
{
    return (in.n == 0 || memchr(in.at, '\0', in.n) == NULL) && text_is_utf8(in);
}

/* About PIECE bytes, of whole characters. */
static size_t piece(struct bytes text)
{
    size_t n = 0;
    uint32_t point;

    while (n < text.n && n < PIECE)
        n += text_point(bytes(text.at + n, text.n - n), &point);
    return n;
}

static enum words_end show(struct bytes text)
{
    bool whole = text.n == 0 || text.at[text.n - 1] == '\n';

    while (text.n > 0) {
        struct buf b = BUF(SHOW_WORST * (PIECE + 4));
        size_t n = piece(text);

        show_lines(&b, bytes(text.at, n), "");
        if (b.failed == E_OK)
            fwrite(b.at, 1, b.n, stdout);
        if (b.at != NULL)
            explicit_bzero(b.at, b.n);
        buf_free(&b);
        text = bytes(text.at + n, text.n - n);
    }
    if (!whole)
        printf("\n");
    return fflush(stdout) == 0 && !ferror(stdout)
               ? WORDS_FINE
               : words_say(WORDS_FAILED, "This could not be written.");
}

enum words_end reveal_file(struct tacet_client *client, uint64_t number)
{
    enum words_end end = WORDS_FAILED;
    const uint8_t *at;
    size_t n;
    enum tacet_code code = tacet_shown_file(client, number, &at, &n);

    if (code != TACET_OK)
        end = sentences_say(NULL, code);
    else if (!is_text(bytes(at, n)))
        words_say(end, "It came whole, but it is no text: a terminal can show text alone.");
    else
        end = show(bytes(at, n));
    tacet_cancel_file(client, number); /* which wipes it */
    return end;
}
