/* SPDX-License-Identifier: Apache-2.0 */
/* origin: from which address a connection comes. */
#ifndef TACET_NET_ORIGIN_H
#define TACET_NET_ORIGIN_H

#define ORIGIN_SIZE 46 /* an address of IPv6 as text, and its NUL */

/* The other end of a TCP connection, numeric and without its port; one of IPv4 is written as such
 * also where the socket is of IPv6.  Empty: not known, or not TCP. */
void origin_read(int fd, char out[ORIGIN_SIZE]);

#endif
