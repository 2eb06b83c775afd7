/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_store: the system's key store, the freedesktop Secret Service, where there is one.
 *
 * Spoken to by the program secret-tool of libsecret, which has a process of its own: nothing is
 * linked to a desktop, and no bus, loop or thread of one is in ours.  Found in PATH.  What is kept
 * there any program of the same user can ask for while the store is open.  Calls wait, for a person
 * who is asked to open the store too, and for a minute at most.
 */
#ifndef TACET_CLIENT_HOST_KEY_STORE_H
#define TACET_CLIENT_HOST_KEY_STORE_H

#include "client/spare_key.h"

/* E_ABSENT: there is no secret-tool, no store that it reaches, or it has no such key.  E_AGAIN: no
 * answer in time.  E_IO, E_NOMEM. */
FALLIBLE key_store_put(const struct spare_key *k);
FALLIBLE key_store_get(const uint8_t name[SPARE_KEY_NAME_SIZE], uint8_t key[SPARE_KEY_SIZE]);
FALLIBLE key_store_drop(const uint8_t name[SPARE_KEY_NAME_SIZE]);

#endif
