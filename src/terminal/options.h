/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: what a program was called with, taken out piece by piece.
 *
 * First the options, wherever they stand, then the words that are left, in order.  What is wrong is
 * said on stderr at once and sticks: ask options_end() before acting.  Behind "--" there are no
 * options.  Nothing is copied: all text is argv's.
 */
#ifndef TACET_TERMINAL_OPTIONS_H
#define TACET_TERMINAL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
    char **at;
    size_t n, named; /* all that is left; how much of it stands before "--" */
    bool failed;
};

/* Of what stands behind the program's name.  `argv` is rearranged. */
struct options options(int argc, char **argv);

/* Was it given?  `name` has its dashes. */
bool options_flag(struct options *o, const char *name);

/* "--name value" or "--name=value"; NULL when it was not given. */
const char *options_text(struct options *o, const char *name);

/* The same for a decimal number from least to most; `out` stays when it was not given. */
bool options_number(struct options *o, const char *name, unsigned least, unsigned most,
                    unsigned *out);

/* The same for an open file's number; -1 when it was not given. */
int options_descriptor(struct options *o, const char *name);

/* The next word, or NULL. */
const char *options_next(struct options *o);

/* The next word; that there is none is a mistake, and `what` is missing. */
const char *options_need(struct options *o, const char *what);

/* The same for a person's handle.  NULL: it is missing or is none. */
const char *options_handle(struct options *o);

/* The same for a conversation: a person's handle, or + and what a room is called. */
const char *options_conversation(struct options *o);

/* Everything was taken and nothing was wrong. */
bool options_end(struct options *o);

#endif
