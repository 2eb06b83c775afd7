/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup: what of a text may be shown in another way: a small part of Markdown, and whom it
 * mentions.  [PROTOCOL 6.12]
 *
 * Pure, and linear in the length of the text but for bounded windows.  Texts are as they were: who
 * shows them as they are does right.
 */
#ifndef TACET_CLIENT_MARKUP_H
#define TACET_CLIENT_MARKUP_H

#include "base/bytes.h"

#define MARKUP_SPANS_MAX   1000 /* of one text; the rest is plain */
#define MARKUP_LABEL_MAX   256  /* bytes of what a link is called */
#define MARKUP_ADDRESS_MAX 2048 /* and of where it leads */
#define MARKUP_INFO_MAX    32   /* behind the fence of a block of code */

enum markup_kind {
    MARKUP_HEADING = 1, /* of `level` 1 to 3: a line, as the next three */
    MARKUP_QUOTE,
    MARKUP_BULLET,
    MARKUP_NUMBERED,
    MARKUP_CODE_BLOCK, /* several lines */
    MARKUP_CODE,       /* a part of a line, as all that follow */
    MARKUP_BOLD,
    MARKUP_ITALIC,
    MARKUP_STRIKE,
    MARKUP_LINK,    /* to `address` */
    MARKUP_MENTION, /* of the handle that is its inner part */
};

/* A part of the text, with and without its marks: [from, to) and [inner, inner_to), in bytes. */
struct markup_span {
    enum markup_kind kind;
    unsigned level;
    size_t from, to, inner, inner_to;
    size_t address, address_to; /* LINK */
};

/* The spans of a text, at most `most` and MARKUP_SPANS_MAX of them, by where they begin, of equal
 * ones the longer first; each lies in another or beside it. */
size_t markup_parse(struct bytes text, struct markup_span *out, size_t most);

/* Does it mention this handle? */
bool markup_mentions(struct bytes text, struct bytes handle);

#endif
