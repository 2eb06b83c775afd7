/* SPDX-License-Identifier: Apache-2.0 */
/* Two messages, one with its writer's signature, in a file of one line. */
#include "play.h"

#include <stdio.h>

static const struct tacet_exported FILE_OF_TWO = {
    .messages = 2, .proved = 1, .by = "alice", .account = "aa", .device = "dd", .made_ms = 1};

enum tacet_code tacet_export(struct tacet_client *c, const char *with, tacet_write_fn *write,
                             void *ctx, struct tacet_exported *out)
{
    static const char line[] = "{\"line\":1}\n";

    snprintf(play.exported, sizeof play.exported, "%s", with);
    *out = FILE_OF_TWO;
    if (play.export_code == TACET_OK && !write(ctx, (const uint8_t *)line, sizeof line - 1))
        return TACET_IO;
    return play.export_code;
}

enum tacet_code tacet_check_export(struct tacet_client *c, tacet_read_fn *read, void *ctx,
                                   struct tacet_exported *out)
{
    long n = read(ctx, (uint8_t *)play.exported, sizeof play.exported - 1);

    play.exported[n < 0 ? 0 : n] = '\0';
    *out = FILE_OF_TWO;
    return play.export_code;
}
