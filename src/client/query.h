/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: what a person looks for in texts.
 *
 * A query is words; a text fits when each of them stands somewhere in it, also inside of a longer
 * word.  Case, accents and forms of one letter make no difference: both are folded by Unicode's
 * rules [UAX15] [UNICODE 3.13], as the library utf8proc has them, and lose their marks.
 */
#ifndef TACET_CLIENT_QUERY_H
#define TACET_CLIENT_QUERY_H

#include "base/buf.h"

#define QUERY_MAX       256 /* bytes of a query */
#define QUERY_WORDS_MAX 16

struct query {
    struct buf folded; /* the words, one behind the other */
    struct buf text;   /* what is being looked at, folded; kept for the next one */
    size_t words, end[QUERY_WORDS_MAX];
};

/* To be freed, after an error too.  E_MALFORMED: not UTF-8, or no word in it; E_LIMIT: over
 * QUERY_MAX bytes or QUERY_WORDS_MAX words; E_NOMEM. */
FALLIBLE query_parse(struct bytes in, struct query *out);

/* Text that is not UTF-8 fits nothing.  E_NOMEM. */
FALLIBLE query_fits(struct query *q, struct bytes text, bool *fits);

void query_free(struct query *q); /* wipes */

#endif
