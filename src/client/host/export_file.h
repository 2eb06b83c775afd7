/* SPDX-License-Identifier: Apache-2.0 */
/* export_file: is a file what a device wrote out of a conversation?  [PROTOCOL 16.3] */
#ifndef TACET_CLIENT_HOST_EXPORT_FILE_H
#define TACET_CLIENT_HOST_EXPORT_FILE_H

#include "statement/export.h"
#include "tacet/export.h"

#define EXPORT_FILE_LINE_MAX (512 * 1024) /* bytes */
#define EXPORT_FILE_PEOPLE   4096
#define EXPORT_FILE_DEVICES  16384

struct export_file {
    const struct network_id *nid; /* of which network it must be */
    uint64_t now_ms;
    tacet_read_fn *read;
    void *ctx;
};

struct export_found {
    struct export_word word;
    uint64_t messages, proved;
};

/* A line at a time, so that memory grows by who stands in it, not by the file.  E_FORGED,
 * E_TRUNCATED, E_MALFORMED, E_LIMIT, E_VERSION; E_DENIED: another network's; E_CLOCK; E_IO: `read`
 * failed; E_NOMEM, E_CRYPTO. */
FALLIBLE export_file_check(const struct export_file *file, struct export_found *out);

#endif
