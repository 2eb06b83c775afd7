/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/search.h: finding again what was said, and with whom.
 *
 * Nothing leaves this machine, and nothing about a search is kept.
 */
#ifndef TACET_SEARCH_H
#define TACET_SEARCH_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_SEARCH_MAX   256 /* bytes of what is looked for */
#define TACET_SEARCH_WORDS 16

struct tacet_found {
    size_t conversations, messages;
};

/* Find the messages in whose text each of these words stands, also as part of a longer one; and,
 * unless `with` says in which conversation alone to look, the people and rooms that are called so.
 * UTF-8; case and accents make no difference.  What is found can be asked for until the next
 * search; 100,000 messages take about a quarter of a second.
 * TACET_MALFORMED: not UTF-8, or no word.  TACET_LIMIT: over TACET_SEARCH_MAX or
 * TACET_SEARCH_WORDS.  TACET_ABSENT: no such conversation. */
TACET_API enum tacet_code tacet_search(struct tacet_client *c, const char *words, const char *with,
                                       struct tacet_found *out);

/* The i-th conversation that was found, from 0: people, then rooms.  TACET_ABSENT: there is no
 * such. */
TACET_API enum tacet_code tacet_found_conversation(struct tacet_client *c, size_t i,
                                                   char with[TACET_HANDLE_SIZE]);

/* The i-th message that was found, the newest being number 0.  Its text lives as that of
 * tacet_next_message().  TACET_ABSENT: there is no such, or not any more. */
TACET_API enum tacet_code tacet_found_message(struct tacet_client *c, size_t i,
                                              struct tacet_message *out);

#ifdef __cplusplus
}
#endif

#endif
