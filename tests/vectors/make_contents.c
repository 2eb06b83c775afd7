/* SPDX-License-Identifier: Apache-2.0 */
/* Contents that speak of another message, and receipts.  [PROTOCOL 6.10, 6.13] */
#include "e2ee/receipt.h"
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

static void put_receipt(json_t *to, const struct receipt *r)
{
    struct buf content = BUF(LIMIT_TEXT);
    json_t *o = add_object(to), *came;

    put_bytes(o, "did", ID_BYTES(r->writer));
    put_number(o, "read", r->read);
    came = put_array(o, "came");
    for (size_t i = 0; i < r->n; i++) {
        json_t *range = add_object(came);

        put_number(range, "first", r->came[i].first);
        put_number(range, "last", r->came[i].last);
    }
    receipt_write(r, &content);
    put_bytes(o, "content", buf_view(&content));
    buf_free(&content);
}

/* Of what came, of what was read, of both, and the one with the most in it. */
static void put_receipts(json_t *to)
{
    struct receipt most = {.writer = DID, .read = 5, .n = RECEIPT_RANGES_MAX};

    for (size_t i = 0; i < most.n; i++)
        most.came[i] = (struct control_range){10 * i + 1, 10 * i + 9};
    put_receipt(to, &(struct receipt){.writer = DID, .n = 2, .came = {{1, 1}, {3, 4096}}});
    put_receipt(to, &(struct receipt){.writer = DID, .read = UINT64_C(1) << 40});
    put_receipt(to, &(struct receipt){.writer = DID, .read = 7, .n = 1, .came = {{6, 9}}});
    put_receipt(to, &most);
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
    put_receipts(put_array(file, "receipts"));
    return file;
}
