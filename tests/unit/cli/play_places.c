/* SPDX-License-Identifier: Apache-2.0 */
/* play_places: a client that says where people are, and who they are, as the test says. */
#include "play.h"

#include <stdio.h>

#include "tacet/cards.h"
#include "tacet/whereabouts.h"

static enum tacet_code queued(struct tacet_client *c, const char *with, char id[TACET_ID_SIZE])
{
    return tacet_send(c, with, (const uint8_t *)"", 0, id);
}

enum tacet_code tacet_send_position(struct tacet_client *c, const char *with,
                                    const struct tacet_position *at, const char *label,
                                    uint32_t live_s, char id[TACET_ID_SIZE])
{
    snprintf(play.placed, sizeof play.placed, "send %s %ld,%ld %lu m, %lu s: %s", with,
             (long)at->latitude, (long)at->longitude, (unsigned long)at->accuracy_m,
             (unsigned long)live_s, label);
    return queued(c, with, id);
}

enum tacet_code tacet_move_position(struct tacet_client *c, const char *with, uint64_t place,
                                    const struct tacet_position *at, char id[TACET_ID_SIZE])
{
    play.place = place;
    snprintf(play.placed, sizeof play.placed, "move %s %ld,%ld %lu m", with, (long)at->latitude,
             (long)at->longitude, (unsigned long)at->accuracy_m);
    return queued(c, with, id);
}

enum tacet_code tacet_stop_position(struct tacet_client *c, const char *with, uint64_t place,
                                    char id[TACET_ID_SIZE])
{
    play.place = place;
    snprintf(play.placed, sizeof play.placed, "stop %s", with);
    return queued(c, with, id);
}

enum tacet_code tacet_send_card(struct tacet_client *c, const char *with, const char *handle,
                                char id[TACET_ID_SIZE])
{
    snprintf(play.placed, sizeof play.placed, "card %s %s", with, handle);
    return queued(c, with, id);
}
