/* SPDX-License-Identifier: Apache-2.0 */
#include "net/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(ORIGIN_SIZE >= INET6_ADDRSTRLEN, "every address fits");

static const size_t MAPPED = 12; /* bytes before an address of IPv4 in one of IPv6 */

void origin_read(int fd, char out[ORIGIN_SIZE])
{
    struct sockaddr_storage peer = {0};
    socklen_t n = sizeof peer;
    const char *text = NULL;

    if (getpeername(fd, (struct sockaddr *)&peer, &n) != 0) {
        out[0] = '\0';
        return;
    }
    if (peer.ss_family == AF_INET)
        text = inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, out, ORIGIN_SIZE);
    if (peer.ss_family == AF_INET6) {
        const struct in6_addr *at = &((struct sockaddr_in6 *)&peer)->sin6_addr;

        text = IN6_IS_ADDR_V4MAPPED(at) ? inet_ntop(AF_INET, &at->s6_addr[MAPPED], out, ORIGIN_SIZE)
                                        : inet_ntop(AF_INET6, at, out, ORIGIN_SIZE);
    }
    if (text == NULL)
        out[0] = '\0';
}
