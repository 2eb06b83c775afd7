/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kin: people with several devices: one adds another, and removes one, by the account's next list.
 *
 * Lists are the engine's (client/changing).  Linking itself is not played: the keys of a new device
 * are made on the one that is there, and it begins with them when a list has it.  What the server
 * took is seen when it commits.
 */
#ifndef TACET_TESTS_SIM_KIN_H
#define TACET_TESTS_SIM_KIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "statement/device_list.h"

#define KIN_LISTS_MOST 256 /* of one account */

struct world;
struct person;
struct line;
struct request;
struct vault;
struct listing_change;
struct event;

/* What a device has to do with the others of its account. */
struct kin {
    /* what it wants */
    struct person *about; /* whom its next list adds or removes; NULL: it wants nothing */
    bool adds;            /* about: else it removes */
    uint64_t asked_life;  /* the life of its program in which that was told so; 0: none */
    /* what it is */
    struct buf keys, list; /* of one that was added: what it begins with; list empty: not yet */
    struct device_id did;
    bool named;   /* did is known */
    bool leaving; /* another one wants it removed, since then */
    uint64_t leaving_ms;
    bool listed; /* the server took a list with it */
    bool ready;  /* and the prekey that it published first: it gets what is sealed then */
    uint64_t ready_ms;
    bool removed; /* the server took a list that revokes it */
    uint64_t removed_ms;
    size_t removed_at; /* after so many messages had been said */
    bool told;         /* it was told so, */
    bool wiped;        /* and nothing is left of its vault */
    uint32_t since;    /* the list that its vault begins with */
    /* of an account's first device */
    struct buf lists;                  /* hashes of all lists that its owner made */
    uint32_t newest, server;           /* how many there are; and as far as the server knows now */
    uint64_t taken_ms[KIN_LISTS_MOST]; /* by version: when the server took it last */
};

/* Somebody wants another device, or one less. */
void kin_step(struct world *w);
/* No list is asked for. */
bool kin_rests(const struct world *w);
/* The server took this list of the account's. */
void kin_listed(struct person *by, const struct device_list *list);
/* The server answers this, which is committed where it is well. */
void kin_committed(struct world *w, const struct request *rq);
/* The profile of a device that was added; E_OK too if it is there already. */
FALLIBLE kin_adopt(struct person *who);
/* What it wanted of its list is in force. */
void kin_in_force(struct person *who);
/* Its program says what became of a change of its list that it was asked for. */
void kin_changed(struct person *who, const struct listing_change *change, enum err_code code);
/* An account has begun, with this device. */
void kin_joined(struct person *who);
/* It was told that another one removed it; and when its program is left alone, it is wiped. */
void kin_told(struct person *who);
void kin_wipe(struct person *who);
/* The server is put back to what it was then.  A device whose first prekey it has forgotten gets
 * what is said when it has published one again. */
void kin_went_back(struct world *w, uint64_t to_ms);
/* May it be?  Not where lists are forgotten that nobody is left to bring again, or while somebody
 * who may not know them is about to sign another one: an account with two lists of one number is
 * none that goes on.  [PROTOCOL 15.10] */
bool kin_may_go_back(const struct world *w, uint64_t to_ms);
/* Whoever removes a device says from when on: what came to the server later is refused, although it
 * took it, as it did not know yet.  Clocks differ. */
bool kin_is_refused(const struct person *from, uint64_t accepted_ms);
bool kin_explains(const struct person *who, const struct event *e);
/* It may know a device that was removed since as one that is there. */
bool kin_was_forgotten(const struct person *who);

/* Whoever the server knows of now, who gets what is said to this account or by it, as bits by
 * their place in world.person. */
uint64_t kin_who_get(const struct world *w, const struct person *account);
/* Is this one that its owner made? */
bool kin_knows_list(const struct person *account, const struct device_list *list);
/* Had this account, if there is one, ever more than one device? */
bool kin_has_several(const struct person *account);
/* Those that never came, because whoever added them went, are removed by others. */
void kin_tidy(struct world *w);
/* In the end. */
void kin_check(struct world *w);
void kin_free(struct person *who);

#endif
