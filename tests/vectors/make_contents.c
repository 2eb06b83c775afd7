/* SPDX-License-Identifier: Apache-2.0 */
/* Contents that speak of another message.  [PROTOCOL 6.10] */
#include "e2ee/reference.h"
#include "vectors/make.h"

static const struct device_id DID = {"who wrote it..."};
static const struct message_id ID = {"a message's id."};

static void put_content(json_t *to, uint16_t type, struct reference ref)
{
    struct buf content = BUF(LIMIT_TEXT);
    json_t *o = add_object(to);

    ref.sender = DID;
    ref.id = ID;
    must(reference_write(type, &ref, &content));
    put_number(o, "type", type);
    put_bytes(o, "did", ID_BYTES(ref.sender));
    put_bytes(o, "id", ID_BYTES(ref.id));
    put_number(o, "stamp", ref.stamp);
    put_number(o, "on", ref.on);
    put_text(o, "text", ref.text);
    put_bytes(o, "content", buf_view(&content));
    buf_free(&content);
}

json_t *make_contents(void)
{
    json_t *file = json_object(), *contents = put_array(file, "contents");
    const uint64_t stamp = MAKE_NOW_MS;

    put_content(contents, PAYLOAD_REPLY, (struct reference){.text = bytes_text("At nine.")});
    put_content(contents, PAYLOAD_REPLY, (struct reference){.text = bytes_text("")});
    put_content(
        contents, PAYLOAD_REACTION,
        (struct reference){.text = bytes_text("\xf0\x9f\x91\x8d"), .stamp = stamp, .on = true});
    put_content(contents, PAYLOAD_REACTION,
                (struct reference){.text = bytes_text("+1"), .stamp = stamp + 1});
    put_content(contents, PAYLOAD_EDIT,
                (struct reference){.text = bytes_text("At ten."), .stamp = stamp + 2});
    put_content(contents, PAYLOAD_RECALL, (struct reference){.text = bytes_text("")});
    return file;
}
