/* SPDX-License-Identifier: Apache-2.0 */
/* client_internal: the client as the files of its public calls see it. */
#ifndef TACET_CLIENT_HOST_CLIENT_INTERNAL_H
#define TACET_CLIENT_HOST_CLIENT_INTERNAL_H

#include "client/host/carrier.h"
#include "client/host/folder.h"
#include "client/reactions.h"
#include "client/searching.h"
#include "client/stars.h"
#include "crypto/p521.h"
#include "tacet/client.h"

struct tacet_client {
    struct random random;
    struct db *db;
    struct vault *vault;
    struct engine *engine;
    struct carrier *carrier;
    struct pool pool; /* of this many threads */
    size_t threads;
    char *path;           /* of the profile's file */
    bool wiped;           /* another device removed this one: there is nothing here any more */
    uint32_t wrong_tries; /* that nobody had been told of when it was opened */
    int bell;             /* at which another program asks to lock; -1: none */
    struct arena shown;   /* the text that the last call lent to the caller */
    struct arena told;    /* and that of the last event */
    struct arena version; /* and that of a version of a message */
    struct arena reacted; /* and how people react to a message, of which: */
    struct reactions_sum *reactions;
    char reacted_in[TACET_HANDLE_SIZE];
    uint64_t reacted_at;
    struct arena shelved; /* and where it stands among what is kept */
    struct arena starred; /* and where what is marked stands: */
    struct stars stars;
    struct arena named;         /* the name of the contact that was given last */
    struct arena called;        /* and of the device */
    struct arena room;          /* and of the room */
    struct searching met, said; /* what the last search found: conversations, messages */
    struct folder folder;
    struct filing filing; /* through that */
    struct adding asked;  /* which device was told last as asking to be added */
};

enum tacet_code client_code(struct err err);

/* A client for the profile, without a vault; with that of the profile; with a new one; with a new
 * one in the place of a profile that holds nothing.  Then its engine, for what the vault holds.
 * What was made is the caller's after any answer, for tacet_close(). */
FALLIBLE client_new(const struct tacet_profile *p, struct tacet_client **out);
FALLIBLE client_open_vault(struct tacet_client *c, const struct tacet_profile *p);
FALLIBLE client_create_vault(struct tacet_client *c, const struct tacet_profile *p);
FALLIBLE client_begin_anew(struct tacet_client *c, const struct tacet_profile *p);
FALLIBLE client_start(struct tacet_client *c);

/* What a person asks of the engine; a command of no more than a handle and a text. */
enum tacet_code client_command(struct tacet_client *c, const struct command *cmd);
enum tacet_code client_order(struct tacet_client *c, enum command_kind kind, const char *handle,
                             struct bytes text);

/* This device was removed, or somebody guessed too often: what the profile holds is made
 * unreadable, and its files go.  Its vault need not be open.  [PROTOCOL 15.7] */
FALLIBLE wiping_begin(struct tacet_client *c);

/* In hexadecimal, with a NUL. */
void client_hex(struct bytes in, char *out);
/* Text of a person's, which has no NUL, as a string in the arena. */
FALLIBLE client_string(struct arena *a, struct bytes text, const char **out);

/* An account's handle, mine among them; "" when it is not known here. */
void client_handle(struct tacet_client *c, const struct account_id *aid,
                   char out[TACET_HANDLE_SIZE]);

/* What is told of adding a device, and remembered of who asks. */
void adding_out(struct tacet_client *c, const struct adding *in, struct tacet_event *out);
/* And of giving one what was said before. */
void adding_history_out(const struct history_news *in, struct tacet_event *out);

/* What a message says of a file, and what is told of one on its way. */
void handing_message(const struct message *m, struct tacet_message *out);
void handing_event(struct tacet_client *c, const struct event *e, struct tacet_event *out);

/* As a caller sees it; a text stays where it is, or is in the arena. */
FALLIBLE telling_message(struct tacet_client *c, const struct message *m, struct arena *a,
                         struct tacet_message *out);
/* What it says of where somebody is, or of who somebody is. */
struct deeds_view;
void whereabouts_message(const struct message *m, const struct deeds_view *view,
                         struct tacet_message *out);
void cards_message(struct tacet_client *c, const struct deeds_view *view,
                   struct tacet_message *out);
/* A person says something with a command that queues a message: in which conversation, and its id.
 */
enum tacet_code deeds_act(struct tacet_client *c, struct command *cmd, const char *with,
                          char id[TACET_ID_SIZE]);
/* The id of the message that was queued last in a conversation. */
FALLIBLE client_newest_id(struct tacet_client *c, const char *with, char id[TACET_ID_SIZE]);

/* The number of the conversation with somebody, or in a room; and how a caller calls it. */
FALLIBLE meeting_conversation(struct tacet_client *c, const char *with, uint64_t *number);
void meeting_with(struct tacet_client *c, uint64_t number, char out[TACET_HANDLE_SIZE]);
/* Is it a room's address? */
bool meeting_is_room(const char *with);
/* A command about a conversation, or something in it. */
enum tacet_code saying_in_conversation(struct tacet_client *c, struct command *cmd,
                                       const char *with);
/* What somebody does by a control message's type, as enum tacet_activity; 0: nothing. */
unsigned hearing_activity(uint16_t type);
/* Who wrote a message, or changed its room, and whom. */
void meeting_authors(struct tacet_client *c, const struct message *m, struct tacet_message *out);

#endif
