/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/link_form.h"

#include "base/encoding.h"
#include "base/reader.h"
#include "base/text.h"
#include "crypto/hash.h"

enum { CHECK_SIZE = 4, SIX_MAX = 45 };

static const uint8_t VERSION = 1;

/* "[...]" around what an IPv6 address is written with; resolving tells whether it is one. */
static bool is_bracketed(struct bytes text)
{
    if (text.n < 4 || text.n > SIX_MAX + 2 || text.at[0] != '[' || text.at[text.n - 1] != ']')
        return false;
    for (size_t i = 1; i < text.n - 1; i++)
        if (strchr("0123456789abcdef:.", text.at[i]) == NULL || text.at[i] == 0)
            return false;
    return true;
}

/* People are shown the address and programs connect to it: nothing else gets through. */
bool link_form_is_address(struct bytes text)
{
    struct reader r = reader(text);
    size_t colon = text.n;
    struct bytes host, port;

    while (colon > 0 && text.at[colon - 1] != ':')
        colon--;
    if (colon == 0 || text.n > LINK_FORM_ADDRESS_MAX)
        return false;
    host = reader_take(&r, colon - 1);
    reader_u8(&r);
    port = reader_rest(&r);
    return (text_is_domain(host) || is_bracketed(host)) && text_is_port(port) && port.at[0] != '0';
}

static struct err check_bytes(struct bytes x, uint8_t out[CHECK_SIZE])
{
    uint8_t digest[HASH_SHA256_SIZE];

    TRY(hash_sha256(&x, 1, digest));
    memcpy(out, digest, CHECK_SIZE);
    return OK;
}

struct err link_form_write(const struct link_form_kind *kind, const struct link_form *in,
                           struct buf *out)
{
    struct buf x = BUF(kind->max);
    size_t before = out->n;
    uint8_t check[CHECK_SIZE];
    struct bytes whole;
    struct err err = OK;

    invariant(in->own.n == kind->own_size);
    if (!link_form_is_address(in->address))
        return FAIL(E_MALFORMED);
    buf_u8(&x, VERSION);
    buf_bytes(&x, in->nid);
    buf_bytes(&x, in->pin);
    buf_bytes(&x, in->own);
    buf_u8(&x, (uint8_t)in->address.n);
    buf_bytes(&x, in->address);
    TRY_OUT(buf_end(&x, &whole));
    TRY_OUT(check_bytes(whole, check));
    buf_bytes(&x, BYTES(check));
    TRY_OUT(buf_end(&x, &whole));
    buf_bytes(out, kind->prefix);
    encoding_base64(out, whole);
    TRY_OUT(buf_end(out, &whole));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    buf_free(&x);
    return err;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct bytes without_space_around(struct bytes text)
{
    while (text.n > 0 && is_space(text.at[text.n - 1]))
        text.n--;
    while (text.n > 0 && is_space(text.at[0])) {
        struct reader r = reader(text);

        reader_u8(&r);
        text = reader_rest(&r);
    }
    return text;
}

/* What stands before the check bytes, when they fit it. */
static struct err check(struct bytes decoded, struct bytes *x)
{
    struct reader r = reader(decoded);
    uint8_t want[CHECK_SIZE];
    struct bytes body;

    if (decoded.n <= CHECK_SIZE)
        return FAIL(E_FORGED);
    body = reader_take(&r, decoded.n - CHECK_SIZE);
    TRY(check_bytes(body, want));
    if (!bytes_same(reader_rest(&r), BYTES(want)))
        return FAIL(E_FORGED);
    *x = body;
    return OK;
}

static struct err parse(const struct link_form_kind *kind, struct bytes x, struct link_form *out)
{
    struct reader r = reader(x);
    struct link_form got;
    uint8_t version = reader_u8(&r);

    if (version > VERSION)
        return FAIL(E_VERSION);
    got.nid = reader_take(&r, sizeof(struct network_id));
    got.pin = reader_take(&r, LINK_FORM_PIN_SIZE);
    got.own = reader_take(&r, kind->own_size);
    got.address = reader_take(&r, reader_u8(&r));
    /* The check bytes fit: whoever made this meant to, so it is not for lack of bytes. */
    if (reader_end(&r).code != E_OK || version != VERSION || !link_form_is_address(got.address))
        return FAIL(E_MALFORMED);
    *out = got;
    return OK;
}

struct err link_form_read(const struct link_form_kind *kind, struct bytes text, struct buf *decoded,
                          struct link_form *out)
{
    struct bytes inner = without_space_around(text), x;
    struct reader r = reader(inner);
    struct err err;

    if (inner.n > kind->max || !bytes_same(reader_take(&r, kind->prefix.n), kind->prefix))
        return FAIL(E_MALFORMED);
    err = encoding_base64_read(reader_rest(&r), decoded);
    if (err.code == E_MALFORMED)
        err = FAIL(E_FORGED); /* the prefix fits: it was such a link before it was damaged */
    TRY(err);
    TRY(check(buf_view(decoded), &x));
    return parse(kind, x, out);
}
