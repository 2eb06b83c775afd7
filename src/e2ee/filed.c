/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/filed.h"

#include "base/reader.h"
#include "base/text.h"

static bool is_name(struct bytes name)
{
    return name.n > 0 && !bytes_same(name, BYTES_LITERAL(".")) &&
           !bytes_same(name, BYTES_LITERAL(".."));
}

/* None, or names with a slash between. */
static bool is_folder(struct bytes folder)
{
    size_t begun = 0, depth = 1;

    if (folder.n == 0)
        return true;
    for (size_t i = 0; i < folder.n; i++) {
        if (folder.at[i] != '/')
            continue;
        if (!is_name(bytes(folder.at + begun, i - begun)))
            return false;
        begun = i + 1;
        depth++;
    }
    return is_name(bytes(folder.at + begun, folder.n - begun)) && depth <= FILED_DEPTH_MAX;
}

static struct err check(const struct filed *f)
{
    if (f->folder.n > FILED_FOLDER_MAX || f->title.n > FILED_TITLE_MAX)
        return FAIL(E_LIMIT);
    if (!f->kept && f->folder.n + f->title.n > 0)
        return FAIL(E_MALFORMED);
    return text_is_line(f->folder) && is_folder(f->folder) && text_is_line(f->title)
               ? OK
               : FAIL(E_MALFORMED);
}

struct err filed_write(const struct filed *in, struct buf *out)
{
    size_t before = out->n;
    struct bytes written;
    struct err err;

    TRY(check(in));
    buf_u8(out, in->kept);
    buf_u8(out, (uint8_t)in->folder.n);
    buf_bytes(out, in->folder);
    buf_bytes(out, in->title);
    err = buf_end(out, &written);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err filed_parse(struct bytes content, struct filed *out)
{
    struct reader r = reader(content);
    struct filed f;
    uint8_t kept = reader_u8(&r);

    reader_require(&r, kept <= 1, E_MALFORMED);
    f.kept = kept == 1;
    f.folder = reader_take(&r, reader_u8(&r));
    f.title = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    TRY(check(&f));
    *out = f;
    return OK;
}
