/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/recovery.h: who loses every device comes back with letters that stand on paper.
 */
#ifndef TACET_RECOVERY_H
#define TACET_RECOVERY_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_LETTERS_SIZE       40  /* 32 letters in groups of four, and a NUL */
#define TACET_RECOVERY_LINK_SIZE 512 /* a link and a NUL */

/* Make a recovery key in the place of the one that there is, if there is one: TACET_EVENT_RECOVERY
 * says when its letters can be shown, or that there will be none.  If this client is closed before
 * tacet_letters_shown() nobody will ever see them, and another one has to be made.
 * TACET_CONFLICT: one is being made.  TACET_DENIED: this device was removed. */
TACET_API enum tacet_code tacet_make_recovery(struct tacet_client *c);

/* The letters, a secret: wipe them when they were shown.  TACET_ABSENT: there are none. */
TACET_API enum tacet_code tacet_letters(struct tacet_client *c, char out[TACET_LETTERS_SIZE]);

/* They were shown to the person, and are forgotten here. */
TACET_API enum tacet_code tacet_letters_shown(struct tacet_client *c);

/* Are these the letters of my account's key?  TACET_MALFORMED: no 32 letters.  TACET_FORGED:
 * others. TACET_ABSENT: there is no key.  TACET_CONFLICT: another device made it, or nobody saw
 * them. */
TACET_API enum tacet_code tacet_confirm_letters(struct tacet_client *c, const uint8_t *letters,
                                                size_t n);

/* Where the server of this profile is, as a link; nothing in it is secret.  It belongs on paper
 * beside the letters. */
TACET_API enum tacet_code tacet_recovery_link(struct tacet_client *c,
                                              char out[TACET_RECOVERY_LINK_SIZE]);

/* Is this such a link?  As tacet_check_link(). */
TACET_API enum tacet_code tacet_check_recovery_link(const char *link);

struct tacet_return {
    const char *link;       /* NULL: go on with what began in this profile */
    const uint8_t *letters; /* borrowed for the call; kept nowhere */
    size_t letters_n;
    bool keep; /* the account's other devices stay; without effect on what began already */
};

/* Make a profile for an account whose devices are all lost; tacet_run() then comes back into it:
 * TACET_EVENT_JOINED.  A TACET_EVENT_LINK with a refusal says why not: TACET_ABSENT: nothing is
 * kept under such letters; TACET_STALE: this key was replaced; TACET_REMOVED: the account was, or
 * somebody else came back with the same letters; TACET_FORGED: what the server shows does not
 * check.  A profile that was cut off goes on with the same letters.  As tacet_join() and
 * tacet_check_link(); TACET_ABSENT: no link, and nothing began here; TACET_MALFORMED: no link, or
 * no 32 letters. */
TACET_API enum tacet_code tacet_come_back(struct tacet_client **out, const struct tacet_profile *p,
                                          const struct tacet_return *how);

#ifdef __cplusplus
}
#endif

#endif
