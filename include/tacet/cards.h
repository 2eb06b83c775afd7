/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/cards.h: contact cards: who somebody is, as the one who sends it knows them.
 *
 * A card names an account, and so its key.  Nobody becomes a contact by one, nor verified: what it
 * says of whom is compared with who is known here when it is shown (`introduced` of struct
 * tacet_message).
 */
#ifndef TACET_CARDS_H
#define TACET_CARDS_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Queue to `with`, a person or a room, the card of whoever has this handle here: a contact, or
 * myself.  As tacet_send(), but TACET_ABSENT: also that nobody here has it; TACET_AGAIN: the
 * network was not asked yet who that is; TACET_CONFLICT: also that they are another account now,
 * which nobody accepted. */
TACET_API enum tacet_code tacet_send_card(struct tacet_client *c, const char *with,
                                          const char *handle, char id[TACET_ID_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
