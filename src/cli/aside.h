/* SPDX-License-Identifier: Apache-2.0 */
/* aside: what a person says of a conversation, or of a message in it, to their own devices alone.
 */
#ifndef TACET_CLI_ASIDE_H
#define TACET_CLI_ASIDE_H

#include <jansson.h>

#include "cli/choice.h"
#include "cli/posting.h"

struct aside {
    const char *meant; /* a handle, or + and what a room is called */
    const char *id;    /* the beginning of a message's id; NULL: it is about no message */
    bool back;
    uint64_t until_ms;

    enum tacet_code (*act)(struct tacet_client *client, const struct posting *p,
                           const struct aside *a);
    const struct sentence *why; /* that cannot be */

    bool json;
    const char *what; /* for JSON: what it is called that was said, */
    json_t *now;      /* and what it is from now on */
};

/* Open the profile, find what is meant, do it, close.  Takes a->now.  With `json` it is told on
 * stdout: with, id if there is one, and what was said. */
enum words_end aside_run(const struct choice *c, const struct aside *a);

#endif
