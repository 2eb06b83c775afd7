/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_link.h"

#include "crypto/kdf.h"
#include "crypto/secret.h"

#define OWN_SIZE  (sizeof(struct account_id) + DEVICE_LINK_SECRET_SIZE)
#define INFO_MOST (24 + sizeof(struct network_id) + sizeof(struct account_id))

static const struct link_form_kind KIND = {
    {(const uint8_t *)DEVICE_LINK_PREFIX, sizeof DEVICE_LINK_PREFIX - 1},
    OWN_SIZE,
    DEVICE_LINK_MAX};

struct err device_link_write(const struct device_link *in, struct buf *out)
{
    struct err err;
    uint8_t own[OWN_SIZE];

    if (in->address_n > LINK_FORM_ADDRESS_MAX)
        return FAIL(E_MALFORMED);
    memcpy(own, in->aid.b, sizeof in->aid.b);
    memcpy(own + sizeof in->aid.b, in->secret, sizeof in->secret);
    err = link_form_write(&KIND,
                          &(struct link_form){ID_BYTES(in->nid), BYTES(in->pin), BYTES(own),
                                              bytes(in->address, in->address_n)},
                          out);
    secret_wipe(own, sizeof own);
    return err;
}

struct err device_link_read(struct bytes text, struct device_link *out)
{
    struct buf decoded = BUF(DEVICE_LINK_MAX);
    struct link_form l;
    struct err err = OK;

    TRY_OUT(link_form_read(&KIND, text, &decoded, &l));
    *out = (struct device_link){.address_n = l.address.n};
    memcpy(out->nid.b, l.nid.at, sizeof out->nid.b);
    memcpy(out->pin, l.pin.at, sizeof out->pin);
    memcpy(out->aid.b, l.own.at, sizeof out->aid.b);
    memcpy(out->secret, l.own.at + sizeof out->aid.b, sizeof out->secret);
    memcpy(out->address, l.address.at, l.address.n);
out:
    buf_free(&decoded);
    return err;
}

/* HKDF of the secret with label | nid | aid. */
static struct err derive(const struct device_link *link, struct bytes label, uint8_t *out, size_t n)
{
    struct err err = OK;
    struct buf info = BUF(INFO_MOST);
    struct bytes whole;

    memset(out, 0, n);
    buf_bytes(&info, label);
    buf_bytes(&info, ID_BYTES(link->nid));
    buf_bytes(&info, ID_BYTES(link->aid));
    TRY_OUT(buf_end(&info, &whole));
    TRY_OUT(kdf_hkdf(bytes(NULL, 0), BYTES(link->secret), whole, out, n));
out:
    buf_free(&info);
    return err;
}

struct err device_link_slot(const struct device_link *link, uint8_t out[DEVICE_LINK_SLOT_SIZE])
{
    return derive(link, BYTES_LABEL("tacet1 link slot"), out, DEVICE_LINK_SLOT_SIZE);
}

struct err device_link_key(const struct device_link *link, uint8_t out[DEVICE_LINK_KEY_SIZE])
{
    return derive(link, BYTES_LABEL("tacet1 link ask"), out, DEVICE_LINK_KEY_SIZE);
}
