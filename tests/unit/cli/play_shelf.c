/* SPDX-License-Identifier: Apache-2.0 */
/* play_shelf: what a conversation of the script keeps together: what has a folder or title. */
#include <stdio.h>

#include "play.h"
#include "tacet/shelf.h"

enum tacet_code tacet_next_shelved(struct tacet_client *c, const char *with, uint64_t place,
                                   struct tacet_message *out, struct tacet_shelved *where)
{
    (void)c;
    for (size_t i = 0; i < play.messages; i++)
        if (strcmp(play.message[i].with, with) == 0 && play.message[i].place > place &&
            play.folder[i] != NULL) {
            *out = play.message[i];
            *where = (struct tacet_shelved){play.folder[i], play.title[i]};
            return TACET_OK;
        }
    return TACET_ABSENT;
}

enum tacet_code tacet_shelve(struct tacet_client *c, const char *with, uint64_t place,
                             const char *folder, const char *title, char id[TACET_ID_SIZE])
{
    size_t n = strlen(play.shelved);

    snprintf(play.shelved + n, sizeof play.shelved - n, "%s %u %s %s;", with, (unsigned)place,
             folder == NULL ? "-" : folder, title == NULL ? "-" : title);
    return tacet_send(c, with, (const uint8_t *)"", 0, id);
}

enum tacet_code tacet_unshelve(struct tacet_client *c, const char *with, uint64_t place,
                               char id[TACET_ID_SIZE])
{
    size_t n = strlen(play.shelved);

    snprintf(play.shelved + n, sizeof play.shelved - n, "%s %u gone;", with, (unsigned)place);
    return tacet_send(c, with, (const uint8_t *)"", 0, id);
}
