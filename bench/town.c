/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/town.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include "bench/measure.h"
#include "crypto/password.h"
#include "net/tls.h"
#include "server/main/features.h"
#include "server/main/founding.h"
#include "server/main/house.h"
#include "server/prekeys/prekeys.h"
#include "server/queue/queue.h"
#include "storage/sqlite/sqlite.h"

#define A_TRANSACTION 500 /* people */
#define A_PERSON      (1 << 20)

static struct town *standing; /* what atexit() removes */

static uint64_t now_ms(void)
{
    return (uint64_t)time(NULL) * 1000;
}

static void raze(void)
{
    char command[TOWN_PATH_SIZE + 16];

    if (standing == NULL)
        return;
    snprintf(command, sizeof command, "rm -rf '%s'", standing->dir);
    if (system(command) != 0)
        fprintf(stderr, "bench: %s is left behind\n", standing->dir);
    standing = NULL;
}

static void choose_place(struct town *t)
{
    struct statfs fs;

    snprintf(t->dir, sizeof t->dir, "/var/tmp/tacet-bench-XXXXXX");
    if (mkdtemp(t->dir) == NULL)
        measure_must(FAIL(E_IO));
    standing = t;
    atexit(raze);
    snprintf(t->data, sizeof t->data, "%s/server", t->dir);
    if (statfs(t->dir, &fs) == 0 && fs.f_type == TMPFS_MAGIC)
        printf("# %s is not on a disk: what is durable costs more on one\n", t->dir);
}

/* ---- people */

static struct bytes written(struct buf *b, struct arena *a)
{
    struct bytes whole, kept;

    measure_must(buf_end(b, &whole));
    measure_must(arena_copy(a, whole, &kept));
    buf_free(b);
    return kept;
}

static struct bytes list_of(struct town *t, struct resident *r, struct arena *a)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_list *l = &r->list;

    *l = (struct device_list){.aid = r->me.who.aid, .version = 1, .made_ms = now_ms()};
    l->devices = 1;
    l->device[0] = (struct device_entry){
        .did = r->me.who.did, .dsk = r->me.dsk, .role = DEVICE_PLAIN, .added_ms = l->made_ms};
    measure_must(
        device_list_sign(l, &t->nid, r->me.ark_secret, &r->me.who.did, r->me.dsk_secret, &b));
    return written(&b, a);
}

static struct bytes prekey_of(struct town *t, const struct resident *r, struct arena *a)
{
    struct buf b = BUF(PREKEY_SIZE);
    struct prekey p = {.aid = r->me.who.aid,
                       .did = r->me.who.did,
                       .number = 1,
                       .made_ms = now_ms(),
                       .list_version = 1};

    memcpy(p.point, t->prekey, sizeof p.point);
    memcpy(p.list_hash, r->list.hash, sizeof p.list_hash);
    measure_must(prekey_kem_digest(BYTES(t->kem), p.kem_digest));
    measure_must(prekey_sign(&p, &t->nid, r->me.dsk_secret, &b));
    return written(&b, a);
}

/* What an invitation and a JOIN come to. */
static void settle(struct town *t, struct db *db, const struct networks *n, size_t i)
{
    struct resident *r = &t->resident[i];
    struct arena a = ARENA(A_PERSON);
    struct random random = random_system();
    uint8_t token[INVITATION_TOKEN_SIZE];
    uint64_t now = now_ms();
    struct account who;
    struct device device;
    char handle[32];

    snprintf(handle, sizeof handle, "r%zu", i);
    measure_must(identity_make(&t->nid, &r->me));
    measure_must(random_fill(&random, token, sizeof token));
    measure_must(
        accounts_invite(db, bytes_text(handle), token, now, ACCOUNTS_INVITATION_DEFAULT_MS));
    measure_must(accounts_invited(db, &a, BYTES(token), &r->me.ark, now, &who));
    measure_must(accounts_activate(db, n, &a, &r->me.ark, now, &who));
    measure_must(devices_begin(db, n, &who, list_of(t, r, &a), now, &device));
    measure_must(prekeys_publish(db, n, &a, &device, prekey_of(t, r, &a), BYTES(t->kem), now));
    arena_free(&a);
}

static void settle_all(struct town *t, struct db *db, const struct networks *n)
{
    for (size_t i = 0; i < t->n; i++) {
        if (i % A_TRANSACTION == 0)
            measure_must(db_begin(db));
        settle(t, db, n, i);
        if (i % A_TRANSACTION == A_TRANSACTION - 1 || i == t->n - 1)
            measure_must(db_commit(db));
    }
}

/* ---- the server's files */

static void read_in(const struct town *t, const char *name, struct buf *out)
{
    char path[HOUSE_PATH_SIZE];

    measure_must(house_path(t->data, name, path));
    measure_must(house_read(path, out));
}

static struct db *open_database(const struct town *t)
{
    char path[HOUSE_PATH_SIZE];
    struct db *db;

    measure_must(house_path(t->data, HOUSE_DATABASE, path));
    measure_must(sqlite_open(&db, path, false, true));
    measure_must(features_open(db));
    return db;
}

static void found(const struct town *t)
{
    char root[TOWN_PATH_SIZE + 16];
    struct founding f = {.data = t->data,
                         .root_file = root,
                         .name = "Town",
                         .domain = TOWN_DOMAIN,
                         .passphrase = BYTES_LITERAL("town"),
                         .cost = PASSWORD_COST_LEAST,
                         .now_ms = now_ms()};

    snprintf(root, sizeof root, "%s/root.key", t->dir);
    measure_must(founding_make(&f));
}

void town_found(struct town *t, size_t n)
{
    struct buf key = BUF(HOUSE_FILE_MAX), certificate = BUF(HOUSE_FILE_MAX);
    struct agree_private *nobodys;
    struct mlkem_private *kem;
    struct networks *networks;
    struct db *db;

    *t = (struct town){.n = n, .resident = calloc(n, sizeof *t->resident)};
    if (t->resident == NULL)
        measure_must(FAIL(E_NOMEM));
    choose_place(t);
    found(t);
    read_in(t, HOUSE_DIRECTORY_KEY, &key);
    read_in(t, HOUSE_TLS_CERT, &certificate);
    measure_must(tls_pin(buf_view(&certificate), t->pin));
    measure_must(agree_generate(&nobodys, t->prekey));
    agree_private_free(nobodys);
    measure_must(mlkem_generate(&kem, t->kem));
    mlkem_private_free(kem);
    db = open_database(t);
    measure_must(networks_open(db, buf_view(&key), &networks));
    t->nid = *networks_id(networks);
    settle_all(t, db, networks);
    networks_free(networks);
    db_close(db);
    buf_free(&key);
    buf_free(&certificate);
}

uint64_t town_waiting(const struct town *t)
{
    struct db *db = open_database(t);
    uint64_t sum = 0;

    for (size_t i = 0; i < t->n; i++) {
        uint64_t items;
        struct device d;

        measure_must(devices_get(db, &t->resident[i].me.who.did, &d));
        measure_must(queue_waiting(db, d.row, &items));
        sum += items;
    }
    db_close(db);
    return sum;
}

void town_leave(struct town *t)
{
    for (size_t i = 0; i < t->n; i++)
        identity_free(&t->resident[i].me);
    free(t->resident);
    raze();
}
