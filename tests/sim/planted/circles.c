/* SPDX-License-Identifier: Apache-2.0 */
/* Planted where rooms are: who went still gets what is said, who came gets what was. */
#include "client/engine_internal.h"
#include "client/sentlog.h"
#include "server/rooms/rooms.h"
#include "sim/plants.h"

/* The linker's two names for each: what was there, and what stands in its place. */
#define PLANTED(name) extern __typeof__(name) __real_##name, __wrap_##name

PLANTED(rooms_check);
PLANTED(sentlog_went_to);
PLANTED(reminding_behind);

/* The server takes uploads under a state that was changed since. */
struct err __wrap_rooms_check(const struct networks *n, struct rooms_roster *r,
                              const struct account_id *sender)
{
    struct err err = __real_rooms_check(n, r, sender);

    return plants_has("who_was_put_out_gets_it") && err.code == E_STALE && r->old_state ? OK : err;
}

/* Whoever asks is brought what was said before they came. */
struct err __wrap_sentlog_went_to(struct vault *v, const struct own *me,
                                  const struct sentlog_entry *s, const struct device_id *did,
                                  struct arena *a, bool *went)
{
    TRY(__real_sentlog_went_to(v, me, s, did, a, went));
    *went |= plants_has("newcomers_get_what_was_before");
    return OK;
}

/* A server that was put back has forgotten who is in a room, and nobody minds. */
struct err __wrap_reminding_behind(struct engine *e, const struct room *r, uint32_t shown)
{
    return plants_has("forgotten_states_are_not_given_again")
               ? OK
               : __real_reminding_behind(e, r, shown);
}
