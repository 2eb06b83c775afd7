/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    enum err_code code;
    const char *name;
} names[] = {
    {E_OK, "ok"},           {E_TRUNCATED, "truncated"}, {E_MALFORMED, "malformed"},
    {E_FORGED, "forged"},   {E_LIMIT, "limit"},         {E_DENIED, "denied"},
    {E_ABSENT, "absent"},   {E_CONFLICT, "conflict"},   {E_STALE, "stale"},
    {E_EXPIRED, "expired"}, {E_CLOCK, "clock"},         {E_VERSION, "version"},
    {E_REMOVED, "removed"}, {E_AGAIN, "again"},         {E_CLOSED, "closed"},
    {E_NOMEM, "no memory"}, {E_IO, "input or output"},  {E_CRYPTO, "cryptography"},
    {E_FULL, "full"},
};

const char *err_name(enum err_code code)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code)
            return names[i].name;
    return "unknown";
}

enum err_who err_who(enum err_code code)
{
    switch ((unsigned)code / 10) {
    case 1:
        return WHO_PEER;
    case 2:
        return WHO_CALLER;
    case 4:
        return WHO_OPERATOR;
    default:
        return WHO_NOBODY;
    }
}

enum err_code err_from_number(uint32_t number)
{
    /* From 1: a peer that refuses with "ok" must not turn our failure into a success. */
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if ((uint32_t)names[i].code == number)
            return names[i].code;
    return E_MALFORMED;
}

_Noreturn void err_impossible(const char *what, const char *where)
{
    fprintf(stderr, "tacet: impossible state at %s: %s\n", where, what);
    abort();
}
