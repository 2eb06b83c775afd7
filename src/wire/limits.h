/* SPDX-License-Identifier: Apache-2.0 */
/* limits: what may travel, how large and how many.  Every number here is part of the contract. */
#ifndef TACET_WIRE_LIMITS_H
#define TACET_WIRE_LIMITS_H

#define LIMIT_FRAME           (256 * 1024) /* one WebSocket message, bytes  [PROTOCOL 9.1] */
#define LIMIT_TEXT            (64 * 1024)  /* one text, bytes of UTF-8  [PROTOCOL 6.1] */
#define LIMIT_RECIPIENTS      1024         /* devices of one roster  [PROTOCOL 4.6] */
#define LIMIT_CAPSULES        50           /* of one upload  [PROTOCOL 6.3] */
#define LIMIT_KEM_KEYS        50           /* asked for at once  [PROTOCOL 9.4] */
#define LIMIT_LIST_DEVICES    10           /* of one account  [PROTOCOL 4.3] */
#define LIMIT_LIST_REVOKED    100          /* remembered in one list */
#define LIMIT_ANSWER_LISTS    24           /* in an answer about one account */
#define LIMIT_UNANSWERED      16           /* uploads of one device  [PROTOCOL 10 M1] */
#define LIMIT_FILE            (5ULL << 30) /* one file, bytes  [PROTOCOL 13.1] */
#define LIMIT_FILE_PART       (3 * 65552) /* of a sealed file in one frame: chunks [PROTOCOL 13.6] */
#define LIMIT_ACTIVITY        160         /* devices that one upload of it is for [PROTOCOL 6.16] */
#define LIMIT_CALL_DEVICES    1024        /* in one epoch of a call  [PROTOCOL 14.2] */
#define LIMIT_MAILBOX_NOTICES 1024        /* waiting for one device, whatever else does */
#define LIMIT_MAILBOX_ITEMS   20000       /* waiting for one device */
#define LIMIT_MAILBOX_BYTES   (64 << 20)  /* the same */

#endif
