/* SPDX-License-Identifier: Apache-2.0 */
/* The server's config file, and what it says of itself when it is written again. */
#include "server/main/config.h"

#include <stdlib.h>

#include "fuzz/fuzz.h"

static void is_written_again(const struct config *c)
{
    struct buf text = BUF(CONFIG_NAMES * (CONFIG_VALUE_MAX + 64));
    struct config *again = calloc(1, sizeof *again);
    unsigned line = 0;

    invariant(again != NULL);
    config_write(c, &text);
    invariant(config_parse(buf_view(&text), again, &line).code == E_OK);
    invariant(memcmp(c, again, sizeof *c) == 0);
    free(again);
    buf_free(&text);
}

static unsigned lines_of(struct bytes in)
{
    unsigned lines = 1;

    for (size_t i = 0; i < in.n; i++)
        lines += in.at[i] == '\n';
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct config *c = calloc(1, sizeof *c);
    unsigned line = 0;
    struct err err;

    invariant(c != NULL);
    err = config_parse(bytes(at, n), c, &line);
    for (enum config_name i = CONFIG_DATA; i < CONFIG_NAMES; i++)
        invariant(memchr(c->value[i], 0, sizeof c->value[i]) != NULL);
    if (err.code == E_OK) {
        is_written_again(c);
        config_default(c);
        (void)config_log_level(c);
        is_written_again(c);
    } else {
        invariant(err.code == E_MALFORMED || err.code == E_ABSENT || err.code == E_CONFLICT ||
                  err.code == E_LIMIT);
        invariant(line <= lines_of(bytes(at, n)));
    }
    free(c);
    return 0;
}
