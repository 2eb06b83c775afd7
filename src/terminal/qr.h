/* SPDX-License-Identifier: Apache-2.0 */
/* qr: a text as a QR code in half blocks, two rows of it in one line of the terminal. */
#ifndef TACET_TERMINAL_QR_H
#define TACET_TERMINAL_QR_H

#include "base/buf.h"

/*
 * Append the picture.  `columns`: how wide it may be, 0 for no limit.  `colours`: black on white
 * whatever the terminal's own colours are; without, dark is what a pen would draw.
 * E_LIMIT: too wide.  E_MALFORMED: more text than a QR code holds.  E_NOMEM.
 */
FALLIBLE qr_draw(const char *text, size_t columns, bool colours, struct buf *out);

/* To stdout, in colours when that is a terminal.  When there is no room, or it cannot be drawn,
 * stderr says so and stdout gets nothing. */
void qr_show(const char *text);

#endif
