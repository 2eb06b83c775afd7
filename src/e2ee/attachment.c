/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/attachment.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/secret.h"

#define VERSION        1
#define FLAG_VOICE     1
#define FLAG_VIEW_ONLY 2
#define FLAG_FORWARDED 4
#define FLAGS_KNOWN    (FLAG_VOICE | FLAG_VIEW_ONLY | FLAG_FORWARDED)

static bool is_type_letter(uint8_t c)
{
    static const char OTHERS[] = "!#$&^_.+-";

    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           memchr(OTHERS, c, sizeof OTHERS - 1) != NULL;
}

/* Nothing, or two words with a slash between. */
static bool is_type(struct bytes type)
{
    size_t slash = 0, letters[2] = {0, 0};

    for (size_t i = 0; i < type.n; i++) {
        if (type.at[i] == '/' && slash == 0)
            slash++;
        else if (is_type_letter(type.at[i]))
            letters[slash]++;
        else
            return false;
    }
    return type.n == 0 || (letters[0] > 0 && letters[1] > 0);
}

static bool is_sound(const struct attachment *a)
{
    return (a->voice || a->duration_ms == 0) && !(a->view_only && a->forwarded) &&
           a->name.n <= ATTACHMENT_NAME_MAX && text_is_utf8(a->name) &&
           a->type.n <= ATTACHMENT_TYPE_MAX && is_type(a->type) &&
           a->preview.n <= ATTACHMENT_PREVIEW_MAX;
}

struct err attachment_write(const struct attachment *a, struct buf *out)
{
    struct bytes written;
    size_t opened;

    if (!is_sound(a))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_u8(out, (uint8_t)((a->voice ? FLAG_VOICE : 0) | (a->view_only ? FLAG_VIEW_ONLY : 0) |
                          (a->forwarded ? FLAG_FORWARDED : 0)));
    buf_bytes(out, BYTES(a->id));
    file_key_write(&a->file, out);
    buf_u32(out, a->duration_ms);
    buf_u8(out, (uint8_t)a->name.n);
    buf_bytes(out, a->name);
    buf_u8(out, (uint8_t)a->type.n);
    buf_bytes(out, a->type);
    opened = buf_open(out);
    buf_bytes(out, a->preview);
    buf_close(out, opened);
    return buf_end(out, &written);
}

static struct err read_fields(struct bytes content, struct attachment *a)
{
    struct reader r = reader(content);
    uint8_t flags;

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    flags = reader_u8(&r);
    reader_require(&r, (flags & ~FLAGS_KNOWN) == 0, E_MALFORMED);
    a->voice = (flags & FLAG_VOICE) != 0;
    a->view_only = (flags & FLAG_VIEW_ONLY) != 0;
    a->forwarded = (flags & FLAG_FORWARDED) != 0;
    reader_copy(&r, a->id, sizeof a->id);
    if (r.failed == E_OK)
        TRY(file_key_parse(reader_take(&r, FILE_KEY_DESCRIPTOR_SIZE), &a->file));
    a->duration_ms = reader_u32(&r);
    a->name = reader_take(&r, reader_u8(&r));
    a->type = reader_take(&r, reader_u8(&r));
    a->preview = reader_block(&r, ATTACHMENT_PREVIEW_MAX);
    TRY(reader_end(&r));
    return is_sound(a) ? OK : FAIL(E_MALFORMED);
}

struct err attachment_parse(struct bytes content, struct attachment *out)
{
    struct attachment a = {.duration_ms = 0};
    struct err err = read_fields(content, &a);

    if (err.code == E_OK)
        *out = a;
    secret_wipe(&a, sizeof a);
    return err;
}
