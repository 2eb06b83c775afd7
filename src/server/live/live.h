/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live: which devices are connected, and how much mail each may be handed now.
 *
 * Lives on the loop's side.  The host gives it the effects of a batch; it carries them out through
 * the host's functions, hands mail that nothing waits before straight to its device, and says which
 * sessions are due a page.
 */
#ifndef TACET_SERVER_LIVE_LIVE_H
#define TACET_SERVER_LIVE_LIVE_H

#include "server/api/api.h"

struct live;

/* What a host does for live.  A session that is closed is given to live_leave by the host, either
 * inside close or later; sending to it meanwhile is harmless. */
struct live_host {
    void *ctx;
    void (*send)(void *ctx, struct session *s, struct bytes frame);
    void (*close)(void *ctx, struct session *s, enum err_code why);
    void (*page)(void *ctx, struct session *s);  /* submit api_deliver() for this session */
    void (*keys)(void *ctx, struct bytes pin);   /* EFFECT_KEYS; NULL: nobody cares */
    void (*erase)(void *ctx, struct bytes name); /* EFFECT_ERASE; NULL: the same */
};

FALLIBLE live_new(struct live **out, const struct live_host *host);
void live_free(struct live *l);

/* A session begins and ends.  It stays the host's and must outlive its stay here. */
FALLIBLE live_enter(struct live *l, struct session *s);
void live_leave(struct live *l, struct session *s);

/* Carry out a batch's effects, then ask for the pages that have become due.  A device that signs in
 * a second time ends its first session (E_CONFLICT). */
void live_settle(struct live *l, const struct effects *e);

/* End the session of this number, if it is still there: it waits for what will not come. */
void live_end(struct live *l, uint64_t session, enum err_code why);

/* Sessions that are there, signed in or not: for tests, which must see that none is left. */
size_t live_count(const struct live *l);

/* What went out since the beginning: pages, also those that came with signing in, and messages that
 * were handed over without one. */
struct live_given {
    uint64_t pages, messages;
};
struct live_given live_given(const struct live *l);

#endif
