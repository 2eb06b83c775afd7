/* SPDX-License-Identifier: Apache-2.0 */
/* whereabouts: the calls about where people are. */
#include "tacet/whereabouts.h"

#include "client/deeds.h"
#include "client/host/client_internal.h"
#include "tacet/deeds.h"

_Static_assert(TACET_POSITION_DEGREE == POSITION_DEGREE, "units");
_Static_assert(TACET_POSITION_LABEL_MAX == POSITION_LABEL_MAX, "sizes");
_Static_assert(TACET_POSITION_LIVE_MAX == POSITION_LIVE_MAX, "times");
_Static_assert((int)TACET_KIND_POSITION == (int)PAYLOAD_POSITION, "kinds");
_Static_assert((int)TACET_KIND_MOVED == (int)PAYLOAD_MOVED, "kinds");

static struct position position_of(const struct tacet_position *at)
{
    return (struct position){
        .latitude = at->latitude, .longitude = at->longitude, .accuracy_m = at->accuracy_m};
}

enum tacet_code tacet_send_position(struct tacet_client *c, const char *with,
                                    const struct tacet_position *at, const char *label,
                                    uint32_t live_s, char id[TACET_ID_SIZE])
{
    struct position p = position_of(at);
    struct command cmd = {.kind = COMMAND_POSITION, .position = &p, .number = live_s};

    p.label = bytes_text(label);
    return deeds_act(c, &cmd, with, id);
}

enum tacet_code tacet_move_position(struct tacet_client *c, const char *with, uint64_t place,
                                    const struct tacet_position *at, char id[TACET_ID_SIZE])
{
    struct position p = position_of(at);
    struct command cmd = {.kind = COMMAND_MOVE, .number = place, .position = &p};

    return deeds_act(c, &cmd, with, id);
}

enum tacet_code tacet_stop_position(struct tacet_client *c, const char *with, uint64_t place,
                                    char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_STOP, .number = place};

    return deeds_act(c, &cmd, with, id);
}

/* ---- what a message says of it */

void whereabouts_message(const struct message *m, const struct deeds_view *view,
                         struct tacet_message *out)
{
    const uint64_t most = clock_add(m->sent_ms, (uint64_t)POSITION_LIVE_MAX * CLOCK_SECOND_MS);

    out->located = view->located;
    if (view->located) { /* whatever its writer says, it ends */
        uint64_t until = view->at.until_ms;

        out->position = (struct tacet_position){.latitude = view->at.latitude,
                                                .longitude = view->at.longitude,
                                                .accuracy_m = view->at.accuracy_m,
                                                .until_ms = until > most ? most : until};
    }
}
