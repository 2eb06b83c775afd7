/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search: opening a profile with 100,000 messages, and finding a word in them.
 *
 * Each has 90 bytes of text, every tenth with letters beyond ASCII; one in a thousand fits.  What
 * is opened is looked at record by record, as always; the passphrase costs what it costs by
 * default.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "bench/measure.h"
#include "client/searching.h"
#include "storage/sqlite/sqlite.h"

#define ROUNDS   7
#define MESSAGES 100000
#define FITTING  (MESSAGES / 1000)
#define COST     17

static const struct bytes PASSPHRASE = {(const uint8_t *)"correct horse", 13};
static char path[64];
static struct db *db;
static struct random random_here;
static struct vault *vault;

static void fill_in(unsigned i)
{
    struct message m = {.contact = 1 + i % 50,
                        .state = DELIVERY_DELIVERED,
                        .read = true,
                        .sent_ms = 1790000000000 + i,
                        .kept_ms = 1790000000000 + i,
                        .ttl_s = 2592000,
                        .type = 1,
                        .seq = i + 1};
    char text[128];

    snprintf(text, sizeof text,
             "%s %u: the convoy waits at the %s until somebody counts it again%s",
             i % 10 == 0 ? "Größe überprüft, Nr." : "The message with number", i,
             i % 1000 == 7 ? "Lighthouse" : "crossroads", i % 10 == 0 ? "" : ", and goes");
    m.text = bytes_text(text);
    measure_must(random_fill(&random_here, m.id.b, sizeof m.id.b));
    measure_must(messages_add(vault, &m));
}

static void fill(void)
{
    measure_must(sqlite_open(&db, path, true, true));
    measure_must(vault_create(&vault, db, PASSPHRASE, COST, &random_here));
    for (unsigned i = 0; i < MESSAGES; i++) {
        if (i % 1000 == 0)
            measure_must(vault_begin(vault));
        fill_in(i);
        if (i % 1000 == 999)
            measure_must(vault_commit(vault));
    }
}

static void run_open(void *ctx)
{
    (void)ctx;
    vault_close(vault);
    db_close(db);
    measure_must(sqlite_open(&db, path, false, true));
    measure_must(vault_open(&vault, db, PASSPHRASE, &random_here));
}

static void run_search(void *ctx)
{
    struct searching found = SEARCHING;
    struct query q;

    (void)ctx;
    measure_must(query_parse(bytes_text("LIGHTHOUSE convoy"), &q));
    measure_must(searching_messages(vault, &q, 0, &found));
    if (searching_count(&found) != FITTING) {
        fprintf(stderr, "bench: found %zu of %d\n", searching_count(&found), FITTING);
        exit(1);
    }
    searching_free(&found);
    query_free(&q);
}

int main(void)
{
    struct measure m[] = {
        {.name = "vault_open_100k", .run = run_open, .calls = 1, .clock = MEASURE_CPU},
        {.name = "search_100k", .run = run_search, .calls = 1, .clock = MEASURE_CPU},
    };
    char directory[] = "/tmp/tacet-bench-XXXXXX";

    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/profile", directory);
    random_here = random_system();
    fill();
    measure_rounds(m, 2, ROUNDS);
    for (size_t i = 0; i < 2; i++)
        printf("%s %.1f ms\n", m[i].name, m[i].least_us / 1000);
    vault_close(vault);
    db_close(db);
    unlink(path);
    return rmdir(directory) == 0 ? 0 : 1;
}
