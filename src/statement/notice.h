/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice: the server's word to a sender that one of its devices' mailboxes could not keep an upload
 * that was accepted.  [PROTOCOL 6.4]
 */
#ifndef TACET_STATEMENT_NOTICE_H
#define TACET_STATEMENT_NOTICE_H

#include "base/buf.h"
#include "base/id.h"

#define NOTICE_VERSION 1
#define NOTICE_SIZE    26

struct upload_notice {
    uint64_t number;      /* of the upload, as its sender counts */
    struct device_id did; /* who will not get it */
    enum err_code code;   /* why */
};

void notice_write(const struct upload_notice *n, struct buf *out);

/* E_TRUNCATED; E_MALFORMED: also an upload number of zero, or a code that does not exist. */
FALLIBLE notice_parse(struct bytes in, struct upload_notice *out);

#endif
