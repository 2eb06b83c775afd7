/* SPDX-License-Identifier: Apache-2.0 */
#include "server/networks/networks.h"

#include <stdlib.h>

#define DOMAIN_MAX 253

static const char INSERT[] = "INSERT INTO network (id, nid, root, domain, directory, certificate)"
                             " VALUES (1, $1, $2, $3, $4, $5)";
static const char LOAD[] = "SELECT nid, root, domain, directory FROM network WHERE id = 1";
static const char CERTIFICATE[] = "SELECT certificate FROM network WHERE id = 1";
static const char CERTIFY[] = "UPDATE network SET certificate = $1 WHERE id = 1";

struct networks {
    struct network_id nid;
    struct point root, key;
    struct sign_private *directory;
    size_t domain_n;
    uint8_t domain[DOMAIN_MAX];
};

struct err networks_create(struct db *db, const struct point *root, struct bytes domain,
                           struct bytes certificate, uint64_t now_ms)
{
    struct directory_certificate c;
    struct network_id nid;

    TRY(names_network(root, domain, &nid));
    TRY(directory_check_certificate(certificate, &nid, root, now_ms, &c));
    return db_run(db, INSERT,
                  DB_VALUES(DB_BYTES_OF(ID_BYTES(nid)), DB_BYTES_OF(BYTES(root->b)),
                            DB_BYTES_OF(domain), DB_BYTES_OF(BYTES(c.key.b)),
                            DB_BYTES_OF(certificate)),
                  NULL);
}

/* The row's column into a field of ours; the database holds what we put there. */
static void take(struct db_value v, uint8_t *out, size_t n)
{
    invariant(v.kind == DB_BYTES && v.bytes.n == n);
    memcpy(out, v.bytes.at, n);
}

static struct err load(struct networks *n, struct db *db, struct arena *a)
{
    struct db_value row[4];

    TRY(db_one(db, a, LOAD, DB_NO_VALUES, row, 4));
    take(row[0], n->nid.b, sizeof n->nid.b);
    take(row[1], n->root.b, sizeof n->root.b);
    n->domain_n = row[2].bytes.n;
    invariant(n->domain_n <= sizeof n->domain);
    take(row[2], n->domain, n->domain_n);
    take(row[3], n->key.b, sizeof n->key.b);
    return OK;
}

static struct err hold_key(struct networks *n, struct bytes key)
{
    struct point pub;

    TRY(sign_private_parse(&n->directory, key));
    TRY(sign_private_public(n->directory, pub.b));
    return ID_SAME(pub, n->key) ? OK : FAIL(E_FORGED);
}

struct err networks_open(struct db *db, struct bytes key, struct networks **out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct networks *n = calloc(1, sizeof *n);

    if (n == NULL)
        TRY_OUT(FAIL(E_NOMEM));
    TRY_OUT(load(n, db, &a));
    TRY_OUT(hold_key(n, key));
    *out = n;
    n = NULL;
out:
    networks_free(n);
    arena_free(&a);
    return err;
}

void networks_free(struct networks *n)
{
    if (n == NULL)
        return;
    sign_private_free(n->directory);
    free(n);
}

const struct network_id *networks_id(const struct networks *n)
{
    return &n->nid;
}

const struct point *networks_root(const struct networks *n)
{
    return &n->root;
}

const struct point *networks_key(const struct networks *n)
{
    return &n->key;
}

struct bytes networks_domain(const struct networks *n)
{
    return bytes(n->domain, n->domain_n);
}

struct err networks_certificate(struct db *db, struct arena *a, struct bytes *out)
{
    struct db_value v;

    TRY(db_one(db, a, CERTIFICATE, DB_NO_VALUES, &v, 1));
    *out = v.bytes;
    return OK;
}

struct err networks_ends(struct db *db, uint64_t *ends_ms)
{
    struct arena a = ARENA(2 * DIRECTORY_CERTIFICATE_MAX);
    struct directory_certificate c;
    struct bytes certificate;
    struct err err = networks_certificate(db, &a, &certificate);

    if (err.code == E_OK)
        err = directory_parse_certificate(certificate, &c);
    if (err.code == E_OK)
        *ends_ms = c.expires_ms;
    arena_free(&a);
    return err;
}

struct err networks_certify(const struct networks *n, struct db *db, struct bytes certificate,
                            uint64_t now_ms)
{
    struct directory_certificate c;

    TRY(directory_check_certificate(certificate, &n->nid, &n->root, now_ms, &c));
    if (!ID_SAME(c.key, n->key))
        return FAIL(E_CONFLICT);
    return db_run(db, CERTIFY, DB_VALUES(DB_BYTES_OF(certificate)), NULL);
}

struct err networks_sign(const struct networks *n, const struct directory_statement *s,
                         struct arena *a, struct bytes *out)
{
    struct buf b = BUF(DIRECTORY_STATEMENT_MAX);
    struct err err = OK;
    struct bytes whole;

    TRY_OUT(directory_sign(s, &n->nid, n->directory, &b));
    TRY_OUT(buf_end(&b, &whole));
    TRY_OUT(arena_copy(a, whole, out));
out:
    buf_free(&b);
    return err;
}

struct err networks_sign_keys(const struct networks *n, const struct server_keys *s,
                              struct arena *a, struct bytes *out)
{
    struct buf b = BUF(SERVER_KEYS_MAX_SIZE);
    struct err err = OK;
    struct bytes whole;

    TRY_OUT(server_keys_sign(s, &n->nid, n->directory, &b));
    TRY_OUT(buf_end(&b, &whole));
    TRY_OUT(arena_copy(a, whole, out));
out:
    buf_free(&b);
    return err;
}

struct err networks_sign_commit(const struct networks *n, const struct room_commit *c,
                                struct arena *a, struct bytes *out)
{
    struct buf b = BUF(ROOM_COMMIT_SIZE);
    struct err err = OK;
    struct bytes whole;

    TRY_OUT(room_commit_sign(c, &n->nid, n->directory, &b));
    TRY_OUT(buf_end(&b, &whole));
    TRY_OUT(arena_copy(a, whole, out));
out:
    buf_free(&b);
    return err;
}

struct err networks_sign_successor(const struct networks *n, struct room_state *s, struct arena *a,
                                   struct bytes *out)
{
    struct buf b = BUF(ROOM_STATE_MAX_SIZE);
    struct err err = OK;
    struct bytes whole;

    TRY_OUT(room_state_sign_successor(s, n->directory, &b));
    TRY_OUT(buf_end(&b, &whole));
    TRY_OUT(arena_copy(a, whole, out));
out:
    buf_free(&b);
    return err;
}
