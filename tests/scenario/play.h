/* SPDX-License-Identifier: Apache-2.0 */
/*
 * play: a server and its people, as scenarios speak of them.
 *
 * Two stages stand behind these verbs.  stage_memory.c runs the server's handlers and the clients'
 * engines in this process, on a virtual clock, without a socket; stage_programs.c runs tacetd,
 * tacetctl and tacet over TLS on loopback.  A scenario that both can play is in plays.c.
 *
 * Verbs assert: what a scenario says happens, happens, or the test fails.
 */
#ifndef TACET_TESTS_SCENARIO_PLAY_H
#define TACET_TESTS_SCENARIO_PLAY_H

#include "assert_err.h"

struct play;
struct person;

struct play *play_begin(void);
void play_end(struct play *p);

/* ---- People */

/* Invited, joined and present: connected, or as good as. */
struct person *joins(struct play *p, const char *handle);
/* The invitation alone; the caller frees it. */
char *invited(struct play *p, const char *handle);
/* Join with a link; the code with which it ended (E_OK, E_ABSENT: no such invitation, ...). */
enum err_code joins_by(struct play *p, const char *handle, const char *link, struct person **out);

void leaves(struct person *who);                  /* the program ends */
void returns(struct person *who);                 /* it is started again, and drains its mailbox */
void removes(struct play *p, const char *handle); /* by the administrator */

/* ---- Messages */

/* Sent: it is on the sender's disk; nothing more is promised. */
void says(struct person *who, struct person *to, const char *text);
/* The same to a handle that may be nobody's. */
void says_to(struct person *who, const char *handle, const char *text);

/* The last message that `who` said: "queued", "accepted", "failed". */
void is(struct person *who, const char *state);
/* The code with which it failed. */
void failed_with(struct person *who, enum err_code code);

/* The next messages that `who` has not been shown yet: exactly this one next, or none. */
void sees(struct person *who, struct person *from, const char *text);
void sees_nothing(struct person *who);

/* ---- Trust */

/* The sixty digits, static until the next call. */
const char *safety_number(struct person *who, struct person *other);
enum err_code confirms(struct person *who, struct person *other, const char *digits);
bool has_verified(struct person *who, struct person *other);

/* ---- Trouble */

void server_dies(struct play *p); /* at once, as by SIGKILL */
void server_comes_back(struct play *p);

/* Does anything below the server's directory hold these bytes?  Raw, hexadecimal or base64. */
bool server_holds(struct play *p, const char *text);

#endif
