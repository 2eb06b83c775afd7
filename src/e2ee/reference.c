/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/reference.h"

#include "base/reader.h"
#include "base/text.h"

static bool is_kind(struct bytes text)
{
    return text.n > 0 && text_is_line(text) && memchr(text.at, ' ', text.n) == NULL;
}

bool reference_is_of(uint16_t type)
{
    return (type >= PAYLOAD_REPLY && type <= PAYLOAD_RECALL) || type == PAYLOAD_MOVED ||
           type == PAYLOAD_FILED;
}

static size_t most_of(uint16_t type)
{
    static const size_t most[] = {
        [PAYLOAD_REPLY] = REFERENCE_REPLY_MAX, [PAYLOAD_REACTION] = REFERENCE_REACTION_MAX,
        [PAYLOAD_EDIT] = REFERENCE_EDIT_MAX,   [PAYLOAD_RECALL] = 0,
        [PAYLOAD_MOVED] = POSITION_MAX_SIZE,   [PAYLOAD_FILED] = FILED_MAX_SIZE,
    };

    return most[type];
}

static bool has_stamp(uint16_t type)
{
    return type == PAYLOAD_REACTION || type == PAYLOAD_EDIT || type == PAYLOAD_MOVED ||
           type == PAYLOAD_FILED;
}

static struct err check(uint16_t type, const struct reference *in)
{
    struct position at;
    struct filed filed;

    if (in->text.n > most_of(type))
        return FAIL(E_LIMIT);
    if (type == PAYLOAD_REACTION)
        return is_kind(in->text) ? OK : FAIL(E_MALFORMED);
    if (type == PAYLOAD_MOVED)
        return position_parse(in->text, &at);
    if (type == PAYLOAD_FILED)
        return filed_parse(in->text, &filed);
    return text_is_utf8(in->text) ? OK : FAIL(E_MALFORMED);
}

struct err reference_write(uint16_t type, const struct reference *in, struct buf *out)
{
    size_t before = out->n;
    struct bytes written;
    struct err err;

    if (!reference_is_of(type))
        return FAIL(E_MALFORMED);
    TRY(check(type, in));
    buf_bytes(out, ID_BYTES(in->sender));
    buf_bytes(out, ID_BYTES(in->id));
    if (has_stamp(type))
        buf_u64(out, in->stamp);
    if (type == PAYLOAD_REACTION)
        buf_u8(out, in->on);
    buf_bytes(out, in->text);
    err = buf_end(out, &written);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

static bool read_on(struct reader *r)
{
    uint8_t on = reader_u8(r);

    reader_require(r, on <= 1, E_MALFORMED);
    return on == 1;
}

struct err reference_parse(uint16_t type, struct bytes content, struct reference *out)
{
    struct reader r = reader(content);
    struct reference ref = {.stamp = 0};

    if (!reference_is_of(type))
        return FAIL(E_MALFORMED);
    reader_copy(&r, ref.sender.b, sizeof ref.sender.b);
    reader_copy(&r, ref.id.b, sizeof ref.id.b);
    if (has_stamp(type))
        ref.stamp = reader_u64(&r);
    if (type == PAYLOAD_REACTION)
        ref.on = read_on(&r);
    ref.text = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    TRY(check(type, &ref));
    *out = ref;
    return OK;
}
