/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/words.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/version.h"

const char *words_explain(const struct sentence *table, unsigned code)
{
    for (; table != NULL && table->text != NULL; table++)
        if (table->code == code)
            return table->text;
    return NULL;
}

enum words_end words_say(enum words_end end, const char *sentence)
{
    fprintf(stderr, "%s\n", sentence);
    return end;
}

static void print_program(FILE *to, const struct program *p)
{
    fprintf(to, "%s: %s\n\nUsage: %s WORD ...\n\n", p->name, p->what, p->name);
    for (const struct word *const *w = p->words; *w != NULL; w++)
        fprintf(to, "  %-10s %s\n", (*w)->name, (*w)->what);
    fprintf(to, "  %-10s %s\n\n%s", "help WORD", "Say more about one of these.", p->general);
    fprintf(to, "  --help             Say this, or more about a word.\n"
                "  --version          Say which version this is.\n");
}

static void print_usage(FILE *to, const struct program *p, const struct word *w)
{
    fprintf(to, "Usage: %s %s %s\n", p->name, w->name, w->usage);
}

static void print_word(const struct program *p, const struct word *w)
{
    print_usage(stdout, p, w);
    printf("\n%s\n\n%s\n%s", w->what, w->details, p->general);
}

static const struct word *find(const struct program *p, const char *name)
{
    for (const struct word *const *w = p->words; *w != NULL; w++)
        if (strcmp((*w)->name, name) == 0)
            return *w;
    fprintf(stderr, "There is no word \"%s\".  Try: %s help\n", name, p->name);
    return NULL;
}

/* `name` NULL: about the program. */
static enum words_end help(const struct program *p, struct options *o, const char *name)
{
    const struct word *w = NULL;

    if (name != NULL && strcmp(name, "help") == 0)
        name = options_next(o);
    if (name != NULL && (w = find(p, name)) == NULL)
        return WORDS_USAGE;
    if (w == NULL)
        print_program(stdout, p);
    else
        print_word(p, w);
    return WORDS_FINE;
}

/* A passphrase or a key must not end up in a core file or before a debugger, nor a vault in
 * somebody else's hands. */
static void guard(void)
{
    const struct rlimit none = {0, 0};

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may grow no more */
    umask(S_IRWXG | S_IRWXO);
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose leak check needs ptrace */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static enum words_end run(const struct program *p, const struct word *w, struct options *o)
{
    enum words_end end = w->run(o, p->setting);

    if (end == WORDS_USAGE) {
        print_usage(stderr, p, w);
        fprintf(stderr, "Try: %s help %s\n", p->name, w->name);
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) && end == WORDS_FINE)
        end = words_say(WORDS_FAILED, "The result could not be written.");
    return end;
}

int words_run(const struct program *p, int argc, char **argv)
{
    struct options o = options(argc, argv);
    bool asked = options_flag(&o, "--help") || (o.named > 0 && strcmp(o.at[0], "-h") == 0);
    const struct word *w;
    const char *name;

    guard();
    if (options_flag(&o, "--version")) {
        printf("%s %s\n", p->name, version_text());
        return WORDS_FINE;
    }
    p->choose(&o, p->setting);
    name = options_next(&o);
    if (asked || (name != NULL && strcmp(name, "help") == 0))
        return (int)help(p, &o, name == NULL || name[0] == '-' ? NULL : name);
    if (name == NULL && !o.failed)
        print_program(stderr, p);
    w = name == NULL ? NULL : find(p, name);
    return (int)(w == NULL ? WORDS_USAGE : run(p, w, &o));
}
