/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

/* What is found: messages with the words as they stand, and all contacts and rooms. */

static bool is_found(const struct tacet_message *m)
{
    size_t n = strcspn(play.searched, "@");
    const char *with = play.searched + n;

    return memmem(m->text, m->text_n, play.searched, n) != NULL &&
           (*with == '\0' || strcmp(with + 1, m->with) == 0);
}

enum tacet_code tacet_search(struct tacet_client *c, const char *words, const char *with,
                             struct tacet_found *out)
{
    *out = (struct tacet_found){0};
    snprintf(play.searched, sizeof play.searched, "%s%s%s", words, with == NULL ? "" : "@",
             with == NULL ? "" : with);
    for (size_t i = 0; i < play.messages; i++)
        out->messages += is_found(&play.message[i]);
    out->conversations = with == NULL ? play.contacts + play.rooms : 0;
    return play.search;
}

enum tacet_code tacet_found_conversation(struct tacet_client *c, size_t i,
                                         char with[TACET_HANDLE_SIZE])
{
    if (strchr(play.searched, '@') != NULL || i >= play.contacts + play.rooms)
        return TACET_ABSENT;
    snprintf(with, TACET_HANDLE_SIZE, "%s",
             i < play.contacts ? play.contact[i].handle : play.room[i - play.contacts].address);
    return TACET_OK;
}

enum tacet_code tacet_found_message(struct tacet_client *c, size_t i, struct tacet_message *out)
{
    for (size_t k = play.messages; k > 0; k--) {
        if (!is_found(&play.message[k - 1]) || i-- > 0)
            continue;
        *out = play.message[k - 1];
        return TACET_OK;
    }
    return TACET_ABSENT;
}
