/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

bool bytes_same(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t shared = a.n < b.n ? a.n : b.n;
    int order = shared == 0 ? 0 : memcmp(a.at, b.at, shared);

    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool bytes_all_zero(struct bytes b)
{
    uint8_t any = 0;

    for (size_t i = 0; i < b.n; i++)
        any |= b.at[i];
    return any == 0;
}
