/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/devices.h: the devices of an account: who has which, how one is added to mine, named,
 * removed and given what was said before.
 */
#ifndef TACET_DEVICES_H
#define TACET_DEVICES_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A device, as its account's own signed list says. */
struct tacet_device {
    char id[TACET_ID_SIZE]; /* 32 hexadecimal digits */
    bool here;              /* it is this one */
    const char *name;       /* of one of mine: see tacet_name_device(); NULL: none */
    uint64_t since_ms;      /* when it was added; 0: not known any more, as it was revoked */
    uint32_t revoked_at;    /* the first list without it; 0: it is in the list */
    bool given_history;     /* another device gave it what was said before it was there */
    uint32_t list;          /* version of the newest list that is known here, and its date */
    uint64_t list_ms;
    uint64_t number; /* pass it to get the next */
};

/* The device after `number` (0: the first) of a contact, or with `handle` NULL of mine.  The name
 * lives until a device is asked for again.
 * TACET_ABSENT: no more, or the contact's list is not known here yet. */
TACET_API enum tacet_code tacet_next_device(struct tacet_client *c, const char *handle,
                                            uint64_t number, struct tacet_device *out);

/* Show a link by which one device can ask to be added: TACET_EVENT_ADDING says when it can be shown
 * and all that comes of it.  A link that was shown before is over.  TACET_LIMIT: there are ten
 * devices.  TACET_CONFLICT: one that was confirmed is still being added.  TACET_DENIED: this device
 * was removed. */
TACET_API enum tacet_code tacet_add_device(struct tacet_client *c);

/* That link, which whoever sees it can ask by.  TACET_ABSENT: there is none. */
TACET_API enum tacet_code tacet_device_link(struct tacet_client *c, char out[TACET_LINK_SIZE]);

/* The device that was told as asking is who it should be: these are the digits that it shows.
 * Anything but digits is passed over.  TACET_FORGED: it has others.  TACET_ABSENT: nobody asks;
 * TACET_EXPIRED: or not any more.  TACET_LIMIT: there are ten devices. */
TACET_API enum tacet_code tacet_confirm_device(struct tacet_client *c, const char *digits);

/* It is not, or the link is not to be used any more.  TACET_ABSENT: there is none.  TACET_CONFLICT:
 * it was confirmed already. */
TACET_API enum tacet_code tacet_cancel_device(struct tacet_client *c);

/* Remove another device of mine, by its id: TACET_EVENT_LISTED says when it is out of the list that
 * all who write to me follow; till then this is kept and tried again.  TACET_ABSENT: there is no
 * such device.  TACET_MALFORMED: no id.  TACET_DENIED: it is this one. */
TACET_API enum tacet_code tacet_remove_device(struct tacet_client *c, const char *id);

/* Call a device of mine so, on all of them: its id, and a name as for tacet_name().  TACET_ABSENT:
 * I have no such device.  TACET_MALFORMED: also no id. */
TACET_API enum tacet_code tacet_name_device(struct tacet_client *c, const char *id,
                                            const char *name);

/* Give another device of mine, by its id, what this one keeps of conversations with one person,
 * without what is over or was not sent; and agree to take it, on that device, from the one that
 * gives.  It may be asked for in either order, within a day, and goes on whenever both are
 * connected: TACET_EVENT_HISTORY tells how.  That it was given stands in the account's list from
 * then on, for all to see. TACET_ABSENT: there is no such device.  TACET_MALFORMED: no id.
 * TACET_DENIED: it is this one, or the network's policy forbids it. */
TACET_API enum tacet_code tacet_give_history(struct tacet_client *c, const char *id);
TACET_API enum tacet_code tacet_take_history(struct tacet_client *c, const char *id);

#ifdef __cplusplus
}
#endif

#endif
