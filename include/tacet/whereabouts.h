/* SPDX-License-Identifier: Apache-2.0 */
/* tacet/whereabouts.h: people say where they are, once or for a while. */
#ifndef TACET_WHEREABOUTS_H
#define TACET_WHEREABOUTS_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_POSITION_DEGREE    10000000    /* units in one */
#define TACET_POSITION_LABEL_MAX 256         /* bytes of what a place is called */
#define TACET_POSITION_LIVE_MAX  (24 * 3600) /* seconds for which one says where one is */

/* Queue to `with`, a person or a room, that I am at `at`, called `label` (UTF-8, may be empty).
 * `live_s` is for how long newer ones follow; 0: none do.  `until_ms` of `at` is not looked at.  As
 * tacet_send(), but TACET_MALFORMED: also that it is not on the earth; TACET_LIMIT: also that
 * live_s or the label is too long; TACET_DENIED: also that the network does not allow it. */
TACET_API enum tacet_code tacet_send_position(struct tacet_client *c, const char *with,
                                              const struct tacet_position *at, const char *label,
                                              uint32_t live_s, char id[TACET_ID_SIZE]);

/* Queue that I am at `at` by now, where the message at `place` says where I was.  As tacet_edit(),
 * but TACET_ABSENT: also that it is no position; TACET_EXPIRED: none follows any more. */
TACET_API enum tacet_code tacet_move_position(struct tacet_client *c, const char *with,
                                              uint64_t place, const struct tacet_position *at,
                                              char id[TACET_ID_SIZE]);

/* Queue that none follows any more.  The same, but TACET_STALE: that is so already. */
TACET_API enum tacet_code tacet_stop_position(struct tacet_client *c, const char *with,
                                              uint64_t place, char id[TACET_ID_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
