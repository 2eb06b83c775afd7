/* SPDX-License-Identifier: Apache-2.0 */
/*
 * card: the content of a message that says who somebody is, as its sender knows them.
 * [PROTOCOL 6.14]
 *
 * The handle is borrowed from what it was parsed from.
 */
#ifndef TACET_E2EE_CARD_H
#define TACET_E2EE_CARD_H

#include "base/buf.h"
#include "base/id.h"
#include "base/text.h"

#define CARD_MAX_SIZE (32 + 32 + TEXT_HANDLE_MAX)

struct card {
    struct network_id nid;
    struct account_id aid; /* which names the account's key */
    struct bytes handle;   /* text_is_handle() */
};

/* Append it, all of it or nothing.  E_MALFORMED: no such handle; E_LIMIT: `out` at its ceiling;
 * E_NOMEM. */
FALLIBLE card_write(const struct card *in, struct buf *out);

/* E_TRUNCATED, E_MALFORMED. */
FALLIBLE card_parse(struct bytes content, struct card *out);

#endif
