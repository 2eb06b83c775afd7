/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/holdings.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"

#define FORMS_MAX 8

/* nftw() has no argument for its caller. */
static struct buf form[FORMS_MAX];
static size_t forms;
static bool found;

static void add_form(struct bytes b)
{
    if (forms == FORMS_MAX || b.n == 0)
        return;
    form[forms] = BUF(65536);
    buf_bytes(&form[forms++], b);
}

/* Base64 looks different at each of three offsets; whole groups in the middle are always there. */
static void add_base64(struct bytes what)
{
    for (size_t skip = 0; skip < 3 && skip + 3 <= what.n; skip++) {
        size_t n = (what.n - skip) / 3 * 3;
        struct buf b = BUF(65536);

        encoding_base64(&b, bytes(what.at + skip, n));
        add_form(buf_view(&b));
        for (size_t i = 0; i < b.n; i++) /* the other alphabet */
            b.at[i] = b.at[i] == '-' ? '+' : b.at[i] == '_' ? '/' : b.at[i];
        if (forms > 0 && !bytes_same(buf_view(&b), buf_view(&form[forms - 1])))
            add_form(buf_view(&b));
        buf_free(&b);
    }
}

static int look(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    FILE *f;
    uint8_t *content;
    size_t n;

    (void)where;
    if (kind != FTW_F || st->st_size == 0)
        return 0;
    f = fopen(path, "rb");
    content = malloc((size_t)st->st_size);
    n = f == NULL || content == NULL ? 0 : fread(content, 1, (size_t)st->st_size, f);
    for (size_t i = 0; n > 0 && i < forms; i++)
        found |= memmem(content, n, form[i].at, form[i].n) != NULL;
    free(content);
    if (f != NULL)
        fclose(f);
    return 0;
}

bool holdings_have(const char *directory, struct bytes what)
{
    struct buf hex = BUF(65536);

    forms = 0;
    found = false;
    add_form(what);
    encoding_hex(&hex, what);
    add_form(buf_view(&hex));
    add_base64(what);
    nftw(directory, look, 16, FTW_PHYS);
    for (size_t i = 0; i < forms; i++)
        buf_free(&form[i]);
    buf_free(&hex);
    return found;
}
