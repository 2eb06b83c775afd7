/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault: what a profile keeps, sealed record by record.  [ARCHITECTURE 4]
 *
 * A record is named by a kind, a key and a number, and holds a value.  On disk the key is a keyed
 * hash and the value is sealed with AES-256-GCM, bound to its name; kind and number are readable.
 * The vault's key is random and sealed under a key that scrypt derives from the passphrase.
 *
 * Invariants: nothing is changed outside begin and commit; a record that does not open is
 * E_FORGED, never wrong bytes, and from then on commits are E_IO, so that nothing is acknowledged
 * on a damaged vault's word.  What is erased is overwritten by the database where it stands; of
 * kinds with a slot (vault_slot.h) nothing can be read any more wherever copies of it are.
 */
#ifndef TACET_CLIENT_VAULT_H
#define TACET_CLIENT_VAULT_H

#include "base/arena.h"
#include "base/buf.h"
#include "client/spare_key.h"
#include "client/tries.h"
#include "crypto/random.h"
#include "storage/db.h"

#define VAULT_PASSPHRASE_MAX 1024
#define VAULT_VALUE_MAX      (256 * 1024)

struct vault;

/* Every kind of record, and which module it belongs to. */
enum vault_kind {
    VAULT_NETWORK = 1,   /* own: the network, and where its server is */
    VAULT_IDENTITY,      /* own: private keys of account and device */
    VAULT_OWN_PREKEY,    /* own: number = prekey number */
    VAULT_COUNTER,       /* counters: number = which */
    VAULT_CONTACT,       /* people: number = contact */
    VAULT_HANDLE,        /* people: key = handle */
    VAULT_ACCOUNT,       /* people: key = aid */
    VAULT_LIST,          /* people: key = aid, number = list version */
    VAULT_PREKEY,        /* people: key = did */
    VAULT_ROSTER,        /* people: key = digest */
    VAULT_SENDING,       /* chains: key = did, number = profile */
    VAULT_RECEIVING,     /* chains: key = did */
    VAULT_SKIPPED,       /* chains: key = did */
    VAULT_PREFIX,        /* chains: key = first bytes of a did */
    VAULT_EPOCH_SEEN,    /* chains: key = epoch id, number = own prekey */
    VAULT_STREAM_OUT,    /* outgoing: key = room */
    VAULT_STREAM_IN,     /* streams: key = room, did */
    VAULT_OUTBOX,        /* outgoing: number = place in the queue */
    VAULT_PARKED,        /* parking: number = place in the queue */
    VAULT_PARKED_AS,     /* parking: key = hash of the bytes */
    VAULT_SEEN,          /* opening, capsules: key = ctx, did and message id, or of bytes */
    VAULT_FAILED,        /* incoming: key = hash of the bytes, number = day */
    VAULT_MESSAGE,       /* messages: key = contact, number = place in the conversation */
    VAULT_MESSAGE_ID,    /* messages: key = sender's did, message id */
    VAULT_UNREAD,        /* messages: number = place in the conversation */
    VAULT_SERVER_KEYS,   /* own: the newest statement; absent: the invitation's pin holds */
    VAULT_NICKNAME,      /* nicknames: number = contact */
    VAULT_KEM,           /* people: key = did, number = prekey number; empty: none that checks */
    VAULT_SIGN_IN,       /* generations: number = that of a sign-in without an answer */
    VAULT_STREAM_GAPS,   /* streams: number = stream that misses something */
    VAULT_SENT,          /* sentlog: number = entry */
    VAULT_SENT_CTX,      /* sentlog: key = ctx */
    VAULT_SENT_PLACE,    /* sentlog: key = room, number = seq */
    VAULT_DEALINGS,      /* dealings: key = did */
    VAULT_PARKED_FROM,   /* parking: key = first bytes of a did: bytes of it */
    VAULT_PARKED_CTX,    /* parking: key = ctx, number = place in the queue */
    VAULT_REPAIR,        /* repairs: key = did, message id: it is in the outbox */
    VAULT_SENT_UPLOAD,   /* sentlog: number = upload */
    VAULT_POLICY,        /* rules: number = policy number */
    VAULT_REGISTER,      /* registers: key = kind, key */
    VAULT_REGISTER_BY,   /* registers: key = did, number = its change */
    VAULT_REGISTER_HAVE, /* registers */
    VAULT_LISTING,       /* listing: number = change that waits for a list */

    VAULT_SHARING = 71,      /* sharing: whom this device asks what it lacks */
    VAULT_SHARING_WITH = 72, /* sharing: key = did: what it was told, and asked */
    VAULT_UNREAD_AT = 73,    /* messages: key = room, sender's did, number = seq */
    VAULT_OFFER = 91,      /* offer: number 0: the link that is shown; 1: the answer to who asked */
    VAULT_NEWCOMER = 92,   /* newcomer: what a device asks that has no account yet */
    VAULT_FOLLOWED = 93,   /* following: key = aid: the newest list of mine that it has used */
    VAULT_ROOM = 96,       /* roomlog: number = conversation */
    VAULT_ROOM_ID = 97,    /* roomlog: key = room id */
    VAULT_ROOM_STATE = 98, /* roomlog: key = room id, number = state version */
    VAULT_ROOM_ABOUT = 99, /* roomlog: key = room id */
    VAULT_ROOM_VOICE = 100,       /* roomlog: key = did of who wrote in one: its account */
    VAULT_RECOVERY = 101,         /* recovering: number = which */
    VAULT_COMING = 102,           /* coming */
    VAULT_WISH = 103,             /* wishes: number = change of a room that waits to be in force */
    VAULT_ELDER = 104,            /* elders: key = aid, mine; number = list version */
    VAULT_GIVING = 111,           /* giving: number = transfer that goes on */
    VAULT_GIVING_PIECE = 112,     /* giving: key = did of who gets it, number = piece */
    VAULT_GIVING_TOLD = 113,      /* giving: key = that did, did of a device that it was told of */
    VAULT_TAKING = 114,           /* taking: key = did of who gives */
    VAULT_TAKING_REST = 115,      /* taking: key = that did: of an entry that is not whole yet */
    VAULT_TAKING_DEVICE = 116,    /* taking: key = did of a device that wrote something: its key */
    VAULT_REACTIONS = 120,        /* reactions: key = target, number = first bytes of whose aid */
    VAULT_EDITS = 121,            /* edits: the same */
    VAULT_RECALLS = 122,          /* recalls: the same */
    VAULT_DUE = 140,              /* due: number = when, and which message */
    VAULT_DUE_OF = 141,           /* due: key = contact, number = place: where in there */
    VAULT_SENT_OF = 142,          /* sentlog: key = contact, place, number = entry */
    VAULT_TRANSFER = 160,         /* transfers: number = transfer */
    VAULT_TRANSFER_DIGESTS = 161, /* transfers: key = transfer, number = first chunk */
    VAULT_RECEIPT_BATCH = 200,    /* receipts: number = what waits to be told */
    VAULT_RECEIPT_TOLD = 201,     /* receipts: key = room, did: what its writer was told */
    VAULT_HEARD = 202,            /* heard: key = room, my did, number = contact who told it */
    VAULT_NAMING = 220,           /* naming: key = room id: how often it was asked about */
    VAULT_NAMING_TOLD = 221,      /* naming: key = room id, did: how often that was told */
    VAULT_SHELF = 222,            /* shelf: as reactions */
    VAULT_AUTOMATIC_FOLDER = 170, /* automatic: where what is fetched by itself goes */
};

/* Bring the tables up to date, as each of what opens a vault does by itself.  E_VERSION. */
FALLIBLE vault_prepare(struct db *db);

/* A new vault in an empty database.  E_CONFLICT: there is one already. */
FALLIBLE vault_create(struct vault **out, struct db *db, struct bytes passphrase, uint8_t cost,
                      struct random *random);

/* Looks at every record first.  E_ABSENT: none here.  E_DENIED: wrong passphrase.  E_VERSION:
 * written by a newer program.  E_FORGED, E_MALFORMED: the file was damaged or altered. */
FALLIBLE vault_open(struct vault **out, struct db *db, struct bytes passphrase,
                    struct random *random);

/* The same for who may be guessing.  Also E_AGAIN and E_FULL as in tries_begin(); `tries` says what
 * is known of wrong passphrases then, and after E_DENIED and E_AGAIN that the vault is to be
 * destroyed, if it is spent. */
FALLIBLE vault_open_counted(struct vault **out, struct db *db, struct bytes passphrase,
                            struct random *random, struct tries *tries);

/* With a spare key, and no passphrase.  E_DENIED: there is none, or it is another one.  Else as
 * vault_open(). */
FALLIBLE vault_open_spare(struct vault **out, struct db *db, const uint8_t key[SPARE_KEY_SIZE],
                          struct random *random);

/* Seal the vault's key under a spare key too, which is drawn and given out, or no more.  Outside of
 * a transaction.  Adding: E_DENIED: wrong passphrase.  After dropping nothing of it is in the
 * database's files, or it is E_FULL or E_IO, and goes with what is written next. */
FALLIBLE vault_add_spare(struct vault *v, struct bytes passphrase, struct spare_key *out);
FALLIBLE vault_drop_spare(struct vault *v);

/*
 * From now on the new passphrase opens it and the old one does not; the vault's key and its records
 * are the same.  `cost` as in vault_create, or what it is now if that is more.  Outside of a
 * transaction.
 *
 * One page is changed, in one transaction: whenever it is cut off, one of the two opens it.  On
 * success nothing of what the old one opened is in the database's files.
 * E_DENIED: wrong old passphrase.  E_LIMIT: a passphrase is too long, or no such cost.  E_NOMEM.
 * After these nothing has changed.  E_FULL: nor now, but after a crash the new one may open it, as
 * long as nothing else was committed.  E_IO: either of the two opens it; what is left of the old
 * one goes when the database is opened next.
 */
FALLIBLE vault_change_passphrase(struct vault *v, struct bytes old, struct bytes fresh,
                                 uint8_t cost);

/*
 * What it holds can never be read again, by no passphrase: the sealed key is overwritten in the
 * database's files, and the keys in memory are wiped, so that nothing opens from now on.  The
 * next vault_open() finds none.  Outside of a transaction.  E_IO, E_FULL: the file may still hold
 * the sealed key; the memory does not.
 */
FALLIBLE vault_destroy(struct vault *v);

/* The same without having opened it. */
FALLIBLE vault_destroy_closed(struct db *db);

/* A record did not open: the vault's file was damaged or altered. */
bool vault_is_damaged(const struct vault *v);

void vault_close(struct vault *v); /* wipes keys; the database stays the caller's.  NULL is fine */

/* Nested like the database's.  Commit at the outermost level means on disk. */
FALLIBLE vault_begin(struct vault *v);
FALLIBLE vault_commit(struct vault *v);
void vault_rollback(struct vault *v);

/* The end of a transaction whose work gave `err`: commit when it is E_OK, else roll back and give
 * it back.  TRY(vault_begin(v)); return vault_end(v, work(...)); */
FALLIBLE vault_end(struct vault *v, struct err err);

/* Write or replace.  E_LIMIT: over VAULT_VALUE_MAX. */
FALLIBLE vault_put(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                   struct bytes value);

/* The value, in the arena.  E_ABSENT. */
FALLIBLE vault_get(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                   struct arena *a, struct bytes *value);

FALLIBLE vault_has(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                   bool *has);

/* The record with the lowest number >= `from` (or the highest <= it) under a key.  E_ABSENT. */
FALLIBLE vault_next(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t from,
                    struct arena *a, uint64_t *number, struct bytes *value);
FALLIBLE vault_last(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t most,
                    struct arena *a, uint64_t *number, struct bytes *value);

/* Every record of a kind, under any key, in no order that means anything: each is visited until one
 * visit fails.  A value lives until its visit is over, and no visit asks the vault. */
typedef struct err vault_visit_fn(void *ctx, uint64_t number, struct bytes value);
FALLIBLE vault_each(struct vault *v, enum vault_kind kind, vault_visit_fn *visit, void *ctx);

/* Erasing what is not there is fine.  Of kinds with a slot the key goes, too. */
FALLIBLE vault_erase(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number);

/* After the commit, outside of a transaction: what was erased is in none of the database's files
 * any more.  E_CONFLICT: inside of one; E_FULL, E_IO, E_NOMEM: the log may hold it still; try
 * again. */
FALLIBLE vault_bury(struct vault *v);

/* Erase every record of a kind without slots, under any key, whose number is below. */
FALLIBLE vault_erase_below(struct vault *v, enum vault_kind kind, uint64_t number);

/* Add one to a counter and give the new value; counters start at 0. */
enum vault_counter {
    VAULT_NEXT_CONTACT = 1,
    VAULT_NEXT_MESSAGE,
    VAULT_NEXT_OUTBOX,
    VAULT_NEXT_PARKED,
    VAULT_NEXT_UPLOAD,
    VAULT_PARKED_BYTES,
    VAULT_SKIPPED_KEYS,
    VAULT_GENERATION, /* of the newest sign-in */
    VAULT_ANSWERED,   /* of the newest that the server answered */
    VAULT_RESTORES,   /* how often this vault was put back */
    VAULT_NEXT_STREAM,
    VAULT_NEXT_SENT,
    VAULT_FAILED_ITEMS,   /* about how many are remembered; never fewer than there are */
    VAULT_REGISTER_STAMP, /* the highest that was seen, in ms */
    VAULT_POLICY_USED,    /* the highest number that a roster of ours named */
    VAULT_FORGOTTEN, /* the lowest upload that a server forgot and that is to be sealed again */
    VAULT_FORGOTTEN_LAST, /* the entry of the log that is the last of those */

    VAULT_PRESENT = 40,       /* when the mailbox was known to be drained last, in ms */
    VAULT_REGISTER_LOST = 41, /* own changes from this number on a copy had lost; 0: none */
    VAULT_SHARED = 42,        /* 1: what was kept in other records is in registers */
    VAULT_NEXT_WISH = 43,
    VAULT_LOCK_AFTER = 50, /* minutes without a key until a program locks; 0: never */
    VAULT_NEXT_GIVING = 60,
    VAULT_MESSAGES_BEFORE = 61, /* how many stand before MESSAGES_FIRST_PLACE */
    VAULT_READABLE = 80,        /* rereading: the highest kind of content that was */
    VAULT_TIME = 90,            /* ageing: this device's own time, in ms */
    VAULT_TIME_CLOCK = 91,      /* and what the clock said then */
    VAULT_DUE_SINCE = 92,       /* 1: each message that will be over has its time noted */
    VAULT_NEXT_TRANSFER = 100,
    VAULT_AUTOMATIC_MOST = 110, /* bytes of a file that is fetched by itself; 0: none is */
    VAULT_NEXT_RECEIPT = 140,
    VAULT_AUTOMATIC_DAY = 111, /* how many were, on which day */
};
FALLIBLE vault_count(struct vault *v, enum vault_counter which, uint64_t *value);
FALLIBLE vault_counter_get(struct vault *v, enum vault_counter which, uint64_t *value);
FALLIBLE vault_counter_set(struct vault *v, enum vault_counter which, uint64_t value);

#endif
