/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/markup.h: what of a text may be shown in another way: a small part of Markdown, and whom it
 * mentions.
 *
 * A text is what its writer typed, marks and all; who shows it as it is does right.  Where a link
 * leads is for the person to see before anything follows it: what it is called is its writer's
 * word.
 */
#ifndef TACET_MARKUP_H
#define TACET_MARKUP_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_SPANS_MAX 1000 /* of one text; the rest is plain */

enum tacet_span_kind {
    TACET_SPAN_HEADING = 1, /* of `level` 1 to 3: a line, as the next three */
    TACET_SPAN_QUOTE,
    TACET_SPAN_BULLET,
    TACET_SPAN_NUMBERED,
    TACET_SPAN_CODE_BLOCK, /* several lines */
    TACET_SPAN_CODE,       /* a part of a line, as all that follow */
    TACET_SPAN_BOLD,
    TACET_SPAN_ITALIC,
    TACET_SPAN_STRIKE,
    TACET_SPAN_LINK,    /* to `address`, http, https or mailto, in visible ASCII */
    TACET_SPAN_MENTION, /* of the handle that is its inner part */
};

/* A part of the text, with and without its marks: [from, to) and [inner, inner_to), in bytes. */
struct tacet_span {
    enum tacet_span_kind kind;
    unsigned level;
    size_t from, to, inner, inner_to;
    size_t address, address_to; /* LINK */
};

/* The spans of a text of n bytes, at most `most` and TACET_SPANS_MAX of them, by where they begin,
 * of equal ones the longer first; each lies in another or beside it.  Nothing else is looked at,
 * and no client is needed.  Gives how many they are. */
TACET_API size_t tacet_markup(const uint8_t *text, size_t n, struct tacet_span *out, size_t most);

#ifdef __cplusplus
}
#endif

#endif
