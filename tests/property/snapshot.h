/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot: the bytes of a database that is closed, to be put back later. */
#ifndef TACET_TESTS_PROPERTY_SNAPSHOT_H
#define TACET_TESTS_PROPERTY_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot {
    uint8_t *at; /* NULL: none was taken */
    size_t n;
};

bool snapshot_is_taken(const struct snapshot *s);
void snapshot_take(struct snapshot *s, const char *path);
void snapshot_put_back(const struct snapshot *s, const char *path);
bool snapshot_is_same(const struct snapshot *s, const char *path);
void snapshot_free(struct snapshot *s);

#endif
