/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people: real engines, each with a vault on a disk of its own, and what `client/host` is to them
 * in the real program.
 */
#ifndef TACET_TESTS_SIM_PEOPLE_H
#define TACET_TESTS_SIM_PEOPLE_H

#include "sim/network.h"

/* Somebody new, whom the operator is asked to invite, and who joins then. */
struct person *people_new(struct world *w);
/* Another device of the same account, which cannot run yet; and now it can. */
struct person *people_another(struct person *of);
void people_added(struct person *who);
void people_free(struct person *who);
uint64_t people_clock(const struct person *who);

/* It has its account, as it says. */
void people_joined(struct person *who);

/* What the operator heard. */
void people_invited(struct person *who, struct bytes link);
void people_removed(struct person *who);

/* The program is started, if it can be; ends in good order; dies.  One that cannot start, or ends
 * by itself, is tried again later. */
void people_start(struct person *who);
void people_stop(struct person *who);
/* Something may keep it from being told that its vault was put back. */
void people_may_be_unheard(struct person *who);
void people_crash(struct person *who, bool quietly);

void people_link_up(struct person *who, struct bytes binding);
void people_link_down(struct person *who, enum err_code why);
void people_frame(struct person *who, struct bytes frame);
/* The same for a frame that nobody alters any more. */
void people_take(struct person *who, struct bytes frame);

/* Something is asked of the engine, and what it wants is done. */
enum err_code people_command(struct person *who, enum command_kind kind, const char *handle,
                             const char *text);

/* The same of any command. */
enum err_code people_order(struct person *who, const struct command *c);

/* It wants its account's list changed. */
/* What is asked about another device of theirs, by its name. */
enum err_code people_about_device(struct person *who, enum command_kind kind,
                                  const struct device_id *did);
enum err_code people_change_list(struct person *who, const struct listing_change *change);

/* The passphrase of a vault that is open is changed to the next one. */
void people_change_passphrase(struct person *who);

#endif
