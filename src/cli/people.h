/* SPDX-License-Identifier: Apache-2.0 */
/* people: how words speak of somebody: by handle always, and by the name that one gave them. */
#ifndef TACET_CLI_PEOPLE_H
#define TACET_CLI_PEOPLE_H

#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "tacet/client.h"

/* "bob", or "bob (Robert)", appended.  The handle stands first and is never left out, so that a
 * name cannot pass for somebody else. */
void people_write(struct tacet_client *client, const char *handle, struct buf *out);

/* The same, printed. */
void people_show(FILE *to, struct tacet_client *client, const char *handle);

/* The name for JSON: a string, or null. */
json_t *people_json(struct tacet_client *client, const char *handle);

#endif
