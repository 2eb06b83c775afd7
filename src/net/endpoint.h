/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint: "host:port" taken apart.  An IPv6 address stands in brackets: "[::1]:7443". */
#ifndef TACET_NET_ENDPOINT_H
#define TACET_NET_ENDPOINT_H

#include "base/err.h"

#define ENDPOINT_HOST_MAX 253

struct endpoint {
    char host[ENDPOINT_HOST_MAX + 1]; /* without brackets; never empty */
    char port[6];                     /* "0" to "65535" */
};

/* E_MALFORMED.  Whether the host exists is not asked. */
FALLIBLE endpoint_parse(const char *text, struct endpoint *out);

/* Is the host written as an address of this very machine, 127.x.x.x or ::1?  A name is not: who
 * knows where it leads. */
bool endpoint_is_loopback(const struct endpoint *e);

#endif
