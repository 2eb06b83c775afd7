/* SPDX-License-Identifier: Apache-2.0 */
/* jsonl: one JSON value a line, on stdout. */
#ifndef TACET_CLI_JSONL_H
#define TACET_CLI_JSONL_H

#include <jansson.h>
#include <stdbool.h>

/* In ASCII alone, so that a terminal obeys nothing in it.  Takes the value, which may be NULL for
 * want of memory.  false: nothing was printed, and stderr says why. */
bool jsonl_print(json_t *value);

#endif
