/* SPDX-License-Identifier: Apache-2.0 */
/* backup: all that a server needs to be put back, as it is at one moment, in one file. */
#include <stdio.h>
#include <time.h>

#include "ctl/new_file.h"
#include "ctl/order.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (2 * LIMIT_FRAME)
#define PAUSE_MS   50 /* when the server wants to be asked less often */

static const struct sentence BACKING_UP[] = {
    {E_CONFLICT, "Another backup is under way.  Try again when it is done."},
    {E_STALE, "The server gave this backup up, because it heard nothing for a minute."},
    {E_ABSENT, "This server makes no backups: update tacetd."},
    {E_FULL, "The disk of the server has not enough room for what changes during a backup."},
    {E_OK, NULL},
};

static const struct sentence STORING[] = {
    {E_CONFLICT, "There is a file of this name already; it was left alone."},
    {E_ABSENT, "There is no such directory for the backup."},
    {E_DENIED, "You may not write the backup there."},
    {E_AGAIN, "Another backup is being written there."},
    {E_LIMIT, "The path of the backup is too long."},
    {E_FULL, "There is no room for the backup on its disk."},
    {E_IO, "The backup cannot be written: look at its disk."},
    {E_OK, NULL},
};

static enum words_end say_unstored(struct err err)
{
    return words_say(WORDS_FAILED, order_explain(STORING, err.code));
}

static void pause_a_moment(void)
{
    const struct timespec t = {.tv_nsec = PAUSE_MS * 1000000L};

    nanosleep(&t, NULL);
}

/* One question, again while the server is too busy for it. */
static enum words_end ask(const struct order_line *line, uint64_t at, struct arena *a,
                          Tacet__Wire__BackupPart **out)
{
    Tacet__Wire__AskBackup m = TACET__WIRE__ASK_BACKUP__INIT;
    const struct order order = {OP_BACKUP, &m, &tacet__wire__backup_part__descriptor, NULL};
    enum err_code refused;
    enum words_end end;

    m.at = at;
    for (;;) {
        arena_free(a);
        end = order_ask(line, &order, a, out, &refused);
        if (end != WORDS_FINE || refused == E_OK)
            return end;
        if (refused != E_AGAIN)
            return words_say(refused == E_CONFLICT ? WORDS_LATER : WORDS_FAILED,
                             order_explain(BACKING_UP, refused));
        pause_a_moment();
    }
}

/* Until there is no more; only then is there a file of that name. */
static enum words_end take_all(const struct order_line *line, struct new_file *f, struct arena *a,
                               uint64_t *size)
{
    Tacet__Wire__BackupPart *answer;
    struct err err = OK;

    *size = 0;
    do {
        enum words_end end = ask(line, *size, a, &answer);

        if (end != WORDS_FINE)
            return end;
        err = new_file_write(f, frame_bytes(answer->part));
        if (err.code != E_OK)
            return say_unstored(err);
        *size += answer->part.len;
    } while (answer->end == 0);
    err = new_file_keep(f);
    return err.code == E_OK ? WORDS_FINE : say_unstored(err);
}

static enum words_end back_up(const struct order_line *line, const char *path)
{
    struct arena a = ARENA(ANSWER_MAX);
    Tacet__Wire__BackupPart *answer;
    struct new_file f;
    uint64_t size = 0;
    enum words_end end;
    struct err err = new_file_open(&f, path);

    end = err.code == E_OK ? take_all(line, &f, &a, &size) : say_unstored(err);
    new_file_drop(&f);
    if (end == WORDS_FINE) {
        printf("%s: %llu bytes\n", path, (unsigned long long)size);
        if (ask(line, size, &a, &answer) != WORDS_FINE)
            fputs("The backup is stored all the same; the server does not know it.\n", stderr);
    }
    arena_free(&a);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    const char *path = options_need(o, "FILE");
    struct order_line line;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    end = order_begin(setting, &line);
    if (end != WORDS_FINE)
        return end;
    end = back_up(&line, path);
    order_end(&line);
    return end;
}

const struct word order_backup = {
    .name = "backup",
    .run = run,
    .usage = "FILE",
    .what = "Write all that the server needs to be put back into one file, while it serves.",
    .details =
        "FILE must not exist.  It is the server as it is at one moment: its database, the\n"
        "directory key, and the TLS key and certificate, unless these lie outside of the data\n"
        "directory.  Neither the configuration nor the network root key is in it.  It opens no\n"
        "message, but keep it as you keep the server: who has it can pass for the server.\n"
        "\n"
        "`tacetd restore FILE --data DIR` makes a data directory out of it.\n",
};
