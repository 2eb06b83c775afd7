/* SPDX-License-Identifier: Apache-2.0 */
#include "net/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

static bool is_host(const char *host, size_t n, bool brackets)
{
    if (n == 0 || n > ENDPOINT_HOST_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (host[i] <= ' ' || host[i] > '~' || strchr("[]/@", host[i]) != NULL)
            return false;
    return (memchr(host, ':', n) != NULL) == brackets;
}

struct err endpoint_parse(const char *text, struct endpoint *out)
{
    const char *colon = strrchr(text, ':');
    struct endpoint e = {{0}, {0}};
    bool brackets = text[0] == '[';
    size_t n;

    if (colon == NULL || !text_is_port(bytes_text(&colon[1])))
        return FAIL(E_MALFORMED);
    n = (size_t)(colon - text);
    if (brackets) {
        if (n < 2 || text[n - 1] != ']')
            return FAIL(E_MALFORMED);
        text = &text[1];
        n -= 2;
    }
    if (!is_host(text, n, brackets))
        return FAIL(E_MALFORMED);
    memcpy(e.host, text, n);
    memcpy(e.port, &colon[1], strlen(&colon[1]));
    *out = e;
    return OK;
}

bool endpoint_is_loopback(const struct endpoint *e)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, e->host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    return inet_pton(AF_INET6, e->host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}
