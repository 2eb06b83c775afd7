/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay: a fuzz target without libFuzzer, for `make test`.
 *
 *   fuzz_TARGET RUNS DIRECTORY   every seed, each cut short, and RUNS mutations of them; always the
 *                                same ones
 *   fuzz_TARGET FILE             one input
 *
 * The input that ended the program is left in the working directory as fuzz_TARGET.crash.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

#define SEEDS_MAX  512
#define INPUT_MAX  (64 * 1024)
#define STACKED    4  /* changes of one mutation, at most */
#define PIECE_MAX  64 /* bytes inserted, dropped or copied by one change */
#define CUTS_SHARE 4  /* of a seed's runs, one in so many is a truncation */

struct input {
    uint8_t at[INPUT_MAX];
    size_t n;
};

static struct bytes seeds[SEEDS_MAX], running;
static size_t n_seeds;
static char crash_path[256];
static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

/* ---- what a crash leaves behind */

extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* In a signal handler: nothing that stdio or malloc is in the middle of. */
static void save(void)
{
    static const char said[] = "the input that ended it is left as fuzz_TARGET.crash\n";
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    if (fd < 0)
        return;
    if (write(fd, running.at, running.n) == (ssize_t)running.n)
        (void)!write(STDERR_FILENO, said, sizeof said - 1);
    close(fd);
}

static void on_abort(int number)
{
    save();
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_for_death(const char *program)
{
    const char *name = strrchr(program, '/');

    snprintf(crash_path, sizeof crash_path, "%s.crash", name == NULL ? program : name + 1);
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(save);
}

/* ---- running */

/* In memory of exactly its size, so that a byte read too far is noticed. */
static void run(const uint8_t *at, size_t n)
{
    uint8_t *copy = malloc(n == 0 ? 1 : n);

    invariant(copy != NULL);
    if (n > 0)
        memcpy(copy, at, n);
    running = bytes(copy, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static struct bytes load(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *at = malloc(INPUT_MAX);
    size_t n;

    if (f == NULL || at == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    n = fread(at, 1, INPUT_MAX, f);
    fclose(f);
    return bytes(at, n);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void load_all(const char *folder)
{
    char *name[SEEDS_MAX], path[1024];
    DIR *d = opendir(folder);

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL && n_seeds < SEEDS_MAX;)
        if (e->d_name[0] != '.')
            name[n_seeds++] = strdup(e->d_name);
    if (d != NULL)
        closedir(d);
    qsort(name, n_seeds, sizeof *name, by_name);
    for (size_t i = 0; i < n_seeds; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, name[i]);
        seeds[i] = load(path);
        free(name[i]);
    }
}

/* ---- mutations */

static size_t draw(size_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below == 0 ? 0 : (size_t)(state % below);
}

static void drop(struct input *in, size_t at, size_t n)
{
    memmove(&in->at[at], &in->at[at + n], in->n - at - n);
    in->n -= n;
}

static void insert(struct input *in, size_t at, const uint8_t *piece, size_t n)
{
    if (n > INPUT_MAX - in->n)
        return;
    memmove(&in->at[at + n], &in->at[at], in->n - at);
    memcpy(&in->at[at], piece, n);
    in->n += n;
}

static void change(struct input *in)
{
    static const uint8_t telling[] = {0, 1, 2, 0x0a, 0x7f, 0x80, 0xfe, 0xff};
    size_t at = draw(in->n), most = in->n - at < PIECE_MAX ? in->n - at : PIECE_MAX;
    struct bytes other = seeds[draw(n_seeds)];
    size_t from = draw(other.n);
    uint8_t piece[PIECE_MAX];

    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = (uint8_t)draw(256);
    switch (in->n == 0 ? 3 : draw(7)) {
    case 0:
        in->at[at] ^= (uint8_t)(1u << draw(8));
        break;
    case 1:
        in->at[at] = telling[draw(sizeof telling)];
        break;
    case 2:
        drop(in, at, draw(most) + 1);
        break;
    case 3:
        insert(in, at, piece, draw(8) + 1);
        break;
    case 4: /* twice the same */
        memcpy(piece, &in->at[at], most);
        insert(in, at, piece, most);
        break;
    case 5: /* a piece of another seed */
        insert(in, at, &other.at[from], other.n - from < PIECE_MAX ? other.n - from : PIECE_MAX);
        break;
    default:
        in->at[at] = (uint8_t)(in->at[at] + draw(3) - 1);
        break;
    }
}

static size_t replay(struct bytes seed, size_t runs)
{
    static struct input in;
    size_t cuts = runs / CUTS_SHARE + 1, step = seed.n / cuts + 1, done = 1;

    run(seed.at, seed.n);
    for (size_t n = 0; n < seed.n; n += step, done++)
        run(seed.at, n);
    while (done < runs) {
        memcpy(in.at, seed.at, seed.n);
        in.n = seed.n;
        for (size_t i = draw(STACKED) + 1; i > 0; i--)
            change(&in);
        run(in.at, in.n);
        done++;
    }
    return done;
}

int main(int argc, char **argv)
{
    size_t runs = 0;

    watch_for_death(argv[0]);
    if (argc == 2) {
        struct bytes in = load(argv[1]);

        run(in.at, in.n);
        free((void *)(uintptr_t)in.at);
        return 0;
    }
    if (argc == 3)
        load_all(argv[2]);
    if (n_seeds == 0) {
        fputs("usage: fuzz_TARGET RUNS DIRECTORY, with a seed in it; or: fuzz_TARGET FILE\n",
              stderr);
        return 2;
    }
    for (size_t i = 0; i < n_seeds; i++)
        runs += replay(seeds[i], strtoul(argv[1], NULL, 10) / n_seeds + 1);
    for (size_t i = 0; i < n_seeds; i++)
        free((void *)(uintptr_t)seeds[i].at);
    printf("%zu seeds, %zu runs\n", n_seeds, runs);
    return 0;
}
