/* SPDX-License-Identifier: Apache-2.0 */
/* client_internal: the client as the files of its public calls see it. */
#ifndef TACET_CLIENT_HOST_CLIENT_INTERNAL_H
#define TACET_CLIENT_HOST_CLIENT_INTERNAL_H

#include "client/host/carrier.h"
#include "crypto/p521.h"
#include "tacet/client.h"

struct tacet_client {
    struct random random;
    struct db *db;
    struct vault *vault;
    struct engine *engine;
    struct carrier *carrier;
    struct pool pool; /* of this many threads */
    size_t threads;
    char *path;           /* of the profile's file */
    bool wiped;           /* another device removed this one: there is nothing here any more */
    uint32_t wrong_tries; /* that nobody had been told of when it was opened */
    int bell;             /* at which another program asks to lock; -1: none */
    struct arena shown;   /* the text that the last call lent to the caller */
    struct arena named;   /* the name of the contact that was given last */
};

enum tacet_code client_code(struct err err);

/* This device was removed, or somebody guessed too often: what the profile holds is made
 * unreadable, and its files go.  Its vault need not be open.  [PROTOCOL 15.7] */
FALLIBLE wiping_begin(struct tacet_client *c);

/* In hexadecimal, with a NUL. */
void client_hex(struct bytes in, char *out);

/* An account's handle, mine among them; "" when it is not known here. */
void client_handle(struct tacet_client *c, const struct account_id *aid,
                   char out[TACET_HANDLE_SIZE]);

/* As a caller sees it; the text stays where it is. */
void client_message(const struct message *m, const char *with, struct tacet_message *out);

#endif
