/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup: what a backup of a database of 100 MB takes, and how long who writes waits meanwhile.
 *
 * As on the worker's thread of a server, without sockets: a batch is one row of a message's size,
 * committed, and behind it whatever the backup does.  Parts are asked for as fast as they come: one
 * behind each batch, and, for backup_alone, nothing but parts.
 */
#include <string.h>

#include "bench/measure.h"
#include "bench/town.h"
#include "server/main/backup.h"
#include "server/main/features.h"
#include "server/main/house.h"
#include "storage/sqlite/sqlite.h"

#define BALLAST_MB  100
#define ROW_SIZE    2275 /* bytes: a message of 1 KiB as it is stored */
#define BATCHES_MAX 4000
#define SESSION     1

static const char MAKE[] = "CREATE TABLE ballast (bytes BLOB)";
static const char FILL[] = "INSERT INTO ballast VALUES (randomblob(1048576))";
static const char INSERT[] = "INSERT INTO ballast VALUES ($1)";

static struct town town;
static struct db *db;
static struct networks *networks;
static struct backup backup;
static double took_us[BATCHES_MAX];

static void open_server(void)
{
    struct buf key = BUF(HOUSE_FILE_MAX);
    char path[HOUSE_PATH_SIZE];

    town_found(&town, 2);
    measure_must(house_path(town.data, HOUSE_DIRECTORY_KEY, path));
    measure_must(house_read(path, &key));
    measure_must(house_path(town.data, HOUSE_DATABASE, path));
    measure_must(sqlite_open(&db, path, false, true));
    measure_must(features_open(db));
    measure_must(networks_open(db, buf_view(&key), &networks));
    measure_must(db_script(db, MAKE));
    for (unsigned i = 0; i < BALLAST_MB; i++)
        measure_must(db_run(db, FILL, DB_NO_VALUES, NULL));
    backup_open(&backup, town.data, db, networks);
    buf_free(&key);
}

/* The next part, if the backup has begun; true: that was the last. */
static bool take_part(uint64_t *at)
{
    struct bytes part;
    bool end;

    measure_must(backup.backups.ask(&backup, SESSION, *at, 1, &part, &end));
    backup_settle(&backup, 1);
    *at += part.n;
    return end;
}

static void write_row(void)
{
    static const uint8_t row[ROW_SIZE] = {1};

    measure_must(db_begin(db));
    measure_must(db_run(db, INSERT, DB_VALUES(DB_BYTES_OF(BYTES(row))), NULL));
    measure_must(db_commit(db));
}

static int rises(const void *a, const void *b)
{
    double x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static void print_waits(const char *name, size_t n)
{
    qsort(took_us, n, sizeof took_us[0], rises);
    printf("backup_%s_p50 %.3f ms\n", name, took_us[(n - 1) / 2] / 1000);
    printf("backup_%s_p99 %.3f ms\n", name, took_us[(n - 1) * 99 / 100] / 1000);
    printf("backup_%s_most %.3f ms\n", name, took_us[n - 1] / 1000);
}

/* What a batch takes with what the backup does behind it. */
static size_t write_on(bool with_backup)
{
    uint64_t at = 0;
    bool end = false;
    size_t n = 0;

    for (; n < BATCHES_MAX && !end; n++) {
        double before = measure_us(MEASURE_WALL);

        write_row();
        if (with_backup)
            end = take_part(&at);
        took_us[n] = measure_us(MEASURE_WALL) - before;
        if (!with_backup && n >= 600)
            end = true;
    }
    return n;
}

int main(void)
{
    double before;
    uint64_t at = 0;

    open_server();
    print_waits("without", write_on(false));
    before = measure_us(MEASURE_WALL);
    print_waits("meanwhile", write_on(true));
    printf("backup_100mb_with_writers %.0f ms\n", (measure_us(MEASURE_WALL) - before) / 1000);
    backup_close(&backup);
    backup_open(&backup, town.data, db, networks);
    before = measure_us(MEASURE_WALL);
    while (!take_part(&at))
        continue;
    printf("backup_100mb_alone %.0f ms\n", (measure_us(MEASURE_WALL) - before) / 1000);
    backup_close(&backup);
    networks_free(networks);
    db_close(db);
    town_leave(&town);
    return 0;
}
