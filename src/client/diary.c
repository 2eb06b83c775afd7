/* SPDX-License-Identifier: Apache-2.0 */
#include "client/diary.h"

#include "base/reader.h"

#define CONTENT_SIZE 13
#define ROOM_SIZE    (1 + 4 + 32 + 32)

struct err diary_note(struct vault *v, struct random *random, uint64_t contact,
                      const struct diary_devices *what, uint64_t now_ms)
{
    struct err err = OK;
    struct buf b = BUF(CONTENT_SIZE);
    struct message m = {.contact = contact,
                        .state = DELIVERY_DELIVERED,
                        .notes = MESSAGE_DEVICES,
                        .sent_ms = now_ms,
                        .kept_ms = now_ms};

    if (what->added == 0 && what->removed == 0 && what->given == 0 && !what->recovered)
        return OK;
    buf_u32(&b, what->added);
    buf_u32(&b, what->removed);
    buf_u8(&b, what->recovered);
    buf_u32(&b, what->given);
    TRY_OUT(buf_end(&b, &m.text));
    TRY_OUT(random_fill(random, m.id.b, sizeof m.id.b));
    TRY_OUT(messages_add(v, &m));
out:
    buf_free(&b);
    return err;
}

bool diary_read(const struct message *m, struct diary_devices *out)
{
    struct reader r = reader(m->text);

    if ((m->notes & MESSAGE_DEVICES) == 0)
        return false;
    out->added = reader_u32(&r);
    out->removed = reader_u32(&r);
    out->recovered = reader_u8(&r) != 0;
    out->given = reader_left(&r) > 0 ? reader_u32(&r) : 0; /* of older ones it is not known */
    return reader_end(&r).code == E_OK;
}

struct err diary_note_room(struct vault *v, struct random *random, uint64_t conversation,
                           const struct diary_room *what, uint64_t now_ms)
{
    struct err err = OK;
    struct buf b = BUF(ROOM_SIZE);
    struct message m = {.contact = conversation,
                        .read = what->mine,
                        .state = DELIVERY_DELIVERED,
                        .notes = MESSAGE_ROOM,
                        .sent_ms = now_ms,
                        .kept_ms = now_ms};

    buf_u8(&b, (uint8_t)what->what);
    buf_u32(&b, what->version);
    buf_bytes(&b, ID_BYTES(what->who));
    buf_bytes(&b, ID_BYTES(what->whom));
    TRY_OUT(buf_end(&b, &m.text));
    TRY_OUT(random_fill(random, m.id.b, sizeof m.id.b));
    TRY_OUT(messages_add(v, &m));
out:
    buf_free(&b);
    return err;
}

bool diary_read_room(const struct message *m, struct diary_room *out)
{
    struct reader r = reader(m->text);

    if ((m->notes & MESSAGE_ROOM) == 0)
        return false;
    out->what = (enum diary_what)reader_u8(&r);
    out->version = reader_u32(&r);
    reader_copy(&r, out->who.b, sizeof out->who.b);
    reader_copy(&r, out->whom.b, sizeof out->whom.b);
    return reader_end(&r).code == E_OK;
}
