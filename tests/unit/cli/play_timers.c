/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

enum tacet_code tacet_get_timers(struct tacet_client *c, const char *with,
                                 struct tacet_timers_of *out)
{
    *out = (struct tacet_timers_of){play.timers, play.room_timers, play.timers};
    if (play.room_timers.expire_s > 0)
        out->lives = play.room_timers;
    else if (play.timers.expire_s == 0)
        out->lives.expire_s = TACET_EXPIRE_DEFAULT;
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
