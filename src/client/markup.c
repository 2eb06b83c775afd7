/* SPDX-License-Identifier: Apache-2.0 */
#include "client/markup.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct parsing {
    struct bytes text;
    struct markup_span *out;
    size_t most, n;
};

static void add(struct parsing *p, const struct markup_span *s)
{
    if (p->n < p->most)
        p->out[p->n++] = *s;
}

/* ---- bytes */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Of a word of any language: what is not ASCII counts as a letter. */
static bool is_word(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool is_mark(uint8_t c)
{
    return c > ' ' && c < 0x7f && !is_word(c);
}

static bool is_of_handle(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
}

static bool begins(struct bytes text, size_t from, size_t to, const char *with)
{
    size_t n = strlen(with);

    return to - from >= n && memcmp(text.at + from, with, n) == 0;
}

/* Where the byte stands first from `from` on; `to`: nowhere. */
static size_t find(struct bytes text, size_t from, size_t to, uint8_t c)
{
    const uint8_t *at = from < to ? memchr(text.at + from, c, to - from) : NULL;

    return at == NULL ? to : (size_t)(at - text.at);
}

/* ---- parts of a line: each takes what stands at i, and gives where to go on; 0: it is none */

static size_t take_code(struct parsing *p, size_t i, size_t to)
{
    size_t end;

    if (p->text.at[i] != '`')
        return 0;
    end = find(p->text, i + 1, to, '`');
    if (end == to)
        return 0;
    if (end > i + 1)
        add(p, &(struct markup_span){
                   .kind = MARKUP_CODE, .from = i, .to = end + 1, .inner = i + 1, .inner_to = end});
    return end + 1;
}

/* How long the address is that begins here and of which no byte is one of `without`; 0: none does.
 */
static size_t address_length(struct bytes text, size_t from, size_t to, const char *without)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:"};
    size_t i = from, least = 0;

    for (size_t k = 0; k < sizeof schemes / sizeof schemes[0]; k++)
        if (begins(text, from, to, schemes[k]))
            least = strlen(schemes[k]);
    if (least == 0)
        return 0;
    while (i < to && i - from <= MARKUP_ADDRESS_MAX && text.at[i] > ' ' && text.at[i] < 0x7f &&
           strchr(without, text.at[i]) == NULL)
        i++;
    return i - from > least && i - from <= MARKUP_ADDRESS_MAX ? i - from : 0;
}

static size_t take_link(struct parsing *p, size_t i, size_t to)
{
    size_t most = to - i > MARKUP_LABEL_MAX + 2 ? i + MARKUP_LABEL_MAX + 2 : to, end, n;

    if (p->text.at[i] != '[')
        return 0;
    end = find(p->text, i + 1, most, ']');
    if (end == most || end == i + 1 || find(p->text, i + 1, end, '[') != end ||
        !begins(p->text, end, to, "]("))
        return 0;
    n = address_length(p->text, end + 2, to, "()");
    if (n == 0 || !begins(p->text, end + 2 + n, to, ")"))
        return 0;
    add(p, &(struct markup_span){.kind = MARKUP_LINK,
                                 .from = i,
                                 .to = end + 3 + n,
                                 .inner = i + 1,
                                 .inner_to = end,
                                 .address = end + 2,
                                 .address_to = end + 2 + n});
    return end + 3 + n;
}

static size_t take_address(struct parsing *p, size_t from, size_t i, size_t to)
{
    size_t n;

    if (p->text.at[i] != 'h' ||
        (i > from && !is_blank(p->text.at[i - 1]) && p->text.at[i - 1] != '('))
        return 0;
    n = address_length(p->text, i, to, "<>\"");
    while (n > 0 && strchr(".,;:!?)", p->text.at[i + n - 1]) != NULL)
        n--;
    if (n <= strlen("https://"))
        return 0;
    add(p, &(struct markup_span){.kind = MARKUP_LINK,
                                 .from = i,
                                 .to = i + n,
                                 .inner = i,
                                 .inner_to = i + n,
                                 .address = i,
                                 .address_to = i + n});
    return i + n;
}

static size_t take_mention(struct parsing *p, size_t from, size_t i, size_t to)
{
    size_t end = i + 1;

    if (p->text.at[i] != '@' ||
        (i > from && (is_word(p->text.at[i - 1]) || strchr("@._-", p->text.at[i - 1]) != NULL)))
        return 0;
    while (end < to && end - i <= TEXT_HANDLE_MAX + 1 && is_of_handle(p->text.at[end]))
        end++;
    while (end > i + 1 && !is_word(p->text.at[end - 1]))
        end--;
    if (!text_is_handle(bytes(p->text.at + i + 1, end - i - 1)) ||
        (end < to && is_word(p->text.at[end])))
        return 0;
    add(p, &(struct markup_span){
               .kind = MARKUP_MENTION, .from = i, .to = end, .inner = i + 1, .inner_to = end});
    return end;
}

/* ---- emphasis */

static const struct {
    const char *mark;
    enum markup_kind kind;
} EMPHASIS[] = {
    {"**", MARKUP_BOLD}, {"*", MARKUP_ITALIC}, {"_", MARKUP_ITALIC}, {"~~", MARKUP_STRIKE}};
#define EMPHASES (sizeof EMPHASIS / sizeof EMPHASIS[0])

/* What was begun in this line and not ended. */
struct begun {
    bool is[EMPHASES];
    size_t at[EMPHASES];
};

/* An underscore within a word is a part of it. */
static bool is_within(const char *mark, bool edge, uint8_t beside)
{
    return *mark == '_' && !edge && is_word(beside);
}

static void end_emphasis(struct parsing *p, struct begun *b, size_t k, size_t i, size_t n)
{
    add(p, &(struct markup_span){.kind = EMPHASIS[k].kind,
                                 .from = b->at[k],
                                 .to = i + n,
                                 .inner = b->at[k] + n,
                                 .inner_to = i});
    for (size_t j = 0; j < EMPHASES; j++)
        if (b->is[j] && b->at[j] > b->at[k])
            b->is[j] = false;
    b->is[k] = false;
}

static size_t take_emphasis(struct parsing *p, struct begun *b, size_t from, size_t i, size_t to)
{
    const uint8_t *at = p->text.at;
    size_t k = 0, n;

    while (k < EMPHASES && !begins(p->text, i, to, EMPHASIS[k].mark))
        k++;
    if (k == EMPHASES)
        return 0;
    n = strlen(EMPHASIS[k].mark);
    if (b->is[k]) {
        if (i > b->at[k] + n && !is_blank(at[i - 1]) &&
            !is_within(EMPHASIS[k].mark, i + n == to, i + n == to ? 0 : at[i + n]))
            end_emphasis(p, b, k, i, n);
    } else if (i + n < to && !is_blank(at[i + n]) &&
               !is_within(EMPHASIS[k].mark, i == from, i == from ? 0 : at[i - 1])) {
        b->is[k] = true;
        b->at[k] = i;
    }
    return i + n;
}

static void take_line(struct parsing *p, size_t from, size_t to)
{
    struct begun b = {.is = {false}};
    size_t i = from, next;

    while (i < to) {
        if (p->text.at[i] == '\\' && i + 1 < to && is_mark(p->text.at[i + 1])) {
            i += 2;
            continue;
        }
        next = take_code(p, i, to);
        if (next == 0)
            next = take_link(p, i, to);
        if (next == 0)
            next = take_address(p, from, i, to);
        if (next == 0)
            next = take_mention(p, from, i, to);
        if (next == 0)
            next = take_emphasis(p, &b, from, i, to);
        i = next == 0 ? i + 1 : next;
    }
}

/* ---- lines */

/* What a line is, as it begins; its inner part is what stands behind. */
static struct markup_span line_of(struct bytes text, size_t from, size_t to)
{
    struct markup_span s = {.from = from, .to = to, .inner = from, .inner_to = to};
    size_t i = from;

    while (i < to && i - from < 4 && text.at[i] == '#')
        i++;
    if (i > from && i - from < 4 && i + 1 < to && text.at[i] == ' ') {
        s.kind = MARKUP_HEADING;
        s.level = (unsigned)(i - from);
        s.inner = i + 1;
        return s;
    }
    if (begins(text, from, to, "> ") || begins(text, from, to, "- ") ||
        begins(text, from, to, "* ")) {
        s.kind = text.at[from] == '>' ? MARKUP_QUOTE : MARKUP_BULLET;
        s.inner = from + 2;
        return s;
    }
    while (i < to && i - from < 10 && is_digit(text.at[i]))
        i++;
    if (i > from && i - from < 10 && begins(text, i, to, ". ")) {
        s.kind = MARKUP_NUMBERED;
        s.inner = i + 2;
    }
    return s;
}

static bool is_fence(struct bytes text, size_t from, size_t to)
{
    return begins(text, from, to, "```") && to - from <= 3 + MARKUP_INFO_MAX &&
           find(text, from + 3, to, '`') == to;
}

/* A block of code, whose first line ends at `i`: up to the next fence, or the end.  Where to go on.
 */
static size_t take_block(struct parsing *p, size_t from, size_t i)
{
    struct markup_span s = {.kind = MARKUP_CODE_BLOCK, .from = from};

    s.inner = i < p->text.n ? i + 1 : i;
    s.inner_to = s.to = p->text.n;
    for (size_t line = s.inner, end; line < p->text.n; line = end + 1) {
        end = find(p->text, line, p->text.n, '\n');
        if (is_fence(p->text, line, end)) {
            s.inner_to = line;
            s.to = end;
            break;
        }
    }
    add(p, &s);
    return s.to;
}

static void take_text(struct parsing *p)
{
    for (size_t from = 0, end; from < p->text.n && p->n < p->most; from = end + 1) {
        struct markup_span s;

        end = find(p->text, from, p->text.n, '\n');
        if (is_fence(p->text, from, end)) {
            end = take_block(p, from, end);
            continue;
        }
        s = line_of(p->text, from, end);
        if (s.kind != 0)
            add(p, &s);
        take_line(p, s.inner, end);
    }
}

static int compare(const void *a, const void *b)
{
    const struct markup_span *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to > y->to ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

size_t markup_parse(struct bytes text, struct markup_span *out, size_t most)
{
    struct parsing p = {text, out, most < MARKUP_SPANS_MAX ? most : MARKUP_SPANS_MAX, 0};

    take_text(&p);
    if (p.n > 1)
        qsort(out, p.n, sizeof *out, compare);
    return p.n;
}

bool markup_mentions(struct bytes text, struct bytes handle)
{
    struct markup_span *span;
    bool is = false;
    size_t n;

    if (find(text, 0, text.n, '@') == text.n)
        return false;
    span = calloc(MARKUP_SPANS_MAX, sizeof *span);
    n = span == NULL ? 0 : markup_parse(text, span, MARKUP_SPANS_MAX);
    for (size_t i = 0; i < n && !is; i++)
        is = span[i].kind == MARKUP_MENTION &&
             bytes_same(bytes(text.at + span[i].inner, span[i].inner_to - span[i].inner), handle);
    free(span);
    return is;
}
