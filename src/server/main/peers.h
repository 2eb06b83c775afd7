/* SPDX-License-Identifier: Apache-2.0 */
/* peers: the connections: of clients over TCP and TLS, of tacetctl over the control socket. */
#ifndef TACET_SERVER_MAIN_PEERS_H
#define TACET_SERVER_MAIN_PEERS_H

#include "server/api/api.h"

struct metrics_now;
struct serving;

/* What struct serving needs to know of strangers and of those who signed in. */
void peers_limits(struct serving *s);

/* The listeners'. */
void peers_accept_tcp(void *serving, int fd);
void peers_accept_unix(void *serving, int fd);

/* live's: to a session. */
void peers_send(void *serving, struct session *session, struct bytes frame);
void peers_close(void *serving, struct session *session, enum err_code why);

/* Tell everybody that the server stops; who has nothing to be told is freed.  The loop is stopped
 * when the last one has gone. */
void peers_farewell(struct serving *s);

/* Who is connected, now. */
void peers_count(const struct serving *s, struct metrics_now *out);

/* At once. */
void peers_free_all(struct serving *s);

#endif
