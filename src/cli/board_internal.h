/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board_internal: the whole screen as its own files see it.
 *
 * A board is what is to be seen; board_keys_type() changes it as a person types, board_take() as
 * the client tells, and board_draw() puts it on a page.  None of the three touches a terminal.
 */
#ifndef TACET_CLI_BOARD_INTERNAL_H
#define TACET_CLI_BOARD_INTERNAL_H

#include <time.h>

#include "tacet/rooms.h"
#include "tacet/search.h"
#include "terminal/keys.h"
#include "terminal/line.h"

#define BOARD_TALKS_MAX  2000 /* conversations in the list */
#define BOARD_UNREAD_MAX 1000 /* messages that are counted */
#define BOARD_NAME_MAX   512
#define BOARD_NOTICE_MAX 512
#define BOARD_DOING_MAX  32 /* people who are seen to do something at the moment */

struct board_talk {
    char with[TACET_HANDLE_SIZE];
    unsigned unread;
    uint64_t last_ms; /* of its newest message; 0: there is none */
    bool muted, pinned;
};

enum board_focus {
    BOARD_LIST = 1, /* a conversation is being chosen */
    BOARD_WRITE,
    BOARD_PICK, /* a message is being chosen */
    BOARD_FIND, /* what to search for is being typed */
    BOARD_FOUND,
    BOARD_WHO, /* to whom the message came that was picked is to be seen */
    BOARD_HELP,
};

/* What the line is for. */
enum board_writing {
    BOARD_TEXT = 1,
    BOARD_REPLY,
    BOARD_EDIT,
    BOARD_REACTION,
    BOARD_RECALL,   /* "yes" */
    BOARD_DELETION, /* the same */
};

/* Somebody in a conversation, until when they are shown as writing, and as being here. */
struct board_doing {
    char with[TACET_HANDLE_SIZE], who[TACET_HANDLE_SIZE];
    time_t typing_s, here_s; /* by the board's now_s */
};

struct board {
    struct tacet_client *client;
    struct board_talk *talk; /* BOARD_TALKS_MAX of them */
    size_t talks, chosen;
    bool stale; /* the list has to be made anew */
    enum board_focus focus;
    char with[TACET_HANDLE_SIZE]; /* the conversation that is open; "": none */
    uint64_t last;                /* place of the last message to be seen; 0: the newest */
    uint64_t top;                 /* place of the first that was to be seen */
    uint64_t picked;              /* place; 0: none */
    struct line line;
    enum board_writing writing;
    uint64_t about; /* place of the message that the line is about */
    bool drafted;   /* the line was, or is, kept for another time */
    struct tacet_found found;
    size_t chosen_found;
    bool connected;
    time_t now_s; /* of a clock that nobody sets: whoever runs the board keeps it going */
    struct board_doing doing[BOARD_DOING_MAX];
    struct keys keys;
    char notice[BOARD_NOTICE_MAX]; /* one line, harmless */
    uint64_t moving, of;           /* bytes of the file that goes or comes; of 0: none does */
    bool leaving, locking, changing;
};

/* E_NOMEM. */
FALLIBLE board_begin(struct board *b, struct tacet_client *client);
void board_end(struct board *b); /* what was typed is kept as a draft; wiped */

/* board_keys.c: bytes of the keyboard, and that there are no more for now. */
void board_keys_type(struct board *b, struct bytes typed);

/* board_deeds.c: what Enter, and the letters that do something with a message that was picked, come
 * to. */
void board_deeds_enter(struct board *b);
void board_deeds_do(struct board *b, uint8_t letter);

/* And what the letters do with the conversation that is chosen in the list. */
void board_deeds_mark(struct board *b, uint8_t letter);

/* board_list.c */
void board_list(struct board *b); /* anew */
void board_list_write_name(struct board *b, const char *with, struct buf *out);
void board_list_open(struct board *b, const char *with, uint64_t last);
void board_list_close(struct board *b);

/* What was begun to be written there is kept, unless it is no new message or too long; and is in
 * the line again. */
void board_list_keep_line(struct board *b);
void board_list_fetch_line(struct board *b);

/* board.c: an event; and something to be said in one line, of which `why` may be NULL. */
void board_take(struct board *b, const struct tacet_event *e);
void board_say(struct board *b, const char *what, const char *why);

/* board_doing.c: an event that may say something of it; does anybody write in a conversation; what
 * is to be seen of it in the one that is open; and keys were pressed, where the focus `was`, and
 * the line had so many bytes `before`. */
void board_doing_take(struct board *b, const struct tacet_event *e);
bool board_doing_is_typed(const struct board *b, const char *with);
void board_doing_write(struct board *b, struct buf *out);
void board_doing_tell(struct board *b, enum board_focus was, size_t before);

/* board_draw.c: and what could be read there of the conversation that is open is marked as read. */
void board_draw(struct board *b, struct page *p);

#endif
