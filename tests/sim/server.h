/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: the host of the real handlers: what `server/main` is in the real program.
 *
 * Requests that wait become a batch; its answers leave some time after its commit, and a crash may
 * come at any moment, in between too.
 */
#ifndef TACET_TESTS_SIM_SERVER_H
#define TACET_TESTS_SIM_SERVER_H

#include "sim/network.h"

#define SERVER_FILE_NAME "server.db"

/* A network is founded; the server runs. */
void server_found(struct world *w);
void server_free(struct world *w);

/* The power is cut: what was not synced may be lost.  Quietly: nobody is told. */
void server_crash(struct world *w, bool quietly);
/* And its disk is lost; there is another now, with this on it. */
void server_lose_disk(struct world *w, const struct disk_image *instead);
/* Is the machine off, or does the program have to be started again?  Then it is done. */
bool server_looked_after(struct world *w);
/* It stops in good order. */
void server_stop(struct world *w);
/* It is started, now if it can be, and else again and again. */
void server_start(struct world *w);
uint64_t server_clock(const struct world *w);

void server_line_up(struct world *w, struct line *l);
void server_frame(struct world *w, struct line *l, struct bytes frame);
void server_line_down(struct world *w, struct line *l);

/* A frame of the operator's, on the control socket. */
void server_control(struct world *w, struct bytes frame);

#endif
