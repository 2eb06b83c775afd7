/* SPDX-License-Identifier: Apache-2.0 */
#include "client/nicknames.h"

#include "base/text.h"

static const struct bytes NO_KEY = {NULL, 0};

#define ESCAPED_MAX (6 * NICKNAMES_MAX)

struct err nicknames_check(struct bytes name)
{
    struct buf shown = BUF(ESCAPED_MAX);
    bool same;

    if (name.n > NICKNAMES_MAX)
        return FAIL(E_LIMIT);
    if (name.n == 0 || name.at[0] == ' ' || name.at[name.n - 1] == ' ')
        return FAIL(E_MALFORMED);
    text_harmless(&shown, name, false);
    same = shown.failed == E_OK && bytes_same(buf_view(&shown), name);
    buf_free(&shown);
    return same ? OK : FAIL(E_MALFORMED);
}

struct err nicknames_put(struct vault *v, uint64_t contact, struct bytes name)
{
    if (name.n == 0)
        return vault_erase(v, VAULT_NICKNAME, NO_KEY, contact);
    TRY(nicknames_check(name));
    return vault_put(v, VAULT_NICKNAME, NO_KEY, contact, name);
}

struct err nicknames_get(struct vault *v, uint64_t contact, struct arena *a, const char **name)
{
    struct bytes value;

    TRY(vault_get(v, VAULT_NICKNAME, NO_KEY, contact, a, &value));
    TRY(nicknames_check(value));
    *name = arena_text(a, value);
    return *name == NULL ? FAIL(E_NOMEM) : OK;
}
