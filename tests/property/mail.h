/* SPDX-License-Identifier: Apache-2.0 */
/* mail: what a lying server has seen of it, to be brought again or late. */
#ifndef TACET_TESTS_PROPERTY_MAIL_H
#define TACET_TESTS_PROPERTY_MAIL_H

#include "wire/frame.h"
#include "wire/tacet.pb-c.h"

#define MAIL_MAX 64

struct mail_item {
    struct person *to;
    uint32_t kind;
    uint64_t received_ms;
    uint8_t *sealed;
    size_t n;
};

/* Zero is none. */
struct mail {
    struct mail_item item[MAIL_MAX];
    size_t n;
};

/* A copy; what there is no room for is not kept. */
void mail_keep(struct mail *m, struct person *to, const Tacet__Wire__Item *i);
/* To be brought among other mail; borrows the bytes. */
Tacet__Wire__Item *mail_item(const struct mail_item *i, struct arena *a);
/* It is kept no longer, and stands in a page of its own, with more behind it.  Whose it was. */
struct person *mail_take(struct mail *m, size_t i, struct buf *page);
void mail_free(struct mail *m);

/* As its receiver would say it of mail that never reached them. */
void mail_acknowledge(uint64_t number, struct buf *frame);

#endif
