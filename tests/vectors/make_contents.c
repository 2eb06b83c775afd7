/* SPDX-License-Identifier: Apache-2.0 */
/* Contents that speak of another message, receipts, positions, cards and where something stands.
 * [PROTOCOL 6.10, 6.13, 6.14, 6.15] */
#include "e2ee/card.h"
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

static void put_position(json_t *to, const struct position *p)
{
    const struct reference moved = {
        .sender = DID, .id = ID, .stamp = MAKE_NOW_MS + 3, .text = {NULL, 0}};
    struct buf content = BUF(LIMIT_TEXT), after = BUF(LIMIT_TEXT);
    struct reference ref = moved;
    json_t *o = add_object(to);

    must(position_write(p, &content));
    ref.text = buf_view(&content);
    must(reference_write(PAYLOAD_MOVED, &ref, &after));
    put_number(o, "north", p->latitude < 0 ? 0 : (uint64_t)p->latitude);
    put_number(o, "south", p->latitude < 0 ? (uint64_t)-p->latitude : 0);
    put_number(o, "east", p->longitude < 0 ? 0 : (uint64_t)p->longitude);
    put_number(o, "west", p->longitude < 0 ? (uint64_t)-p->longitude : 0);
    put_number(o, "accuracy", p->accuracy_m);
    put_number(o, "until", p->until_ms);
    put_text(o, "label", p->label);
    put_bytes(o, "content", buf_view(&content));
    put_bytes(o, "did", ID_BYTES(ref.sender));
    put_bytes(o, "id", ID_BYTES(ref.id));
    put_number(o, "stamp", ref.stamp);
    put_bytes(o, "moved", buf_view(&after));
    buf_free(&content);
    buf_free(&after);
}

static void put_positions(json_t *to)
{
    put_position(to, &(struct position){.latitude = 525163000, .longitude = 133777001});
    put_position(to, &(struct position){.latitude = -338568000,
                                        .longitude = -1800000000,
                                        .accuracy_m = 15,
                                        .until_ms = MAKE_NOW_MS,
                                        .label = bytes_text("The gate")});
}

static void put_card(json_t *to)
{
    const struct card c = {{"a network........"}, {"an account......."}, bytes_text("bob")};
    struct buf content = BUF(CARD_MAX_SIZE);
    json_t *o = add_object(to);

    must(card_write(&c, &content));
    put_bytes(o, "nid", ID_BYTES(c.nid));
    put_bytes(o, "aid", ID_BYTES(c.aid));
    put_text(o, "handle", c.handle);
    put_bytes(o, "content", buf_view(&content));
    buf_free(&content);
}

static void put_filed(json_t *to, const struct filed *f)
{
    struct buf text = BUF(FILED_MAX_SIZE), content = BUF(LIMIT_TEXT);
    struct reference ref = {.sender = DID, .id = ID, .stamp = MAKE_NOW_MS + 4};
    json_t *o = add_object(to);

    must(filed_write(f, &text));
    ref.text = buf_view(&text);
    must(reference_write(PAYLOAD_FILED, &ref, &content));
    put_bytes(o, "did", ID_BYTES(ref.sender));
    put_bytes(o, "id", ID_BYTES(ref.id));
    put_number(o, "stamp", ref.stamp);
    put_number(o, "kept", f->kept);
    put_text(o, "folder", f->folder);
    put_text(o, "title", f->title);
    put_bytes(o, "content", buf_view(&content));
    buf_free(&text);
    buf_free(&content);
}

json_t *make_contents(void)
{
    json_t *file = json_object(), *contents = put_array(file, "contents"), *filed;
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
    put_positions(put_array(file, "positions"));
    put_card(put_array(file, "cards"));
    filed = put_array(file, "filed");
    put_filed(filed,
              &(struct filed){true, bytes_text("Plans/2026"), bytes_text("The \xc3\xa9t\xc3\xa9")});
    put_filed(filed, &(struct filed){true, bytes_text(""), bytes_text("")});
    put_filed(filed, &(struct filed){false, bytes_text(""), bytes_text("")});
    return file;
}
