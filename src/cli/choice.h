/* SPDX-License-Identifier: Apache-2.0 */
/* choice: which profile a word is about, and how it is opened. */
#ifndef TACET_CLI_CHOICE_H
#define TACET_CLI_CHOICE_H

#include "base/buf.h"
#include "tacet/client.h"
#include "terminal/words.h"

struct choice {
    const char *profile, *data; /* data NULL: where the system keeps a person's data */
    int passphrase_fd;          /* -1: ask at the terminal */
};

#define CHOICE_PATH_MAX 4096

/* The options that all words share, into a struct choice. */
void choice_take(struct options *o, void *out);

/* The profile's directory, as text with a NUL, appended.  false: there can be none; said why. */
bool choice_directory(const struct choice *c, struct buf *path);

/* Open the profile: with the system's key store, if it says so and no descriptor was given, else
 * ask for the passphrase.  Anything but WORDS_FINE: it is not open, and this was said. */
enum words_end choice_open(const struct choice *c, struct tacet_client **out);

/* Open what was open before.  A person at the terminal is asked until the passphrase fits; else it
 * is the next line of the descriptor. */
enum words_end choice_unlock(const struct choice *c, bool person, struct tacet_client **out);

/* Ask for the passphrase, open, ask for a new one and change it; without a terminal they are the
 * next two lines of the descriptor.  A person is asked for the first until it fits.  What became of
 * it is said; `*out` is open whenever the first was right.  `cost` as in struct tacet_passphrases.
 */
enum words_end choice_change(const struct choice *c, bool person, unsigned cost,
                             struct tacet_client **out);

/* Ask for the passphrase, and let the system's key store open the profile, or no more. */
enum words_end choice_key_store(const struct choice *c, bool on);

/* All of a word that knows no option but --json: open the profile, report, close it. */
enum words_end choice_report(struct options *o, const struct choice *c,
                             enum words_end (*report)(struct tacet_client *client, bool json));

#endif
