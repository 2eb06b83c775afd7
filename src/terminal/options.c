/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FD_MOST 1023

struct options options(int argc, char **argv)
{
    struct options o = {.at = argv};

    if (argc <= 1)
        return o;
    o.at = argv + 1;
    o.n = o.named = (size_t)argc - 1;
    for (size_t i = 0; i < o.n; i++) {
        if (strcmp(o.at[i], "--") != 0)
            continue;
        o.named = i;
        o.n--;
        memmove(&o.at[i], &o.at[i + 1], (o.n - i) * sizeof *o.at);
        break;
    }
    return o;
}

static const char *take(struct options *o, size_t i)
{
    const char *taken = o->at[i];

    o->n--;
    if (i < o->named)
        o->named--;
    memmove(&o->at[i], &o->at[i + 1], (o->n - i) * sizeof *o->at);
    return taken;
}

static bool is_option(const char *text)
{
    return text[0] == '-' && text[1] == '-';
}

bool options_flag(struct options *o, const char *name)
{
    for (size_t i = 0; i < o->named; i++) {
        if (strcmp(o->at[i], name) == 0) {
            take(o, i);
            return true;
        }
    }
    return false;
}

/* Behind a name of this length, or in the word behind it; empty: there is none. */
static const char *take_value(struct options *o, size_t i, size_t length)
{
    const char *name = take(o, i);

    if (name[length] == '=')
        return name + length + 1;
    return i < o->named && !is_option(o->at[i]) ? take(o, i) : "";
}

const char *options_text(struct options *o, const char *name)
{
    size_t length = strlen(name);
    const char *value;

    for (size_t i = 0; i < o->named; i++) {
        if (strncmp(o->at[i], name, length) != 0)
            continue;
        if (o->at[i][length] != '=' && o->at[i][length] != '\0')
            continue;
        value = take_value(o, i, length);
        if (value[0] != '\0')
            return value;
        fprintf(stderr, "%s needs a value.\n", name);
        o->failed = true;
        return NULL;
    }
    return NULL;
}

bool options_number(struct options *o, const char *name, unsigned least, unsigned most,
                    unsigned *out)
{
    const char *text = options_text(o, name);
    unsigned long n;
    char *end;

    if (text == NULL)
        return false;
    n = strtoul(text, &end, 10); /* which also takes blanks and signs, and stops at its most */
    if (*text < '0' || *text > '9' || *end != '\0' || n < least || n > most) {
        fprintf(stderr, "%s needs a number from %u to %u.\n", name, least, most);
        o->failed = true;
        return false;
    }
    *out = (unsigned)n;
    return true;
}

int options_descriptor(struct options *o, const char *name)
{
    unsigned fd = 0;

    return options_number(o, name, 0, FD_MOST, &fd) ? (int)fd : -1;
}

const char *options_next(struct options *o)
{
    if (o->failed || o->n == 0)
        return NULL;
    if (o->named > 0 && is_option(o->at[0])) {
        fprintf(stderr, "There is no option %s here, or it was given twice.\n", o->at[0]);
        o->failed = true;
        return NULL;
    }
    return take(o, 0);
}

const char *options_need(struct options *o, const char *what)
{
    const char *word = options_next(o);

    if (word == NULL && !o->failed) {
        fprintf(stderr, "%s is missing.\n", what);
        o->failed = true;
    }
    return word;
}

const char *options_handle(struct options *o)
{
    const char *handle = options_need(o, "HANDLE");

    if (handle == NULL || text_is_handle(bytes_text(handle)))
        return handle;
    fputs("A handle is 1 to 32 small letters, digits and . _ - inside, like \"bob\".\n", stderr);
    o->failed = true;
    return NULL;
}

const char *options_conversation(struct options *o)
{
    return o->n > 0 && o->at[0][0] == '+' && o->at[0][1] != '\0' ? options_next(o)
                                                                 : options_handle(o);
}

bool options_end(struct options *o)
{
    const char *left = options_next(o);

    if (left != NULL) {
        fprintf(stderr, "\"%s\" is one word too many.\n", left);
        o->failed = true;
    }
    return !o->failed;
}
