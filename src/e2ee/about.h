/* SPDX-License-Identifier: Apache-2.0 */
/*
 * about: what a room is called, and what kind of conversation it is.  Its state holds a digest of
 * it, in the name box, and its people tell each other the rest, so that no server reads it.
 * [PROTOCOL 6.9]
 */
#ifndef TACET_E2EE_ABOUT_H
#define TACET_E2EE_ABOUT_H

#include "base/buf.h"
#include "base/id.h"

#define ABOUT_SALT_SIZE       32
#define ABOUT_NAME_MAX        128  /* bytes of UTF-8, 1 at least */
#define ABOUT_DESCRIPTION_MAX 4096 /* the same; may be empty */
#define ABOUT_MAX_SIZE        (1 + ABOUT_SALT_SIZE + 1 + ABOUT_NAME_MAX + 4 + ABOUT_DESCRIPTION_MAX)
#define ABOUT_BOX_SIZE        34 /* the name box of a state */

enum about_kind {
    ABOUT_GROUP = 1, /* nobody is more than others: each member is a moderator */
    ABOUT_ROOM = 2,
};

struct about {
    enum about_kind kind;
    uint8_t salt[ABOUT_SALT_SIZE];
    struct bytes name, description; /* borrowed from what was parsed */
};

/* Append the content.  E_MALFORMED: it breaks a rule of form; E_LIMIT, E_NOMEM. */
FALLIBLE about_write(const struct about *a, struct buf *out);

/* E_TRUNCATED, E_LIMIT; E_MALFORMED: also no such kind, no name, or no UTF-8. */
FALLIBLE about_parse(struct bytes content, struct about *out);

/* The name box for this content in a room of that home network. */
FALLIBLE about_box(const struct network_id *home, struct bytes content,
                   uint8_t out[ABOUT_BOX_SIZE]);

/* Is it what the box is of?  One that does not parse is of none.  E_CRYPTO. */
FALLIBLE about_fits(const struct network_id *home, struct bytes content, struct bytes box,
                    bool *fits);

/* What a name box says that everybody can read; a box of another form is a room's. */
enum about_kind about_kind_of(struct bytes box);

#endif
