/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/platter.h"

#include <stdlib.h>

#include "base/err.h"

#define NAMES_MAX 64
#define CHANGES_MAX                                                               \
    4096 /* of a file; then the older half is written, as a system does by itself \
          */

struct content {
    uint8_t *at;
    size_t n, room;
};

/* A write, or without data a new size. */
struct change {
    uint64_t offset;
    size_t n;
    uint8_t *data;
};

struct platter_file {
    unsigned holders; /* names, in both folders and between them, and who opened it */
    struct content seen, kept;
    struct change *change; /* from kept to seen, oldest first */
    size_t changes;
};

struct name {
    char text[PLATTER_NAME_MAX];
    struct platter_file *file; /* as a change of the folder: NULL is a deletion */
};

struct folder {
    struct name name[NAMES_MAX];
    size_t n;
};

struct platter {
    uint64_t random;
    struct folder seen, kept, changes;
};

/* ---- chance: splitmix64 */

static uint64_t roll(struct platter *p)
{
    uint64_t x = p->random += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static size_t below(struct platter *p, size_t n)
{
    return (size_t)(roll(p) % n);
}

/* All is lost, all is kept, or each for itself is one of three. */
enum mood { LOSES, KEEPS, MIXES };
enum fate { LOST, KEPT, TORN };

static enum mood mood_of(struct platter *p)
{
    static const enum mood moods[] = {LOSES, KEEPS, MIXES, MIXES};

    return moods[below(p, sizeof moods / sizeof moods[0])];
}

static enum fate fate_of(struct platter *p, enum mood mood)
{
    static const enum fate fates[] = {LOST, KEPT, TORN};

    return mood == LOSES ? LOST : mood == KEEPS ? KEPT : fates[below(p, 3)];
}

/* ---- content */

static void grow(struct content *c, uint64_t size)
{
    size_t room = c->room == 0 ? 4096 : c->room;

    invariant(size <= (uint64_t)1 << 32);
    while (room < size)
        room *= 2;
    if (room != c->room) {
        c->at = realloc(c->at, room);
        invariant(c->at != NULL);
        c->room = room;
    }
    memset(&c->at[c->n], 0, (size_t)size - c->n);
    c->n = (size_t)size;
}

static void resize(struct content *c, uint64_t size)
{
    if (size > c->n)
        grow(c, size);
    c->n = (size_t)size;
}

static void put(struct content *c, uint64_t offset, const uint8_t *data, size_t n)
{
    if (n == 0)
        return;
    if (offset + n > c->n)
        grow(c, offset + n);
    memcpy(&c->at[offset], data, n);
}

static void copy(struct content *to, const struct content *from)
{
    to->n = 0;
    put(to, 0, from->at, from->n);
}

/* ---- a file's changes */

/* Noise or zeros stand where the file grows over what never came. */
static void land(struct platter *noise, struct platter_file *f, const struct change *c)
{
    uint64_t before = f->kept.n;

    if (c->data == NULL)
        resize(&f->kept, c->offset);
    else
        put(&f->kept, c->offset, c->data, c->n);
    for (uint64_t i = before; noise != NULL && c->data != NULL && i < c->offset; i++)
        f->kept.at[i] = (uint8_t)roll(noise);
}

/* The oldest are done, or not; they are no changes any more. */
static void leave_changes(struct platter_file *f, size_t n)
{
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        free(f->change[i].data);
    f->changes -= n;
    memmove(f->change, &f->change[n], f->changes * sizeof *f->change);
}

static void write_back(struct platter_file *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        land(NULL, f, &f->change[i]);
    leave_changes(f, n);
}

static void note_change(struct platter_file *f, struct change c)
{
    if (f->change == NULL)
        f->change = malloc(CHANGES_MAX * sizeof *f->change);
    invariant(f->change != NULL);
    if (f->changes == CHANGES_MAX)
        write_back(f, CHANGES_MAX / 2);
    f->change[f->changes++] = c;
}

/* Each sector of it or not. */
static void tear(struct platter *p, struct platter *noise, struct platter_file *f,
                 const struct change *c)
{
    size_t n;

    for (size_t done = 0; done < c->n; done += n) {
        uint64_t at = c->offset + done;

        n = PLATTER_SECTOR - at % PLATTER_SECTOR;
        n = n < c->n - done ? n : c->n - done;
        if (roll(p) & 1)
            land(noise, f, &(struct change){at, n, &c->data[done]});
    }
}

static void settle_file(struct platter *p, struct platter_file *f)
{
    enum mood mood;
    struct platter *noise;

    if (f->changes == 0)
        return;
    mood = mood_of(p);
    noise = roll(p) & 1 ? p : NULL;
    for (size_t i = 0; i < f->changes; i++) {
        const struct change *c = &f->change[i];
        enum fate fate = fate_of(p, mood);

        if (fate == KEPT || (fate == TORN && c->data == NULL))
            land(noise, f, c);
        else if (fate == TORN)
            tear(p, noise, f, c);
    }
    leave_changes(f, f->changes);
}

/* ---- files */

static struct platter_file *file_new(void)
{
    struct platter_file *f = calloc(1, sizeof *f);

    invariant(f != NULL);
    return f;
}

struct platter_file *platter_hold(struct platter_file *f)
{
    f->holders++;
    return f;
}

void platter_drop(struct platter_file *f)
{
    if (f == NULL || --f->holders > 0)
        return;
    leave_changes(f, f->changes);
    free(f->change);
    free(f->seen.at);
    free(f->kept.at);
    free(f);
}

uint64_t platter_size(const struct platter_file *f)
{
    return f->seen.n;
}

size_t platter_read(const struct platter_file *f, uint64_t offset, uint8_t *out, size_t n)
{
    if (offset >= f->seen.n)
        return 0;
    n = n < f->seen.n - offset ? n : f->seen.n - (size_t)offset;
    memcpy(out, &f->seen.at[offset], n);
    return n;
}

void platter_write(struct platter_file *f, uint64_t offset, struct bytes data)
{
    struct change c = {offset, data.n, NULL};

    if (data.n == 0)
        return;
    c.data = malloc(data.n);
    invariant(c.data != NULL);
    memcpy(c.data, data.at, data.n);
    put(&f->seen, offset, data.at, data.n);
    note_change(f, c);
}

void platter_resize(struct platter_file *f, uint64_t size)
{
    resize(&f->seen, size);
    note_change(f, (struct change){size, 0, NULL});
}

void platter_sync(struct platter_file *f)
{
    write_back(f, f->changes);
}

void platter_forget(struct platter *p, struct platter_file *f)
{
    settle_file(p, f);
}

/* ---- the folder */

static struct name *folder_find(const struct folder *folder, const char *text)
{
    for (size_t i = 0; i < folder->n; i++)
        if (strcmp(folder->name[i].text, text) == 0)
            return (struct name *)&folder->name[i];
    return NULL;
}

/* Holds the file; NULL is a deletion. */
static void folder_append(struct folder *folder, const char *text, struct platter_file *file)
{
    struct name *name = &folder->name[folder->n++];

    invariant(folder->n <= NAMES_MAX && strlen(text) < sizeof name->text);
    memcpy(name->text, text, strlen(text) + 1);
    name->file = file == NULL ? NULL : platter_hold(file);
}

/* The file before, or NULL, in place of what has the name. */
static void folder_set(struct folder *folder, const char *text, struct platter_file *file)
{
    struct name *name = folder_find(folder, text);

    if (name != NULL) {
        size_t after = folder->n - (size_t)(name - folder->name) - 1;

        platter_drop(name->file);
        memmove(name, &name[1], after * sizeof *name);
        folder->n--;
    }
    if (file != NULL)
        folder_append(folder, text, file);
}

static void folder_empty(struct folder *folder)
{
    for (size_t i = 0; i < folder->n; i++)
        platter_drop(folder->name[i].file);
    folder->n = 0;
}

static void change_name(struct platter *p, const char *text, struct platter_file *file)
{
    if (p->changes.n == NAMES_MAX)
        platter_sync_names(p);
    folder_append(&p->changes, text, file);
    folder_set(&p->seen, text, file);
}

struct platter_file *platter_find(const struct platter *p, const char *name)
{
    struct name *found = folder_find(&p->seen, name);

    return found == NULL ? NULL : found->file;
}

struct platter_file *platter_make(struct platter *p, const char *name)
{
    struct platter_file *f = platter_hold(file_new());

    if (name != NULL)
        change_name(p, name, f);
    return f;
}

void platter_remove(struct platter *p, const char *name)
{
    change_name(p, name, NULL);
}

void platter_sync_names(struct platter *p)
{
    for (size_t i = 0; i < p->changes.n; i++)
        folder_set(&p->kept, p->changes.name[i].text, p->changes.name[i].file);
    folder_empty(&p->changes);
}

static void settle_names(struct platter *p)
{
    enum mood mood = mood_of(p);

    for (size_t i = 0; i < p->changes.n; i++)
        if (mood == KEEPS || (mood == MIXES && (roll(p) & 1)))
            folder_set(&p->kept, p->changes.name[i].text, p->changes.name[i].file);
    folder_empty(&p->changes);
}

/* ---- all of it */

struct platter *platter_new(uint64_t seed)
{
    struct platter *p = calloc(1, sizeof *p);

    invariant(p != NULL);
    p->random = seed;
    return p;
}

void platter_free(struct platter *p)
{
    if (p == NULL)
        return;
    folder_empty(&p->changes);
    folder_empty(&p->seen);
    folder_empty(&p->kept);
    free(p);
}

void platter_cut(struct platter *p)
{
    if (p->changes.n > 0)
        settle_names(p);
    folder_empty(&p->seen);
    for (size_t i = 0; i < p->kept.n; i++) {
        struct platter_file *f = p->kept.name[i].file;

        settle_file(p, f);
        copy(&f->seen, &f->kept);
        folder_append(&p->seen, p->kept.name[i].text, f);
    }
}

uint64_t platter_used(const struct platter *p)
{
    uint64_t used = 0;

    for (size_t i = 0; i < p->seen.n; i++)
        used += p->seen.name[i].file->seen.n;
    return used;
}

/* FNV-1a, of 64 bits. */
static uint64_t digest(uint64_t so_far, const void *at, size_t n)
{
    const uint8_t *byte = at;

    for (size_t i = 0; i < n; i++)
        so_far = (so_far ^ byte[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

uint64_t platter_digest(const struct platter *p)
{
    uint64_t all = 0;

    /* A sum: the order of names says nothing. */
    for (size_t i = 0; i < p->seen.n; i++) {
        const struct name *name = &p->seen.name[i];
        uint64_t one = digest(UINT64_C(0xcbf29ce484222325), name->text, strlen(name->text) + 1);

        all += digest(one, name->file->seen.at, name->file->seen.n);
    }
    return all;
}

void platter_copy(struct platter *to, const struct platter *from)
{
    folder_empty(&to->changes);
    folder_empty(&to->seen);
    folder_empty(&to->kept);
    for (size_t i = 0; i < from->seen.n; i++) {
        struct platter_file *f = platter_make(to, from->seen.name[i].text);

        copy(&f->seen, &from->seen.name[i].file->seen);
        copy(&f->kept, &f->seen);
        platter_drop(f);
    }
    platter_sync_names(to);
}
