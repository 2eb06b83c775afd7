/* SPDX-License-Identifier: Apache-2.0 */
#include "client/following.h"

#include "base/reader.h"

struct err following_newest(struct vault *v, const struct account_id *who, uint32_t *version)
{
    struct arena a = ARENA(256);
    struct bytes value;
    struct reader r;
    struct err err = vault_get(v, VAULT_FOLLOWED, ID_BYTES(*who), 0, &a, &value);

    *version = 0;
    if (err.code == E_OK) {
        r = reader(value);
        *version = reader_u32(&r);
        err = reader_end(&r);
    } else if (err.code == E_ABSENT) {
        err = OK;
    }
    arena_free(&a);
    return err;
}

struct err following_note(struct vault *v, const struct account_id *who, uint32_t version)
{
    struct err err = OK;
    struct buf b = BUF(4);
    uint32_t newest;

    TRY(following_newest(v, who, &newest));
    if (version <= newest)
        return OK;
    buf_u32(&b, version);
    TRY_OUT(vault_put(v, VAULT_FOLLOWED, ID_BYTES(*who), 0, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}
