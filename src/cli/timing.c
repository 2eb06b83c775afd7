/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/timing.h"

#include "cli/lifetime.h"
#include "cli/rooms.h"

const struct sentence timing_sentences[] = {
    {TACET_ABSENT, "There is no such conversation, or the network was not asked yet who they are."},
    {TACET_DENIED, "In a room only a moderator says that."},
    {TACET_LIMIT, "That is longer than the network allows."},
    {TACET_OK, NULL},
};

static bool is_room_of_moderators(struct tacet_client *client, const char *with)
{
    struct tacet_room r;

    return rooms_is_meant(with) && tacet_find_room(client, with, &r) == TACET_OK && !r.group;
}

enum tacet_code timing_say(struct tacet_client *client, const char *with, const struct timing *t,
                           bool *for_all)
{
    struct tacet_timers_of of;
    struct tacet_timers *now;
    enum tacet_code code = tacet_get_timers(client, with, &of);

    *for_all = is_room_of_moderators(client, with);
    if (code != TACET_OK)
        return code;
    now = *for_all ? &of.room : &of.said;
    if (t->expire)
        now->expire_s = t->expire_s;
    if (t->burn)
        now->burn_s = t->burn_s;
    return tacet_set_timers(client, with, now);
}

void timing_write(const struct tacet_timers_of *of, struct buf *out)
{
    bool bounded = of->room.expire_s > 0 || of->room.burn_s > 0;
    bool said = of->said.expire_s > 0 || of->said.burn_s > 0;

    buf_text(out,
             bounded ? "What anybody writes there lives for " : "What you write there lives for ");
    lifetime_write(of->lives.expire_s, out);
    if (of->lives.burn_s > 0) {
        buf_text(out, ", and for ");
        lifetime_write(of->lives.burn_s, out);
        buf_text(out, " once it was read");
    }
    buf_text(out, bounded ? ", at most." : said ? "." : ", as nothing is said.");
}
