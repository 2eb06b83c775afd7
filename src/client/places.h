/* SPDX-License-Identifier: Apache-2.0 */
/* places: a set of places of one stream, as ranges. */
#ifndef TACET_CLIENT_PLACES_H
#define TACET_CLIENT_PLACES_H

#include "base/buf.h"
#include "base/reader.h"
#include "e2ee/control.h"

#define PLACES_MAX  256
#define PLACES_SIZE (2 + PLACES_MAX * 16) /* of one, written, at most */

struct places {
    size_t n;
    struct control_range at[PLACES_MAX]; /* apart, rising */
};

/* Put first..last there too.  False: another range has no room, and nothing has changed. */
bool places_add(struct places *p, uint64_t first, uint64_t last);

bool places_has(const struct places *p, uint64_t seq);

/* Take the lowest ranges out, as many. */
void places_drop(struct places *p, size_t ranges);

void places_write(const struct places *p, struct buf *out);
/* What is wrong with it makes the reader fail: E_MALFORMED. */
void places_read(struct reader *r, struct places *out);

#endif
