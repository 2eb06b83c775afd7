/* SPDX-License-Identifier: Apache-2.0 */
/* play: `tacet` with a client that follows a script, and what it said. */
#ifndef TACET_TESTS_CLI_PLAY_H
#define TACET_TESTS_CLI_PLAY_H

#include "assert_err.h"
#include "tacet/export.h"
#include "tacet/rooms.h"
#include "tacet/search.h"

#define PLAY_MOST 8

/* The script: what there is, and what is answered.  Zero is success and emptiness. */
struct play {
    bool no_profile;
    struct tacet_timers timers, room_timers, sent_for;
    enum tacet_code timing;
    enum tacet_receipts receipts;
    bool activity;
    unsigned typing, here; /* so often it was told */
    enum tacet_code telling;
    enum tacet_code open, link_is, join, send, confirm, accept, name, mark, change, lock;
    enum tacet_code add, link_shown, confirm_device, cancel, remove, make, letters;
    struct tacet_tries tries;
    struct tacet_locking locking;        /* as the profile has it, or as it was set */
    struct tacet_event event[PLAY_MOST]; /* in this order, */
    size_t events, taken;
    enum tacet_code run; /* then this; TACET_OK as TACET_AGAIN */
    bool accepting;      /* each text that is sent */
    bool idle;           /* nobody types */
    bool key_store;      /* opens it */
    struct tacet_message message[PLAY_MOST];
    size_t messages;
    const char *folder[PLAY_MOST], *title[PLAY_MOST]; /* where each stands; NULL: nowhere */
    struct tacet_contact contact[PLAY_MOST];
    size_t contacts;
    struct tacet_device device[PLAY_MOST]; /* everybody's */
    size_t devices;
    enum tacet_code history;                   /* of asking for it */
    struct tacet_reaction reaction[PLAY_MOST]; /* to each message */
    unsigned reactions;
    struct tacet_room room[PLAY_MOST];
    size_t rooms;
    enum tacet_code room_code; /* what changes are answered */
    enum tacet_code find;      /* a message by its id, if not by what there is */
    enum tacet_code search, export_code;
    struct tacet_status status;

    /* What the program did. */
    bool opened, looked_up, accepted;
    int watched; /* descriptor; -1: none */
    unsigned openings, closed, sends, marked, told, by_itself, warned, shown;
    bool keeps;     /* the other devices */
    int timeout_ms; /* of the last wait */
    bool asked;     /* for the passphrase, before the link was checked */
    unsigned cost;
    char kept[64];    /* the passphrase for which the key store was asked; "-": it keeps none */
    char changed[64]; /* the passphrase, "old>new" */
    char passphrase[64], link[64], sent_to[64], sent[64], named[64], typed[64];
    char draft[64];
    char forwarded[128]; /* "from>to ", each */
    char placed[128];    /* a position or a card, as it was asked for last */
    char shelved[256];   /* "who place folder title;", each */
    char called[64], confirmed[64], removed[64]; /* devices */
    char wished[128];                            /* of a room */
    char exported[64];                           /* the conversation, or the file */
    char searched[512];                          /* "words@conversation" */
    char filed[4200];                            /* of a file */
    const char *file_shown;                      /* what there is of one to look at */
    size_t file_shown_n;
    uint64_t automatic;             /* bytes of a file that is fetched by itself */
    enum tacet_code file_code;      /* what that is answered */
    struct tacet_transfer transfer; /* that has not ended; number 0: none */
    bool cancelled;
    size_t sent_n;
    uint64_t place; /* of the message with which something was done */
    bool back;      /* a reaction was taken back */
};
extern struct play play;

/* What it said.  The id that every text gets. */
extern char play_out[256 * 1024], play_err[64 * 1024];
#define PLAY_LETTERS "aaaa bbbb cccc dddd eeee ffff gggg hhhh"
#define PLAY_ID      "00112233445566778899aabbccddeeff"

/* An empty script: cmocka's setup. */
int play_begin(void **state);

struct tacet_event *play_event(enum tacet_event_kind kind, enum tacet_code code);
struct tacet_event *play_adding(enum tacet_adding step, enum tacet_code code);
struct tacet_event *play_state(enum tacet_state state, enum tacet_code code);
struct tacet_message *play_message(const char *with, const char *text);
struct tacet_contact *play_contact(const char *handle);

/* Run it with these words and this standard input (NULL: empty); its exit code.  The options for a
 * directory and for the passphrase "secret" come along. */
int play_run(const char *in, size_t in_n, const char *const *words, size_t n);
#define PLAY(...)                                       \
    play_run("", 0, (const char *const[]){__VA_ARGS__}, \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define PLAY_IN(in, in_n, ...)                             \
    play_run(in, in_n, (const char *const[]){__VA_ARGS__}, \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* What the descriptor of the passphrase holds; play_begin puts it back. */
extern const char *play_passphrases;

/* Where standard output goes; NULL: to play_out. */
extern const char *play_stdout;

#define assert_said(text)     assert_non_null(strstr(play_err, (text)))
#define assert_not_said(text) assert_null(strstr(play_err, (text)))

#endif
