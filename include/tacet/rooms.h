/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/rooms.h: conversations of several people: groups, in which all are equal, and rooms with
 * moderators.
 *
 * Wherever a handle names a conversation (tacet_send(), tacet_next_message(),
 * tacet_previous_message(), tacet_mark_read()) a room's address does, too.
 */
#ifndef TACET_ROOMS_H
#define TACET_ROOMS_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What happened in a room. */
enum tacet_room_change {
    TACET_ROOM_CREATED = 1,
    TACET_ROOM_ADDED, /* whom; as the next three */
    TACET_ROOM_REMOVED,
    TACET_ROOM_PROMOTED, /* to moderator */
    TACET_ROOM_DEMOTED,
    TACET_ROOM_LEFT,
    TACET_ROOM_NAMED,     /* it has another name or description */
    TACET_ROOM_DELETED,   /* all others were put out */
    TACET_ROOM_SUCCEEDED, /* it had no moderator any more, and the network made `whom` one */
    TACET_ROOM_SETTINGS,
};

/* What can be wished of a room. */
enum tacet_room_wish {
    TACET_WISH_CREATE = 1, /* tacet_make_room() */
    TACET_WISH_ADD,        /* handles, with one space between; as the next three */
    TACET_WISH_REMOVE,
    TACET_WISH_PROMOTE, /* to moderator */
    TACET_WISH_DEMOTE,
    TACET_WISH_NAME, /* a text, as the next */
    TACET_WISH_DESCRIBE,
    TACET_WISH_LEAVE,
    TACET_WISH_DELETE,       /* put out all others, and look at it no more */
    TACET_WISH_POSTING = 11, /* who may write there: "all" or "moderators" */
    TACET_WISH_TIMERS = 20,  /* tacet_set_timers() */
};

#define TACET_ROOM_NAME_MAX        128 /* bytes */
#define TACET_ROOM_DESCRIPTION_MAX 4096

struct tacet_room {
    char address[TACET_HANDLE_SIZE]; /* "+" and 16 hexadecimal digits */
    const char *name;                /* text of others; NULL: nobody has told this device yet */
    const char *description;         /* the same; may be empty */
    bool group;
    bool making; /* the server has not heard of it yet */
    bool in;     /* my account is in it, or will be */
    bool deleted;
    bool moderator;            /* I am one; in a group everybody is */
    uint32_t version;          /* of its newest state; 0: none is in force */
    unsigned members, waiting; /* people in it; changes of mine that are not in force yet */
    uint64_t number;           /* pass it to get the next */
    bool moderated;            /* moderators alone write there */
    uint64_t muted_ms;         /* until when I want no notice of what is written there; 0: I do */
    bool pinned;               /* see tacet_pin() */
    bool telling;              /* its people have not been sent what this device changed last */
};

/* The room after `number` (0: the first); the one of an address.  TACET_ABSENT.  Name and
 * description live until a room is asked for again. */
TACET_API enum tacet_code tacet_next_room(struct tacet_client *c, uint64_t number,
                                          struct tacet_room *out);
TACET_API enum tacet_code tacet_find_room(struct tacet_client *c, const char *address,
                                          struct tacet_room *out);

struct tacet_member {
    char handle[TACET_HANDLE_SIZE]; /* "" when not known here yet */
    bool moderator;
    uint32_t since; /* the state with which they came in */
};

/* The member with the place `n`, from 0.  TACET_ABSENT: there is no such. */
TACET_API enum tacet_code tacet_get_member(struct tacet_client *c, const char *address, unsigned n,
                                           struct tacet_member *out);

/* Make a group or a room, which has only me in it.  TACET_MALFORMED, TACET_LIMIT: no such name.
 * Its address is in `address`.  It is there at once; TACET_EVENT_ROOM_CHANGE follows when the
 * server has it. */
TACET_API enum tacet_code tacet_make_room(struct tacet_client *c, bool group, const char *name,
                                          char address[TACET_HANDLE_SIZE]);

/* Wish a change.  It is kept until it is in force or cannot be, and TACET_EVENT_ROOM_CHANGE says
 * which: TACET_CONFLICT: somebody else was first, and changed the same; TACET_ABSENT: whom it is
 * about is not in the room, or nobody is called that; TACET_DENIED: only moderators may.  At once:
 * TACET_ABSENT: no such room; TACET_REMOVED: I am not in it any more; TACET_DENIED;
 * TACET_MALFORMED, TACET_LIMIT: handles or text. */
TACET_API enum tacet_code tacet_change_room(struct tacet_client *c, const char *address,
                                            enum tacet_room_wish wish, const char *text);

#ifdef __cplusplus
}
#endif

#endif
