/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/founding.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "net/tls_certificate.h"
#include "server/main/features.h"
#include "server/main/house.h"
#include "server/networks/networks.h"
#include "storage/sqlite/sqlite.h"

#define PEM_MAX 8192

static struct err write_in(const char *dir, const char *name, struct bytes content)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(dir, name, path));
    return house_write(path, content);
}

/* Would the file lie below the directory?  Both parents exist by now. */
static struct err check_apart(const char *data, const char *file)
{
    struct err err = OK;
    char parent[HOUSE_PATH_SIZE];
    char *inside = realpath(data, NULL), *above = NULL, *slash;
    size_t n;

    snprintf(parent, sizeof parent, "%s", file);
    slash = strrchr(parent, '/');
    if (slash == NULL)
        snprintf(parent, sizeof parent, ".");
    else
        slash[slash == parent] = '\0';
    above = realpath(parent, NULL);
    if (inside == NULL || above == NULL) {
        err = FAIL(E_ABSENT);
    } else {
        n = strlen(inside);
        if (strncmp(above, inside, n) == 0 && (above[n] == '/' || above[n] == '\0'))
            err = FAIL(E_DENIED);
    }
    free(inside);
    free(above);
    return err;
}

static struct err write_root(const struct founding *f, const struct sign_private *root)
{
    struct err err = OK;
    struct random random = random_system();
    struct buf b = BUF(KEYFILE_SIZE);

    TRY_OUT(keyfile_seal(root, f->passphrase, f->cost, &random, &b));
    TRY_OUT(house_write(f->root_file, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

static struct err write_directory_key(const struct founding *f, const struct sign_private *key)
{
    struct err err = OK;
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    TRY_OUT(sign_private_write(key, scalar));
    TRY_OUT(write_in(f->data, HOUSE_DIRECTORY_KEY, BYTES(scalar)));
out:
    secret_wipe(scalar, sizeof scalar);
    return err;
}

static struct err write_tls(const struct founding *f)
{
    struct err err = OK;
    struct buf key = BUF(PEM_MAX), certificate = BUF(PEM_MAX);

    TRY_OUT(tls_certificate_make(f->domain, f->now_ms, &key, &certificate));
    TRY_OUT(write_in(f->data, HOUSE_TLS_KEY, buf_view(&key)));
    TRY_OUT(write_in(f->data, HOUSE_TLS_CERT, buf_view(&certificate)));
out:
    buf_free(&key);
    buf_free(&certificate);
    return err;
}

static struct err write_database(const struct founding *f, const struct point *root,
                                 const struct sign_private *root_key, const struct point *key)
{
    struct err err = OK;
    struct db *db = NULL;
    struct network_id nid;
    struct buf certificate = BUF(DIRECTORY_CERTIFICATE_MAX);
    struct directory_certificate c = {.key = *key,
                                      .made_ms = f->now_ms,
                                      .expires_ms = f->now_ms + DIRECTORY_LIFE_MS,
                                      .name = bytes_text(f->name)};
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(f->data, HOUSE_DATABASE, path));
    TRY_OUT(names_network(root, bytes_text(f->domain), &nid));
    TRY_OUT(directory_certify(&c, &nid, root_key, &certificate));
    TRY_OUT(sqlite_open(&db, path, true, true));
    TRY_OUT(features_open(db));
    TRY_OUT(networks_create(db, root, bytes_text(f->domain), buf_view(&certificate), f->now_ms));
out:
    db_close(db);
    buf_free(&certificate);
    return err;
}

struct err founding_make(const struct founding *f)
{
    struct err err = OK;
    struct sign_private *root_key = NULL, *directory_key = NULL;
    struct point root, directory;

    if (!text_is_domain(bytes_text(f->domain)) || !text_is_utf8(bytes_text(f->name)) ||
        f->name[0] == '\0' || strlen(f->name) > DIRECTORY_NAME_MAX)
        return FAIL(E_MALFORMED);
    if (access(f->root_file, F_OK) == 0)
        return FAIL(E_CONFLICT);
    TRY(house_make(f->data));
    TRY(check_apart(f->data, f->root_file));
    TRY_OUT(sign_generate(&root_key, root.b));
    TRY_OUT(sign_generate(&directory_key, directory.b));
    TRY_OUT(write_root(f, root_key));
    TRY_OUT(write_directory_key(f, directory_key));
    TRY_OUT(write_tls(f));
    TRY_OUT(write_database(f, &root, root_key, &directory));
out:
    sign_private_free(root_key);
    sign_private_free(directory_key);
    return err;
}
