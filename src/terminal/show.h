/* SPDX-License-Identifier: Apache-2.0 */
/* show: what other people wrote, and times, as a person at a terminal reads them. */
#ifndef TACET_TERMINAL_SHOW_H
#define TACET_TERMINAL_SHOW_H

#include <stdio.h>

#include "base/buf.h"

#define SHOW_WORST 6 /* bytes that one byte of a text becomes at most */

/* Through text_harmless(), in one line. */
void show_text(FILE *to, struct bytes text);

/* Appended with its own lines; all but the first begin with `indent`, which is of at most four
 * bytes, so that none can pass for something that the program itself says. */
void show_lines(struct buf *out, struct bytes text, const char *indent);

/* "2026-07-28 10:21" where this machine is; appended, or printed. */
void show_write_time(struct buf *out, uint64_t t_ms);
void show_time(FILE *to, uint64_t t_ms);

#endif
