/* SPDX-License-Identifier: Apache-2.0 */
/* vector: the files of this folder, read by tests. */
#ifndef TACET_TESTS_VECTORS_VECTOR_H
#define TACET_TESTS_VECTORS_VECTOR_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"
#include "base/arena.h"
#include "base/encoding.h"
#include "e2ee/identity.h"

/* Bytes that were read live here until the test ends. */
static struct arena vector_memory = {.max = 1 << 20};

/* That of the source, unless TACET_VECTORS names another: one that tests/interop made, say. */
static inline const char *vector_folder(void)
{
    const char *folder = getenv("TACET_VECTORS");

    return folder != NULL ? folder : TACET_SOURCE_DIR "/tests/vectors";
}

static inline json_t *vector_load(const char *name)
{
    char path[1024];
    json_error_t error;
    json_t *file;

    snprintf(path, sizeof path, "%s/%s", vector_folder(), name);
    file = json_load_file(path, 0, &error);
    if (file == NULL)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return file;
}

static inline json_t *vector_get(json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);

    if (value == NULL)
        fail_msg("the vector has no %s", name);
    return value;
}

static inline struct bytes vector_text(json_t *from, const char *name)
{
    json_t *value = vector_get(from, name);

    return bytes(json_string_value(value), json_string_length(value));
}

static inline struct bytes vector_bytes(json_t *from, const char *name)
{
    struct bytes text = vector_text(from, name);
    uint8_t *at = arena_alloc(&vector_memory, text.n / 2);

    assert_non_null(at);
    assert_ok(encoding_hex_read(text, at, text.n / 2));
    return bytes(at, text.n / 2);
}

static inline void vector_copy(json_t *from, const char *name, uint8_t *out, size_t n)
{
    struct bytes value = vector_bytes(from, name);

    assert_int_equal(value.n, n);
    memcpy(out, value.at, n);
}

static inline uint64_t vector_number(json_t *from, const char *name)
{
    return (uint64_t)json_integer_value(vector_get(from, name));
}

static inline struct party vector_party(json_t *from, const char *name)
{
    json_t *o = vector_get(from, name);
    struct party p;

    vector_copy(o, "nid", p.nid.b, sizeof p.nid.b);
    vector_copy(o, "aid", p.aid.b, sizeof p.aid.b);
    vector_copy(o, "did", p.did.b, sizeof p.did.b);
    return p;
}

/* The public half of a key pair, once the private half was found to be its own. */
static inline struct point vector_signer(json_t *from, const char *name,
                                         struct sign_private **secret)
{
    json_t *o = vector_get(from, name);
    struct sign_private *key;
    struct point pub;

    assert_ok(sign_private_parse(&key, vector_bytes(o, "private")));
    assert_ok(sign_private_public(key, pub.b));
    assert_bytes(BYTES(pub.b), vector_bytes(o, "public"));
    if (secret != NULL)
        *secret = key;
    else
        sign_private_free(key);
    return pub;
}

#define assert_field(got, from, name) assert_bytes((got), vector_bytes((from), (name)))

#endif
