/* SPDX-License-Identifier: Apache-2.0 */
#include "client/transfers.h"

#include "base/reader.h"
#include "client/filing.h"

#define RECORD_MAX (64 + ATTACHMENT_MAX_SIZE + FILING_PATH_MAX)

static const struct bytes NO_KEY = {NULL, 0};

static struct bytes digests_key(const uint64_t *number)
{
    return bytes(number, sizeof *number);
}

static void write_block(struct buf *b, struct bytes in)
{
    size_t opened = buf_open(b);

    buf_bytes(b, in);
    buf_close(b, opened);
}

static struct err put(struct vault *v, const struct transfer *t)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    struct bytes value;

    buf_u8(&b, (uint8_t)t->kind);
    buf_u64(&b, t->conversation);
    buf_u64(&b, t->place);
    write_block(&b, t->attachment);
    write_block(&b, t->path);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_TRANSFER, NO_KEY, t->number, value));
out:
    buf_free(&b);
    return err;
}

static struct err parse(struct bytes in, uint64_t number, struct transfer *out)
{
    struct reader r = reader(in);
    struct transfer t = {.number = number};

    t.kind = (enum transfers_kind)reader_u8(&r);
    reader_require(&r, t.kind == TRANSFERS_FETCHING || transfers_leaves(&t), E_MALFORMED);
    t.conversation = reader_u64(&r);
    t.place = reader_u64(&r);
    t.attachment = reader_block(&r, ATTACHMENT_MAX_SIZE);
    t.path = reader_block(&r, FILING_PATH_MAX);
    TRY(reader_end(&r));
    *out = t;
    return OK;
}

bool transfers_leaves(const struct transfer *t)
{
    return t->kind == TRANSFERS_SENDING || t->kind == TRANSFERS_PASSING;
}

struct err transfers_next(struct vault *v, uint64_t from, struct arena *a, struct transfer *out)
{
    struct bytes value;
    uint64_t number;

    TRY(vault_next(v, VAULT_TRANSFER, NO_KEY, from, a, &number, &value));
    return parse(value, number, out);
}

static struct err count(struct vault *v, size_t *n)
{
    uint64_t from = 0;
    struct err err = OK;

    for (*n = 0; err.code == E_OK; ++*n) {
        struct arena a = ARENA(RECORD_MAX);
        struct transfer t;

        err = transfers_next(v, from, &a, &t);
        from = err.code == E_OK ? t.number + 1 : from;
        arena_free(&a);
    }
    --*n;
    return err.code == E_ABSENT ? OK : err;
}

struct err transfers_add(struct vault *v, struct transfer *t)
{
    size_t n;

    TRY(count(v, &n));
    if (n >= TRANSFERS_MAX)
        return FAIL(E_LIMIT);
    TRY(vault_count(v, VAULT_NEXT_TRANSFER, &t->number));
    return put(v, t);
}

struct err transfers_drop(struct vault *v, uint64_t number)
{
    struct err err = OK;

    TRY(vault_erase(v, VAULT_TRANSFER, NO_KEY, number));
    while (err.code == E_OK) {
        struct arena a = ARENA(VAULT_VALUE_MAX);
        struct bytes value;
        uint64_t first;

        err = vault_next(v, VAULT_TRANSFER_DIGESTS, digests_key(&number), 0, &a, &first, &value);
        if (err.code == E_OK)
            err = vault_erase(v, VAULT_TRANSFER_DIGESTS, digests_key(&number), first);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err transfers_put_digests(struct vault *v, uint64_t number, uint32_t first,
                                 struct bytes digests)
{
    invariant(first % TRANSFERS_BATCH == 0 && digests.n > 0 &&
              digests.n <= (size_t)TRANSFERS_BATCH * FILE_KEY_DIGEST_SIZE);
    return vault_put(v, VAULT_TRANSFER_DIGESTS, digests_key(&number), first, digests);
}

struct err transfers_digests(struct vault *v, uint64_t number, uint32_t first, struct arena *a,
                             struct bytes *out)
{
    TRY(vault_get(v, VAULT_TRANSFER_DIGESTS, digests_key(&number), first, a, out));
    return out->n % FILE_KEY_DIGEST_SIZE == 0 &&
                   out->n <= (size_t)TRANSFERS_BATCH * FILE_KEY_DIGEST_SIZE
               ? OK
               : FAIL(E_MALFORMED);
}
