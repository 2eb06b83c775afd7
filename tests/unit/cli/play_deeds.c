/* SPDX-License-Identifier: Apache-2.0 */
/* play_deeds: what the client of a script does with messages that are there. */
#include <stdio.h>

#include "play.h"

enum tacet_code tacet_reply(struct tacet_client *c, const char *with, uint64_t place,
                            const uint8_t *text, size_t n, char id[TACET_ID_SIZE])
{
    play.place = place;
    return tacet_send(c, with, text, n, id);
}

enum tacet_code tacet_forward(struct tacet_client *c, const char *with, uint64_t place,
                              const char *to, char id[TACET_ID_SIZE])
{
    play.place = place;
    snprintf(play.forwarded + strlen(play.forwarded),
             sizeof play.forwarded - strlen(play.forwarded), "%s>%s ", with, to);
    return tacet_send(c, to, (const uint8_t *)"", 0, id);
}

enum tacet_code tacet_react(struct tacet_client *c, const char *with, uint64_t place,
                            const char *kind, bool on, char id[TACET_ID_SIZE])
{
    play.place = place;
    play.back = !on;
    return tacet_send(c, with, (const uint8_t *)kind, strlen(kind), id);
}

enum tacet_code tacet_get_reaction(struct tacet_client *c, const char *with, uint64_t place,
                                   unsigned n, struct tacet_reaction *out)
{
    if (n >= play.reactions)
        return TACET_ABSENT;
    *out = play.reaction[n];
    return TACET_OK;
}

enum tacet_code tacet_find_message(struct tacet_client *c, const char *with, const char *id,
                                   struct tacet_message *out)
{
    if (play.find != TACET_OK)
        return play.find;
    for (size_t i = 0; i < play.messages; i++)
        if (strcmp(play.message[i].with, with) == 0 &&
            strncmp(play.message[i].id, id, strlen(id)) == 0) {
            *out = play.message[i];
            return TACET_OK;
        }
    return TACET_ABSENT;
}

enum tacet_code tacet_edit(struct tacet_client *c, const char *with, uint64_t place,
                           const uint8_t *text, size_t n, char id[TACET_ID_SIZE])
{
    play.place = place;
    return tacet_send(c, with, text, n, id);
}

enum tacet_code tacet_get_version(struct tacet_client *c, const char *with, uint64_t place,
                                  unsigned n, struct tacet_version *out)
{
    static const char *const was[] = {"Meet at nine?", "Meet at ten?"};

    if (n >= sizeof was / sizeof was[0])
        return TACET_ABSENT;
    *out = (struct tacet_version){(const uint8_t *)was[n], strlen(was[n]), 1000};
    return TACET_OK;
}

enum tacet_code tacet_recall(struct tacet_client *c, const char *with, uint64_t place,
                             char id[TACET_ID_SIZE])
{
    play.place = place;
    return tacet_send(c, with, (const uint8_t *)"", 0, id);
}

enum tacet_code tacet_delete(struct tacet_client *c, const char *with, uint64_t place)
{
    play.place = place;
    return play.send;
}

enum tacet_code tacet_star(struct tacet_client *c, const char *with, uint64_t place, bool on)
{
    play.place = place;
    play.back = !on;
    return play.send;
}

enum tacet_code tacet_next_starred(struct tacet_client *c, uint64_t place,
                                   struct tacet_message *out)
{
    for (size_t i = 0; i < play.messages; i++)
        if (play.message[i].starred && play.message[i].place > place) {
            *out = play.message[i];
            return TACET_OK;
        }
    return TACET_ABSENT;
}

enum tacet_code tacet_mute(struct tacet_client *c, const char *with, uint64_t until_ms)
{
    snprintf(play.wished, sizeof play.wished, "mute %s %llu", with, (unsigned long long)until_ms);
    return play.send;
}

enum tacet_code tacet_pin(struct tacet_client *c, const char *with, bool pinned)
{
    snprintf(play.wished, sizeof play.wished, "pin %s %d", with, pinned);
    return play.send;
}

enum tacet_code tacet_block(struct tacet_client *c, const char *handle, bool blocked)
{
    snprintf(play.wished, sizeof play.wished, "block %s %d", handle, blocked);
    return play.send;
}
