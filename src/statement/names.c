/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/names.h"

#include "base/text.h"
#include "crypto/hash.h"

/* The first `size` bytes of SHA-512. */
static struct err hash_cut(const struct bytes *parts, size_t n, uint8_t *out, size_t size)
{
    uint8_t whole[HASH_SHA512_SIZE];

    TRY(hash_sha512(parts, n, whole));
    memcpy(out, whole, size);
    return OK;
}

struct err names_h32(const struct bytes *parts, size_t n, uint8_t out[NAMES_H32_SIZE])
{
    return hash_cut(parts, n, out, NAMES_H32_SIZE);
}

struct err names_network(const struct point *root, struct bytes domain, struct network_id *out)
{
    if (!text_is_domain(domain))
        return FAIL(E_MALFORMED);
    return hash_sha512_256(HASH_PARTS(BYTES_LABEL("tacet1 net"), BYTES(root->b), domain), out->b);
}

struct err names_account(const struct network_id *nid, const struct point *ark,
                         struct account_id *out)
{
    return hash_sha512_256(HASH_PARTS(BYTES_LABEL("tacet1 acct"), ID_BYTES(*nid), BYTES(ark->b)),
                           out->b);
}

struct err names_device(const struct account_id *aid, const struct point *dsk,
                        struct device_id *out)
{
    return hash_cut(HASH_PARTS(BYTES_LABEL("tacet1 dev"), ID_BYTES(*aid), BYTES(dsk->b)), out->b,
                    sizeof out->b);
}

struct err names_pair_across(const struct network_id *a_nid, const struct account_id *a,
                             const struct network_id *b_nid, const struct account_id *b,
                             struct room_id *out)
{
    struct bytes x[2] = {ID_BYTES(*a_nid), ID_BYTES(*a)}, y[2] = {ID_BYTES(*b_nid), ID_BYTES(*b)};
    int networks = bytes_compare(x[0], y[0]);
    bool in_order = networks < 0 || (networks == 0 && bytes_compare(x[1], y[1]) <= 0);
    const struct bytes *smaller = in_order ? x : y, *larger = in_order ? y : x;

    return hash_sha256(
        HASH_PARTS(BYTES_LABEL("tacet1 pair"), smaller[0], smaller[1], larger[0], larger[1]),
        out->b);
}

struct err names_pair_room(const struct network_id *nid, const struct account_id *a,
                           const struct account_id *b, struct room_id *out)
{
    return names_pair_across(nid, a, nid, b, out);
}
