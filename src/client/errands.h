/* SPDX-License-Identifier: Apache-2.0 */
/* errands: what a person asks of files: send one, fetch one, let one be. */
#ifndef TACET_CLIENT_ERRANDS_H
#define TACET_CLIENT_ERRANDS_H

#include "client/transferring.h"

/* Send the file at `path` in a conversation; name, type, voice and preview as in `about`, whose
 * other fields are made here.  E_AGAIN: no files can be reached; E_LIMIT: too large, too many
 * are waiting, or a preview as in e2ee/preview.h; E_MALFORMED, E_TRUNCATED: a name, type or preview
 * will not do; errors of filing. */
FALLIBLE errands_send(struct engine *e, uint64_t conversation, const struct attachment *about,
                      struct bytes path, uint64_t *number);

/* Send on what somebody else's message brought, whose content that is, in a conversation.
 * E_DENIED: it is not to be kept; else as above. */
FALLIBLE errands_pass(struct engine *e, uint64_t conversation, struct bytes content,
                      uint64_t *number);

/* Fetch what the message at that place says into a folder.  E_ABSENT: no such message; E_MALFORMED:
 * it brings no file; E_DENIED: one that is not to be kept. */
FALLIBLE errands_fetch(struct engine *e, uint64_t conversation, uint64_t place, struct bytes folder,
                       uint64_t *number);

/* Also what is shown, which is wiped.  E_ABSENT: there is none of this number. */
FALLIBLE errands_cancel(struct engine *e, uint64_t number);

/* The message is over: what is being fetched for it is given up, and its key with it. */
FALLIBLE errands_end(struct engine *e, uint64_t conversation, uint64_t place);

#endif
