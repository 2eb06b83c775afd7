/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts: the people of the network, from their invitation to their removal.
 *
 * One row a person: invited, then active, then removed.  A handle is taken while it is invited or
 * active; afterwards it may be invited again, which makes another account.  Every change of an
 * account is a directory statement with the next number.  [PROTOCOL 2.2, 4.2, 8]
 */
#ifndef TACET_SERVER_ACCOUNTS_ACCOUNTS_H
#define TACET_SERVER_ACCOUNTS_ACCOUNTS_H

#include "base/clock.h"
#include "server/api/api.h"
#include "server/networks/networks.h"
#include "statement/invitation.h"

#define ACCOUNTS_INVITATION_DEFAULT_MS (48 * CLOCK_HOUR_MS)
#define ACCOUNTS_INVITATION_MOST_MS    (30 * CLOCK_DAY_MS)

/* The numbers stand in the contract too: PeopleRow.state. */
enum account_state {
    ACCOUNTS_ACTIVE = DIRECTORY_ACTIVE,
    ACCOUNTS_REMOVED = DIRECTORY_REMOVED,
    ACCOUNTS_INVITED = 3
};

struct account {
    uint64_t row;
    enum account_state state;
    struct bytes handle;
    uint64_t since_ms;   /* in this state */
    uint64_t expires_ms; /* of the invitation */

    /* once joined */
    struct account_id aid;
    struct point ark;
    uint32_t number; /* of the newest directory statement */
    struct bytes statement;
};

/* By id or row, or by handle: the active one, else the one removed last.  E_ABSENT: none, or one
 * that is only invited. */
FALLIBLE accounts_get(struct db *db, struct arena *a, const struct account_id *aid,
                      struct account *out);
FALLIBLE accounts_by_row(struct db *db, struct arena *a, uint64_t row, struct account *out);
FALLIBLE accounts_named(struct db *db, struct arena *a, struct bytes handle, struct account *out);

/* At most `most` of all rows after `after`, rising. */
FALLIBLE accounts_page(struct db *db, struct arena *a, uint64_t after, size_t most,
                       struct account **out, size_t *n);

/* Invite; an invitation that was not used yet is replaced.
 * E_MALFORMED: no handle.  E_LIMIT: longer than ACCOUNTS_INVITATION_MOST_MS.  E_CONFLICT: active.
 */
FALLIBLE accounts_invite(struct db *db, struct bytes handle,
                         const uint8_t token[INVITATION_TOKEN_SIZE], uint64_t now_ms,
                         uint64_t lives_ms);

/* The same for a request: the token is drawn here and stays in the link alone, which is in the
 * request's arena.  `address` empty: the server's own; lives_ms 0: the default.  E_LIMIT: the
 * address is too long; else as above. */
struct accounts_link {
    struct bytes link;
    uint64_t expires_ms;
};
FALLIBLE accounts_make_link(struct request *rq, struct bytes handle, struct bytes address,
                            uint64_t lives_s, struct accounts_link *out);

/* Withdraw an invitation that was not used.  E_ABSENT. */
FALLIBLE accounts_revoke(struct db *db, struct bytes handle);

/*
 * Whom this token invites, or the account that this very root key joined as before.
 * E_ABSENT: no such invitation, or revoked, or replaced.  E_EXPIRED.  E_CONFLICT: used by another
 * key.  E_REMOVED: used by this key, which was removed since; *out is set then as well.
 */
FALLIBLE accounts_invited(struct db *db, struct arena *a, struct bytes token,
                          const struct point *ark, uint64_t now_ms, struct account *out);

/* The invited person is this account from now on: signs and completes `who`.
 * E_CONFLICT: another row has this account id. */
FALLIBLE accounts_activate(struct db *db, const struct networks *n, struct arena *a,
                           const struct point *ark, uint64_t now_ms, struct account *who);

/* Signs the removal of an active account and updates `who`. */
FALLIBLE accounts_remove(struct db *db, const struct networks *n, struct arena *a, uint64_t now_ms,
                         struct account *who);

extern const struct schema accounts_schema;
extern const struct route accounts_routes[];

#endif
