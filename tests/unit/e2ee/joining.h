/* SPDX-License-Identifier: Apache-2.0 */
/* joining: an account whose device shows a link, and a device that opens it. */
#ifndef TACET_TESTS_JOINING_H
#define TACET_TESTS_JOINING_H

#include "e2ee/identity.h"
#include "e2ee/link_answer.h"
#include "e2ee/recovery.h"

#define JOINING_NOW_MS UINT64_C(1793000000000)
#define JOINING_DOMAIN BYTES_LITERAL("example.org")
#define JOINING_HANDLE BYTES_LITERAL("ada")

struct joining {
    struct point root;
    struct identity old;     /* the device that is there */
    struct device_list list; /* its first list, and the next with the new device */
    struct device_list next;
    struct buf statement; /* next, signed */
    struct device_link link;

    /* The new device. */
    struct sign_private *dsk;
    struct agree_private *point;
    struct mlkem_private *kem;
    struct link_ask ask;
};

void joining_begin(struct joining *j);
void joining_end(struct joining *j);

/* Sign `next` once more, after a change. */
void joining_sign(struct joining *j);

/* What the old device answers, and what the new one opens it with. */
struct link_answer joining_answer(const struct joining *j);
struct link_answer_keys joining_keys(const struct joining *j);

/* Any plain text sealed as an answer, or as a blob, under a key of this label, worked out as 15.4
 * and 15.6 say; `answer` is one that was really made, of which key and ciphertext are taken. */
void joining_seal_answer(const struct joining *j, struct bytes answer, struct bytes label,
                         struct bytes plain, struct buf *out);
void joining_seal_blob(const struct network_id *nid, const struct recovery_key *key,
                       struct bytes label, struct bytes plain, struct buf *out);

/* What the new device says of an answer, and who has the letters of a blob. */
struct err joining_take_answer(const struct joining *j, struct bytes in);
struct err joining_take_blob(const struct network_id *nid, const struct recovery_key *key,
                             struct bytes in);

/* The plain texts: version | root | domain | handle | ARK | list, and version | aid | domain |
 * handle | ARK | recovery DSK, which the old device's stands for. */
void joining_write_answer(const struct joining *j, struct buf *out);
void joining_write_blob(const struct joining *j, struct buf *out);

#endif
