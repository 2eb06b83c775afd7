/* SPDX-License-Identifier: Apache-2.0 */
/* "host:port": what is accepted is made of exactly what was written. */
#include "net/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char again[ENDPOINT_HOST_MAX + 16], *text = calloc(1, n + 1);
    struct endpoint e;
    struct err err;

    invariant(text != NULL);
    if (n > 0)
        memcpy(text, at, n);
    FUZZ_FILLED(e);
    err = endpoint_parse(text, &e);
    if (err.code == E_OK) {
        bool six = strchr(e.host, ':') != NULL;

        invariant(e.host[0] != '\0' && strlen(e.host) <= ENDPOINT_HOST_MAX);
        invariant(strtoul(e.port, NULL, 10) <= 65535);
        snprintf(again, sizeof again, six ? "[%s]:%s" : "%s:%s", e.host, e.port);
        invariant(strcmp(again, text) == 0);
    } else {
        invariant(err.code == E_MALFORMED && fuzz_is_filled(&e, sizeof e));
    }
    free(text);
    return 0;
}
