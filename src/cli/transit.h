/* SPDX-License-Identifier: Apache-2.0 */
/* transit: files on their way, as words wait for them. */
#ifndef TACET_CLI_TRANSIT_H
#define TACET_CLI_TRANSIT_H

#include "cli/cli.h"
#include "cli/drive.h"

/* Says why it cannot be sent or fetched. */
enum words_end transit_trouble(enum tacet_code code);

/* Until the transfer has ended: then *last is that event. */
bool transit_await(struct drive *d, uint64_t number, struct tacet_event *last);

/* The messages that bring what was sent are still to be accepted. */
void transit_send_message(struct drive *d);

/* All of that, in so many seconds at most, and says what came of it; of what was fetched the path
 * goes to standard output.  *state: of what is sent. */
enum words_end transit_follow(struct tacet_client *client, uint64_t number, unsigned wait,
                              enum tacet_state *state);

#endif
