/* SPDX-License-Identifier: Apache-2.0 */
/* words: a program as a table of words, each with a function and a sentence; and its help. */
#ifndef TACET_TERMINAL_WORDS_H
#define TACET_TERMINAL_WORDS_H

#include "terminal/options.h"

/* How a program ends. */
enum words_end {
    WORDS_FINE = 0,
    WORDS_FAILED = 1,
    WORDS_USAGE = 2,  /* it was called wrongly; said so already */
    WORDS_LATER = 75, /* nothing is wrong, but it cannot be done now: try again later */
};

/* What a code means in one place.  A table ends with a row without text. */
struct sentence {
    unsigned code; /* of base/err.h, or of tacet/client.h, where the numbers are the same */
    const char *text;
};

/* The table's text for this code; NULL: it has none, or there is no table. */
const char *words_explain(const struct sentence *table, unsigned code);

/* The sentence as a line on stderr; and `end`, for whoever called to end with. */
enum words_end words_say(enum words_end end, const char *sentence);

struct word {
    const char *name;
    enum words_end (*run)(struct options *o, const void *setting);
    const char *usage;   /* what follows the word */
    const char *what;    /* one sentence */
    const char *details; /* more, for `help WORD`; lines end with a line feed */
};

struct program {
    const char *name, *what;
    const char *general; /* the options that all words share, as text for the help */
    /* Takes those options out and keeps them in `setting`, which is handed to the word. */
    void (*choose)(struct options *o, void *setting);
    void *setting;
    const struct word *const *words; /* ends with NULL */
};

/* Runs the word that the program was called with; the result is for exit().  From here on files are
 * made for their owner alone, no core is dumped, other programs of the user may not look inside,
 * and a reader that went away is a failed write. */
int words_run(const struct program *p, int argc, char **argv);

#endif
