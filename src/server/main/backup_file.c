/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/backup_file.h"

#include "base/reader.h"
#include "base/text.h"
#include "server/main/house.h"

#define VERSION      1
#define FRONT_SIZE   (8 + 1 + 4)
#define DATABASE_MAX (UINT64_C(1) << 48)

#define MAGIC BYTES_LITERAL("tacetbak")

static const char *const NAMES[BACKUP_PARTS] = {
    [BACKUP_DIRECTORY_KEY] = HOUSE_DIRECTORY_KEY, [BACKUP_TLS_KEY] = HOUSE_TLS_KEY,
    [BACKUP_TLS_CERT] = HOUSE_TLS_CERT,           [BACKUP_NEXT_KEY] = HOUSE_NEXT_KEY,
    [BACKUP_NEXT_CERT] = HOUSE_NEXT_CERT,         [BACKUP_DATABASE] = HOUSE_DATABASE,
};

const char *backup_file_name(enum backup_part part)
{
    invariant(part >= BACKUP_DIRECTORY_KEY && part < BACKUP_PARTS);
    return NAMES[part];
}

/* What it may say, written or read. */
static bool is_sound(const struct backup_head *h)
{
    struct bytes program = bytes_text(h->program);

    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_DATABASE; i++)
        if (h->size[i] > HOUSE_FILE_MAX)
            return false;
    for (size_t i = 0; i < program.n; i++)
        if (program.at[i] < ' ' || program.at[i] > '~')
            return false;
    return h->size[BACKUP_DIRECTORY_KEY] > 0 && h->size[BACKUP_DATABASE] > 0 &&
           h->size[BACKUP_DATABASE] <= DATABASE_MAX;
}

void backup_file_write(struct backup_head *h, struct buf *out)
{
    struct bytes program = bytes_text(h->program);
    size_t before = out->n, opened;
    uint8_t n = 0;

    invariant(is_sound(h));
    buf_bytes(out, MAGIC);
    buf_u8(out, VERSION);
    opened = buf_open(out);
    buf_bytes(out, ID_BYTES(h->nid));
    buf_u64(out, h->made_ms);
    buf_u32(out, h->schema);
    buf_u8(out, (uint8_t)program.n);
    buf_bytes(out, program);
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_PARTS; i++)
        n = (uint8_t)(n + (h->size[i] > 0));
    buf_u8(out, n);
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_PARTS; i++) {
        if (h->size[i] == 0)
            continue;
        buf_u8(out, (uint8_t)i);
        buf_u64(out, h->size[i]);
    }
    buf_close(out, opened);
    h->length = out->n - before;
    invariant(out->failed != E_OK || h->length <= BACKUP_FILE_HEAD_MAX);
}

static void read_parts(struct reader *r, struct backup_head *out)
{
    uint8_t n = reader_u8(r), last = 0;

    for (uint8_t i = 0; i < n && r->failed == E_OK; i++) {
        uint8_t which = reader_u8(r);
        uint64_t size = reader_u64(r);

        reader_require(r, which > last && which < BACKUP_PARTS && size > 0, E_MALFORMED);
        if (r->failed == E_OK)
            out->size[which] = size;
        last = which;
    }
}

static struct err parse_rest(struct bytes rest, struct backup_head *out)
{
    struct reader r = reader(rest);
    size_t n;

    reader_copy(&r, out->nid.b, sizeof out->nid.b);
    out->made_ms = reader_u64(&r);
    out->schema = reader_u32(&r);
    n = reader_u8(&r);
    reader_require(&r, n <= BACKUP_FILE_PROGRAM_MAX, E_MALFORMED);
    if (r.failed == E_OK)
        reader_copy(&r, (uint8_t *)out->program, n);
    reader_require(&r, strlen(out->program) == n, E_MALFORMED);
    read_parts(&r, out);
    /* All of it was there: what ends too early in it was never written so. */
    return reader_end(&r).code == E_OK && is_sound(out) ? OK : FAIL(E_MALFORMED);
}

struct err backup_file_parse(struct bytes in, struct backup_head *out)
{
    struct reader r = reader(in);
    struct backup_head h = {.length = 0};
    struct bytes magic = bytes(in.at, in.n < MAGIC.n ? in.n : MAGIC.n), rest;
    uint8_t version;

    /* Empty, or the front of one: a copy that did not come far. */
    reader_require(&r, bytes_same(magic, bytes(MAGIC.at, magic.n)), E_MALFORMED);
    (void)reader_take(&r, MAGIC.n);
    version = reader_u8(&r);
    if (r.failed == E_OK && version > VERSION)
        return FAIL(E_VERSION);
    reader_require(&r, version == VERSION, E_MALFORMED);
    rest = reader_block(&r, BACKUP_FILE_HEAD_MAX - FRONT_SIZE);
    if (r.failed != E_OK)
        return FAIL(r.failed == E_TRUNCATED ? E_TRUNCATED : E_MALFORMED);
    TRY(parse_rest(rest, &h));
    h.length = FRONT_SIZE + rest.n;
    *out = h;
    return OK;
}

uint64_t backup_file_size(const struct backup_head *h)
{
    uint64_t n = h->length + BACKUP_FILE_DIGEST_SIZE;

    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_PARTS; i++)
        n += h->size[i];
    return n;
}
