/* SPDX-License-Identifier: Apache-2.0 */
#include "net/origin.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assert_err.h"

/* A listener on every address of this family, at a port of the kernel's choice; -1: there is none.
 */
static int listener(int family, in_port_t *port)
{
    struct sockaddr_storage at = {.ss_family = (sa_family_t)family};
    socklen_t n = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), off = 0;

    if (fd < 0)
        return -1;
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        close(fd);
        return -1;
    }
    *port = family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
                              : ((struct sockaddr_in6 *)&at)->sin6_port;
    return fd;
}

/* What a server says of a client that comes to this port of 127.0.0.1. */
static void come(int at, in_port_t port, char out[ORIGIN_SIZE])
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

    assert_true(client >= 0);
    assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof to), 0);
    fd = accept(at, NULL, NULL);
    assert_true(fd >= 0);
    origin_read(fd, out);
    close(fd);
    close(client);
}

static void an_address_is_numeric_and_has_no_port(void **state)
{
    char out[ORIGIN_SIZE];
    in_port_t port;
    int fd = listener(AF_INET, &port);

    (void)state;
    assert_true(fd >= 0);
    come(fd, port, out);
    assert_string_equal(out, "127.0.0.1");
    close(fd);
}

static void one_of_ipv4_is_written_so_on_a_socket_of_ipv6(void **state)
{
    char out[ORIGIN_SIZE];
    in_port_t port;
    int fd = listener(AF_INET6, &port);

    (void)state;
    if (fd < 0)
        skip(); /* a kernel without IPv6 */
    come(fd, port, out);
    assert_string_equal(out, "127.0.0.1");
    close(fd);
}

static void what_is_not_tcp_has_none(void **state)
{
    char out[ORIGIN_SIZE] = "x";
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    origin_read(pair[0], out);
    assert_string_equal(out, "");
    close(pair[0]);
    close(pair[1]);
    memcpy(out, "x", 2);
    origin_read(pair[0], out); /* closed */
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_numeric_and_has_no_port),
        cmocka_unit_test(one_of_ipv4_is_written_so_on_a_socket_of_ipv6),
        cmocka_unit_test(what_is_not_tcp_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
