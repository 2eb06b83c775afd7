/* SPDX-License-Identifier: Apache-2.0 */
/* whereabouts: the calls about where people are, and who they are. */
#include "tacet/whereabouts.h"

#include "client/deeds.h"
#include "client/host/client_internal.h"
#include "tacet/cards.h"
#include "tacet/deeds.h"

_Static_assert(TACET_POSITION_DEGREE == POSITION_DEGREE, "units");
_Static_assert(TACET_POSITION_LABEL_MAX == POSITION_LABEL_MAX, "sizes");
_Static_assert(TACET_POSITION_LIVE_MAX == POSITION_LIVE_MAX, "times");
_Static_assert((int)TACET_KIND_POSITION == (int)PAYLOAD_POSITION, "kinds");
_Static_assert((int)TACET_KIND_MOVED == (int)PAYLOAD_MOVED, "kinds");
_Static_assert((int)TACET_KIND_CARD == (int)PAYLOAD_CARD, "kinds");

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

enum tacet_code tacet_send_card(struct tacet_client *c, const char *with, const char *handle,
                                char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_CARD, .text = bytes_text(handle)};

    return deeds_act(c, &cmd, with, id);
}

/* ---- what a message says of it */

void whereabouts_message(struct tacet_client *c, const struct message *m,
                         const struct deeds_view *view, struct tacet_message *out)
{
    const uint64_t most = clock_add(m->sent_ms, (uint64_t)POSITION_LIVE_MAX * CLOCK_SECOND_MS);
    struct contact known;

    out->located = view->located;
    if (view->located) { /* whatever its writer says, it ends */
        uint64_t until = view->at.until_ms;

        out->position = (struct tacet_position){.latitude = view->at.latitude,
                                                .longitude = view->at.longitude,
                                                .accuracy_m = view->at.accuracy_m,
                                                .until_ms = until > most ? most : until};
    }
    if (!view->introduces)
        return;
    client_hex(ID_BYTES(view->card.aid), out->account);
    out->introduced = TACET_INTRODUCED_NEW;
    if (!ID_SAME(view->card.nid, engine_own(c->engine)->nid))
        out->introduced = TACET_INTRODUCED_ELSEWHERE;
    else if (ID_SAME(view->card.aid, engine_own(c->engine)->me.who.aid))
        out->introduced = TACET_INTRODUCED_SAME;
    else if (people_by_handle(c->vault, view->card.handle, &known).code == E_OK && known.known)
        out->introduced = ID_SAME(known.aid, view->card.aid) && !known.changed
                              ? TACET_INTRODUCED_SAME
                              : TACET_INTRODUCED_OTHER;
}
