/* SPDX-License-Identifier: Apache-2.0 */
#include "client/controls.h"

#include "client/heard.h"
#include "client/judging.h"
#include "client/naming.h"
#include "client/roomlog.h"
#include "client/taker.h"
#include "e2ee/payload.h"

static const struct bytes NO_VALUE = {NULL, 0};

static struct bytes name_of(const struct core *core, uint8_t out[32])
{
    memcpy(out, core->sender.did.b, 16);
    memcpy(out + 16, core->id.b, 16);
    return bytes(out, 32);
}

struct err controls_was_obeyed(struct opening *op, const struct core *core, bool *was)
{
    struct bytes value;
    uint64_t day;
    uint8_t name[32];
    struct err err =
        vault_next(op->e->vault, VAULT_SEEN, name_of(core, name), 0, op->a, &day, &value);

    *was = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

static struct err share(struct opening *op, const struct repairs_asker *from,
                        const struct sharing_said *said)
{
    uint32_t kinds;
    struct err err = sharing_control(op->e, from, said, op->a, &kinds);

    if (opening_is_items_fault(err))
        return OK;
    TRY(err);
    if (kinds != 0)
        *op->event = (struct event){.kind = EVENT_SHARED, .shared = kinds};
    return OK;
}

/* What a room is called: believed when its state says that it is.  Empty, it asks for that. */
static struct err learn_about(struct opening *op, const struct core *core, struct bytes content)
{
    struct vault *v = op->e->vault;
    struct roomlog_step newest;
    struct room r;
    bool fits;
    struct err err = roomlog_find(v, &core->room, &r);

    if (err.code == E_ABSENT) /* it came in a pair */
        return OK;
    TRY(err);
    if (content.n == 0)
        return naming_asked(op->e, &r, &core->sender.did, op->a);
    TRY(roomlog_newest(v, &r, op->a, &newest));
    TRY(about_fits(room_state_home(&newest.state), content, newest.state.name_box, &fits));
    if (!fits)
        return OK;
    TRY(roomlog_put_about(v, &r.id, content, &op->e->own.me.who.did, op->e->now_ms));
    TRY(naming_told(op->e, &r.id));
    sharing_soon(op->e);
    *op->event = (struct event){.kind = EVENT_ROOM, .message.contact = r.number};
    return OK;
}

/* Somebody tells what came to them. */
static struct err hear(struct opening *op, const struct core *core, struct bytes content)
{
    struct heard_news news;

    TRY(heard_take(op->e, core, content, op->a, &news));
    if (news.conversation != 0)
        *op->event = (struct event){
            .kind = EVENT_RECEIPT, .contact = news.by, .message.contact = news.conversation};
    return OK;
}

struct err controls_obey(struct opening *op, const struct opened *o, bool left,
                         struct bytes content)
{
    struct engine *e = op->e;
    const struct core *core = &o->core;
    struct repairs_asker from = {core->sender, op->event->contact.number, core->room, 0};
    struct control c;
    uint64_t over = 0;
    uint8_t name[32];
    struct err err = control_parse(core->type, content, &c);

    TRY(opening_conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK));
    TRY(vault_put(e->vault, VAULT_SEEN, name_of(core, name), e->now_ms / CLOCK_DAY_MS, NO_VALUE));
    if (core->type == PAYLOAD_STATE || core->type == PAYLOAD_HAVE)
        return share(op, &from, &(struct sharing_said){core->type, content});
    if (core->type == PAYLOAD_ABOUT)
        return learn_about(op, core, content);
    if (core->type == PAYLOAD_RECEIPT)
        return hear(op, core, content);
    if (core->type == PAYLOAD_HISTORY)
        return taker_control(e, &core->sender, left, content, op->event);
    if (opening_is_items_fault(err)) /* also a kind that we do not know */
        return OK;
    TRY(err);
    TRY(judging_with(op, o, &from.with));
    TRY(repairs_control(e, &from, &c, op->a));
    TRY(asking_answered(e, &from, &c, &over));
    if (over > 0)
        op->event->problem = PROBLEM_OVER;
    op->event->message.missing = over;
    return OK;
}
