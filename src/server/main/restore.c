/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "net/tls.h"
#include "server/main/features.h"
#include "server/main/house.h"
#include "server/networks/networks.h"
#include "storage/sqlite/sqlite.h"

#define PIECE    (256 * 1024)
#define DATABASE "tacet.db.restoring" /* until it was tried */
#define ROW_SIZE 4096

_Static_assert(BACKUP_FILE_DIGEST_SIZE == HASH_SHA384_SIZE, "the digest is SHA-384");

struct restoring {
    int fd, to; /* the backup, and the database that is written */
    struct backup_head *head;
    const char *data;
    bool made; /* the directory, by us */
    struct hash_run *digest;
    uint8_t *piece;
    struct buf kept[BACKUP_DATABASE]; /* the small files, once they were read */
};

/* Gets the pieces of each part, in order. */
typedef struct err taker(struct restoring *r, enum backup_part which, struct bytes piece);

/* ---- reading */

/* Exactly so many bytes, from where the file is.  E_TRUNCATED: it ends before. */
static struct err read_exactly(struct restoring *r, uint8_t *at, size_t n)
{
    while (n > 0) {
        ssize_t got = read(r->fd, at, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return FAIL(E_IO);
        if (got == 0)
            return FAIL(E_TRUNCATED);
        at += got;
        n -= (size_t)got;
    }
    return OK;
}

static struct err read_head(struct restoring *r)
{
    ssize_t n = pread(r->fd, r->piece, BACKUP_FILE_HEAD_MAX, 0);
    struct stat st;

    if (n < 0 || fstat(r->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return FAIL(E_IO);
    TRY(backup_file_parse(bytes(r->piece, (size_t)n), r->head));
    if (r->head->schema > features_steps())
        return FAIL(E_VERSION);
    if ((uint64_t)st.st_size < backup_file_size(r->head))
        return FAIL(E_TRUNCATED);
    return (uint64_t)st.st_size == backup_file_size(r->head) ? OK : FAIL(E_MALFORMED);
}

/* From the start of the file to its digest, which must be the right one.  `take` gets the pieces of
 * each part in order; NULL: nobody wants them. */
static struct err read_part(struct restoring *r, enum backup_part which, taker *take)
{
    uint64_t left = r->head->size[which];

    while (left > 0) {
        size_t n = left < PIECE ? (size_t)left : PIECE;

        TRY(read_exactly(r, r->piece, n));
        hash_run_add(r->digest, bytes(r->piece, n));
        if (take != NULL)
            TRY(take(r, which, bytes(r->piece, n)));
        left -= n;
    }
    return OK;
}

static struct err read_all(struct restoring *r, taker *take)
{
    uint8_t said[BACKUP_FILE_DIGEST_SIZE], made[BACKUP_FILE_DIGEST_SIZE];

    if (lseek(r->fd, 0, SEEK_SET) != 0)
        return FAIL(E_IO);
    hash_run_free(r->digest);
    r->digest = NULL;
    TRY(hash_run_new(&r->digest));
    TRY(read_exactly(r, r->piece, (size_t)r->head->length));
    hash_run_add(r->digest, bytes(r->piece, (size_t)r->head->length));
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_PARTS; i++)
        TRY(read_part(r, i, take));
    TRY(read_exactly(r, said, sizeof said));
    TRY(hash_run_end(r->digest, made));
    return memcmp(said, made, sizeof made) == 0 ? OK : FAIL(E_FORGED);
}

/* ---- writing */

static struct err take_piece(struct restoring *r, enum backup_part which, struct bytes piece)
{
    if (which != BACKUP_DATABASE) {
        buf_bytes(&r->kept[which], piece);
        return r->kept[which].failed == E_OK ? OK : FAIL(r->kept[which].failed);
    }
    while (piece.n > 0) {
        ssize_t n = write(r->to, piece.at, piece.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FAIL(errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? E_FULL : E_IO);
        piece = bytes(piece.at + n, piece.n - (size_t)n);
    }
    return OK;
}

static struct err write_database(struct restoring *r)
{
    char path[HOUSE_PATH_SIZE];
    struct err err;

    TRY(house_path(r->data, DATABASE, path));
    r->to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->to < 0)
        return FAIL(E_IO);
    err = read_all(r, take_piece);
    if (err.code == E_OK && fsync(r->to) != 0)
        err = FAIL(errno == ENOSPC ? E_FULL : E_IO);
    close(r->to);
    return err;
}

static struct err write_kept(struct restoring *r)
{
    char path[HOUSE_PATH_SIZE];

    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_DATABASE; i++) {
        if (r->head->size[i] == 0)
            continue;
        TRY(house_path(r->data, backup_file_name(i), path));
        TRY(house_write(path, buf_view(&r->kept[i])));
    }
    return OK;
}

/* ---- judging */

static struct err check_pages(struct db *db)
{
    static const char CHECK[] = "PRAGMA integrity_check(1)";
    struct arena a = ARENA(ROW_SIZE);
    struct db_value said;
    struct err err = db_one(db, &a, CHECK, DB_NO_VALUES, &said, 1);

    if (err.code == E_OK && !bytes_same(said.bytes, BYTES_LITERAL("ok")))
        err = FAIL(E_MALFORMED);
    arena_free(&a);
    return err;
}

static struct err check_network(const struct restoring *r, struct db *db)
{
    struct networks *networks = NULL;
    bool same;

    TRY(networks_open(db, buf_view(&r->kept[BACKUP_DIRECTORY_KEY]), &networks));
    same = ID_SAME(*networks_id(networks), r->head->nid);
    networks_free(networks);
    return same ? OK : FAIL(E_FORGED);
}

/* A pair is a pair, or is not there at all. */
static struct err check_tls(const struct restoring *r, enum backup_part key,
                            enum backup_part certificate)
{
    struct tls *t;

    if (r->head->size[key] == 0)
        return OK;
    if (tls_new_server(buf_view(&r->kept[key]), buf_view(&r->kept[certificate]), &t).code != E_OK)
        return FAIL(E_FORGED);
    tls_free(t);
    return OK;
}

/* As the server would open it, and closed again: nothing of a log is left. */
static struct err check(struct restoring *r, enum restore_stage *stage)
{
    struct err err = OK;
    struct db *db = NULL;
    char path[HOUSE_PATH_SIZE];

    *stage = RESTORE_DATABASE;
    TRY(house_path(r->data, DATABASE, path));
    TRY_OUT(sqlite_open(&db, path, false, true));
    TRY_OUT(check_pages(db));
    TRY_OUT(features_open(db));
    *stage = RESTORE_KEYS;
    TRY_OUT(check_network(r, db));
    TRY_OUT(check_tls(r, BACKUP_TLS_KEY, BACKUP_TLS_CERT));
    TRY_OUT(check_tls(r, BACKUP_NEXT_KEY, BACKUP_NEXT_CERT));
out:
    db_close(db);
    return err;
}

/* ---- all of it */

static void erase(const struct restoring *r, const char *name)
{
    char path[HOUSE_PATH_SIZE];

    if (house_path(r->data, name, path).code == E_OK)
        (void)house_erase(path).code;
}

/* The directory was empty, or not there. */
static void undo(const struct restoring *r)
{
    erase(r, DATABASE);
    erase(r, DATABASE "-wal");
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_PARTS; i++)
        erase(r, backup_file_name(i));
    if (r->made)
        (void)rmdir(r->data);
}

static struct err fill(struct restoring *r, enum restore_stage *stage)
{
    char from[HOUSE_PATH_SIZE], to[HOUSE_PATH_SIZE];

    *stage = RESTORE_WRITING;
    TRY(write_database(r));
    TRY(write_kept(r));
    TRY(check(r, stage));
    *stage = RESTORE_WRITING;
    TRY(house_path(r->data, DATABASE, from));
    TRY(house_path(r->data, HOUSE_DATABASE, to));
    return house_move(from, to);
}

static struct err make(struct restoring *r, const char *file, enum restore_stage *stage)
{
    struct err err;

    *stage = RESTORE_READING;
    r->fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (r->fd < 0)
        return FAIL(errno == ENOENT ? E_ABSENT : E_IO);
    TRY(read_head(r));
    TRY(read_all(r, NULL));
    *stage = RESTORE_HOUSE;
    r->made = access(r->data, F_OK) != 0;
    TRY(house_make(r->data));
    err = fill(r, stage);
    if (err.code != E_OK)
        undo(r);
    return err;
}

struct err restore_make(const char *file, const char *data, struct backup_head *head,
                        enum restore_stage *stage)
{
    struct restoring r = {.fd = -1, .head = head, .data = data, .piece = malloc(PIECE)};
    struct err err;

    *stage = RESTORE_READING;
    if (r.piece == NULL)
        return FAIL(E_NOMEM);
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_DATABASE; i++)
        r.kept[i] = BUF(HOUSE_FILE_MAX);
    err = make(&r, file, stage);
    if (r.fd >= 0)
        close(r.fd);
    hash_run_free(r.digest);
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_DATABASE; i++)
        buf_free(&r.kept[i]);
    explicit_bzero(r.piece, PIECE);
    free(r.piece);
    return err;
}
