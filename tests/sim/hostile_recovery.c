/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown to somebody who has only the letters of a recovery key.  [PROTOCOL 15.6] */
#include "sim/hostile_internal.h"

#define ONCE_IN 2 /* few come back */

static void flip(struct hostile *h, ProtobufCBinaryData *what)
{
    struct dice *d = &h->dice.recovery;

    if (what->len > 0)
        what->data[dice_below(d, what->len)] ^= (uint8_t)(1u << dice_below(d, 8));
}

static void damage(struct hostile *h, Tacet__Wire__Recovered *m)
{
    switch (dice_below(&h->dice.recovery, 5)) {
    case 0:
        flip(h, &m->blob);
        break;
    case 1:
        flip(h, &m->root);
        break;
    case 2:
        flip(h, &m->certificate);
        break;
    case 3:
        flip(h, &m->person->statement);
        break;
    default:
        flip(h, &m->person->lists[m->person->n_lists - 1]);
        break;
    }
}

/* What another one was shown, or the same one before: its blob, or everything but that.  Of the
 * same account both are true; nothing is kept of what comes twice. */
static bool swap(struct hostile *h, Tacet__Wire__Recovered *m, struct arena *a)
{
    Tacet__Wire__Recovered *other;

    if (h->account.n == 0) {
        frame_pack(m, &h->account);
        return false;
    }
    world_must(frame_unpack(buf_view(&h->account), &tacet__wire__recovered__descriptor, a, &other),
               "an account");
    if (bytes_same(frame_bytes(other->blob), frame_bytes(m->blob)))
        return false;
    if (dice_once_in(&h->dice.recovery, 2))
        m->blob = other->blob;
    else
        m->person = other->person;
    return true;
}

/* Lists that end earlier than the newest: what is signed on top of them is in conflict, or the key
 * does not stand in them. */
static bool shorten(Tacet__Wire__Recovered *m)
{
    return --m->person->n_lists == 0;
}

void hostile_recovery(struct hostile *h, struct person *to, Tacet__Wire__Recovered *m,
                      struct arena *a)
{
    size_t way = dice_below(&h->dice.recovery, 3);

    to->losing.lied_to = false;
    if (!hostile_lies(h, &h->dice.recovery, KIND_RECOVERY, ONCE_IN))
        return;
    world_trace(h->world, "  %s is shown another account, way %zu", to->name, way);
    if (way == 0)
        damage(h, m);
    to->losing.lied_to = way == 0 ? true : way == 1 ? swap(h, m, a) : shorten(m);
}
