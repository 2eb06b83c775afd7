/* SPDX-License-Identifier: Apache-2.0 */
/* people: keys, accounts and networks for tests of statements; the same in every run. */
#ifndef TACET_TESTS_STATEMENT_PEOPLE_H
#define TACET_TESTS_STATEMENT_PEOPLE_H

#include "assert_err.h"
#include "statement/device_list.h"
#include "statement/names.h"

#define PEOPLE_NOW_MS  UINT64_C(1700000000000)
#define PEOPLE_DEVICES 3

struct key {
    struct sign_private *secret;
    struct point pub;
};

struct person {
    struct key ark;
    struct account_id aid;
    size_t devices;
    struct key dsk[PEOPLE_DEVICES]; /* sorted by did, as lists are */
    struct device_id did[PEOPLE_DEVICES];
};

static inline struct key key_new(uint8_t seed)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE] = {0};
    struct key key;

    scalar[sizeof scalar - 1] = seed;
    assert_ok(sign_private_parse(&key.secret, BYTES(scalar)));
    assert_ok(sign_private_public(key.secret, key.pub.b));
    return key;
}

static inline void key_free(struct key *key)
{
    sign_private_free(key->secret);
    key->secret = NULL;
}

static inline struct network_id people_network(const char *domain)
{
    struct key root = key_new(1);
    struct network_id nid;

    assert_ok(names_network(&root.pub, bytes_text(domain), &nid));
    key_free(&root);
    return nid;
}

/* Key seeds from `seed` on: one for the account and one for each device. */
static inline struct person person_new(const struct network_id *nid, uint8_t seed, size_t devices)
{
    struct person p = {.ark = key_new(seed), .devices = devices};

    assert_ok(names_account(nid, &p.ark.pub, &p.aid));
    for (size_t i = 0; i < devices; i++) {
        struct key dsk = key_new((uint8_t)(seed + 1 + i));
        struct device_id did;
        size_t at = i;

        assert_ok(names_device(&p.aid, &dsk.pub, &did));
        for (; at > 0 && memcmp(did.b, p.did[at - 1].b, sizeof did.b) < 0; at--) {
            p.dsk[at] = p.dsk[at - 1];
            p.did[at] = p.did[at - 1];
        }
        p.dsk[at] = dsk;
        p.did[at] = did;
    }
    return p;
}

static inline void person_free(struct person *p)
{
    key_free(&p->ark);
    for (size_t i = 0; i < p->devices; i++)
        key_free(&p->dsk[i]);
}

/* A first list of the first n devices, not signed yet. */
static inline struct device_list person_list(const struct person *p, size_t n)
{
    struct device_list list = {.aid = p->aid, .version = 1, .made_ms = PEOPLE_NOW_MS, .devices = n};

    for (size_t i = 0; i < n; i++)
        list.device[i] = (struct device_entry){.did = p->did[i],
                                               .dsk = p->dsk[i].pub,
                                               .role = DEVICE_PLAIN,
                                               .added_ms = PEOPLE_NOW_MS};
    return list;
}

#endif
