/* SPDX-License-Identifier: Apache-2.0 */
/* parsed: a signing key as those who verify hold it.  One at a time, gone with the next;
 * who asks for the same again gets the same. */
#ifndef TACET_TESTS_UNIT_E2EE_PARSED_H
#define TACET_TESTS_UNIT_E2EE_PARSED_H

#include "assert_err.h"
#include "statement/names.h"

static inline const struct sign_public *parsed(const struct point *point)
{
    static struct sign_public *key;
    static struct point last;

    if (key != NULL && memcmp(last.b, point->b, sizeof last.b) == 0)
        return key;
    sign_public_free(key);
    key = NULL;
    assert_ok(sign_public_parse(&key, BYTES(point->b)));
    last = *point;
    return key;
}

#endif
