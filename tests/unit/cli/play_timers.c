/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

enum tacet_code tacet_get_timers(struct tacet_client *c, const char *with,
                                 struct tacet_timers *said, struct tacet_timers *room)
{
    *said = play.timers;
    *room = play.room_timers;
    return play.timing;
}

enum tacet_code tacet_set_timers(struct tacet_client *c, const char *with,
                                 const struct tacet_timers *timers)
{
    if (with[0] == '+')
        play.room_timers = *timers;
    else
        play.timers = *timers;
    return play.timing;
}
