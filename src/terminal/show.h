/* SPDX-License-Identifier: Apache-2.0 */
/* show: what other people wrote, and times, as a person at a terminal reads them. */
#ifndef TACET_TERMINAL_SHOW_H
#define TACET_TERMINAL_SHOW_H

#include <stdio.h>

#include "base/bytes.h"

/* Through text_harmless(), in one line. */
void show_text(FILE *to, struct bytes text);

/* The same with its own lines; all but the first begin with `indent`, so that none can pass for
 * something that the program itself says. */
void show_lines(FILE *to, struct bytes text, const char *indent);

/* "2026-07-28 10:21" where this machine is. */
void show_time(FILE *to, uint64_t t_ms);

#endif
