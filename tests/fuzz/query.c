/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody wrote, as a search looks at it: words, one line feed, a text. */
#include "client/query.h"

#include "base/text.h"
#include "fuzz/fuzz.h"

static bool fits(struct query *q, struct bytes text)
{
    bool yes = false;

    invariant(query_fits(q, text, &yes).code == E_OK);
    invariant(!yes || text_is_utf8(text));
    return yes;
}

/* A text that holds the words fits whatever else it holds. */
static void holds(struct query *q, struct bytes words, struct bytes text)
{
    struct buf both = BUF(words.n + text.n + 1);

    buf_bytes(&both, text);
    buf_u8(&both, ' ');
    buf_bytes(&both, words);
    invariant(fits(q, buf_view(&both)) == text_is_utf8(text));
    buf_free(&both);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    const uint8_t *line = n == 0 ? NULL : memchr(at, '\n', n);
    struct bytes words = bytes(at, line == NULL ? n : (size_t)(line - at));
    struct bytes text = line == NULL ? bytes(NULL, 0) : bytes(line + 1, n - words.n - 1);
    struct query q;

    if (query_parse(words, &q).code == E_OK) {
        invariant(text_is_utf8(words) && q.words > 0 && q.words <= QUERY_WORDS_MAX);
        invariant(fits(&q, words));
        fits(&q, text);
        holds(&q, words, text);
    }
    query_free(&q);
    return 0;
}
