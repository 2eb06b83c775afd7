/* SPDX-License-Identifier: Apache-2.0 */
#include "client/due.h"

#include "base/clock.h"
#include "base/reader.h"

/* A number has the second above, and below it enough of the place to tell messages apart: places
 * are counted through all conversations.  Where two have one number, the next is taken. */
#define PLACE_BITS 22
#define AT_MAX_S   ((UINT64_C(1) << 40) - 1)
#define KEY_SIZE   8

static const struct bytes NO_KEY = {NULL, 0};

static struct bytes key_of(uint64_t contact, uint8_t out[KEY_SIZE])
{
    for (size_t i = 0; i < KEY_SIZE; i++)
        out[i] = (uint8_t)(contact >> (56 - 8 * i));
    return bytes(out, KEY_SIZE);
}

static uint64_t first_number(const struct due *d)
{
    uint64_t at_s = d->at_ms / CLOCK_SECOND_MS + (d->at_ms % CLOCK_SECOND_MS != 0);

    return (at_s < AT_MAX_S ? at_s : AT_MAX_S) << PLACE_BITS |
           (d->place & ((UINT64_C(1) << PLACE_BITS) - 1));
}

static uint64_t at_of(uint64_t number)
{
    return (number >> PLACE_BITS) * CLOCK_SECOND_MS;
}

static struct err put(struct vault *v, const struct due *d, uint64_t number)
{
    struct err err = OK;
    struct buf where = BUF(16), at = BUF(8);
    uint8_t key[KEY_SIZE];

    buf_u64(&where, d->contact);
    buf_u64(&where, d->place);
    buf_u64(&at, number);
    TRY_OUT(vault_put(v, VAULT_DUE, NO_KEY, number, buf_view(&where)));
    TRY_OUT(vault_put(v, VAULT_DUE_OF, key_of(d->contact, key), d->place, buf_view(&at)));
out:
    buf_free(&where);
    buf_free(&at);
    return err;
}

struct err due_put(struct vault *v, const struct due *d)
{
    uint64_t number = first_number(d);
    bool taken = true;

    TRY(due_drop(v, d->contact, d->place));
    while (true) {
        TRY(vault_has(v, VAULT_DUE, NO_KEY, number, &taken));
        if (!taken)
            return put(v, d, number);
        number++;
    }
}

/* 0: it stands nowhere. */
static struct err find(struct vault *v, uint64_t contact, uint64_t place, uint64_t *number)
{
    struct arena a = ARENA(1024);
    struct bytes value;
    uint8_t key[KEY_SIZE];
    struct err err = vault_get(v, VAULT_DUE_OF, key_of(contact, key), place, &a, &value);

    *number = 0;
    if (err.code == E_OK) {
        struct reader r = reader(value);
        uint64_t n = reader_u64(&r);

        reader_require(&r, n <= INT64_MAX, E_MALFORMED);
        err = reader_end(&r);
        if (err.code == E_OK)
            *number = n;
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err due_get(struct vault *v, uint64_t contact, uint64_t place, uint64_t *at_ms)
{
    uint64_t number;

    TRY(find(v, contact, place, &number));
    *at_ms = at_of(number);
    return OK;
}

struct err due_next(struct vault *v, uint64_t *number, struct due *out)
{
    struct err err = OK;
    struct arena a = ARENA(1024);
    struct due d;
    struct bytes value;
    struct reader r;
    uint64_t at;

    TRY_OUT(vault_next(v, VAULT_DUE, NO_KEY, *number, &a, &at, &value));
    r = reader(value);
    d = (struct due){.at_ms = at_of(at)};
    d.contact = reader_u64(&r);
    d.place = reader_u64(&r);
    TRY_OUT(reader_end(&r));
    *number = at;
    *out = d;
out:
    arena_free(&a);
    return err;
}

struct err due_drop(struct vault *v, uint64_t contact, uint64_t place)
{
    uint64_t number;
    uint8_t key[KEY_SIZE];

    TRY(find(v, contact, place, &number));
    if (number == 0)
        return OK;
    TRY(vault_erase(v, VAULT_DUE, NO_KEY, number));
    return vault_erase(v, VAULT_DUE_OF, key_of(contact, key), place);
}
