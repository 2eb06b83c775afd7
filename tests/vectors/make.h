/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make: what the makers of vectors share.  Private keys, ids and message keys come from a generator
 * that is the same in every run; signatures do not, so they are for verifying only.
 */
#ifndef TACET_TESTS_VECTORS_MAKE_H
#define TACET_TESTS_VECTORS_MAKE_H

#include <jansson.h>

#include "crypto/agree.h"
#include "crypto/random.h"
#include "e2ee/channel.h"
#include "statement/names.h"

#define MAKE_NOW_MS UINT64_C(1793000000000)
#define MAKE_DOMAIN "tacet.example"

/* Ends the program when something failed. */
void must(struct err err);

/* The next fixed bytes. */
struct random *make_random(void);
void make_bytes(uint8_t *out, size_t n);

/* A signing key pair, and one for agreement. */
struct signer {
    uint8_t scalar[SIGN_PRIVATE_SIZE];
    struct sign_private *secret;
    struct point pub;
};
struct agreer {
    uint8_t scalar[AGREE_PRIVATE_SIZE];
    struct agree_private *secret;
    uint8_t point[AGREE_PUBLIC_SIZE];
    struct agree_public *key;
};

/* An ML-KEM key pair. */
struct encapsulator {
    uint8_t seed[MLKEM_PRIVATE_SIZE]; /* d | z */
    struct mlkem_private *secret;
    uint8_t pub[MLKEM_PUBLIC_SIZE], digest[PREKEY_KEM_DIGEST_SIZE];
};

void make_signer(struct signer *k);
void make_agreer(struct agreer *k);
void make_encapsulator(struct encapsulator *k);
void free_signer(struct signer *k);
void free_agreer(struct agreer *k);
void free_encapsulator(struct encapsulator *k);

/* A person with two devices. */
struct person {
    struct signer ark, dsk[2]; /* sorted by did */
    struct party device[2];
};

struct people {
    struct signer root, directory;
    struct network_id nid;
    struct person alice, bob;
};

void make_people(struct people *p);
void make_person(const struct network_id *nid, struct person *p);
void free_person(struct person *p);
void free_people(struct people *p);

/* Fields of a vector. */
void put_bytes(json_t *to, const char *name, struct bytes value);
void put_number(json_t *to, const char *name, uint64_t value);
void put_text(json_t *to, const char *name, struct bytes value);
json_t *put_object(json_t *to, const char *name);
json_t *put_array(json_t *to, const char *name);
json_t *add_object(json_t *array);
void put_signer(json_t *to, const char *name, const struct signer *k);
void put_agreer(json_t *to, const char *name, const struct agreer *k);
void put_encapsulator(json_t *to, const char *name, const struct encapsulator *k);
void put_party(json_t *to, const char *name, const struct party *p);

/* The files. */
json_t *make_statements(const struct people *p);
json_t *make_safety(const struct people *p);
json_t *make_channel(const struct people *p);
json_t *make_message(const struct people *p);
json_t *make_files(void);
json_t *make_contents(void);
json_t *make_frames(void);
json_t *make_joining(const struct people *p); /* draws behind the town */
json_t *make_history(const struct people *p); /* draws last */

/* Those of more than two people: what it draws comes last. */
struct town_files {
    json_t *lists, *policies, *rooms, *rosters;
};

void make_town(const struct people *people, struct town_files *out);

#endif
