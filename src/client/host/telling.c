/* SPDX-License-Identifier: Apache-2.0 */
/* telling: a message as a caller sees it. */
#include "client/deeds.h"
#include "client/diary.h"
#include "client/host/client_internal.h"
#include "client/markup.h"

static void quote_out(struct tacet_client *c, const struct deeds_view *view,
                      const struct tacet_message *in, struct tacet_quote *out)
{
    struct tacet_message to = {.place = view->to.place};

    client_hex(ID_BYTES(view->reference.id), out->id);
    if (!view->here)
        return;
    memcpy(to.with, in->with, sizeof to.with);
    meeting_authors(c, &view->to, &to);
    memcpy(out->by, to.by, sizeof out->by);
    out->place = view->to.place;
    if (view->to.burn_s != 0 && !view->to.read) /* it is read there */
        return;
    out->text = view->to_text.at;
    out->text_n = view->to_text.n;
}

static struct err life_out(struct tacet_client *c, const struct message *m,
                           struct tacet_message *out)
{
    out->expire_s = m->ttl_s;
    out->burn_s = m->burn_s;
    return engine_ends(c->engine, m, &out->ends_ms);
}

/* In a pair one who read it is all who can. */
static struct err heard_out(struct tacet_client *c, const struct message *m,
                            struct tacet_message *out)
{
    struct engine_heard heard;
    struct contact one;

    if (!m->mine || m->state != DELIVERY_ACCEPTED)
        return OK;
    TRY(engine_heard(c->engine, m, &heard));
    out->came_to = heard.came;
    out->read_by = heard.read;
    if (heard.came > 0 && people_get(c->vault, m->contact, &one).code == E_OK)
        out->state = heard.read > 0 ? TACET_STATE_READ : TACET_STATE_DELIVERED;
    return OK;
}

static bool mentions_me(struct tacet_client *c, const struct message *m, struct bytes text)
{
    char me[TACET_HANDLE_SIZE];

    if (m->mine || !deeds_is_text(m) || m->type == PAYLOAD_FILE)
        return false;
    client_handle(c, &engine_own(c->engine)->me.who.aid, me);
    return me[0] != '\0' && markup_mentions(text, bytes_text(me));
}

struct err telling_message(struct tacet_client *c, const struct message *m, struct arena *a,
                           struct tacet_message *out)
{
    struct diary_devices devices;
    struct deeds_view view;
    bool starred;

    TRY(stars_has(c->vault, m, &starred));
    TRY(deeds_view(c->vault, engine_own(c->engine), m, a, &view));

    *out = (struct tacet_message){.mine = m->mine,
                                  .read = m->read,
                                  .state = (enum tacet_state)m->state,
                                  .code = (enum tacet_code)m->code,
                                  .notes = m->notes,
                                  .missing = m->missing,
                                  .sent_ms = m->sent_ms,
                                  .received_ms = m->kept_ms,
                                  .place = m->place,
                                  .starred = starred,
                                  .mentioned = mentions_me(c, m, view.text),
                                  .text = view.text.at,
                                  .text_n = view.text.n,
                                  .kind = deeds_is_said(m) ? m->type : 0,
                                  .versions = (unsigned)view.versions,
                                  .taken_back = view.refers && m->type == PAYLOAD_REACTION &&
                                                !view.reference.on};
    if (diary_read(m, &devices)) {
        out->added = devices.added;
        out->removed = devices.removed;
        out->recovered = devices.recovered;
        out->given = devices.given;
        out->text_n = 0;
    }
    if (out->kind != 0 || (m->notes & MESSAGE_UNREADABLE) != 0)
        TRY(life_out(c, m, out));
    TRY(heard_out(c, m, out));
    handing_message(m, out);
    meeting_with(c, m->contact, out->with);
    meeting_authors(c, m, out);
    client_hex(ID_BYTES(m->id), out->id);
    whereabouts_message(m, &view, out);
    cards_message(c, &view, out);
    if (view.refers)
        quote_out(c, &view, out, &out->re);
    return OK;
}
