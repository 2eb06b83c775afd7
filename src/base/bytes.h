/* SPDX-License-Identifier: Apache-2.0 */
/* bytes: a borrowed run of bytes.  It owns nothing and dies with what it points into. */
#ifndef TACET_BASE_BYTES_H
#define TACET_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *at;
    size_t n;
};

/* Of an array whose size is known here; of a string literal, without its NUL. */
#define BYTES(array)        ((struct bytes){(array), sizeof(array)})
#define BYTES_LITERAL(text) ((struct bytes){(const uint8_t *)("" text), sizeof(text) - 1})
/* A label of the protocol: a string literal with its NUL. */
#define BYTES_LABEL(text) ((struct bytes){(const uint8_t *)("" text), sizeof(text)})

static inline struct bytes bytes(const void *at, size_t n)
{
    return (struct bytes){at, n};
}

static inline struct bytes bytes_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* Same length and content.  Not for secrets: see crypto/secret.h. */
bool bytes_same(struct bytes a, struct bytes b);

/* Order as memcmp, the shorter first when one begins the other. */
int bytes_compare(struct bytes a, struct bytes b);

bool bytes_all_zero(struct bytes b);

#endif
