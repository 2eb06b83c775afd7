/* SPDX-License-Identifier: Apache-2.0 */
/* cards: the calls about who people are. */
#include "tacet/cards.h"

#include "client/deeds.h"
#include "client/host/client_internal.h"
#include "tacet/deeds.h"

_Static_assert((int)TACET_KIND_CARD == (int)PAYLOAD_CARD, "kinds");

enum tacet_code tacet_send_card(struct tacet_client *c, const char *with, const char *handle,
                                char id[TACET_ID_SIZE])
{
    struct command cmd = {.kind = COMMAND_CARD, .text = bytes_text(handle)};

    return deeds_act(c, &cmd, with, id);
}

/* ---- what a message says of it */

void cards_message(struct tacet_client *c, const struct deeds_view *view, struct tacet_message *out)
{
    struct contact known;

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
