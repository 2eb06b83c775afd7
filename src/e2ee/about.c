/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/about.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/hash.h"

#define BOX_VERSION 1
#define HASH_SIZE   (ABOUT_BOX_SIZE - 2)

#define LABEL BYTES_LABEL("tacet1 room about")

static bool is_sound(const struct about *a)
{
    return (a->kind == ABOUT_GROUP || a->kind == ABOUT_ROOM) && a->name.n > 0 &&
           a->name.n <= ABOUT_NAME_MAX && a->description.n <= ABOUT_DESCRIPTION_MAX &&
           text_is_utf8(a->name) && text_is_utf8(a->description);
}

struct err about_write(const struct about *a, struct buf *out)
{
    struct bytes written;
    size_t opened;

    if (!is_sound(a))
        return FAIL(E_MALFORMED);
    buf_u8(out, (uint8_t)a->kind);
    buf_bytes(out, BYTES(a->salt));
    buf_u8(out, (uint8_t)a->name.n);
    buf_bytes(out, a->name);
    opened = buf_open(out);
    buf_bytes(out, a->description);
    buf_close(out, opened);
    return buf_end(out, &written);
}

struct err about_parse(struct bytes content, struct about *out)
{
    struct reader r = reader(content);
    struct about a;

    a.kind = (enum about_kind)reader_u8(&r);
    reader_copy(&r, a.salt, sizeof a.salt);
    a.name = reader_take(&r, reader_u8(&r));
    a.description = reader_block(&r, ABOUT_DESCRIPTION_MAX);
    TRY(reader_end(&r));
    if (!is_sound(&a))
        return FAIL(E_MALFORMED);
    *out = a;
    return OK;
}

struct err about_box(const struct network_id *home, struct bytes content,
                     uint8_t out[ABOUT_BOX_SIZE])
{
    const struct bytes parts[] = {LABEL, ID_BYTES(*home), content};
    uint8_t hash[HASH_SHA512_SIZE];

    TRY(hash_sha512(parts, 3, hash));
    out[0] = BOX_VERSION;
    out[1] = content.n > 0 ? content.at[0] : 0;
    memcpy(out + 2, hash, HASH_SIZE);
    return OK;
}

struct err about_fits(const struct network_id *home, struct bytes content, struct bytes box,
                      bool *fits)
{
    uint8_t want[ABOUT_BOX_SIZE];
    struct about a;

    *fits = false;
    if (about_parse(content, &a).code != E_OK)
        return OK;
    TRY(about_box(home, content, want));
    *fits = bytes_same(BYTES(want), box);
    return OK;
}

enum about_kind about_kind_of(struct bytes box)
{
    return box.n == ABOUT_BOX_SIZE && box.at[0] == BOX_VERSION && box.at[1] == ABOUT_GROUP
               ? ABOUT_GROUP
               : ABOUT_ROOM;
}
