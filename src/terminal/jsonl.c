/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/jsonl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

#define REAL_DIGITS 10 /* enough for degrees to the last of seven digits behind the point */

bool jsonl_print(json_t *value)
{
    char *line = value == NULL ? NULL
                               : json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII |
                                                       JSON_REAL_PRECISION(REAL_DIGITS));
    bool printed = line != NULL;

    if (printed)
        puts(line);
    else
        fputs("There is no memory to write this as JSON.\n", stderr);
    free(line);
    json_decref(value);
    return printed;
}

json_t *jsonl_time(uint64_t t_ms)
{
    char text[CLOCK_TEXT_SIZE];

    clock_text(t_ms, text);
    return json_string(text);
}
