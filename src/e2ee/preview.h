/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preview: the small image that comes with a file, as far as one can tell without decoding it.
 * [PROTOCOL 13.8]
 *
 * Whoever shows one gives foreign bytes to a decoder: so only two kinds are let through, of which
 * the sides stand in front, and of no more points than a screen shows small.
 */
#ifndef TACET_E2EE_PREVIEW_H
#define TACET_E2EE_PREVIEW_H

#include "base/bytes.h"
#include "base/err.h"

#define PREVIEW_SIDE_MAX 1024 /* points */

enum preview_kind { PREVIEW_PNG = 1, PREVIEW_JPEG };

struct preview {
    enum preview_kind kind;
    uint16_t width, height; /* as it says: 1 to PREVIEW_SIDE_MAX */
};

/* E_MALFORMED: it is neither, or says nothing of its size before its first points; E_TRUNCATED;
 * E_LIMIT: a side is too long.  `out` is untouched on error. */
FALLIBLE preview_judge(struct bytes image, struct preview *out);

#endif
