/* SPDX-License-Identifier: Apache-2.0 */
/* stage_memory: what only the stage in memory can do: turn the clock, and sit on the wire. */
#ifndef TACET_TESTS_SCENARIO_STAGE_MEMORY_H
#define TACET_TESTS_SCENARIO_STAGE_MEMORY_H

#include "base/buf.h"
#include "base/clock.h"
#include "client/engine.h"
#include "scenario/play.h"
#include "server/api/api.h"
#include "statement/server_keys.h"

#define STAGE_FROM "192.0.2.7" /* the address from which everybody comes */

/* Let time pass, in steps small enough for every timer. */
void stage_forward(struct play *p, uint64_t ms);
uint64_t stage_now(const struct play *p);
/* A person's own clock runs ahead by so much (behind: negative). */
void stage_skew(struct person *who, int64_t ms);
/* The same for everybody who joins from now on. */
void stage_skew_next(struct play *p, int64_t ms);

/* Carry everything that is on its way, until nothing moves. */
void stage_settle(struct play *p);

/*
 * Sit between a person and the server: called with each frame on its way, which may be changed in
 * place or dropped (false).  NULL takes it off.
 */
typedef bool stage_tamper(void *ctx, struct person *who, struct buf *frame);
void stage_tamper_down(struct play *p, stage_tamper *tamper, void *ctx);
void stage_tamper_up(struct play *p, stage_tamper *tamper, void *ctx);

struct engine *stage_engine(struct person *who);
struct server *stage_server(struct play *p);
struct random *stage_random(struct play *p);
const char *stage_handle(const struct person *who);

/* Did `who` hear of this problem since the last call?  With which code did the last one of any kind
 * come?  And of a link refused with this code? */
bool stage_heard(struct person *who, enum problem problem);
enum err_code stage_problem_code(const struct person *who);
/* To whom the last message went that was shown, or held. */
const struct roster_finding *stage_finding(const struct person *who);
bool stage_link_ended(struct person *who, enum err_code code);

/* Give a person a frame as if the server had sent it; send one as if the engine had. */
void stage_inject(struct person *who, struct bytes frame);
void stage_send(struct person *who, struct bytes frame);
void stage_hang_up(struct person *who);
/* From now on there is no server for `who`, or there is one again. */
void stage_cut_off(struct person *who, bool cut_off);

/*
 * End the program without notice before its `step`-th step from now on, from 1: a step is a frame
 * that comes, or one thing that the engine wants done.  returns() starts it again.
 */
void stage_crash_at(struct person *who, unsigned step);
bool stage_is_running(const struct person *who);

/* Keep a copy of the vault of `who`, whose program has ended, under a number; put it in the place
 * of the present one. */
void stage_copy_vault(struct person *who, unsigned copy);
void stage_restore_vault(struct person *who, unsigned copy);

/* How often did `who` hear of this problem, and about how many messages in all? */
unsigned stage_told(const struct person *who, enum problem problem, uint64_t *missing);

/* How often does the text stand in the conversation that `who` keeps? */
unsigned stage_copies(struct person *who, struct person *with, const char *text);

/* ---- stage_devices.c: people with several devices */

/* Another device of an account, added by `of`, and there.  It is called as its person is: who saw
 * what is told by the device.  `name` names its file. */
struct person *stage_second_device(struct person *of, const char *name);
/* The same step by step.  `of` shows a link, which the caller frees; NULL: refused. */
char *stage_offers(struct person *of);
/* A new device asks by a link, and calls itself `name`. */
struct person *stage_asks(struct person *of, const char *name, const char *link);
/* What was told last of adding; kind 0: nothing.  It is forgotten then. */
struct event stage_told_of_adding(struct person *who);
/* `of` confirms the ask that was told last; or one with this digest. */
enum err_code stage_confirms(struct person *of);
enum err_code stage_confirms_digest(struct person *of, struct bytes digest);
enum err_code stage_cancels(struct person *of);
bool stage_has_joined(const struct person *who);
/* Put into the list with both keys at hand, which takes no time: for plays of many. */
struct person *stage_device_by_hand(struct person *of, const char *name);
/* `by`, who is there, removes another device of its account, which may be away; and the list with
 * which it would. */
void stage_remove_device(struct person *by, struct person *gone);
void stage_revocation(struct person *by, struct person *gone, struct buf *statement);
/* The list as it would be if others had come in between, so many of them. */
void stage_late_revocation(struct person *by, struct person *gone, uint32_t later,
                           struct buf *statement);
/* The account of `by` gets a recovery key, which then signs its next list. */
void stage_recover(struct person *by);
/* `by` is asked to remove a device of its account, and does it as soon as it can; the code with
 * which it was told of it since: E_AGAIN, it was not yet. */
enum err_code stage_revoke(struct person *by, struct person *gone);
enum err_code stage_revokes_id(struct person *by, const struct device_id *did);
enum err_code stage_told_of_list(struct person *who);
/* Was `who` told that another device has removed it? */
bool stage_was_removed(const struct person *who);
/* How often was `who` told that somebody's devices came or went, since the last call? */
unsigned stage_told_of_devices(struct person *who, struct event *last);
/* `by` is asked to give its history to another device of its account, or to take that one's; the
 * code with which it was told to be through: E_AGAIN, it was not yet.  How often was it told of it
 * since the last call, and what last? */
enum err_code stage_give(struct person *by, struct person *to);
enum err_code stage_take(struct person *by, struct person *from);
enum err_code stage_has_history(const struct person *who);
unsigned stage_told_of_history(struct person *who, struct history_news *last);
/* The next message that `who` sees is from another device of its own, in the conversation with. */
void sees_own(struct person *who, struct person *with, const char *text);

/* Renew the directory certificate; and the key that it is about. */
void stage_certify(struct play *p, uint64_t lives_ms);
struct sign_private *stage_directory_key(struct play *p);

/* The key that the server has, and another one to show in its place from now on: as whoever sits
 * between would, or a server whose files were mixed up. */
struct server_pin stage_key(const struct play *p);
void stage_show_key(struct play *p, const struct server_pin *pin);

/* Send a request of the operator's; the code of the answer. */
enum err_code stage_operate(struct play *p, enum op op, const void *message, struct buf *answer);

/* The message that sees() would take next; NULL: none.  It stays. */
const struct message *stage_next_shown(struct person *who);
/* Pass over it. */
void stage_skip_shown(struct person *who);

#endif
