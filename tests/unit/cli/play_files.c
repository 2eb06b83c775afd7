/* SPDX-License-Identifier: Apache-2.0 */
/* The calls about files, of the client that does what a test says. */
#include <stdio.h>

#include "play.h"

enum tacet_code tacet_send_file(struct tacet_client *c, const char *to, const char *path,
                                const char *name, uint64_t *number)
{
    (void)c;
    snprintf(play.filed, sizeof play.filed, "send %s %s %s", to, path, name == NULL ? "" : name);
    *number = 7;
    return play.file_code;
}

enum tacet_code tacet_fetch_file(struct tacet_client *c, const struct tacet_message *m,
                                 const char *directory, uint64_t *number)
{
    (void)c;
    snprintf(play.filed, sizeof play.filed, "fetch %s %s %s", m->with, m->id, directory);
    *number = 7;
    return play.file_code;
}

enum tacet_code tacet_cancel_file(struct tacet_client *c, uint64_t number)
{
    (void)c;
    snprintf(play.filed, sizeof play.filed, "cancel %d", (int)number);
    return play.file_code;
}

enum tacet_code tacet_next_transfer(struct tacet_client *c, uint64_t number,
                                    struct tacet_transfer *out)
{
    (void)c;
    if (play.transfer.number <= number)
        return TACET_ABSENT;
    *out = play.transfer;
    return TACET_OK;
}
