/* SPDX-License-Identifier: Apache-2.0 */
/* behind: who was not seen to write by the newest list of my devices. */
#ifndef TACET_CLI_BEHIND_H
#define TACET_CLI_BEHIND_H

#include <jansson.h>

#include "tacet/client.h"

/* The next contact after *c (number 0: the first) who was not seen to write by my list of this
 * version, or a later one; false: there are no more.  Nobody counts who was removed, or whose
 * account is another one now. */
bool behind_next(struct tacet_client *client, uint32_t list, struct tacet_contact *c);

/* The same as one line, if there is anybody. */
void behind_show(struct tacet_client *client, uint32_t list);

/* Their handles for JSON: an array, or NULL for want of memory. */
json_t *behind_json(struct tacet_client *client, uint32_t list);

#endif
