/* SPDX-License-Identifier: Apache-2.0 */
/* text: rules for what people read.  UTF-8, control and direction characters, handles. */
#ifndef TACET_BASE_TEXT_H
#define TACET_BASE_TEXT_H

#include "base/buf.h"

#define TEXT_HANDLE_MAX 32
#define TEXT_DOMAIN_MAX 253

/* Well-formed UTF-8: shortest forms only, no surrogates, nothing past U+10FFFF. */
bool text_is_utf8(struct bytes in);

/* The code point at the front of `in`, which is not empty, and its length in bytes; 0: that is not
 * UTF-8. */
size_t text_point(struct bytes in, uint32_t *point);

/* The same, of one line: without C0, DEL, C1, and what ends a line or a paragraph. */
bool text_is_line(struct bytes in);

/* [a-z0-9][a-z0-9._-]{0,31} */
bool text_is_handle(struct bytes in);

/* A DNS name in lower case: labels of 1 to 63 of [a-z0-9-], at most 253 in all. */
bool text_is_domain(struct bytes in);

/* The decimal digits of 0 to 65535, without leading zeros. */
bool text_is_port(struct bytes in);

/*
 * Append what another person wrote so that a terminal shows it and obeys none of it.
 *
 * C0 and C1 controls, DEL, line and paragraph separators, bidirectional controls, zero-width and
 * tag characters and bytes that are not UTF-8 are written as \u{..} or \x..; a backslash as \\, so
 * that an escape cannot be imitated.  Line feed and tab pass when `lines` says so.
 */
void text_harmless(struct buf *out, struct bytes in, bool lines);

#endif
