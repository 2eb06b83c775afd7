/* SPDX-License-Identifier: Apache-2.0 */
/* founding: a new network: its root key, its server's keys, its empty database. */
#ifndef TACET_SERVER_MAIN_FOUNDING_H
#define TACET_SERVER_MAIN_FOUNDING_H

#include "base/bytes.h"
#include "base/err.h"

struct founding {
    const char *data;      /* directory to make */
    const char *root_file; /* to write; never below `data` */
    const char *name, *domain;
    struct bytes passphrase; /* of the root key */
    uint8_t cost;            /* of its derivation */
    uint64_t now_ms;
};

/* E_CONFLICT: the directory holds something, or the file exists; E_DENIED: the file lies below the
 * directory; E_MALFORMED: name or domain.  E_IO, E_FULL, E_CRYPTO, E_NOMEM. */
FALLIBLE founding_make(const struct founding *f);

#endif
