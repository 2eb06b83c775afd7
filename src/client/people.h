/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people: whom I write to, and what the network says about them.
 *
 * A contact is a handle and, once the network was asked, an account.  The first account that a
 * handle names is kept (trust on first use); if the network later names another one, the
 * conversation stops until the person accepts it.  Lists, prekey numbers and directory statements
 * never go back.  [PROTOCOL 4.2, 6.6, 7]
 */
#ifndef TACET_CLIENT_PEOPLE_H
#define TACET_CLIENT_PEOPLE_H

#include "client/own.h"
#include "statement/roster.h"

struct contact {
    uint64_t number; /* local, from 1 */
    char handle[TEXT_HANDLE_MAX + 1];
    bool known;     /* the fields below are filled in */
    bool verified;  /* safety number compared */
    bool removed;   /* the network's administrator removed the account */
    bool changed;   /* the network names another account for this handle: `other` */
    bool recovered; /* they came back by a recovery key, and I was not warned of it when writing */
    bool behind;    /* the server shows less of them than is known: it was put back, or lies */
    bool forked;    /* it shows another list under the number of one that is known */
    struct account_id aid, other;
    struct point ark, other_ark;
    uint32_t statement; /* highest number of a directory statement seen */
    uint64_t asked_ms;  /* when the network was asked last */
};

/* One account's public matters, as the server sent them, and whom we had asked for. */
struct people_news {
    const struct account_id *aid; /* NULL: by handle */
    struct bytes handle;
    uint32_t asked_from; /* from this list on; 0: nobody asked */
    struct bytes statement, certificate;
    const struct bytes *list, *prekey;
    size_t lists, prekeys;
};

/* E_ABSENT. */
FALLIBLE people_get(struct vault *v, uint64_t number, struct contact *out);
FALLIBLE people_by_handle(struct vault *v, struct bytes handle, struct contact *out);
FALLIBLE people_by_account(struct vault *v, const struct account_id *aid, struct contact *out);

/* The contact with the lowest number above `after`.  E_ABSENT: that was the last. */
FALLIBLE people_next(struct vault *v, uint64_t after, struct contact *out);

/* A contact that nothing is known of yet, in the caller's transaction.  E_MALFORMED: no handle. */
FALLIBLE people_add(struct vault *v, struct bytes handle, struct contact *out);

FALLIBLE people_put(struct vault *v, const struct contact *c);

/* Another device of mine says who this is, in the caller's transaction: it counts as if the network
 * had been asked first here, and no more.  E_CONFLICT: the handle is another account's here. */
FALLIBLE people_introduce(struct vault *v, struct bytes handle, const struct account_id *aid,
                          const struct point *ark, struct contact *out);

/* What came of it. */
struct people_learned {
    bool expired; /* the directory certificate is over: lists and prekeys were kept, no more */
    bool news;    /* a list or a prekey was kept that was not known before */
    bool more;    /* there are newer lists than the answer had room for */
    /* Since the list that was known before, if there was one: */
    unsigned added, removed; /* devices that came and went */
    unsigned given;          /* devices that were given what was said before */
    bool recovered;          /* somebody who had lost every device came back by a recovery key */
    bool behind;             /* something that it shows is older than what is known, or missing */
    bool lists_behind;       /* lists are */
    uint32_t shown;          /* the newest that it showed; 0: none */
    bool forked;             /* two lists of one number: nothing behind them was kept */
    bool tell_behind, tell_forked; /* and so it was not at the last answer */
};

/* Devices that stand in one list and not in the other, added to what `out` has. */
void people_count_change(const struct device_list *before, const struct device_list *now,
                         struct people_learned *out);

/*
 * Check and keep what the server says, in the caller's transaction.  The contact is made if there
 * is none; for my own account, when it was asked for, there is a row as for others.
 * E_FORGED: also, it speaks of somebody else; E_MALFORMED, E_CLOCK, E_CONFLICT: it speaks of me, or
 * gives my handle to somebody else; E_STALE: lists are left out; E_EXPIRED: the directory
 * certificate is over.  On error nothing of it may be kept: roll back.  What is older than what is
 * known is passed over, and the rest is kept.
 *
 * Without a certificate, whom we know can go on: lists and prekeys follow from the account's own
 * key.
 */
FALLIBLE people_learn(struct vault *v, const struct own *me, const struct people_news *news,
                      uint64_t now_ms, struct contact *out, struct people_learned *learned);

/* The person accepts that the handle is another account now; it is unverified.  E_CONFLICT: it is
 * not, or that account is another contact already. */
FALLIBLE people_accept(struct vault *v, struct contact *c);

/* Is it the row of my own account? */
bool people_is_me(const struct own *me, const struct contact *c);

/* A device list that was learned, mine among them: this version, or the newest.  E_ABSENT. */
FALLIBLE people_list(struct vault *v, const struct own *me, const struct account_id *aid,
                     uint32_t version, struct device_list *out);
FALLIBLE people_newest_list(struct vault *v, const struct own *me, const struct account_id *aid,
                            struct device_list *out);

/* The newest prekey of a device.  E_ABSENT. */
FALLIBLE people_prekey(struct vault *v, const struct device_id *did, struct prekey *out);

/* The ML-KEM key of a device's prekey, kept until a newer prekey is learned; empty: the server has
 * none that checks.  E_ABSENT: it was not asked for yet. */
FALLIBLE people_kem(struct vault *v, const struct device_id *did, uint32_t number, struct arena *a,
                    struct bytes *kem);
FALLIBLE people_put_kem(struct vault *v, const struct device_id *did, uint32_t number,
                        struct bytes kem);

/* Rosters by digest: those that the server has too, or that it gave us.  E_ABSENT. */
FALLIBLE people_roster(struct vault *v, const struct roster_id *id, struct arena *a,
                       struct bytes *roster);
FALLIBLE people_keep_roster(struct vault *v, const struct roster_id *id, struct bytes roster);

/* Safety number of me and a known contact.  E_ABSENT: not known yet. */
FALLIBLE people_fingerprint(const struct own *me, const struct contact *c, uint8_t out[64]);

#endif
