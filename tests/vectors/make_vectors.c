/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_vectors FOLDER: writes the vectors of this folder anew.  Tests read what is committed and
 * never run this; a change of a file that is more than its signatures is a change of the protocol.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "vectors/make.h"

void must(struct err err)
{
    if (err.code == E_OK)
        return;
    fprintf(stderr, "make_vectors: %s at %s\n", err_name(err.code), err.where);
    exit(1);
}

/* SHA-512 of a counter, again and again. */
static struct err fill(void *ctx, uint8_t *out, size_t n)
{
    uint64_t *count = ctx;

    while (n > 0) {
        uint8_t block[HASH_SHA512_SIZE], number[8];
        size_t take = n < sizeof block ? n : sizeof block;

        ++*count;
        for (size_t i = 0; i < sizeof number; i++)
            number[i] = (uint8_t)(*count >> (56 - 8 * i));
        TRY(hash_sha512(HASH_PARTS(BYTES_LABEL("tacet test vectors"), BYTES(number)), block));
        memcpy(out, block, take);
        out += take;
        n -= take;
    }
    return OK;
}

struct random *make_random(void)
{
    static uint64_t count;
    static struct random fixed = {fill, &count};

    return &fixed;
}

void make_bytes(uint8_t *out, size_t n)
{
    must(random_fill(make_random(), out, n));
}

/* Below the order of the curve, which has 521 bits. */
static void make_scalar(uint8_t *out, size_t n)
{
    make_bytes(out, n);
    out[0] = 0;
}

void make_signer(struct signer *k)
{
    make_scalar(k->scalar, sizeof k->scalar);
    must(sign_private_parse(&k->secret, BYTES(k->scalar)));
    must(sign_private_public(k->secret, k->pub.b));
}

void make_agreer(struct agreer *k)
{
    make_scalar(k->scalar, sizeof k->scalar);
    must(agree_private_parse(&k->secret, BYTES(k->scalar)));
    must(agree_private_public(k->secret, k->point));
    must(agree_public_parse(&k->key, BYTES(k->point)));
}

void make_encapsulator(struct encapsulator *k)
{
    make_bytes(k->seed, sizeof k->seed);
    must(mlkem_private_parse(&k->secret, BYTES(k->seed)));
    mlkem_private_public(k->secret, k->pub);
    must(prekey_kem_digest(BYTES(k->pub), k->digest));
}

void free_encapsulator(struct encapsulator *k)
{
    mlkem_private_free(k->secret);
}

void free_signer(struct signer *k)
{
    sign_private_free(k->secret);
}

void free_agreer(struct agreer *k)
{
    agree_private_free(k->secret);
    agree_public_free(k->key);
}

void make_person(const struct network_id *nid, struct person *p)
{
    make_signer(&p->ark);
    for (size_t i = 0; i < 2; i++) {
        make_signer(&p->dsk[i]);
        p->device[i].nid = *nid;
        must(names_account(nid, &p->ark.pub, &p->device[i].aid));
        must(names_device(&p->device[i].aid, &p->dsk[i].pub, &p->device[i].did));
    }
    if (memcmp(&p->device[0].did, &p->device[1].did, sizeof p->device[0].did) > 0) {
        struct signer dsk = p->dsk[0];
        struct party device = p->device[0];

        p->dsk[0] = p->dsk[1];
        p->dsk[1] = dsk;
        p->device[0] = p->device[1];
        p->device[1] = device;
    }
}

void make_people(struct people *p)
{
    make_signer(&p->root);
    make_signer(&p->directory);
    must(names_network(&p->root.pub, BYTES_LITERAL(MAKE_DOMAIN), &p->nid));
    make_person(&p->nid, &p->alice);
    make_person(&p->nid, &p->bob);
}

void free_person(struct person *p)
{
    free_signer(&p->ark);
    free_signer(&p->dsk[0]);
    free_signer(&p->dsk[1]);
}

void free_people(struct people *p)
{
    free_signer(&p->root);
    free_signer(&p->directory);
    free_person(&p->alice);
    free_person(&p->bob);
}

void put_bytes(json_t *to, const char *name, struct bytes value)
{
    struct buf hex = BUF(1 << 20);

    encoding_hex(&hex, value);
    put_text(to, name, buf_view(&hex));
    buf_free(&hex);
}

void put_number(json_t *to, const char *name, uint64_t value)
{
    json_object_set_new(to, name, json_integer((json_int_t)value));
}

void put_text(json_t *to, const char *name, struct bytes value)
{
    json_object_set_new(to, name,
                        json_stringn(value.n == 0 ? "" : (const char *)value.at, value.n));
}

json_t *put_object(json_t *to, const char *name)
{
    json_object_set_new(to, name, json_object());
    return json_object_get(to, name);
}

json_t *put_array(json_t *to, const char *name)
{
    json_object_set_new(to, name, json_array());
    return json_object_get(to, name);
}

json_t *add_object(json_t *array)
{
    json_array_append_new(array, json_object());
    return json_array_get(array, json_array_size(array) - 1);
}

void put_signer(json_t *to, const char *name, const struct signer *k)
{
    json_t *o = put_object(to, name);

    put_bytes(o, "private", BYTES(k->scalar));
    put_bytes(o, "public", BYTES(k->pub.b));
}

void put_agreer(json_t *to, const char *name, const struct agreer *k)
{
    json_t *o = put_object(to, name);

    put_bytes(o, "private", BYTES(k->scalar));
    put_bytes(o, "public", BYTES(k->point));
}

void put_encapsulator(json_t *to, const char *name, const struct encapsulator *k)
{
    json_t *o = put_object(to, name);

    put_bytes(o, "seed", BYTES(k->seed));
    put_bytes(o, "public", BYTES(k->pub));
    put_bytes(o, "digest", BYTES(k->digest));
}

void put_party(json_t *to, const char *name, const struct party *p)
{
    json_t *o = put_object(to, name);

    put_bytes(o, "nid", ID_BYTES(p->nid));
    put_bytes(o, "aid", ID_BYTES(p->aid));
    put_bytes(o, "did", ID_BYTES(p->did));
}

static void write_file(const char *folder, const char *name, json_t *content)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (json_dump_file(content, path, JSON_INDENT(1)) != 0)
        must(FAIL(E_IO));
    json_decref(content);
}

int main(int argc, char **argv)
{
    struct people people;
    struct town_files town;

    if (argc != 2) {
        fprintf(stderr, "usage: make_vectors FOLDER\n");
        return 2;
    }
    make_people(&people);
    write_file(argv[1], "statements.json", make_statements(&people));
    write_file(argv[1], "safety.json", make_safety(&people));
    write_file(argv[1], "channel.json", make_channel(&people));
    write_file(argv[1], "message.json", make_message(&people));
    write_file(argv[1], "files.json", make_files());
    write_file(argv[1], "frames.json", make_frames());
    make_town(&people, &town);
    write_file(argv[1], "device_lists.json", town.lists);
    write_file(argv[1], "policies.json", town.policies);
    write_file(argv[1], "rooms.json", town.rooms);
    write_file(argv[1], "rosters.json", town.rosters);
    write_file(argv[1], "joining.json", make_joining(&people));
    write_file(argv[1], "history.json", make_history(&people));
    write_file(argv[1], "contents.json", make_contents());
    free_people(&people);
    return 0;
}
