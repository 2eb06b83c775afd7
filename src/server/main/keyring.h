/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring: the keystore of this host: files in the data directory, or the operator's outside of it.
 *
 *   tls.key, tls.crt            in force, unless they are outside
 *   tls-next.key, tls-next.crt  announced; where the key in force is outside, the certificate alone
 *
 * A key's file is refused when others may write it or read it; a group may read what is root's, as
 * machines that renew certificates leave it.
 */
#ifndef TACET_SERVER_MAIN_KEYRING_H
#define TACET_SERVER_MAIN_KEYRING_H

#include "net/tls.h"
#include "server/main/house.h"
#include "server/networks/keystore.h"

#define KEYRING_DOMAIN_SIZE 256

struct keyring {
    struct keystore keystore; /* its ctx is this */
    char domain[KEYRING_DOMAIN_SIZE];
    char key[HOUSE_PATH_SIZE], certificate[HOUSE_PATH_SIZE];
    char next_key[HOUSE_PATH_SIZE], next_certificate[HOUSE_PATH_SIZE];
};

/* `key` and `certificate`: the operator's files; both NULL: those in `data`, where what was cut off
 * in the middle is finished.  `domain` is for certificates that are made.  It is not moved while it
 * is used.  E_LIMIT: a path is too long.  E_IO. */
FALLIBLE keyring_open(struct keyring *k, const char *data, const char *key, const char *certificate,
                      struct bytes domain);

/* What new connections are to be shown, from the files as they are.  The errors of a look. */
FALLIBLE keyring_load(const struct keyring *k, struct tls **out, struct keystore_key *found);

/* Nothing is announced: no next key is left lying about. */
FALLIBLE keyring_tidy(const struct keyring *k);

/* The error of a look as a sentence: what is wrong with the files in force. */
const char *keyring_why(enum err_code code);

#endif
