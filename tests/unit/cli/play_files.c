/* SPDX-License-Identifier: Apache-2.0 */
/* The calls about files, of the client that does what a test says. */
#include <stdio.h>

#include "play.h"

enum tacet_code tacet_send_file(struct tacet_client *c, const char *to,
                                const struct tacet_file *file, uint64_t *number)
{
    char how[256] = "";

    (void)c;
    if (file->type != NULL || file->view_only || file->spoken || file->preview != NULL)
        snprintf(how, sizeof how, " %s%s %d %u %zu", file->type == NULL ? "" : file->type,
                 file->view_only ? " view-only" : "", file->spoken, (unsigned)file->duration_ms,
                 file->preview_n);
    snprintf(play.filed, sizeof play.filed, "send %s %s %s%s", to, file->path,
             file->name == NULL ? "" : file->name, how);
    *number = 7;
    return play.file_code;
}

enum tacet_code tacet_forward_file(struct tacet_client *c, const char *with, uint64_t place,
                                   const char *to, uint64_t *number)
{
    (void)c;
    play.place = place;
    snprintf(play.filed, sizeof play.filed, "forward %s %s", with, to);
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

enum tacet_code tacet_show_file(struct tacet_client *c, const struct tacet_message *m,
                                uint64_t *number)
{
    (void)c;
    snprintf(play.filed, sizeof play.filed, "show %s %s", m->with, m->id);
    *number = 7;
    return play.file_code;
}

enum tacet_code tacet_shown_file(struct tacet_client *c, uint64_t number, const uint8_t **at,
                                 size_t *n)
{
    (void)c;
    if (number != 7 || play.file_shown == NULL)
        return TACET_ABSENT;
    *at = (const uint8_t *)play.file_shown;
    *n = play.file_shown_n;
    return TACET_OK;
}

enum tacet_code tacet_set_automatic(struct tacet_client *c, const char *directory, uint64_t most)
{
    (void)c;
    snprintf(play.filed, sizeof play.filed, "automatic %s %llu", directory,
             (unsigned long long)most);
    play.automatic = most;
    return play.file_code;
}

enum tacet_code tacet_automatic(struct tacet_client *c, const char **directory, uint64_t *most)
{
    (void)c;
    *directory = "/tmp/a\x1b";
    *most = play.automatic;
    return TACET_OK;
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
