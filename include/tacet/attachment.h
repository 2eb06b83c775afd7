/* SPDX-License-Identifier: Apache-2.0 */
/* tacet/attachment.h: what a message says of the file that it brings.  All of it is its sender's
 * word, which nobody has checked. */
#ifndef TACET_ATTACHMENT_H
#define TACET_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TACET_FILE_TYPE_MAX 127 /* bytes */

/* A small image of it that its sender made.  One of another kind, or of more points, is as good as
 * none. */
enum tacet_preview { TACET_PREVIEW_NONE = 0, TACET_PREVIEW_PNG = 1, TACET_PREVIEW_JPEG = 2 };

struct tacet_attachment {
    char type[TACET_FILE_TYPE_MAX + 1]; /* "image/png"; "": it does not say */
    bool spoken;                        /* a voice memo: */
    uint32_t duration_ms;               /* so long */
    bool forwarded;                     /* it was sent elsewhere, by whom it does not say */
    enum tacet_preview preview;         /* as the next: */
    const uint8_t *image;               /* borrowed as the message's text; nobody has decoded it */
    size_t image_n;
    unsigned width, height; /* of the image, in points, as it says: at most 1,024 */
};

#endif
