/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment: what a message says of a file that lies at the server: where it is, what opens it,
 * and what its sender calls it.  [PROTOCOL 13.8]
 *
 * Name, type, duration and preview are the sender's words, and nobody has checked them: none of
 * them may decide where a file is written, or what is done with it.
 */
#ifndef TACET_E2EE_ATTACHMENT_H
#define TACET_E2EE_ATTACHMENT_H

#include "e2ee/file_key.h"

#define ATTACHMENT_ID_SIZE     32
#define ATTACHMENT_NAME_MAX    255 /* bytes of UTF-8 */
#define ATTACHMENT_TYPE_MAX    127 /* bytes of ASCII */
#define ATTACHMENT_PREVIEW_MAX (32u << 10)
#define ATTACHMENT_MAX_SIZE                                                                \
    (2 + ATTACHMENT_ID_SIZE + FILE_KEY_DESCRIPTOR_SIZE + 4 + 1 + ATTACHMENT_NAME_MAX + 1 + \
     ATTACHMENT_TYPE_MAX + 4 + ATTACHMENT_PREVIEW_MAX)

/* Holds the key: wiped where it dies. */
struct attachment {
    uint8_t id[ATTACHMENT_ID_SIZE];
    struct file_descriptor file;
    bool voice;                       /* something that was spoken: */
    uint32_t duration_ms;             /* so long; 0 of all else */
    bool view_only;                   /* it is to be shown, and not to be kept */
    bool forwarded;                   /* it was sent elsewhere, by whom it does not say */
    struct bytes name, type, preview; /* borrowed from what was parsed; may be empty */
};

/* Append the content.  E_MALFORMED: it breaks a rule of form; E_LIMIT, E_NOMEM. */
FALLIBLE attachment_write(const struct attachment *a, struct buf *out);

/* E_TRUNCATED, E_MALFORMED; E_LIMIT: also a file over LIMIT_FILE.  `out` is untouched on error. */
FALLIBLE attachment_parse(struct bytes content, struct attachment *out);

#endif
