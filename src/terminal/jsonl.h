/* SPDX-License-Identifier: Apache-2.0 */
/* jsonl: one JSON value a line, on stdout. */
#ifndef TACET_TERMINAL_JSONL_H
#define TACET_TERMINAL_JSONL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* In ASCII alone, so that a terminal obeys nothing in it.  Takes the value, which may be NULL for
 * want of memory.  false: nothing was printed, and stderr says why. */
bool jsonl_print(json_t *value);

/* A time as RFC 3339 in UTC; NULL for want of memory. */
json_t *jsonl_time(uint64_t t_ms);

#endif
