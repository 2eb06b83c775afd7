/* SPDX-License-Identifier: Apache-2.0 */
/* geo: a position as a person writes it: 52.5163,13.3777 or geo:52.5163,13.3777;u=15 (RFC 5870). */
#ifndef TACET_CLI_GEO_H
#define TACET_CLI_GEO_H

#include "base/buf.h"
#include "tacet/client.h"

/* At most seven digits behind a point; more metres than `u` can hold, another reference system and
 * a height are refused.  Only latitude, longitude and accuracy are written.  false: it is none. */
bool geo_parse(const char *text, struct tacet_position *out);

/* As a geo URI, appended. */
void geo_write(const struct tacet_position *at, struct buf *out);

#endif
