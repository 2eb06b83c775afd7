/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/recovery_link.h"

static const struct link_form_kind KIND = {
    {(const uint8_t *)RECOVERY_LINK_PREFIX, sizeof RECOVERY_LINK_PREFIX - 1}, 0, RECOVERY_LINK_MAX};

struct err recovery_link_write(const struct recovery_link *in, struct buf *out)
{
    if (in->address_n > LINK_FORM_ADDRESS_MAX)
        return FAIL(E_MALFORMED);
    return link_form_write(&KIND,
                           &(struct link_form){ID_BYTES(in->nid), BYTES(in->pin), bytes(NULL, 0),
                                               bytes(in->address, in->address_n)},
                           out);
}

struct err recovery_link_read(struct bytes text, struct recovery_link *out)
{
    struct buf decoded = BUF(RECOVERY_LINK_MAX);
    struct link_form l;
    struct err err = OK;

    TRY_OUT(link_form_read(&KIND, text, &decoded, &l));
    *out = (struct recovery_link){.address_n = l.address.n};
    memcpy(out->nid.b, l.nid.at, sizeof out->nid.b);
    memcpy(out->pin, l.pin.at, sizeof out->pin);
    memcpy(out->address, l.address.at, l.address.n);
out:
    buf_free(&decoded);
    return err;
}
