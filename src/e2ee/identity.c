/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/identity.h"

#include "base/reader.h"
#include "crypto/secret.h"

/* Names follow from keys, so they are derived and never stored. */
static struct err derive_names(struct identity *me)
{
    TRY(sign_private_public(me->ark_secret, me->ark.b));
    TRY(sign_private_public(me->dsk_secret, me->dsk.b));
    TRY(names_account(&me->who.nid, &me->ark, &me->who.aid));
    return names_device(&me->who.aid, &me->dsk, &me->who.did);
}

struct err identity_make(const struct network_id *nid, struct identity *out)
{
    struct err err = OK;
    struct identity me = {.who.nid = *nid};

    TRY_OUT(sign_generate(&me.ark_secret, me.ark.b));
    TRY_OUT(sign_generate(&me.dsk_secret, me.dsk.b));
    TRY_OUT(derive_names(&me));
    *out = me;
    return OK;
out:
    identity_free(&me);
    return err;
}

struct err identity_of(const struct network_id *nid, struct sign_private **ark,
                       struct sign_private **dsk, struct identity *out)
{
    struct identity me = {.who.nid = *nid, .ark_secret = *ark, .dsk_secret = *dsk};
    struct err err = derive_names(&me);

    *ark = *dsk = NULL;
    if (err.code == E_OK)
        *out = me;
    else
        identity_free(&me);
    return err;
}

struct err identity_write(const struct identity *me, struct buf *out)
{
    struct err err = OK;
    size_t before = out->n;
    struct bytes written;
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    buf_bytes(out, ID_BYTES(me->who.nid));
    TRY_OUT(sign_private_write(me->ark_secret, scalar));
    buf_bytes(out, BYTES(scalar));
    TRY_OUT(sign_private_write(me->dsk_secret, scalar));
    buf_bytes(out, BYTES(scalar));
    TRY_OUT(buf_end(out, &written));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    secret_wipe(scalar, sizeof scalar);
    return err;
}

struct err identity_parse(struct bytes in, struct identity *out)
{
    struct err err = OK;
    struct identity me = {0};
    struct reader r = reader(in);
    struct bytes ark, dsk;

    reader_copy(&r, me.who.nid.b, sizeof me.who.nid.b);
    ark = reader_take(&r, SIGN_PRIVATE_SIZE);
    dsk = reader_take(&r, SIGN_PRIVATE_SIZE);
    TRY(reader_end(&r));
    TRY_OUT(sign_private_parse(&me.ark_secret, ark));
    TRY_OUT(sign_private_parse(&me.dsk_secret, dsk));
    TRY_OUT(derive_names(&me));
    *out = me;
    return OK;
out:
    identity_free(&me);
    return err;
}

void identity_free(struct identity *me)
{
    sign_private_free(me->ark_secret);
    sign_private_free(me->dsk_secret);
    *me = (struct identity){0};
}

void identity_write_party(const struct party *who, struct buf *out)
{
    buf_bytes(out, ID_BYTES(who->nid));
    buf_bytes(out, ID_BYTES(who->aid));
    buf_bytes(out, ID_BYTES(who->did));
}
