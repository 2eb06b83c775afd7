/* SPDX-License-Identifier: Apache-2.0 */
#include "client/nicknames.h"

#include "base/text.h"
#include "client/registers.h"

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

struct err nicknames_keep(struct vault *v, const struct contact *c, struct bytes name)
{
    if (name.n == 0)
        return vault_erase(v, VAULT_NICKNAME, NO_KEY, c->number);
    TRY(nicknames_check(name));
    return vault_put(v, VAULT_NICKNAME, NO_KEY, c->number, name);
}

/* What another device put there may be anything. */
static struct err show(struct bytes value, struct arena *a, const char **name)
{
    if (nicknames_check(value).code != E_OK)
        return FAIL(E_ABSENT);
    *name = arena_text(a, value);
    return *name == NULL ? FAIL(E_NOMEM) : OK;
}

struct err nicknames_get(struct vault *v, const struct contact *c, struct arena *a,
                         const char **name)
{
    struct bytes value;

    TRY(c->known ? registers_get(v, REGISTERS_NICKNAME, ID_BYTES(c->aid), a, &value)
                 : vault_get(v, VAULT_NICKNAME, NO_KEY, c->number, a, &value));
    return show(value, a, name);
}

struct err nicknames_of_device(struct vault *v, const struct device_id *did, struct arena *a,
                               const char **name)
{
    struct bytes value;

    TRY(registers_get(v, REGISTERS_DEVICE_NAME, ID_BYTES(*did), a, &value));
    return show(value, a, name);
}
