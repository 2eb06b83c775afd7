/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/keyring.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "net/tls_certificate.h"

#define PEM_MAX 8192 /* of what is made here */

/* ---- looking */

static struct err check_owner_only(const char *path)
{
    struct stat st;
    mode_t others = S_IWGRP | S_IRWXO;

    if (stat(path, &st) != 0)
        return OK; /* the read will say why */
    if (st.st_uid != 0)
        others |= S_IRGRP;
    return (st.st_mode & others) == 0 ? OK : FAIL(E_FORGED);
}

static struct err read_pair(const char *key, const char *certificate, struct tls **out,
                            struct keystore_key *found)
{
    struct err err = OK;
    struct buf key_pem = BUF(HOUSE_FILE_MAX + 1), cert_pem = BUF(HOUSE_FILE_MAX + 1);
    struct tls *t = NULL;

    TRY_OUT(check_owner_only(key));
    TRY_OUT(house_read(certificate, &cert_pem));
    TRY_OUT(house_read(key, &key_pem));
    TRY_OUT(tls_new_server(buf_view(&key_pem), buf_view(&cert_pem), &t));
    TRY_OUT(tls_pin(buf_view(&cert_pem), found->pin.b));
    TRY_OUT(tls_certificate_end(buf_view(&cert_pem), &found->expires_ms));
    *out = t;
    t = NULL;
out:
    tls_free(t);
    buf_free(&key_pem);
    buf_free(&cert_pem);
    return err;
}

/* The same, to know whether it would do. */
static struct err look_at(const char *key, const char *certificate, struct keystore_key *found)
{
    struct tls *t;

    TRY(read_pair(key, certificate, &t, found));
    tls_free(t);
    return OK;
}

static struct err look_at_certificate(const char *path, struct keystore_key *found)
{
    struct err err = OK;
    struct buf pem = BUF(HOUSE_FILE_MAX + 1);

    TRY_OUT(house_read(path, &pem));
    TRY_OUT(tls_pin(buf_view(&pem), found->pin.b));
    TRY_OUT(tls_certificate_end(buf_view(&pem), &found->expires_ms));
out:
    buf_free(&pem);
    return err;
}

struct err keyring_load(const struct keyring *k, struct tls **out, struct keystore_key *found)
{
    return read_pair(k->key, k->certificate, out, found);
}

/* A promotion that was cut off between its two files. */
static struct err finish(const struct keyring *k)
{
    struct keystore_key found;

    if (k->keystore.outside || look_at(k->key, k->certificate, &found).code != E_CONFLICT ||
        look_at(k->key, k->next_certificate, &found).code != E_OK)
        return OK;
    return house_move(k->next_certificate, k->certificate);
}

static struct err look(void *ctx, struct keystore_key *out)
{
    const struct keyring *k = ctx;

    TRY(finish(k));
    return look_at(k->key, k->certificate, out);
}

static struct err look_next(void *ctx, struct keystore_key *out)
{
    const struct keyring *k = ctx;

    return k->keystore.outside ? look_at_certificate(k->next_certificate, out)
                               : look_at(k->next_key, k->next_certificate, out);
}

/* ---- changing */

static struct err renew(void *ctx, uint64_t now_ms)
{
    const struct keyring *k = ctx;
    struct err err = OK;
    struct buf key = BUF(HOUSE_FILE_MAX + 1), certificate = BUF(PEM_MAX);

    if (k->keystore.outside)
        return FAIL(E_DENIED);
    TRY_OUT(house_read(k->key, &key));
    TRY_OUT(tls_certificate_renew(buf_view(&key), k->domain, now_ms, &certificate));
    TRY_OUT(house_replace(k->certificate, buf_view(&certificate)));
out:
    buf_free(&key);
    buf_free(&certificate);
    return err;
}

/* The key last: with a certificate alone nothing can begin. */
static struct err store_next(const struct keyring *k, struct bytes certificate, struct bytes key)
{
    TRY(keyring_tidy(k));
    TRY(house_replace(k->next_certificate, certificate));
    return k->keystore.outside ? OK : house_replace(k->next_key, key);
}

static struct err make_next(void *ctx, uint64_t now_ms)
{
    const struct keyring *k = ctx;
    struct err err = OK;
    struct buf key = BUF(PEM_MAX), certificate = BUF(PEM_MAX);

    if (k->keystore.outside)
        return FAIL(E_DENIED);
    TRY_OUT(tls_certificate_make(k->domain, now_ms, &key, &certificate));
    TRY_OUT(store_next(k, buf_view(&certificate), buf_view(&key)));
out:
    buf_free(&key);
    buf_free(&certificate);
    return err;
}

static struct err put_next(void *ctx, struct bytes certificate, struct bytes key)
{
    const struct keyring *k = ctx;
    uint8_t pin[TLS_PIN_SIZE];
    struct tls *t;

    if (k->keystore.outside) {
        TRY(tls_pin(certificate, pin));
    } else {
        struct err err = tls_new_server(key, certificate, &t);

        if (err.code == E_CONFLICT)
            err.code = E_FORGED;
        TRY(err);
        tls_free(t);
    }
    return store_next(k, certificate, key);
}

/* The key first: from then on it is the one in force, and its certificate is known by its side. */
static struct err promote(void *ctx)
{
    const struct keyring *k = ctx;
    struct keystore_key found;

    if (k->keystore.outside || look_next(ctx, &found).code == E_ABSENT)
        return OK;
    TRY(house_move(k->next_key, k->key));
    fault_point("server-tls-key-moved");
    return house_move(k->next_certificate, k->certificate);
}

struct err keyring_tidy(const struct keyring *k)
{
    TRY(house_erase(k->next_key));
    return house_erase(k->next_certificate);
}

static struct err drop_next(void *ctx)
{
    return keyring_tidy(ctx);
}

/* ---- opening */

struct err keyring_open(struct keyring *k, const char *data, const char *key,
                        const char *certificate, struct bytes domain)
{
    *k = (struct keyring){.keystore = {k, key != NULL, look, look_next, renew, make_next, put_next,
                                       promote, drop_next}};
    invariant(domain.n < sizeof k->domain && (key == NULL) == (certificate == NULL));
    memcpy(k->domain, domain.at, domain.n);
    TRY(house_path(data, HOUSE_NEXT_KEY, k->next_key));
    TRY(house_path(data, HOUSE_NEXT_CERT, k->next_certificate));
    if (key == NULL) {
        TRY(house_path(data, HOUSE_TLS_KEY, k->key));
        TRY(house_path(data, HOUSE_TLS_CERT, k->certificate));
        return finish(k);
    }
    if (strlen(key) >= sizeof k->key || strlen(certificate) >= sizeof k->certificate)
        return FAIL(E_LIMIT);
    memcpy(k->key, key, strlen(key));
    memcpy(k->certificate, certificate, strlen(certificate));
    return OK;
}

const char *keyring_why(enum err_code code)
{
    switch ((int)code) {
    case E_ABSENT:
        return "the file of the TLS key or of its certificate is not there";
    case E_MALFORMED:
        return "the TLS key or its certificate is not PEM, or the key is under a passphrase";
    case E_CONFLICT:
        return "the TLS key is not the key of the certificate";
    case E_DENIED:
        return "this kind of TLS key will not do: P-256, P-384, or RSA of 2,048 to 4,096 bits";
    case E_FORGED:
        return "others may read or write the file of the TLS key: chmod 600";
    case E_STALE:
        return "this TLS key is neither the one in force nor announced, so no client accepts it";
    case E_LIMIT:
        return "the TLS key was announced for less than 30 days, and clients may not know of it";
    default:
        return "the TLS key or its certificate cannot be read";
    }
}
