/* SPDX-License-Identifier: Apache-2.0 */
#include "client/deeds.h"

#include "base/text.h"

bool deeds_are_readable(uint16_t type, struct bytes content)
{
    struct reference ref;

    return type == PAYLOAD_TEXT ? text_is_utf8(content)
                                : reference_parse(type, content, &ref).code == E_OK;
}

bool deeds_is_said(const struct message *m)
{
    return (m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM | MESSAGE_UNREADABLE)) == 0;
}

struct bytes deeds_text(const struct message *m)
{
    struct reference ref;

    if (m->type == PAYLOAD_TEXT || reference_parse(m->type, m->text, &ref).code != E_OK)
        return m->text;
    return ref.text;
}

static struct err find_target(struct vault *v, const struct message *m, struct arena *a,
                              struct deeds_view *out)
{
    struct err err = messages_find(v, &out->reference.sender, &out->reference.id, a, &out->to);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    out->here = out->to.contact == m->contact && deeds_is_said(&out->to);
    if (out->here)
        out->to_text = deeds_text(&out->to);
    return OK;
}

struct err deeds_view(struct vault *v, const struct message *m, struct arena *a,
                      struct deeds_view *out)
{
    *out = (struct deeds_view){.text = m->text};
    if (!deeds_is_said(m) || m->type != PAYLOAD_REPLY)
        return OK;
    TRY(reference_parse(m->type, m->text, &out->reference));
    out->text = out->reference.text;
    out->replies = true;
    return find_target(v, m, a, out);
}
