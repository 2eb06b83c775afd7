/* SPDX-License-Identifier: Apache-2.0 */
#include "client/coming.h"

#include "base/reader.h"
#include "crypto/secret.h"
#include "statement/device_change.h"

static const struct bytes NO_KEY = {NULL, 0};

#define RECORD_MAX (DEVICE_LIST_MAX_SIZE + 1024)

/* ---- records */

static struct err put(struct vault *v, const struct coming_profile *p, struct bytes list)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    uint8_t scalar[SIGN_PRIVATE_SIZE];
    struct bytes value;
    size_t at;

    TRY_OUT(sign_private_write(p->dsk, scalar));
    buf_bytes(&b, ID_BYTES(p->link.nid));
    buf_bytes(&b, BYTES(p->link.pin));
    buf_u8(&b, p->keeps);
    buf_bytes(&b, BYTES(scalar));
    at = buf_open(&b);
    buf_bytes(&b, bytes(p->link.address, p->link.address_n));
    buf_close(&b, at);
    at = buf_open(&b);
    buf_bytes(&b, list);
    buf_close(&b, at);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_COMING, NO_KEY, 0, value));
out:
    secret_wipe(scalar, sizeof scalar);
    buf_free(&b);
    return err;
}

struct err coming_load(struct vault *v, struct arena *a, struct coming_profile *out,
                       struct bytes *list)
{
    struct coming_profile p = {.dsk = NULL};
    struct bytes value, scalar, address;
    struct reader r;

    TRY(vault_get(v, VAULT_COMING, NO_KEY, 0, a, &value));
    r = reader(value);
    reader_copy(&r, p.link.nid.b, sizeof p.link.nid.b);
    reader_copy(&r, p.link.pin, sizeof p.link.pin);
    p.keeps = reader_u8(&r) != 0;
    scalar = reader_take(&r, SIGN_PRIVATE_SIZE);
    address = reader_block(&r, LINK_FORM_ADDRESS_MAX);
    *list = reader_block(&r, DEVICE_LIST_MAX_SIZE);
    TRY(reader_end(&r));
    p.link.address_n = address.n;
    if (address.n > 0)
        memcpy(p.link.address, address.at, address.n);
    TRY(sign_private_parse(&p.dsk, scalar));
    *out = p;
    return OK;
}

void coming_free(struct coming_profile *p)
{
    sign_private_free(p->dsk);
    *p = (struct coming_profile){.dsk = NULL};
}

struct err coming_create(struct vault *v, const struct recovery_link *link, bool keeps)
{
    struct err err = OK;
    struct coming_profile p = {.link = *link, .keeps = keeps};
    struct point dsk;

    TRY_OUT(sign_generate(&p.dsk, dsk.b));
    TRY_OUT(vault_begin(v));
    TRY_OUT(vault_end(v, put(v, &p, NO_KEY)));
out:
    coming_free(&p);
    return err;
}

struct err coming_signed(struct vault *v, const struct coming_profile *p, struct bytes list)
{
    return put(v, p, list);
}

struct err coming_over(struct vault *v)
{
    return vault_erase(v, VAULT_COMING, NO_KEY, 0);
}

/* ---- the list that brings the device in */

static struct err revoke_others(struct device_list *next)
{
    size_t i = 0;

    while (i < next->devices)
        if (device_list_is_device(&next->device[i]))
            TRY(device_change_revoke(next, &next->device[i].did));
        else
            i++;
    return OK;
}

struct err coming_next(const struct device_list *newest, const struct device_entry *mine,
                       bool keeps, uint64_t now_ms, struct device_list *next)
{
    if (device_list_find_revoked(newest, &mine->did) != NULL)
        return FAIL(E_REMOVED);
    TRY(device_change_begin(newest, now_ms, next));
    if (!keeps)
        TRY(revoke_others(next));
    return device_change_add(next, mine);
}
